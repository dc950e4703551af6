/* Ctrl-K opens the command palette; single keys do what the help sheet <dialog id="keys"> lists, unless they are
   switched off there (WCAG 2.1.4). Never while somebody types, never with a modifier. */
const sheet = document.getElementById("keys");
const palette = () => [...document.querySelectorAll("command-palette")].at(-1);
const acts = { "/": () => palette().open(), "?": openSheet };
let begun = "", forget = 0;

/* Not `autofocus`: of that, Chromium complains on every page whose address has a fragment. */
function openSheet() {
  const before = document.activeElement;
  // Without a place to go back to, the next Tab would begin where the sheet stands: at the end of the page.
  const back = before === document.body ? document.getElementById("main") : before;
  sheet.addEventListener("close", () => back?.focus({ preventScroll: true }), { once: true });
  sheet.showModal();
  sheet.querySelector("[data-close]").focus();
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    palette().open();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing || event.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  press(event);
});

function press(event) {
  const keys = begun ? `${begun} ${event.key}` : event.key;
  const found = [...sheet.querySelectorAll("[data-keys]")].find((line) => line.dataset.keys === keys);
  clearTimeout(forget);
  begun = event.key === "g" && !begun ? "g" : "";
  forget = setTimeout(() => { begun = ""; }, 1500);
  if (!found) return;
  event.preventDefault();
  if (found.dataset.go) location.assign(found.dataset.go);
  else acts[keys]();
}

const button = document.getElementById("show-keys");
if (button) {
  button.hidden = false;
  button.addEventListener("click", openSheet);
}
