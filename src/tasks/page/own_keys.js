// Keys of the reader's own, for foot pedals and habits: one for each action, chosen in the help, kept in this browser for all batches.
// The usual key goes on working. What writes or moves the caret is refused, so that no text can answer a clip.
const MODIFIERS = ["Control", "Alt", "AltGraph", "Shift", "Meta", "CapsLock", "Fn", "OS"];
const FOR_WRITING = /^(Tab|Enter|Escape|Backspace|Delete|Arrow.*|Home|End|Page.*|Dead|Process|Unidentified|Compose|Insert)$/;
const FOR_EDITING = /^Key[ACVXYZ]$/; // with Control or Command
let asking = null; // the action whose key is being chosen

/** { action: { sign, label } } */
const ownKeys = () => settings.keys || {};
const ownKey = (id) => ownKeys()[id];

function signOf(event) {
  const held = [["ctrlKey", "Ctrl"], ["altKey", "Alt"], ["shiftKey", "Shift"], ["metaKey", "Meta"]].filter(([name]) => event[name]);
  return [...held.map(([, name]) => name), event.code || event.key].join("+");
}

function labelOf(event) {
  const name = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const code = /^(?:Key|Digit)(.)$/.exec(event.code);
  return [...signOf(event).split("+").slice(0, -1), code ? code[1] : name].join(" ");
}

function actionOfOwnKey(event) {
  const sign = signOf(event);
  return Object.keys(ownKeys()).find((id) => KEYS[id] && ownKeys()[id].sign === sign) || null;
}

/** Whether a press may become a key of its own: function and media keys, or a letter with Control, Alt or Command that writes nothing. */
function mayBeOwn(event) {
  if (FOR_WRITING.test(event.key) || event.getModifierState("AltGraph")) return false;
  const command = event.ctrlKey || event.metaKey;
  if (command && FOR_EDITING.test(event.code)) return false;
  if (event.key.length > 1) return true;
  return command || (event.altKey && !MAC);
}

function ownKeyButton(id) {
  const button = make("button", { type: "button", className: "quiet change-key", textContent: t(asking === id ? "keys.press" : "keys.change") });
  button.setAttribute("aria-label", `${button.textContent}: ${t("key." + id)}`);
  button.dataset.action = id;
  button.addEventListener("click", () => ask(asking === id ? null : id, id));
  return button;
}

/** Asks for the key of an action, or with null no longer. */
function ask(id, back = id) {
  asking = id;
  $("keys-said").textContent = id ? t("keys.press.help") : "";
  redrawKeys(back);
}

function redrawKeys(id) {
  showKeys();
  showVerdicts((verdict) => actions[verdict]());
  if (screen === "work") showAccept();
  const button = document.querySelector(`.change-key[data-action="${id}"]`);
  if (button) button.focus();
}

function takeKey(event) {
  event.preventDefault();
  event.stopPropagation();
  if (MODIFIERS.includes(event.key) || event.repeat) return;
  const id = asking;
  if (event.key === "Escape") {
    ask(null, id);
    return;
  }
  const keys = { ...ownKeys() };
  if (event.key === "Backspace" || event.key === "Delete") delete keys[id];
  else if (isComposing(event) || !mayBeOwn(event)) {
    $("keys-said").textContent = t("keys.refused");
    return;
  } else {
    const sign = signOf(event);
    for (const other of Object.keys(keys)) if (keys[other].sign === sign) delete keys[other];
    keys[id] = { sign, label: labelOf(event) };
  }
  settings.keys = keys;
  saveSettings();
  asking = null;
  $("keys-said").textContent = t("keys.now", { what: t("key." + id), key: keyName(id) });
  redrawKeys(id);
}

function setUpOwnKeys() {
  window.addEventListener("keydown", (event) => { if (asking) takeKey(event); }, true);
  $("guide").addEventListener("close", () => { asking = null; $("keys-said").textContent = ""; showKeys(); });
  $("keys-reset").addEventListener("click", () => {
    settings.keys = {};
    saveSettings();
    $("keys-said").textContent = t("keys.reset.done");
    redrawKeys("accept");
  });
}
