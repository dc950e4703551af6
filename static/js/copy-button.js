/* <copy-button><code>text</code><button hidden>…<span data-word>Copy</span></button></copy-button>
   Shows its button where the browser can copy; without a script one selects the text by hand. */
class CopyButton extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    const word = button.querySelector("[data-word]");
    const said = word.textContent;
    word.setAttribute("aria-live", "polite");
    button.hidden = false;
    button.addEventListener("click", async () => {
      const code = this.querySelector("code");
      try {
        await navigator.clipboard.writeText(code.textContent);
        word.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code);
        word.textContent = "Press Ctrl-C";
      }
      setTimeout(() => { word.textContent = said; }, 2500);
    });
  }
}

customElements.define("copy-button", CopyButton);
