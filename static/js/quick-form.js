/* <quick-form><form>…</form></quick-form>: the next field is under the fingers. After an emergency is picked by
   hand the cursor stands in the first thing to fill in, or on why nothing can be sent; Ctrl-Enter sends, or goes to the button to hold. */
class QuickForm extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      if (event.detail > 0 && event.target.closest(".choice")) this.picked = true;
    });
    this.addEventListener("htmx:afterSettle", (event) => {
      if (event.target.id !== "terms" || !this.picked) return;
      this.picked = false;
      this.next()?.focus();
    });
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      const button = this.querySelector("[data-primary]");
      if (!button || button.disabled) return;
      button.focus();
      if (!button.closest("hold-to-confirm") || button.closest("hold-to-confirm").sure()) {
        button.form.requestSubmit(button);
      }
    });
    // A button under a finger stays: an answer that would draw it anew waits until it is let go.
    this.addEventListener("pointerdown", (event) => { this.pressed = event.target.closest("button"); });
    this.addEventListener("htmx:beforeSwap", (event) => {
      if (!this.pressed || !event.detail.target.contains(this.pressed)) return;
      event.detail.shouldSwap = false;
      this.late = event.detail.requestConfig.elt;
    });
    for (const kind of ["pointerup", "pointercancel"]) addEventListener(kind, () => setTimeout(() => this.release()));
    // What was chosen or typed before htmx was there to hear it, or came from a draft, counts, too. Who chose it so
    // early picked it by hand all the same; who is given back a draft has not said that they go on with it.
    addEventListener("load", () => {
      const typed = this.querySelector("[name=justification]");
      const chosen = typed ? null : this.querySelector("[name=scenario]:checked");
      if (chosen && !this.querySelector("keep-draft:not([hidden])")) this.picked = true;
      chosen?.dispatchEvent(new Event("change", { bubbles: true }));
      if (typed?.value) typed.dispatchEvent(new Event("input", { bubbles: true }));
    }, { once: true });
    // After the first drawing: before it, the browser still looks for a field of its own to focus.
    // Not a scenario under a thumb: with the ring around it, it would look chosen.
    const skipped = matchMedia("(pointer: coarse)").matches ? "[type=radio]" : "x";
    const start = () => { if (!this.contains(document.activeElement) && !this.next()?.matches(skipped)) this.next()?.focus(); };
    if (!this.querySelector(".errors, [role=alert]")) requestAnimationFrame(() => setTimeout(start));
  }

  release() {
    const late = this.late;
    this.pressed = this.late = null;
    if (late && !this.querySelector("form").dataset.sent) late.dispatchEvent(new Event("change", { bubbles: true }));
  }

  next() {
    const picked = this.querySelector("[name=targets]:checked");
    const first = picked ? null : this.querySelector("[name=find], [name=targets]");
    const empty = [...this.querySelectorAll("#terms input[required], #terms textarea")].find((each) => !each.value);
    // Nothing is chosen yet: the search where there are many, or the first that can be chosen.
    const choice = document.getElementById("q") || this.querySelector("[name=scenario]:enabled");
    return this.querySelector("#terms [data-no]") || first || empty || (this.querySelector("#terms .field") ? null : choice);
  }
}

customElements.define("quick-form", QuickForm);
