// Interface texts. Needs STRINGS (strings/*.json by code); every text on the page goes through t().
const LANGUAGES = Object.keys(STRINGS);
let language = LANGUAGES[0];

/** Chosen before on this computer, else what the browser asks for, else the page's own. */
function chooseLanguage(stored, own) {
  const asked = [stored, ...(navigator.languages || [navigator.language]), own];
  const code = asked.map((l) => String(l || "").toLowerCase().split("-")[0]).find((l) => LANGUAGES.includes(l));
  language = code || LANGUAGES[0];
}

/**
 * The text of a key; {name} stands for params.name. With params.n, "key.one" is used where the language says so; on a screen that is
 * touched "key.touch", which names no key of a keyboard, where there is one; over a link to a server "key.served".
 */
function t(key, params = {}) {
  const texts = STRINGS[language].texts;
  const one = "n" in params && new Intl.PluralRules(language).select(params.n) === "one";
  const name = [link.on && "served", isTouch() && "touch"].filter(Boolean).map((end) => `${key}.${end}`).find((one) => texts[one]) || key;
  const text = (one && texts[name + ".one"]) || texts[name];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole));
}

/** Fills every element that names its text in data-t, or its accessible name in data-t-aria. */
function translatePage() {
  document.documentElement.lang = language;
  for (const el of document.querySelectorAll("[data-t]")) el.textContent = t(el.dataset.t);
  for (const el of document.querySelectorAll("[data-t-aria]")) el.setAttribute("aria-label", t(el.dataset.tAria));
}

/** The batch's own name for a region, else the page's, else its code. */
function regionName(code) {
  const own = tasks.regions[code] || {};
  return own[language] || STRINGS[language].regions[code] || code;
}

function languageName(code) {
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(code) || code;
  } catch {
    return code;
  }
}

/** 75.2 -> "1:15" */
function minutes(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const rest = `${Math.floor((whole % 3600) / 60)}:${String(whole % 60).padStart(2, "0")}`;
  return hours ? `${hours}:${rest.padStart(5, "0")}` : rest;
}

function decimal(number, digits = 1) {
  return number.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function timeOfDay(date) {
  return date.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });
}
