/* <toast-list data-close="Close"><ul><li class="notice ok">…</li></ul></toast-list>: where all news is good it floats
   above the page, and goes once there was time to read it, or the next thing is done; never unseen, nor
   while one points at it or is in it. Bad news stays, and so does what stands in the flow: the page would jump under a
   finger. */
class ToastList extends HTMLElement {
  connectedCallback() {
    this.lead();
    if (this.querySelector("li:not(.ok)")) return;
    const close = Object.assign(document.createElement("button"), { type: "button", className: "btn small plain" });
    close.textContent = this.dataset.close;
    close.addEventListener("click", () => { this.remove(); this.lead(); });
    this.append(close);
    this.className = "toasts";
    for (const name of ["pointerleave", "focusout"]) this.addEventListener(name, () => this.wait());
    for (const name of ["pointerenter", "focusin"]) this.addEventListener(name, () => clearTimeout(this.timer));
    document.addEventListener("visibilitychange", () => this.wait());
    document.addEventListener("submit", (event) => this.floats() && !event.defaultPrevented && this.remove());
    this.wait();
  }

  /* Who has just sent something goes on from the headline of what came of it, also by keyboard. */
  lead() {
    const headline = document.querySelector("main h1");
    if (!headline || location.hash || document.activeElement !== document.body) return;
    headline.tabIndex = -1;
    headline.focus({ preventScroll: true });
  }

  floats() { return this.isConnected && getComputedStyle(this).position === "fixed"; }

  wait() {
    clearTimeout(this.timer);
    if (!this.floats() || document.hidden) return;
    const reading = 3000 + 60 * this.querySelector("ul").textContent.trim().length;
    this.timer = setTimeout(() => this.remove(), Math.min(Math.max(reading, 5000), 12_000));
  }
}

customElements.define("toast-list", ToastList);
