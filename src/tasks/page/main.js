// Puts it together: what each key and button does, and the start of the page.
const reminded = new Set(); // clips whose listener was reminded to listen

function go(i, play = settings.autoplay) {
  clock.tick();
  current = i;
  if (screen !== "work") showScreen("work");
  stretch = null;
  player.show(i, play && !isVeiled(i));
  showClip();
  saveBatch();
  caretAtFirstDoubt();
  focusText();
  announce(`${t("clip.number", { i: i + 1, of: clips.length })}. ${isVeiled(i) ? t("veil.title") : clips[i].row.draft || t("text.label.blank")}`);
}

function finish() {
  saveBatch();
  showScreen("done");
  showDone();
  showProgress();
  $("done-title").focus();
}

function goOn(play) {
  const next = passWarned(nextOpen(current));
  if (next < 0) finish();
  else go(next, play);
}

function conclude(verdict) {
  clock.tick();
  player.stop();
  give(current, verdict);
  // After something offensive, a moment of quiet: the next clip waits to be played.
  goOn(verdict === "offensive" ? false : settings.autoplay);
  if (verdict === "offensive" && screen === "work" && !isVeiled(current)) hint("hint.press_play");
}

function accept() {
  if (isVeiled(current)) return lift();
  const work = works[current];
  if (work.answer && !isDirty(work)) {
    if (current + 1 < clips.length) go(current + 1);
    else goOn(settings.autoplay);
    return;
  }
  const kind = acceptance(current);
  if (kind === "empty") return hint("hint.empty");
  if (work.heard < 0.5 && !reminded.has(current)) {
    reminded.add(current);
    return hint($("audio-problem").hidden ? "hint.listen_first" : "hint.unheard");
  }
  conclude(kind);
}

const actions = {
  accept,
  play: player.toggle,
  back: player.back,
  replay: () => player.from(0),
  loop: toggleLoop,
  slower: () => { player.speed(-1); showSettings(); },
  faster: () => { player.speed(1); showSettings(); },
  tag: openTagger,
  previous: () => {
    let i = current - 1;
    while (i >= 0 && isLeftOut(i)) i -= 1;
    if (i >= 0) go(i);
  },
  next: () => {
    const after = clips.findIndex((_, i) => i > current && !isLeftOut(i));
    const next = after >= 0 ? passWarned(after) : -1;
    if (next >= 0) go(next);
    else if (answered() === clips.length) finish();
  },
  undo: () => {
    const i = undo();
    if (i < 0) return;
    go(i);
    toast(t("moves.undone"));
  },
  guide: () => openDialog($("guide")),
  doubt: nextDoubt,
  review: () => go(Math.max(0, nextOpen(clips.length - 1))),
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
  showSettings();
  showStart();
  showDone();
  if (screen === "work") showClip();
}

function setUpButtons() {
  const buttons = { play: "play", "play-again": "play", back: "back", replay: "replay", doubt: "doubt", loop: "loop", slower: "slower", faster: "faster",
    accept: "accept", previous: "previous", next: "next", undo: "undo", "show-guide": "guide" };
  for (const [id, action] of Object.entries(buttons)) $(id).addEventListener("click", () => actions[action]());
  $("text").addEventListener("input", edited);
  // A click leaves the caret in the text, so that Enter still accepts; Tab reaches every button.
  document.addEventListener("mousedown", (event) => {
    if (screen === "work" && !dialogOpen() && event.target.closest("button")) event.preventDefault();
  });
  $("veil-hear").addEventListener("click", lift);
  $("veil-skip").addEventListener("click", actions.skip);
  $("language").addEventListener("change", () => {
    language = $("language").value;
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
  $("download").addEventListener("click", sendAnswers);
  $("download-now").addEventListener("click", sendAnswers);
  $("download-instead").addEventListener("click", downloadAnswers);
  $("leave-out").addEventListener("click", leaveOut);
  $("take-back").addEventListener("click", takeBack);
  $("review").addEventListener("click", actions.review);
  $("review-skipped").addEventListener("click", () => go(works.findIndex((w) => w.answer && w.answer.verdict === "skip")));
  $("segments").addEventListener("click", (event) => {
    const i = [...$("segments").children].indexOf(event.target);
    if (i >= 0 && screen !== "start") go(i);
  });
}

function begin() {
  $("no-start").remove();
  $("top").hidden = false;
  chooseLanguage(settings.language, tasks.interface);
  $("language").replaceChildren(...LANGUAGES.map((code) => make("option", { value: code, lang: code, textContent: STRINGS[code].name })));
  $("segments").replaceChildren(...clips.map(() => make("span", { className: "segment" })));
  setUpButtons();
  setUpStart();
  setUpStatement();
  setUpWave();
  setUpTagger();
  setUpKeys(actions);
  setUpOwnKeys();
  setUpDialogs();
  setUpTouch();
  player.watch(() => { drawPlayhead(); drawStretchEnd(); markSpoken(); });
  clock.start(showClock);
  retranslate();
  showScreen("start");
  showClock(false);
  rest.show();
  $("start-go").disabled = !clips.length;
  $("start-go").focus();
  link.begin();
  // The same file open in another tab: take its answers over, but not the clip at hand.
  window.addEventListener("storage", (event) => {
    if (!event.key || !event.key.startsWith(store.prefix)) return;
    works = works.map((work, i) => (i === current && screen === "work" ? work : readWork(i)));
    showProgress();
  });
  window.addEventListener("beforeunload", (event) => {
    if (link.on ? !link.isOpen() : store.kind === "browser" || !hasUnsent()) return;
    event.preventDefault();
    event.returnValue = true; // Safari and older browsers ask for this one
  });
}

begin();
