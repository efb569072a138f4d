// The start screen: name, credit, what to expect; answers loaded back, work erased.

function showStart() {
  const sound = clips.reduce((sum, item) => sum + item.row.end - item.row.start, 0);
  $("start-title").textContent = tasks.title;
  $("title").textContent = tasks.title;
  $("start-size").textContent = t("start.size", { n: clips.length, sound: minutes(sound) });
  $("start-sealed").hidden = !tasks.sealed;
  $("start-saved").textContent = t("start.saved." + store.kind);
  $("validator").value = batch.validator || tasks.to || settings.validator || pseudonym();
  $("credit").checked = Boolean(batch.credit);
  $("credit-name").value = batch.credit || settings.creditName || "";
  $("autoplay").checked = settings.autoplay;
  $("start-go").textContent = answered() ? t("start.continue", { n: answered(), of: clips.length }) : t("start.go");
  $("erase").hidden = !answered();
  fitCredit();
  showPayOnStart();
  showWarnedOnStart();
  showProgress();
}

/** A name is asked for only where somebody wants to be credited, and only then goes into the file. */
function fitCredit() {
  const wanted = $("credit").checked;
  $("credit-row").hidden = !wanted;
  $("credit-name").required = wanted;
}

function startWork() {
  batch.validator = tidy($("validator").value) || pseudonym();
  batch.credit = $("credit").checked ? tidy($("credit-name").value) : "";
  batch.passWarned = $("pass-warned").checked;
  settings.validator = batch.validator;
  if (batch.credit) settings.creditName = batch.credit;
  settings.autoplay = $("autoplay").checked;
  saveSettings();
  saveBatch();
  const next = passWarned(works[current].answer ? nextOpen(current) : current);
  if (next < 0) finish();
  else go(next);
}

function setUpStart() {
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
    $("load").value = "";
    showStart();
    $("load-result").textContent = t("load.result", { ...result, ignored: result.older + result.foreign + result.broken });
  });
  $("erase").addEventListener("click", () => {
    if (!confirm(t("erase.sure"))) return;
    store.eraseBatch();
    works = clips.map((_, i) => readWork(i));
    undone.length = 0;
    lifted.clear();
    spared.clear();
    current = 0;
    Object.assign(batch, { downloaded: null, stale: false, credit: "", passWarned: false });
    showStart();
  });
}
