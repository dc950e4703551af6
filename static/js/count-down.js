/* <count-down data-left="3600">: counts the seconds that the server said are left.
   Runs on the monotonic clock, so a wrong clock on this machine changes nothing. At its end what
   shows the case is drawn anew (see live-regions.js). */
class CountDown extends HTMLElement {
  connectedCallback() {
    this.end = performance.now() + Number(this.dataset.left) * 1000;
    this.shown = this.querySelector("[data-shown]");
    this.bar = this.querySelector("progress");
    this.timer = setInterval(() => this.tick(), 250);
    this.tick();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  tick() {
    const left = Math.max(0, Math.ceil((this.end - performance.now()) / 1000));
    const two = (n) => String(n).padStart(2, "0");
    const text = left >= 3600
      ? `${Math.floor(left / 3600)}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`
      : `${Math.floor(left / 60)}:${two(left % 60)}`;
    if (this.shown.textContent !== text) {
      this.shown.textContent = text;
      if (this.bar) this.bar.value = left;
    }
    if (left === 0) {
      clearInterval(this.timer);
      this.dispatchEvent(new CustomEvent("live:case", { bubbles: true }));
    }
  }
}

customElements.define("count-down", CountDown);
