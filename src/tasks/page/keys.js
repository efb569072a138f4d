// The keyboard. Every key works while typing: Enter, Esc and the page keys alone, the rest with Alt; a key of the reader's own comes
// first (own_keys.js). Firefox opens its menus with Alt and a letter: a key press that is taken here does not.
// On a Mac the option key writes signs («, “, œ, @), so Control stands for Alt there and what option writes is only ever written.
const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const ALT = MAC ? "⌃" : "Alt ";
const ALT_ARROW = MAC ? "⌥" : "Alt ";

const KEYS = {
  accept: { named: "keyname.enter" },
  play: { show: "Esc" },
  back: { alt: "j" },
  replay: { alt: "r" },
  loop: { alt: "b" },
  slower: { alt: "h" },
  faster: { alt: "l" },
  doubt: { alt: "d" },
  tag: { alt: "t" },
  previous: { show: `${ALT_ARROW}↑` },
  next: { show: `${ALT_ARROW}↓` },
  undo: { alt: "x" },
  guide: { alt: "g" },
};
VERDICTS.forEach((verdict, n) => { KEYS[verdict] = { digit: String(n + 1) }; });

const versionKey = (n) => (MAC ? `⌃⇧${n}` : `Alt ${t("keyname.shift")} ${n}`);
/** What can be done before a warned clip is heard. */
const VEILED = ["accept", "previous", "next", "undo", "guide", "skip"];
/** What a key that is held down does again and again. */
const HELD = ["back", "slower", "faster", "doubt"];

function keyName(id) {
  const key = KEYS[id];
  const own = ownKey(id);
  if (own) return own.label;
  if (key.named) return t(key.named);
  return key.show || ALT + (key.digit || key.alt.toUpperCase());
}

/** Whether a press belongs to an input method: Enter ends a composition then. Safari says so by the number 229 alone. */
const isComposing = (event) => event.isComposing || event.keyCode === 229;

/** Alt and nothing else; on a Mac, Control and nothing else. */
function withAlt(event) {
  if (event.metaKey || event.getModifierState("AltGraph")) return false;
  return MAC ? event.ctrlKey && !event.altKey : event.altKey && !event.ctrlKey;
}

/** Which action a key press asks for. Letters count as written on the key, digits by their place. */
function actionOf(event) {
  const own = actionOfOwnKey(event);
  if (own) return own;
  const plain = !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (plain && event.key === "Escape") return "play";
  if (event.key === "Enter" && !event.altKey && !event.shiftKey) {
    const inText = event.target === $("text") || event.target === document.body || event.target === $("clip-number");
    return inText || event.ctrlKey || event.metaKey ? "accept" : null;
  }
  const arrow = event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (arrow && event.key === "ArrowUp") return "previous";
  if (arrow && event.key === "ArrowDown") return "next";
  if (!withAlt(event)) return null;
  const digit = /^Digit(\d)$/.exec(event.code);
  if (event.shiftKey) return digit && Number(digit[1]) >= 1 && Number(digit[1]) <= versionsOf(current).length ? `version ${digit[1]}` : null;
  if (digit) return VERDICTS[digit[1] - 1] || null;
  const letter = /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : (event.code.match(/^Key(.)$/) || ["", ""])[1].toLowerCase();
  return Object.keys(KEYS).find((id) => KEYS[id].alt === letter) || null;
}

/** The page keys scroll also from within the box, where browsers move the caret instead. */
function scrollByPage(event) {
  const way = { PageUp: -1, PageDown: 1 }[event.key];
  if (!way || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false;
  window.scrollBy(0, way * 0.8 * window.innerHeight);
  return true;
}

function setUpKeys(actions) {
  document.addEventListener("keydown", (event) => {
    if (isComposing(event) || dialogOpen()) return;
    const action = actionOf(event);
    if (!action && screen === "work" && scrollByPage(event)) event.preventDefault();
    if (!action || (screen !== "work" && action !== "guide")) return;
    event.preventDefault();
    if (event.repeat && !HELD.includes(action)) return;
    if (screen === "work" && isVeiled(current) && !VEILED.includes(action)) return;
    if (action.startsWith("version ")) useVersion(Number(action.slice(8)) - 1);
    else actions[action]();
  });
}

function showKeys() {
  for (const el of document.querySelectorAll("kbd[data-key]")) el.textContent = keyName(el.dataset.key);
  $("key-list").replaceChildren(...Object.keys(KEYS).map((id) => {
    const cell = make("th", { scope: "row" }, make("kbd", { textContent: keyName(id) }));
    return make("tr", {}, cell, make("td", { textContent: t("key." + id) }), make("td", {}, ownKeyButton(id)));
  }));
  if (clips.some((_, i) => versionsOf(i).length)) {
    const cell = make("th", { scope: "row" }, make("kbd", { textContent: versionKey("1–9") }));
    $("key-list").append(make("tr", {}, cell, make("td", { textContent: t("key.version") }), make("td")));
  }
  $("keys-reset").hidden = !Object.keys(ownKeys()).length;
}
