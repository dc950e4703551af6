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
