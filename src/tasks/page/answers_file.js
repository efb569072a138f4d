// The answers file: JSON lines under a header row, finished answers only; and back again.
const FORMAT = { format: "second-ear answers", version: 1 };

function answerRow(i) {
  const { answer, active } = works[i];
  return {
    ...clips[i].row,
    validator: batch.validator,
    verdict: answer.verdict,
    text: answer.text,
    tags: answer.tags,
    active_seconds: Math.round(active * 10) / 10,
    answered_at: answer.answered_at,
  };
}

function answersText() {
  const rows = clips.map((_, i) => i).filter((i) => works[i].answer).map(answerRow);
  const header = {
    ...FORMAT,
    workspace: tasks.workspace,
    batch: tasks.batch,
    clips: clips.length,
    answered: rows.length,
    interface: language,
    ...(batch.credit ? { credit: batch.credit } : {}),
    written_at: new Date().toISOString(),
  };
  return [header, ...rows].map((row) => JSON.stringify(row) + "\n").join("");
}

function downloadAnswers() {
  if (!answered()) return toast(t("download.nothing"));
  const day = new Date().toISOString().slice(0, 10);
  const who = batch.validator.replace(/[^\p{L}\p{N}-]+/gu, "_").slice(0, 40);
  const address = URL.createObjectURL(new Blob([answersText()], { type: "application/x-ndjson" }));
  const link = make("a", { href: address, download: `answers-${tasks.batch}-${who}-${day}.jsonl` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  batch.downloaded = { at: new Date().toISOString(), answers: answered() };
  batch.stale = false;
  saveBatch();
  toast(t("download.done", { n: answered(), file: link.download }), 8000);
  showDone();
}

/** Takes answers from a file's text; a newer answer stays. Gives { loaded, older, foreign, broken }. */
function loadAnswers(text) {
  const result = { loaded: 0, older: 0, foreign: 0, broken: 0 };
  const mine = answered() > 0;
  for (const line of text.replace(/^\uFEFF/, "").split("\n")) {
    if (!line.trim()) continue;
    let row;
    try {
      row = JSON.parse(line);
    } catch {
      result.broken += 1;
      continue;
    }
    if (row === null || typeof row !== "object") continue;
    if (row.format) {
      if (!mine && typeof row.credit === "string" && row.batch === tasks.batch) batch.credit = tidy(row.credit);
      continue;
    }
    const i = byClip.get(row.clip);
    if (i === undefined || row.draft_digest !== clips[i].row.draft_digest) {
      result.foreign += 1;
      continue;
    }
    const verdict = currentCode(row.verdict);
    if (!ALL_VERDICTS.includes(verdict) || typeof row.text !== "string") {
      result.broken += 1;
      continue;
    }
    const work = works[i];
    if (work.answer && Date.parse(work.answer.answered_at) >= (Date.parse(row.answered_at) || 0)) {
      result.older += 1;
      continue;
    }
    if (!mine && !result.loaded && typeof row.validator === "string" && row.validator) batch.validator = row.validator;
    const tags = Array.isArray(row.tags) ? row.tags : [];
    work.text = verdict === "corrected" || (verdict === "unintelligible" && row.text) ? row.text : clips[i].row.draft;
    work.tags = structuredClone(tags);
    work.active = Math.max(work.active, Number(row.active_seconds) || 0);
    work.answer = { verdict, text: row.text, tags, box: work.text, answered_at: String(row.answered_at || "") };
    saveWork(i);
    batch.stale = true;
    result.loaded += 1;
  }
  saveBatch();
  return result;
}
