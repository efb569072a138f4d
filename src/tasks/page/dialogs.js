// Dialogs: the browser's own where it has them (Chrome 37, Firefox 98, Safari 15.4), else the same by hand: in the middle, above
// all else, closed by Escape, Tab stays inside, and the focus goes back to where it was.
const byHand = []; // [{ dialog, back }], the latest last

const dialogOpen = () => document.querySelector("dialog[open]");

function openDialog(dialog) {
  if (typeof dialog.showModal === "function") {
    dialog.showModal();
    return;
  }
  byHand.push({ dialog, back: document.activeElement });
  dialog.setAttribute("open", "");
  dialog.setAttribute("role", "dialog");
  dialog.setAttribute("aria-modal", "true");
  dialog.classList.add("by-hand");
  for (const id of ["top", "main"]) $(id).setAttribute("aria-hidden", "true");
  const first = dialog.querySelector("input:not([type=hidden]), select, button");
  if (first) first.focus();
}

function closeDialog(dialog) {
  if (typeof dialog.showModal === "function") {
    dialog.close();
    return;
  }
  const last = byHand.pop();
  if (!last) return;
  dialog.removeAttribute("open");
  if (!byHand.length) for (const id of ["top", "main"]) $(id).removeAttribute("aria-hidden");
  if (last.back && last.back.focus) last.back.focus();
  dialog.dispatchEvent(new Event("close"));
}

/** The next stop of Tab inside, around the ends. */
function tabInside(event, dialog) {
  const stops = [...dialog.querySelectorAll("button, input, select, textarea")].filter((el) => !el.disabled && el.offsetParent);
  const at = stops.indexOf(document.activeElement);
  const to = stops[(at + (event.shiftKey ? -1 : 1) + stops.length) % stops.length];
  event.preventDefault();
  if (to) to.focus();
}

function setUpDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) {
    if (typeof dialog.showModal === "function") continue;
    // A form that ends a dialog would be sent here; its own listener has been asked by now.
    dialog.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      event.preventDefault();
      closeDialog(dialog);
    });
    dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) closeDialog(dialog);
      else if (event.key === "Tab") tabInside(event, dialog);
    });
  }
}
