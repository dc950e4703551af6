/* <fit-view> in a panel beside the page: tells it how far down it begins (--from), so that it ends where the window does.
   Without it the panel ends there once the page has moved a little. */
class FitView extends HTMLElement {
  connectedCallback() {
    const panel = this.closest(".side");
    this.tell = () => panel.style.setProperty("--from", `${Math.max(0, Math.round(panel.getBoundingClientRect().top))}px`);
    this.eye = new ResizeObserver(this.tell);
    this.eye.observe(document.body);
    for (const kind of ["scroll", "resize"]) addEventListener(kind, this.tell, { passive: true });
    this.tell();
  }

  disconnectedCallback() {
    this.eye?.disconnect();
    for (const kind of ["scroll", "resize"]) removeEventListener(kind, this.tell);
  }
}

customElements.define("fit-view", FitView);
