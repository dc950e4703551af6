/* <pick-list><input type="search" hidden><div class="box"><label>…</label></div></pick-list>
   or, in the box, any elements with one box to tick each.
   A long list of boxes to tick that can be searched; what is ticked always stays in sight. */
class PickList extends HTMLElement {
  connectedCallback() {
    const search = this.querySelector("input[type=search]");
    const rows = [...this.querySelectorAll(".box > :has([type=checkbox])")];
    search.hidden = rows.length < 9;
    search.addEventListener("input", (event) => {
      event.stopPropagation();
      const wanted = search.value.trim().toLocaleLowerCase();
      for (const row of rows) {
        row.hidden = !row.textContent.toLocaleLowerCase().includes(wanted)
          && !row.querySelector("[type=checkbox]").checked;
      }
    });
    search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  }
}

customElements.define("pick-list", PickList);
