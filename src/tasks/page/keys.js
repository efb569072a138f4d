// The keyboard. Every key works while typing: Enter, Esc and the page keys alone, the rest with Alt.
// Firefox opens its menus with Alt and a letter, and Safari types a sign with Option and a key: a key press that is
// taken here does neither. Safari and Chrome on a Mac name that sign in event.key, so event.code decides there.
const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const ALT = MAC ? "⌥" : "Alt ";

const KEYS = {
  accept: { named: "keyname.enter" },
  play: { show: "Esc" },
  back: { alt: "j" },
  replay: { alt: "r" },
  loop: { alt: "b" },
  slower: { alt: "h" },
  faster: { alt: "l" },
  tag: { alt: "t" },
  previous: { show: "PgUp", more: ALT + "↑" },
  next: { show: "PgDn", more: ALT + "↓" },
  undo: { alt: "x" },
  guide: { alt: "g" },
};
VERDICTS.forEach((verdict, n) => { KEYS[verdict] = { digit: String(n + 1) }; });

const versionKey = (n) => (MAC ? `⌥⇧${n}` : `Alt ${t("keyname.shift")} ${n}`);
/** What can be done before a warned clip is heard. */
const VEILED = ["accept", "previous", "next", "undo", "guide", "skip"];

function keyName(id) {
  const key = KEYS[id];
  if (key.named) return t(key.named);
  return key.show || ALT + (key.digit || key.alt.toUpperCase());
}

/** Which action a key press asks for. Letters count as written on the key, digits by their place. */
function actionOf(event) {
  const plain = !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (plain && event.key === "Escape") return "play";
  if (plain && event.key === "PageUp") return "previous";
  if (plain && event.key === "PageDown") return "next";
  if (event.key === "Enter" && !event.altKey && !event.shiftKey) {
    const inText = event.target === $("text") || event.target === document.body || event.target === $("clip-number");
    return inText || event.ctrlKey || event.metaKey ? "accept" : null;
  }
  const alt = event.altKey && !event.ctrlKey && !event.metaKey && !event.getModifierState("AltGraph");
  if (!alt) return null;
  const digit = /^Digit(\d)$/.exec(event.code);
  if (event.shiftKey) return digit && Number(digit[1]) >= 1 && Number(digit[1]) <= versionsOf(current).length ? `version ${digit[1]}` : null;
  if (event.key === "ArrowUp") return "previous";
  if (event.key === "ArrowDown") return "next";
  if (digit) return VERDICTS[digit[1] - 1] || null;
  const letter = /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : (event.code.match(/^Key(.)$/) || ["", ""])[1].toLowerCase();
  return Object.keys(KEYS).find((id) => KEYS[id].alt === letter) || null;
}

function setUpKeys(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    const action = actionOf(event);
    if (!action || (screen !== "work" && action !== "guide")) return;
    event.preventDefault();
    if (event.repeat && !["back", "slower", "faster"].includes(action)) return;
    if (screen === "work" && isVeiled(current) && !VEILED.includes(action)) return;
    if (action.startsWith("version ")) useVersion(Number(action.slice(8)) - 1);
    else actions[action]();
  });
}

function showKeys() {
  for (const el of document.querySelectorAll("kbd[data-key]")) el.textContent = keyName(el.dataset.key);
  $("key-list").replaceChildren(...Object.keys(KEYS).map((id) => {
    const cell = make("th", { scope: "row" }, make("kbd", { textContent: keyName(id) }));
    if (KEYS[id].more) cell.append(" ", make("kbd", { textContent: KEYS[id].more }));
    return make("tr", {}, cell, make("td", { textContent: t("key." + id) }));
  }));
  if (clips.some((_, i) => versionsOf(i).length)) {
    const cell = make("th", { scope: "row" }, make("kbd", { textContent: versionKey("1–9") }));
    $("key-list").append(make("tr", {}, cell, make("td", { textContent: t("key.version") })));
  }
}
