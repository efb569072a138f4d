// What is seen. Each function writes one part of the page from the state; none of them changes it.
let screen = "start";

function showScreen(name) {
  screen = name;
  for (const id of ["start", "work", "done"]) $(id).hidden = id !== name;
  document.body.dataset.screen = name;
  if (name !== "work") player.stop();
  window.scrollTo(0, 0);
}

function announce(text) {
  $("announce").textContent = text;
}

let toastTimer = 0;
function toast(text, milliseconds = 4000) {
  const box = $("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { box.hidden = true; }, milliseconds);
}

function hint(key) {
  $("hint").textContent = key ? t(key, { key: keyName("play") }) : "";
}

function focusText() {
  // Nothing to type before a warned clip is heard; and no button, which a key held down would press.
  if (isVeiled(current)) return $("clip-number").focus({ preventScroll: true });
  // On a touch screen the keyboard would cover half of the page.
  if (isTouch()) $("clip-number").focus({ preventScroll: true });
  else focusBox();
}

function focusBox() {
  $("text").focus({ preventScroll: true });
  keepInView();
}

function fitText() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 4}px`;
}

function reasonText(reason) {
  const params = { ...reason };
  if (reason.region) params.region = regionName(reason.region);
  if (reason.language) params.language = languageName(reason.language);
  const detailed = t(`reason.${reason.code}.detail`, params);
  return reason.heard || reason.region || reason.language ? detailed : t(`reason.${reason.code}`, params);
}

/** The language of clip i as the machine took it, and that which is expected where it is another. */
function spokenText(i) {
  const spoken = clips[i].language;
  if (!spoken) return "";
  const other = tasks.expected && tasks.expected !== spoken;
  return t(other ? "clip.language.other" : "clip.language", { language: languageName(spoken), expected: other ? languageName(tasks.expected) : "" });
}

/** Whether clip i is, or may be, regional speech. */
function isRegional(i) {
  const { row, reasons } = clips[i];
  return Boolean(row.region) || reasons.some(({ code }) => code.startsWith("region") || code === "idiom");
}

function showClip() {
  const { row, reasons } = clips[current];
  const work = works[current];
  $("clip-number").textContent = t("clip.number", { i: current + 1, of: clips.length });
  $("recording").textContent = row.path;
  $("position").textContent = t("clip.position", { from: minutes(row.start), to: minutes(row.end) });
  $("region").textContent = row.region ? regionName(row.region) : "";
  $("spoken-language").textContent = spokenText(current);
  $("reasons").replaceChildren(...reasons.map((r) => make("span", { className: "reason", textContent: reasonText(r), dir: "auto" })));
  $("before").textContent = row.context_before ? `… ${row.context_before}` : "";
  $("after").textContent = row.context_after ? `${row.context_after} …` : "";
  $("text").value = work.text;
  const spoken = clips[current].language || tasks.speech || "";
  $("text").lang = spoken;
  $("words").lang = spoken;
  // A spell checker takes regional words for mistakes.
  $("text").spellcheck = !isRegional(current);
  $("doubt").hidden = !clips[current].words.length;
  $("text-label").textContent = t(row.draft || versionsOf(current).length ? "text.label" : "text.label.blank");
  hint("");
  showVeil();
  showWords(current);
  showVersions();
  showWave(current);
  drawStretch();
  showTags();
  showLeaveOut();
  showAccept();
  fitText();
  showProgress();
}

function showAccept() {
  const work = works[current];
  const kind = acceptance(current);
  const settled = work.answer && !isDirty(work);
  $("accept-label").textContent = t(settled ? "accept.keep" : `accept.${kind}`);
  $("accept").classList.toggle("waiting", !settled && kind === "empty");
  const state = $("state");
  state.textContent = !work.answer ? "" : isDirty(work) ? t("state.dirty") : t("state.answered", { verdict: t("verdict." + work.answer.verdict) });
  state.classList.toggle("dirty", isDirty(work));
  for (const button of $("verdicts").children) {
    button.setAttribute("aria-pressed", String(Boolean(work.answer) && work.answer.verdict === button.dataset.verdict));
  }
  $("undo").disabled = !undone.length;
  $("previous").disabled = current === 0;
  $("next").disabled = current === clips.length - 1 && answered() < clips.length;
}

function showProgress() {
  const done = answered();
  const bar = $("progress");
  bar.setAttribute("aria-valuemax", clips.length);
  bar.setAttribute("aria-valuenow", done);
  bar.setAttribute("aria-valuetext", t("progress.text", { n: done, of: clips.length }));
  $("progress-text").textContent = t("progress.text", { n: done, of: clips.length });
  const segments = $("segments").children;
  works.forEach((work, i) => {
    const kind = !work.answer ? "open" : work.answer.verdict === "skip" ? "skipped" : "answered";
    const name = `segment ${kind}${i === current && screen === "work" ? " here" : ""}`;
    if (segments[i].className !== name) segments[i].className = name;
  });
  showSaved();
  showPay();
  link.redraw();
}

function showSaved() {
  const box = $("saved");
  const lost = store.kind === "none";
  box.classList.toggle("warn", store.kind !== "browser");
  if (lost) box.textContent = t("saved.none");
  else if (store.kind === "tab") box.textContent = t("saved.tab");
  else box.textContent = savedAt && !link.on ? t("saved.at", { time: timeOfDay(savedAt) }) : "";
}

function showClock(running) {
  $("clock").textContent = minutes(activeTotal());
  $("clock-idle").hidden = running || screen !== "work";
  showPay();
}

function showDone() {
  const done = answered();
  const left = clips.length - done;
  showExposure();
  $("done-title").textContent = left ? t("done.partly", { n: left }) : t("done.all");
  $("done-summary").textContent = t("done.summary", { n: done, time: minutes(activeTotal()) });
  const counts = ALL_VERDICTS.map((v) => [v, works.filter((w) => w.answer && w.answer.verdict === v).length]).filter(([, n]) => n);
  $("done-counts").replaceChildren(...counts.map(([v, n]) => make("li", {}, make("b", { textContent: n }), " ", t("verdict." + v))));
  const shares = sharesFiles();
  $("download").textContent = t(shares ? "share.long" : "download.long", { n: done });
  $("download-instead").hidden = !shares;
  $("done-left-out").hidden = !leftOutOpen();
  $("done-left-out-text").textContent = t("voice.open", { n: leftOutOpen() });
  $("download-state").textContent = !batch.downloaded ? t("download.never")
    : t(!batch.stale ? "download.current" : "download.stale", { time: timeOfDay(new Date(batch.downloaded.at)) });
  $("review").textContent = t(left ? "done.continue" : "done.review");
  $("review-skipped").hidden = !works.some((w) => w.answer && w.answer.verdict === "skip");
  link.redrawDone();
}

function showSettings() {
  $("language").value = language;
  $("theme").textContent = t("theme." + settings.theme);
  document.documentElement.dataset.theme = settings.theme;
  $("download-now").textContent = t(sharesFiles() ? "share.short" : "download.short");
  $("speed").textContent = `${decimal(settings.speed, 2).replace(/0$/, "")} ×`;
}

function showVerdicts(onVerdict) {
  $("verdicts").replaceChildren(...VERDICTS.map((verdict) => {
    const button = make("button", { type: "button", title: t(`verdict.${verdict}.help`) },
      make("span", { textContent: t("verdict." + verdict) }), " ", make("kbd", { textContent: keyName(verdict) }));
    button.dataset.verdict = verdict;
    button.addEventListener("click", () => onVerdict(verdict));
    return button;
  }));
}
