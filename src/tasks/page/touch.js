// What differs on a screen that is touched: no keys are named, and the screen's own keyboard leaves the box and the accept button in view.
const isTouch = () => matchMedia("(pointer: coarse)").matches;

/** What can be seen of the page, in its own pixels: a keyboard on the screen covers the rest. */
function seen() {
  const view = window.visualViewport;
  const top = view ? view.offsetTop : 0;
  return { top, bottom: top + (view ? view.height : window.innerHeight) };
}

/** How much of the window's foot the keyboard covers; the bar with the accept button stands above it. */
function fitKeyboard() {
  const covered = Math.max(0, window.innerHeight - seen().bottom);
  document.documentElement.style.setProperty("--keyboard", `${Math.round(covered)}px`);
  if (document.activeElement === $("text")) keepInView();
}

/** Scrolls as little as needed for the box to be in view, and where there is room the accept button with it. */
function keepInView() {
  const box = $("text").getBoundingClientRect();
  const bar = document.querySelector(".accepting").getBoundingClientRect();
  const { top, bottom } = seen();
  const sticks = getComputedStyle(document.querySelector(".accepting")).position === "sticky";
  const foot = sticks ? bottom - bar.height : bottom;
  const last = sticks ? box.bottom : bar.bottom;
  const wanted = last - box.top <= foot - top ? last : box.bottom;
  if (wanted > foot) window.scrollBy(0, Math.min(wanted - foot + 4, box.top - top));
  else if (box.top < top) window.scrollBy(0, box.top - top - 4);
}

function setUpTouch() {
  if (window.visualViewport) for (const event of ["resize", "scroll"]) window.visualViewport.addEventListener(event, fitKeyboard);
  window.addEventListener("resize", fitKeyboard);
  $("text").addEventListener("focus", () => { if (isTouch()) setTimeout(fitKeyboard, 50); });
  matchMedia("(pointer: coarse)").addEventListener("change", () => retranslate());
}
