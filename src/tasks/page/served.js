// Answers go to the server as they are given: about a second later, one request at a time, again until it has them. Nothing waits
// for it: work goes on without a network, and a download is there at any time.
const SOON = 1000;
const LONGEST_WAIT = 60_000;
const SMALL = 60_000; // bytes that a browser still sends for a page that is being closed

const sending = {
  said: Object.assign({}, store.note("server")), // what the server said last
  joined: false, // whether it was asked for what it has
  joins: 0, // how often, in this sitting
  busy: false,
  failures: 0, // in a row
  trouble: "", // "offline", "server" or "busy" while requests fail
  ended: "", // "gone", "withdrawn" or "returned": nothing is sent any more
  returning: false, // the batch is to be given back as soon as all is sent
  most: 50, // rows of one request
  flying: [], // what is under way
  until: 0, // not before
  timer: 0,
  due: Infinity,
};

/** What to send now: answers that wait, and with them what has changed by itself; the wish to be credited goes along with any answer. */
function toSend() {
  const all = clips.map((_, i) => i);
  const open = all.filter(isWaiting);
  const credited = answered() > 0 && (batch.credits[batch.validator] || "") !== (sending.said.credit || "");
  if (!open.length && !credited && screen !== "done") return [];
  const list = [...open, ...all.filter(hasGrown)];
  return list.length || !credited ? list : [all.find((i) => works[i].answer)];
}

/** Sends in a while, or earlier where that was planned already. */
function sendSoon(milliseconds = SOON) {
  if (!link.on || sending.ended) return;
  const due = Math.max(Date.now() + milliseconds, sending.until);
  if (sending.timer && sending.due <= due) return;
  clearTimeout(sending.timer);
  sending.due = due;
  sending.timer = setTimeout(send, due - Date.now());
}

async function send() {
  sending.timer = 0;
  if (sending.busy || sending.ended) return;
  sending.busy = true;
  try {
    if (!sending.joined) await join();
    for (let list = toSend(); list.length; list = toSend()) await put(list.slice(0, sending.most));
    if (sending.returning) await request("POST", "/return").then(() => end("returned"));
    Object.assign(sending, { failures: 0, trouble: "" });
  } catch (error) {
    if (!("status" in error)) throw error;
    fail(error);
  } finally {
    sending.busy = false;
    sending.flying = [];
    link.redraw();
  }
  if (sending.trouble) sendSoon(pause());
  else if (toSend().length || !sending.joined) sendSoon();
}

/** 2 s, doubled with each failure up to a minute; not the same for all, who would come back together. */
const pause = () => Math.min(LONGEST_WAIT, 1000 * 2 ** Math.min(sending.failures, 10)) * (0.75 + Math.random() / 2);

function fail({ status, code, after }) {
  sending.failures += 1;
  if (status === 413 && code) return halve();
  if (status === 404 && code) return end("gone");
  if (status === 410 && code) return end("withdrawn");
  if (after || status === 429) sending.until = Date.now() + 1000 * (after || 30);
  sending.trouble = status === 429 ? "busy" : status ? "server" : "offline";
  return undefined;
}

/** Too much at once: fewer rows; one that is too large by itself is told. */
function halve() {
  if (sending.flying.length === 1) noteReply(sending.flying, [{ clip: clips[sending.flying[0].i].row.clip, code: "too_large" }]);
  sending.most = Math.max(1, Math.floor(sending.flying.length / 2));
  sending.failures = 0;
}

function end(why) {
  sending.ended = why;
  sending.returning = false;
  if (why !== "returned") {
    if (screen !== "work") window.scrollTo(0, 0); // to where it is said
    return;
  }
  showScreen("done");
  showDone();
  $("done-title").focus();
}

/** Asks who the link stands for and what the server has. */
async function join() {
  const said = await request("GET");
  if (typeof said.validator !== "string" || !said.validator || !Array.isArray(said.answers)) throw Object.assign(new Error("no answer of ours"), { status: 0 });
  const rows = said.answers.filter((row) => row !== null && typeof row === "object");
  const key = clips.length && works[current].answer && answerKey(current);
  const begun = works[current] && works[current].text;
  takeOver(said.validator);
  takeAnswers(rows, sending.joins === 0);
  sending.said.validator = said.validator;
  workUnder(said.validator);
  if (typeof said.credit === "string") {
    sending.said.credit = said.credit;
    if (!(said.validator in batch.credits)) batch.credits[said.validator] = said.credit;
  }
  hear(said);
  sending.joined = true;
  sending.joins += 1;
  saveBatch();
  const isOther = clips.length && (works[current].answer && answerKey(current)) !== key;
  if (screen === "start") showStartAgain();
  else if (screen === "work" && isOther && works[current].text !== begun) showClip();
  else if (screen === "work" && isOther) showAccept();
  else if (screen === "done") showDone();
  showProgress();
}

