// What is seen of the server: a quiet line in the head, what the link is for on the start screen, what comes next on the last one.
let saidOfServer = ""; // read out last

/** "none", "all", "sending", "refused", or what is wrong. */
function serverState() {
  if (sending.ended) return sending.ended;
  if (sending.trouble) return waiting() ? sending.trouble : `${sending.trouble}.none`;
  if (waiting()) return "sending";
  if (refusedClips().length) return "refused";
  return answered() && sending.joined ? "all" : "none";
}

/** Writes a text where it is another one: what is read out is then read once. */
function write(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text;
}

function serverText(state) {
  if (state === "none") return "";
  if (state === "returned" && waiting()) return t("served.returned.since", { n: waiting() });
  return t(`served.${state}`, { n: state === "refused" ? refusedClips().length : waiting() });
}

/** The line in the head. It is read out when things go wrong, and when they are right again; not with each answer. */
function showSending() {
  const state = serverState();
  const text = serverText(state);
  write("sending", text);
  $("sending").hidden = !text;
  const isWrong = !["none", "all", "sending"].includes(state);
  $("sending").classList.toggle("warn", ["refused", "gone", "withdrawn"].includes(state));
  $("sending").classList.toggle("trouble", isWrong);
  const isSaidElsewhere = ["gone", "withdrawn"].includes(state) || screen === "done";
  if (isSaidElsewhere) write("sending-said", "");
  else if (isWrong ? state !== saidOfServer : saidOfServer && state === "all") write("sending-said", text);
  if (isWrong) saidOfServer = state;
  else if (state === "all") saidOfServer = "";
  showEnded();
}

/** The link is no longer good: what to do with the work. */
function showEnded() {
  const isOver = ["gone", "withdrawn"].includes(sending.ended);
  $("link-ended").hidden = !isOver;
  if (!isOver) return;
  const { contact } = tasks.team;
  write("link-ended-text", t(`served.${sending.ended}.text`));
  write("link-ended-contact", contact ? t("team.contact", { contact }) : "");
  $("link-ended-contact").hidden = !contact;
  $("link-ended-download").hidden = !answered();
}

/** Until when the clips are kept: the time, with the day where it is another one than today. */
function untilText(text) {
  const at = new Date(text || NaN);
  if (Number.isNaN(at.getTime())) return "";
  if (at.toDateString() === new Date().toDateString()) return t("served.until", { time: timeOfDay(at) });
  const time = at.toLocaleString(language, { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
  return t("served.until.day", { time });
}

function showServedStart() {
  const until = sending.ended ? "" : untilText(sending.said.expires);
  $("start-until").hidden = !until;
  $("start-until").textContent = until;
  const name = batch.validator || tasks.to;
  $("start-as").hidden = !name;
  $("start-as").textContent = name ? t("served.as", { name }) : "";
  $("give-back-row").hidden = !canGiveBack();
  const isPointless = sending.ended === "returned" || (sending.ended && !answered());
  $("start-go").disabled = !clips.length || Boolean(isPointless);
}

const canGiveBack = () => !sending.ended && !sending.returning && sending.joined && !sending.said.done;

/** An address that may be linked: https alone. */
function safeAddress(text) {
  try {
    const address = new URL(text);
    return address.protocol === "https:" ? address : null;
  } catch {
    return null;
  }
}

function showServedDone() {
  const { done, code, back, next } = sending.said;
  const state = serverState();
  const settled = state === "all" || state === "refused" || state === "returned";
  const over = sending.ended === "returned" || (Boolean(done) && settled);
  const isStuck = waiting() > 0 && (sending.trouble || sending.ended);
  if (answered() === clips.length) $("done-title").textContent = t(isStuck ? "served.nearly" : "done.all");
  if (sending.ended === "returned") {
    $("done-title").textContent = t("served.returned");
    $("review").hidden = true;
    $("review-skipped").hidden = true;
  }
  write("served-state", servedStateText(state));
  $("served-refused").replaceChildren(...refusedClips().map((i) => make("li", { textContent: t("served.refused.clip", { i: i + 1, why: refusedText(notes[i].refused) }) })));
  $("served-refused").hidden = !refusedClips().length;
  const shown = over && code ? String(code) : "";
  $("code-row").hidden = !shown;
  if ($("code").value !== shown) {
    $("code").value = shown;
    $("code").size = Math.max(8, shown.length + 1);
    $("code-said").textContent = "";
  }
  const address = over ? safeAddress(back) : null;
  $("return-row").hidden = !address;
  if (address) {
    $("return-link").href = address.href;
    $("return-link").textContent = t("served.back", { host: address.hostname });
  }
  $("next-batch").hidden = !(over && next === true);
  $("next-batch").classList.toggle("primary", !address);
  $("done-give-back").hidden = !(canGiveBack() && answered() < clips.length);
  $("served-download").textContent = t("download.long", { n: answered() });
  $("served-download").hidden = !answered();
}

/** The same as in the head as whole sentences, with what happens next. */
function servedStateText(state) {
  if (state === "returned" && !waiting()) return t("served.returned.text");
  if (sending.returning) return t("served.returning");
  const text = serverText(state);
  if (!text) return "";
  return sending.trouble && !sending.ended ? `${text}. ${t("served.tries")}` : `${text}.`;
}

function refusedText(code) {
  const known = ["withdrawn_clip", "withdrawn_validator", "not_assigned", "too_large"];
  return t(`served.refused.${known.includes(code) ? code : "other"}`);
}

async function copyCode() {
  $("code").select();
  let copied = false;
  try {
    if (navigator.clipboard) copied = await navigator.clipboard.writeText($("code").value).then(() => true);
    else copied = document.execCommand("copy");
  } catch { /* it is selected, for the keyboard */ }
  $("code-said").textContent = t(copied ? "served.code.copied" : "served.code.by_hand");
}

function setUpServed() {
  link.redraw = () => { showSending(); showServedStart(); if (screen === "done") showServedDone(); };
  link.redrawStart = showServedStart;
  $("who-name").hidden = true;
  $("done-steps").hidden = true;
  $("done-served").hidden = false;
  $("code").addEventListener("focus", () => $("code").select());
  $("code-copy").addEventListener("click", copyCode);
  $("next-batch").addEventListener("click", () => location.reload());
  for (const id of ["give-back", "done-give-back"]) $(id).addEventListener("click", giveBack);
  for (const id of ["served-download", "link-ended-download"]) $(id).addEventListener("click", downloadAnswers);
}
