// A downloaded answers file, taken back: on another device, or after the browser was cleared.

/** Takes answers from a file's text; a newer answer stays. Gives { loaded, older, foreign, broken }. */
function loadAnswers(text) {
  const result = { loaded: 0, older: 0, foreign: 0, broken: 0 };
  const mine = answered() > 0;
  let credit = "";
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
      credit = typeof row.credit === "string" && row.batch === tasks.batch ? tidy(row.credit) : "";
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
    const validator = typeof row.validator === "string" && row.validator ? row.validator : batch.validator;
    if (!mine && !result.loaded) batch.validator = validator;
    if (!mine && credit) batch.credits[validator] = credit;
    const tags = Array.isArray(row.tags) ? row.tags : [];
    work.text = verdict === "corrected" || (verdict === "unintelligible" && row.text) ? row.text : clips[i].row.draft;
    work.tags = copyOf(tags);
    work.active = Math.max(work.active, Number(row.active_seconds) || 0);
    work.heard = Math.max(work.heard, Number(row.listened) || 0);
    work.unmeasured = typeof row.listened !== "number"; // a file of an earlier version
    work.answer = { verdict, text: row.text, tags, box: work.text, answered_at: String(row.answered_at || ""), validator };
    saveWork(i);
    batch.stale = true;
    result.loaded += 1;
  }
  saveBatch();
  return result;
}
