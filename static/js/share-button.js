/* <share-button data-title data-url><button hidden>Share…</button></share-button>
   Opens the device's own way of sharing, where it has one; elsewhere the address is copied by hand. */
class ShareButton extends HTMLElement {
  connectedCallback() {
    const { title, url } = this.dataset;
    if (!navigator.canShare?.({ title, url })) return;
    const button = this.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", () => navigator.share({ title, url }).catch(() => {}));
  }
}

customElements.define("share-button", ShareButton);
