/* <keep-words data-key data-fresh>: keeps what is typed into its form in this browser, as others on the page are sent or
   links lead away, and puts it back where the form is fresh. What was sent is forgotten (drafts.js). */
import { read, write } from "./drafts.js";

const changed = (field) => (field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);

class KeepWords extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    if ("fresh" in this.dataset) this.restore();
    else this.keep();
    for (const kind of ["input", "change"]) this.form.addEventListener(kind, () => this.keep());
    this.querySelector("button").addEventListener("click", () => {
      write(this.dataset.key, null);
      this.form.reset();
      this.form.dispatchEvent(new Event("change", { bubbles: true }));
      this.hidden = true;
    });
  }

  get fields() {
    return [...this.form.elements].filter((each) => each.matches("input:not([type=hidden]), select, textarea"));
  }

  keep() {
    const told = "fresh" in this.dataset ? this.fields.filter(changed) : this.fields;
    const said = told.filter((each) => (each.type === "radio" ? each.checked : each.value));
    const fields = Object.fromEntries(said.map((each) => [each.name, each.value]));
    fields.once = this.form.elements.namedItem("once").value;
    write(this.dataset.key, said.length ? { at: Date.now(), fields } : null);
  }

  restore() {
    const kept = read(this.dataset.key)?.fields;
    if (!kept) return;
    for (const field of this.fields.filter((each) => Object.hasOwn(kept, each.name) && !each.disabled)) {
      if (field.type === "radio") field.checked = field.value === kept[field.name];
      else field.value = kept[field.name];
    }
    this.form.elements.namedItem("once").value = kept.once;
    this.closest("details")?.setAttribute("open", "");
    this.hidden = false;
  }
}

customElements.define("keep-words", KeepWords);
