/* <section id="doors" data-live="moved acted">: drawn anew when one of these topics comes (see live-feed.js).
   `data-from` names another address than this page. One fetch serves all regions of an address; it says that it shows
   a part (X-Part), so that news of what was just done is left for the page that shows it.
   What a person is at is never touched: a half-typed form, an open dialog, selected text; such a
   region waits. So does a password that is shown once, while it opens the door. Focus, scrolling and unfolded details stay as they are. */
const FIELDS = "input:not([type=hidden], [type=submit]), textarea, select";
const stale = new Set();
let timer = 0;

for (const topic of ["case", "moved", "acted", "told", "health"]) {
  document.body.addEventListener(`live:${topic}`, () => {
    for (const region of document.querySelectorAll(`[data-live~=${topic}]`)) stale.add(region.id);
    refresh();
  });
}

const changed = (field) => (field.matches("select")
  ? [...field.options].some((option) => option.selected !== option.defaultSelected)
  : field.value !== field.defaultValue || field.checked !== field.defaultChecked);

function held(region) {
  const selection = getSelection();
  return region.querySelector("dialog[open], form[data-sent]")
    || [...region.querySelectorAll(FIELDS)].some((field) => field === document.activeElement || changed(field))
    || (!selection.isCollapsed && selection.intersectsNode(region));
}

async function refresh() {
  clearTimeout(timer);
  const ready = [...stale].map((id) => document.getElementById(id)).filter((region) => region && !held(region));
  if (stale.size > ready.length) timer = setTimeout(refresh, 2000);
  for (const region of ready) stale.delete(region.id);
  for (const address of new Set(ready.map((region) => region.dataset.from))) {
    await renew(address || location.href, ready.filter((region) => region.dataset.from === address));
  }
}

async function renew(address, regions) {
  const answer = await fetch(address, { redirect: "manual", cache: "no-store", headers: { "X-Part": "yes" } }).catch(() => null);
  if (answer?.type === "opaqueredirect") document.body.dispatchEvent(new CustomEvent("live:signed-out"));
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const region of regions) {
    const fresh = page.getElementById(region.id);
    const kept = region.querySelector("shown-once") && page.getElementById("way-in");
    if (fresh && region.isConnected && !held(region) && !kept) swap(region, fresh);
  }
}

function swap(region, fresh) {
  const focused = region.contains(document.activeElement) ? document.activeElement : null;
  const folds = [...region.querySelectorAll("details")], anew = [...fresh.querySelectorAll("details")];
  if (folds.length === anew.length) folds.forEach((fold, index) => { anew[index].open = fold.open; });
  const rolled = [...region.querySelectorAll("[id]")].filter((part) => part.scrollTop || part.scrollLeft);
  region.replaceWith(fresh);
  for (const part of rolled) document.getElementById(part.id)?.scrollTo(part.scrollLeft, part.scrollTop);
  const same = focused && [fresh, ...fresh.querySelectorAll(focused.localName)].find((other) => other.id === focused.id
    && other.textContent === focused.textContent && other.href === focused.href);
  if (same && focused.hasAttribute("tabindex")) same.tabIndex = focused.tabIndex;
  same?.focus({ preventScroll: true });
  htmx.process(fresh);
}
