// Puts it together: what each key and button does, and the start of the page.
const warned = new Set(); // clips whose listener was reminded to listen

function go(i, play = settings.autoplay) {
  clock.tick();
  current = i;
  if (screen !== "work") showScreen("work");
  player.show(i, play);
  showClip();
  saveBatch();
  focusText();
  $("text").setSelectionRange($("text").value.length, $("text").value.length);
  announce(`${t("clip.number", { i: i + 1, of: clips.length })}. ${clips[i].row.draft || t("text.label.blank")}`);
}

function finish() {
  showScreen("done");
  showDone();
  showProgress();
  $("done-title").focus();
}

function goOn() {
  const next = nextOpen(current);
  if (next < 0) finish();
  else go(next);
}

function conclude(verdict) {
  clock.tick();
  give(current, verdict);
  goOn();
}

function accept() {
  const work = works[current];
  if (work.answer && !isDirty(work)) {
    if (current + 1 < clips.length) go(current + 1);
    else goOn();
    return;
  }
  const kind = acceptance(current);
  if (kind === "empty") return hint("hint.empty");
  if (work.heard < 0.5 && !warned.has(current)) {
    warned.add(current);
    return hint("hint.listen_first");
  }
  conclude(kind);
}

const actions = {
  accept,
  play: player.toggle,
  back: player.back,
  replay: () => player.from(0),
  slower: () => { player.speed(-1); showSettings(); },
  faster: () => { player.speed(1); showSettings(); },
  tag: openTagger,
  previous: () => { if (current > 0) go(current - 1); },
  next: () => {
    if (current + 1 < clips.length) go(current + 1);
    else if (answered() === clips.length) finish();
  },
  undo: () => {
    const i = undo();
    if (i < 0) return;
    go(i);
    toast(t("moves.undone"));
  },
  guide: () => $("guide").showModal(),
};
for (const verdict of VERDICTS) actions[verdict] = () => conclude(verdict);

function edited() {
  works[current].text = $("text").value;
  saveWork(current);
  hint("");
  markKept(current);
  showTags();
  showAccept();
  fitText();
  showSaved();
}

function retranslate() {
  translatePage();
  showKeys();
  showVerdicts((verdict) => actions[verdict]());
  $("conventions").replaceChildren(...STRINGS.conventions[language].map((line) => make("li", { textContent: line })));
  showSettings();
  showStart();
  showDone();
  if (screen === "work") showClip();
}

function setUpButtons() {
  const buttons = { play: "play", "play-again": "play", back: "back", replay: "replay", slower: "slower", faster: "faster",
    accept: "accept", previous: "previous", next: "next", undo: "undo", "show-guide": "guide" };
  for (const [id, action] of Object.entries(buttons)) $(id).addEventListener("click", () => actions[action]());
  $("text").addEventListener("input", edited);
  // A click leaves the caret in the text, so that Enter still accepts; Tab reaches every button.
  document.addEventListener("mousedown", (event) => {
    if (screen === "work" && !document.querySelector("dialog[open]") && event.target.closest("button")) event.preventDefault();
  });
  $("seek").addEventListener("pointerup", focusText);
  $("seek").addEventListener("input", () => player.at(Number($("seek").value)));
  $("language").addEventListener("click", () => {
    language = LANGUAGES[(LANGUAGES.indexOf(language) + 1) % LANGUAGES.length];
    settings.language = language;
    saveSettings();
    retranslate();
  });
  $("theme").addEventListener("click", () => {
    const themes = ["auto", "light", "dark"];
    settings.theme = themes[(themes.indexOf(settings.theme) + 1) % themes.length];
    saveSettings();
    showSettings();
  });
  $("to-start").addEventListener("click", () => { showScreen("start"); showStart(); $("start-go").focus(); });
  $("download").addEventListener("click", downloadAnswers);
  $("download-now").addEventListener("click", downloadAnswers);
  $("review").addEventListener("click", () => go(Math.max(0, nextOpen(clips.length - 1))));
  $("review-skipped").addEventListener("click", () => go(works.findIndex((w) => w.answer && w.answer.verdict === "skip")));
  $("segments").addEventListener("click", (event) => {
    const i = [...$("segments").children].indexOf(event.target);
    if (i >= 0 && screen !== "start") go(i);
  });
}

function setUpStart() {
  $("start-form").addEventListener("submit", (event) => {
    event.preventDefault();
    batch.validator = tidy($("validator").value) || pseudonym();
    settings.validator = batch.validator;
    settings.autoplay = $("autoplay").checked;
    saveSettings();
    saveBatch();
    if (answered() === clips.length) finish();
    else go(works[current].answer ? nextOpen(current) : current);
  });
  $("load").addEventListener("change", async () => {
    const file = $("load").files[0];
    if (!file) return;
    const result = loadAnswers(await file.text());
    $("load").value = "";
    showStart();
    $("load-result").textContent = t("load.result", { ...result, ignored: result.older + result.foreign + result.broken });
  });
  $("erase").addEventListener("click", () => {
    if (!confirm(t("erase.sure"))) return;
    store.eraseBatch();
    works = clips.map((_, i) => readWork(i));
    undone.length = 0;
    current = 0;
    batch.downloaded = null;
    showStart();
  });
}

function begin() {
  chooseLanguage(settings.language);
  document.title = tasks.title;
  $("segments").replaceChildren(...clips.map(() => make("span", { className: "segment" })));
  setUpButtons();
  setUpStart();
  setUpTagger();
  setUpKeys(actions);
  player.watch(() => { drawPlayhead(); markSpoken(); });
  clock.start(showClock);
  retranslate();
  showScreen("start");
  showClock(false);
  $("start-go").disabled = !clips.length;
  $("start-go").focus();
  // The same file open in another tab: take its answers over, but not the clip at hand.
  window.addEventListener("storage", (event) => {
    if (!event.key || !event.key.startsWith(store.prefix)) return;
    works = works.map((work, i) => (i === current && screen === "work" ? work : readWork(i)));
    showProgress();
  });
  window.addEventListener("beforeunload", (event) => {
    const kept = batch.downloaded && batch.downloaded.answers >= answered();
    if (store.kind !== "browser" && answered() && !kept) event.preventDefault();
  });
}

begin();
