/* <shown-once>…</shown-once>: forgets what it holds when the page is left, so that going back
   in the history, or a page that the browser keeps, shows no password. */
class ShownOnce extends HTMLElement {
  connectedCallback() {
    addEventListener("pagehide", () => this.replaceChildren(), { once: true });
  }
}

customElements.define("shown-once", ShownOnce);