/** The start screen, but for what was filled in there meanwhile. */
function showStartAgain() {
  const [wanted, name] = [$("credit").checked, $("credit-name").value];
  showStart();
  if (!wanted) return;
  $("credit").checked = true;
  $("credit-name").value = name || $("credit-name").value;
  fitCredit();
}

/** All answers here are of the person whose link it is. */
function workUnder(name) {
  const last = batch.validator;
  works.forEach((work, i) => {
    if (!work.answer || work.answer.validator === name) return;
    work.answer.validator = name;
    saveWork(i);
  });
  if (last !== name && last in batch.credits) {
    batch.credits[name] = batch.credits[last];
    delete batch.credits[last];
  }
  batch.validator = name;
}

/** Keeps what the server says of the batch. */
function hear({ expires, done, code, return_address: back, next }) {
  Object.assign(sending.said, { expires, done, code, back, next });
  store.saveNote("server", sending.said);
}

async function put(list) {
  const credit = batch.credits[batch.validator] || "";
  sending.flying = noteSending(list);
  const body = answersText(list);
  settle(await request("PUT", "", body, new Blob([body]).size < SMALL), sending.flying, credit);
}

/** The server has rows on its disk, or says which it does not take. */
function settle(said, sendings, credit) {
  if (!(said.received >= sendings.length)) throw Object.assign(new Error("rows are missing"), { status: 0 });
  const refused = Array.isArray(said.refused) ? said.refused : [];
  noteReply(sendings, refused);
  sending.said.credit = credit;
  hear(said);
  if (said.known > 0) sending.joined = false; // it may have a newer one, from another device
  if (refused.length && screen !== "done") toast(t("served.refused.where", { n: refused.length }), 12_000);
  if (screen === "done") showDone();
}

/** The page may be about to go: what is not under way is sent without waiting for what comes of it. */
function sendBeforeLeaving() {
  if (sending.ended || !sending.joined || Date.now() < sending.until) return;
  const under = new Set(sending.flying.map(({ key }) => key));
  const list = toSend().filter((i) => !under.has(answerKey(i)));
  if (!list.length) return;
  const credit = batch.credits[batch.validator] || "";
  const body = answersText(list);
  if (new Blob([body]).size + (under.size ? SMALL / 2 : 0) >= SMALL) return;
  const sendings = noteSending(list);
  sending.flying = [...sending.flying, ...sendings];
  request("PUT", "", body, true).then((said) => settle(said, sendings, credit)).catch(() => {}).then(() => {
    if (!sending.busy) sending.flying = [];
    link.redraw();
  });
}

/** Gives the batch back: others get what is left. */
async function giveBack() {
  if (await askWho(answered() ? t("served.return.sure", { n: answered() }) : t("served.return.none"), t("served.return.yes"), t("served.return.no")) !== "one") return;
  sending.returning = true;
  link.redraw();
  sendSoon(0);
}

if (link.on) {
  link.onAnswer = (i) => {
    if (sending.joined) workUnder(sending.said.validator); // also what comes from a file
    noteChange(i);
    sendSoon();
    link.redraw();
  };
  link.name = () => batch.validator || tasks.to || pseudonym();
  link.isOpen = () => sending.ended !== "returned" && waiting() > 0 && !(sending.ended && batch.downloaded && !batch.stale);
  link.eraseSure = () => t(waiting() ? "served.erase.lost" : "served.erase", { n: waiting() });
  link.erased = () => { notes = clips.map((_, i) => readNote(i)); link.redraw(); };
  link.begin = () => {
    setUpServed();
    link.redrawDone = () => { showServedDone(); if (toSend().length) sendSoon(); };
    sendSoon(0);
    window.addEventListener("online", () => sendSoon(0));
    window.addEventListener("pageshow", (event) => { if (event.persisted) sendSoon(0); });
    window.addEventListener("pagehide", sendBeforeLeaving);
    // Another tab of the same link.
    window.addEventListener("storage", ({ key }) => {
      if (!key || !key.startsWith(`${store.prefix}sent/`)) return;
      notes = clips.map((_, i) => readNote(i));
      link.redraw();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") sendBeforeLeaving();
      else if (toSend().length) sendSoon();
    });
  };
}
