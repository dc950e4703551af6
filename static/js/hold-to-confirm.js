/* <hold-to-confirm data-holding data-early data-done data-word>: its button sends the form only after it was
   held for a second (pointer, Enter or Space), or once the word is typed. Without a script one types the word.
   A click that nobody holds (a slip, a screen reader, a voice) opens the field for the word instead. */
const HOLD = 1000;

class HoldToConfirm extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("button");
    this.held = this.querySelector("input[name=held]");
    this.typed = this.querySelector("input[name=word]");
    this.fold = this.querySelector("details");
    this.fold.open = this.querySelector(".errors") !== null;
    this.querySelector("[data-script]").hidden = false;
    this.querySelector("[data-plain]").hidden = true;
    const on = (kind, act) => this.button.addEventListener(kind, act);
    on("pointerdown", (event) => event.button === 0 && this.hold());
    for (const kind of ["pointerup", "pointerleave", "pointercancel", "blur", "keyup"]) on(kind, () => this.stop());
    on("contextmenu", (event) => event.preventDefault());
    on("keydown", (event) => {
      if ((event.key !== "Enter" && event.key !== " ") || this.sure()) return;
      event.preventDefault();
      if (!event.repeat) this.hold();
    });
    on("click", (event) => this.sure() || this.slip(event));
  }

  sure() {
    const word = this.typed.value.trim().toLowerCase();
    return this.held.value !== "" || word === "break" || word === this.dataset.word.toLowerCase();
  }

  hold() {
    if (this.sure()) return;
    this.say("holding");
    this.toggleAttribute("data-held", true);
    this.timer = setTimeout(() => {
      this.stop("done");
      this.held.value = "yes";
      this.button.form.requestSubmit(this.button);
      setTimeout(() => { this.held.value = ""; }, 3 * HOLD);
    }, HOLD);
  }

  stop(what = "early") {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = null;
    this.toggleAttribute("data-held", false);
    this.say(what);
  }

  slip(event) {
    event.preventDefault();
    if (event.detail === 0) { this.fold.open = true; this.typed.focus(); }
  }

  say(what) { this.querySelector("[role=status]").textContent = this.getAttribute(`data-${what}`); }
}

customElements.define("hold-to-confirm", HoldToConfirm);
