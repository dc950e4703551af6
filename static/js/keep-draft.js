/* <keep-draft data-person data-fresh data-url>: keeps what this person types into its form in this browser, for a day,
   and puts it back where the page is fresh. Where it was sent, it is forgotten (drafts.js). */
import { read, write } from "./drafts.js";

const NOT_KEPT = new Set(["csrfmiddlewaretoken", "held", "word", "find", "coach_said"]);
const WORDS = ["justification", "reference", "intent"];

class KeepDraft extends HTMLElement {
  connectedCallback() {
    this.key = `draft:${this.dataset.person}`;
    this.form = this.closest("form");
    if ("fresh" in this.dataset) this.restore();
    for (const kind of ["input", "change"]) this.form.addEventListener(kind, () => this.keep());
    this.querySelector("button").addEventListener("click", () => {
      write(this.key, null);
      location.assign(this.form.action);
    });
  }

  keep() {
    const data = new FormData(this.form), names = [...new Set(data.keys())].filter((name) => !NOT_KEPT.has(name));
    const fields = Object.fromEntries(names.map((name) => [name, data.getAll(name)]));
    write(this.key, WORDS.some((name) => data.get(name)) ? { at: Date.now(), fields } : null);
  }

  restore() {
    const fields = read(this.key)?.fields, asked = new URLSearchParams(location.search);
    const slug = String(fields?.scenario ?? ""), radio = document.getElementById(`scenario-${slug}`);
    if (!slug || radio?.disabled || ![null, slug].includes(asked.get("scenario"))) return;
    if (!radio && !asked.has("scenario")) asked.set("scenario", slug), location.replace(`?${asked}`);
    if (!radio) return;
    radio.checked = true;
    this.form.elements.namedItem("once").value = fields.once;
    const values = { ...fields, csrfmiddlewaretoken: this.form.elements.namedItem("csrfmiddlewaretoken").value };
    if (asked.has("urgency")) values.wish = asked.get("urgency");
    htmx.ajax("POST", this.dataset.url, { source: this, target: "#terms", swap: "innerHTML", values });
    this.hidden = false;
  }
}

customElements.define("keep-draft", KeepDraft);
