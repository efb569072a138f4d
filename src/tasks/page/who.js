// Who works here. Several people may share a computer, and a page: each answer keeps the name under which it was given, and a name
// that is another's but for accents or letter case is asked about.

/** A name without letter case, accents and doubled spaces. */
const foldName = (name) => tidy(name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase());

/** Names that gave answers here or worked on this computer, each once, the latest first. */
function knownNames() {
  const names = [batch.validator, ...works.map((work) => work.answer && work.answer.validator), settings.validator, ...(settings.people || [])];
  return [...new Set(names.filter(Boolean))];
}

const answersOf = (name) => works.filter((work) => work.answer && (work.answer.validator || batch.validator) === name).length;

/** Asks with two buttons; gives "one", "two", or null where it was closed. */
function askWho(text, one, two) {
  $("who-text").textContent = text;
  $("who-one").textContent = one;
  $("who-two").textContent = two;
  openDialog($("who"));
  return new Promise((resolve) => {
    let said = null;
    const answer = (value) => () => {
      said = value;
      closeDialog($("who"));
    };
    $("who-one").onclick = answer("one");
    $("who-two").onclick = answer("two");
    $("who").addEventListener("close", () => resolve(said), { once: true });
  });
}

/** The name under which a person goes on, once what is doubtful was asked; null: they want to look at it again. */
async function settleName(name) {
  const apart = (settings.apart || []).map((pair) => [...pair].sort().join("\n"));
  const alike = knownNames().find((other) => other !== name && foldName(other) === foldName(name)
    && !apart.includes([name, other].sort().join("\n")));
  if (alike !== undefined) {
    const said = await askWho(t("who.alike", { name, other: alike }), t("who.alike.same", { other: alike }), t("who.alike.two"));
    if (said === "two") settings.apart = [...(settings.apart || []), [name, alike]];
    return said === null ? null : said === "one" ? alike : name;
  }
  const last = batch.validator;
  if (!last || last === name || !answersOf(last) || knownNames().includes(name)) return name;
  const said = await askWho(t("who.changed", { n: answersOf(last), name, other: last }), t("who.changed.same", { name }), t("who.changed.two"));
  if (said === "one") renameAnswers(last, name);
  return said === null ? null : name;
}

function renameAnswers(from, to) {
  works.forEach((work, i) => {
    if (!work.answer || (work.answer.validator || from) !== from) return;
    work.answer.validator = to;
    saveWork(i);
  });
  if (from in batch.credits) batch.credits[to] = batch.credits[from];
  delete batch.credits[from];
  if (settings.people) settings.people = settings.people.filter((name) => name !== from);
  batch.stale = true;
}

/** Goes on under a name; answers from before there was one for each keep the name of then. */
function workAs(name, credit) {
  const last = batch.validator;
  works.forEach((work, i) => {
    if (!work.answer || work.answer.validator || !last) return;
    work.answer.validator = last;
    saveWork(i);
  });
  if ((batch.credits[name] || "") !== credit) batch.stale = true;
  batch.validator = name;
  batch.credits[name] = credit;
  settings.validator = name;
  settings.people = [name, ...(settings.people || []).filter((other) => other !== name)].slice(0, 20);
  settings.creditNames = { ...settings.creditNames, ...(credit ? { [name]: credit } : {}) };
}

/** The name of whom the page is for, before anybody worked on it; else the question: is it still the one who worked here last? */
function showWho() {
  if (link.on) return showCreditOf(link.name());
  const [last] = knownNames();
  const handed = batch.validator ? "" : tasks.to || "";
  $("who-last").hidden = last === undefined || handed !== "";
  $("who-last-text").textContent = last === undefined ? "" : t("who.last", { name: last });
  $("validator").value = handed || last || pseudonym();
  showCreditOf($("validator").value);
  return undefined;
}

function showCreditOf(name) {
  $("credit").checked = Boolean(batch.credits[name]);
  $("credit-name").value = batch.credits[name] || (settings.creditNames || {})[name] || "";
  fitCredit();
}

function setUpWho() {
  $("who-other").addEventListener("click", () => {
    $("validator").value = pseudonym();
    showCreditOf($("validator").value);
    $("who-last").hidden = true;
    $("validator").focus();
    $("validator").select();
  });
}
