/* Every form that is sent: once, with a button that shows it, and under the sign-in of now.
   Signing in again in another tab makes a new token; it is taken from its cookie, so that what was
   typed here can still be sent. When the page's person is signed out, it says so and keeps the text. */
const token = () => document.cookie.match(/(?:^|; )csrftoken=(\w+)/)?.[1];
const typed = () => [...document.querySelectorAll("form[method=post] :is(input:not([type=hidden]), textarea)")]
  .some((field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
  if (form.elements.csrfmiddlewaretoken && token()) form.elements.csrfmiddlewaretoken.value = token();
});

/* What is wrong is read first; its links lead into the field, also where that is a group or folded. */
document.querySelector("[data-wrong]:not(.specimen *)")?.focus();
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-wrong] a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1)), kinds = "input:not([type=hidden]), select, textarea";
  const into = field?.matches(kinds) ? field : field?.querySelector(kinds);
  if (!into) return;
  event.preventDefault();
  if (into.closest("details")) into.closest("details").open = true;
  into.focus();
});

/* Whoever changes what was wrong is no longer told that it is; what they wrote now is checked when it is sent.
   What was said keeps its place: nothing moves under the fingers. */
document.addEventListener("input", (event) => {
  const field = event.target, box = field.closest?.(".field") ?? field.parentElement;
  const said = field.form && document.getElementById(`${field.id}_error`) || box?.querySelector(".errors");
  if (!said || said.classList.contains("mended")) return;
  const name = said.id.replace(/_error$/, "");
  said.classList.add("mended");
  for (const each of box.querySelectorAll("[aria-invalid]")) each.removeAttribute("aria-invalid");
  document.querySelector(`[data-wrong] a[href="#${name}"]`)?.parentElement.classList.add("mended");
});

/* What only some answers need is required as one of them is chosen: `needed-by` names the other field. */
const need = () => document.querySelectorAll("[data-needed-by]").forEach((field) => {
  field.required = field.dataset.neededFor.split(" ").includes(field.form.elements[field.dataset.neededBy]?.value);
});
for (const kind of ["change", "pageshow"]) addEventListener(kind, need);

/* Whoever unfolds a form is about to fill it in: the cursor is there. What unfolds by itself takes it from nobody. */
document.addEventListener("click", (event) => {
  const fold = event.target.closest("summary")?.parentElement;
  if (!fold?.matches("details:not([open])") || event.defaultPrevented) return;
  fold.addEventListener("toggle", () => {
    const fields = fold.querySelectorAll("form :is(input:not([type=hidden]), select, textarea)");
    if (fold.open) [...fields].find((each) => each.checkVisibility() && !each.disabled)?.focus();
  }, { once: true });
});

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
});

document.body.addEventListener("live:signed-out", () => {
  if (typed()) document.getElementById("signed-out").hidden = false;
  else location.reload();
});
