/* <command-palette data-src data-label data-hint><a href="/search/">…</a></command-palette>: what the search page
   finds, in a dialog, while one types. Ctrl-K opens it; arrows move, Enter goes, from the
   field to the first, which is marked. */
class CommandPalette extends HTMLElement {
  connectedCallback() {
    this.querySelector("a").addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.open();
    });
  }

  open() {
    if (document.querySelector("dialog[open]")) return;
    this.dialog = document.createElement("dialog");
    this.dialog.className = "palette";
    this.input = Object.assign(document.createElement("input"), { type: "search", className: "input", maxLength: 100 });
    this.input.placeholder = this.dataset.hint;
    for (const part of [this.dialog, this.input]) part.setAttribute("aria-label", this.dataset.label);
    this.results = Object.assign(document.createElement("div"), { className: "results" });
    this.dialog.append(this.input, this.results);
    this.dialog.addEventListener("close", () => this.dialog.remove());
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    this.dialog.addEventListener("keydown", (event) => this.steer(event));
    this.input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.find(), 120);
    });
    document.body.append(this.dialog);
    this.dialog.showModal();
    this.find();
  }

  async find() {
    const asked = this.input.value;
    const address = `${this.dataset.src}?q=${encodeURIComponent(asked)}`;
    const answer = await fetch(address, { redirect: "manual", headers: { "X-Part": "yes" } }).catch(() => null);
    if (answer?.type === "opaqueredirect") return location.assign(this.dataset.src);
    if (!answer?.ok || asked !== this.input.value) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    this.results.replaceChildren(...page.getElementById("found").children);
  }

  steer(event) {
    const stops = [this.input, ...this.results.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (event.key === "Enter" && at === 0) stops[1]?.click();
    else if (to === undefined) return;
    else stops[(to + stops.length) % stops.length].focus();
    event.preventDefault();
  }
}

customElements.define("command-palette", CommandPalette);
