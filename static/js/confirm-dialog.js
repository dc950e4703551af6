/* <confirm-dialog question="…" yes="End it"><form>…</form></confirm-dialog>
   Asks once more before its form is sent. Without a script the form is sent at once. */
class ConfirmDialog extends HTMLElement {
  connectedCallback() {
    this.addEventListener("submit", (event) => {
      if (this.sure) return;
      event.preventDefault();
      event.stopPropagation();
      this.ask(event.target, event.submitter);
    }, true);
  }

  ask(form, submitter) {
    const dialog = document.createElement("dialog");
    const question = document.createElement("p");
    const yes = this.button(this.getAttribute("yes") || "Yes", "btn danger");
    const no = this.button(document.body.dataset.notNow || "Not now", "btn");
    const row = document.createElement("div");
    question.id = `q-${Math.random().toString(36).slice(2)}`;
    question.textContent = this.getAttribute("question");
    dialog.setAttribute("aria-labelledby", question.id);
    row.className = "row";
    row.append(yes, no);
    dialog.append(question, row);
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    yes.addEventListener("click", () => {
      this.sure = true;
      dialog.close();
      form.requestSubmit(submitter);
    });
    this.append(dialog);
    dialog.showModal();
    no.focus();  // a second Enter does no harm
  }

  button(text, look) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: look, textContent: text });
    return button;
  }
}

customElements.define("confirm-dialog", ConfirmDialog);
