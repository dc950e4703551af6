/* <reach-link><a href="#form">…</a></reach-link>: the way to a form far below, where the thumb is.
   It goes while the form is in sight: there it would lie on the form's own button. */
class ReachLink extends HTMLElement {
  connectedCallback() {
    const link = this.querySelector("a");
    this.eye = new IntersectionObserver(([form]) => link.toggleAttribute("hidden", form.isIntersecting));
    this.eye.observe(document.querySelector(link.hash));
  }

  disconnectedCallback() {
    this.eye?.disconnect();
  }
}

customElements.define("reach-link", ReachLink);
