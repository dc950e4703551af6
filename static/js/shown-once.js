/* <shown-once>…</shown-once>: forgets what it holds when the page is left, so that going back
   in the history, or a page that the browser keeps, shows no password. What one may need while
   working with it (a[data-beside]) opens in a tab of its own. */
class ShownOnce extends HTMLElement {
  connectedCallback() {
    addEventListener("pagehide", () => this.replaceChildren(), { once: true });
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-beside]");
      if (link && this.isConnected && this.children.length) link.target = "_blank";
    });
  }
}

customElements.define("shown-once", ShownOnce);
