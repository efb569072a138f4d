// The start screen: name, credit, what to expect; answers loaded back, work erased.

function showStart() {
  const sound = clips.reduce((sum, item) => sum + item.row.end - item.row.start, 0);
  document.title = batchTitle();
  $("start-title").textContent = batchTitle();
  $("title").textContent = batchTitle();
  $("start-size").textContent = t("start.size", { n: clips.length, sound: minutes(sound) });
  $("start-expected").hidden = !tasks.expected;
  $("start-expected").textContent = tasks.expected ? t("start.expected", { language: languageName(tasks.expected) }) : "";
  $("start-sealed").hidden = !tasks.sealed;
  $("start-saved").textContent = t("start.saved." + store.kind);
  showWho();
  $("autoplay").checked = settings.autoplay;
  $("start-go").textContent = answered() ? t("start.continue", { n: answered(), of: clips.length }) : t("start.go");
  $("erase").hidden = !answered();
  showTeam();
  showNotice();
  showPayOnStart();
  showWarnedOnStart();
  showProgress();
  link.redrawStart();
}

/** A name is asked for only where somebody wants to be credited, and only then goes into the file. */
function fitCredit() {
  const wanted = $("credit").checked;
  $("credit-row").hidden = !wanted;
  $("credit-name").required = wanted;
}

async function startWork() {
  const name = link.on ? link.name() : await settleName(tidy($("validator").value) || pseudonym());
  if (name === null) return $("validator").focus();
  workAs(name, $("credit").checked ? tidy($("credit-name").value) : "");
  settings.autoplay = $("autoplay").checked;
  saveSettings();
  saveBatch();
  const next = passWarned(works[current].answer ? nextOpen(current) : current);
  if (next < 0) finish();
  else go(next);
  return undefined;
}

function setUpStart() {
  setUpWho();
  $("pass-kinds").addEventListener("change", () => {
    keepPassed();
    saveBatch();
  });
  $("credit").addEventListener("change", () => {
    fitCredit();
    if ($("credit").checked) $("credit-name").focus();
  });
  $("start-form").addEventListener("submit", (event) => {
    event.preventDefault();
    startWork();
  });
  $("load").addEventListener("change", async () => {
    const file = $("load").files[0];
    if (!file) return;
    const result = loadAnswers(await file.text());
    clips.forEach((_, i) => link.onAnswer(i));
    $("load").value = "";
    showStart();
    $("load-result").textContent = t("load.result", { ...result, ignored: result.older + result.foreign + result.broken });
  });
  $("erase").addEventListener("click", () => {
    if (!confirm(link.eraseSure())) return;
    store.eraseBatch();
    works = clips.map((_, i) => readWork(i));
    undone.length = 0;
    lifted.clear();
    leftOut.clear();
    spared.clear();
    current = 0;
    link.erased();
    Object.assign(batch, { downloaded: null, stale: false, credits: {}, passWarned: [], exposedSaid: 0 });
    showStart();
  });
}
