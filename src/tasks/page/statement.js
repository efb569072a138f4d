// The reader's own account of this batch: what they did, how long it took, what it pays; for print and as a file. Whoever leads the
// work makes the same (views/statement.rs), with the same digest.

const ownRows = () => clips.map((_, i) => i).filter((i) => works[i].answer).map(answerRow).filter((row) => row.validator === batch.validator);

/** SHA-256 in hexadecimal digits; null where the browser computes none. */
async function sha256(text) {
  if (!globalThis.crypto || !crypto.subtle) return null;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function statementNow() {
  const rows = ownRows();
  const lines = rows.map((row) => `${row.clip} ${row.active_seconds.toFixed(1)}`).sort();
  const seconds = rows.reduce((sum, row) => sum + row.active_seconds, 0);
  const pay = tasks.work.pay_per_clip;
  const times = rows.map((row) => row.answered_at).filter(Boolean).sort();
  const digest = await sha256(`${tasks.workspace} ${tasks.batch} ${batch.validator}\n${lines.join("\n")}`);
  return {
    format: "second-ear work statement",
    version: 1,
    workspace: tasks.workspace,
    title: tasks.title,
    person: batch.validator,
    currency: tasks.work.currency,
    batches: [{
      batch: tasks.batch,
      answers: rows.length,
      skips: rows.filter((row) => row.verdict === "skip").length,
      active_seconds: Math.round(seconds * 10) / 10,
      earned: pay === null ? null : pay * rows.length,
      first: times[0] || null,
      last: times[times.length - 1] || null,
      digest,
    }],
    made_at: new Date().toISOString(),
  };
}

function statementLines({ title, person, batches: [own], made_at: made }) {
  const pay = tasks.work.pay_per_clip;
  const hourly = pay !== null && own.active_seconds >= PAY_AFTER ? (own.earned / own.active_seconds) * 3600 : null;
  return [
    ["statement.person", person],
    ["statement.work", tasks.number ? t("batch.title", { title, n: tasks.number }) : title],
    ["statement.answers", `${own.answers}, ${own.skips}`],
    ["statement.time", minutes(own.active_seconds)],
    pay === null ? null : ["statement.rate", money(pay)],
    pay === null ? null : ["statement.due", money(own.earned)],
    hourly === null ? null : ["statement.hourly", money(hourly)],
    ["statement.made", new Date(made).toLocaleString(language)],
    own.digest ? ["statement.digest", own.digest] : null,
  ].filter(Boolean);
}

async function openStatement() {
  const made = await statementNow();
  const lines = statementLines(made).flatMap(([key, value]) => [make("dt", { textContent: t(key) }), make("dd", { textContent: value, dir: "auto" })]);
  $("statement-lines").replaceChildren(...lines);
  $("statement-save").onclick = () => saveFile(JSON.stringify(made, null, 2), `statement-${tasks.batch}.json`, "application/json");
  openDialog($("statement"));
}

function setUpStatement() {
  $("show-statement").addEventListener("click", openStatement);
  $("statement-print").addEventListener("click", () => print());
}
