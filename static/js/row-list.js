/* <row-list rows="steps" ordered>: rows of a form that one adds, removes and moves. Without a
   script the rows show their numbers and boxes to remove them, and "Add" is sent. */
class RowList extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("ol, ul");
    this.total = this.querySelector("[name$=-TOTAL_FORMS]");
    this.classList.add("live");
    this.addEventListener("click", (event) => this.clicked(event, event.target.closest("button")));
    if (this.hasAttribute("ordered")) this.letDrag();
    this.refresh();
  }

  clicked(event, button) {
    const row = button?.closest("li");
    if (button?.name.startsWith("_add-")) {
      event.preventDefault();
      const made = this.querySelector("template").innerHTML;
      this.list.insertAdjacentHTML("beforeend", made.replaceAll("__prefix__", this.total.value));
      this.total.value = Number(this.total.value) + 1;
      this.changed(this.list.lastElementChild.querySelector("select"));
    } else if (button?.dataset.move) {
      const [step, side] = button.dataset.move === "up" ? [-1, "before"] : [1, "after"];
      this.shown()[this.shown().indexOf(row) + step][side](row);
      this.changed(button);
    } else if (button && "remove" in button.dataset) {
      row.querySelector("[name$=-DELETE]").checked = row.hidden = true;
      this.changed(this.querySelector("[name^=_add-]"));
    }
  }

  letDrag() {
    this.addEventListener("dragstart", (event) => { this.dragged = event.target.closest("li"); });
    this.addEventListener("dragend", () => { this.dragged = null; this.changed(); });
    this.addEventListener("dragover", (event) => {
      const over = this.dragged && event.target.closest("li");
      if (over) event.preventDefault();
      if (over && over !== this.dragged) over[over.offsetTop < this.dragged.offsetTop ? "before" : "after"](this.dragged);
    });
  }

  shown() { return [...this.list.children].filter((row) => !row.hidden); }
  changed(focus) {
    this.refresh();
    (focus?.disabled ? focus.closest("li").querySelector("button:enabled") : focus)?.focus();
    this.dispatchEvent(new Event("rows", { bubbles: true }));
  }

  refresh() {
    for (const [index, row] of this.shown().entries()) {
      const place = row.querySelector("[name$=-position]"), number = place?.parentElement;
      if (place) place.value = number.dataset.number = index + 1, number.draggable = true;
      for (const button of row.querySelectorAll("button")) {
        button.hidden = false;
        const move = button.dataset.move;
        button.disabled = move === "up" ? !index : move === "down" && row === this.shown().at(-1);
      }
    }
  }
}
customElements.define("row-list", RowList);
