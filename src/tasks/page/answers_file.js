// The answers file: JSON lines under a header row for each person, finished answers only; downloaded, or shared from a phone.
const FORMAT = { format: "second-ear answers", version: 1 };

function answerRow(i) {
  const { answer, active, heard, unmeasured } = works[i];
  return {
    ...clips[i].row,
    validator: answer.validator || batch.validator,
    verdict: answer.verdict,
    text: answer.text,
    tags: answer.tags,
    active_seconds: Math.round(active * 10) / 10,
    answered_at: answer.answered_at,
    listened: unmeasured && heard === 0 ? null : Math.round(heard * 100) / 100,
  };
}

/** A header and the rows under it for each person who answered, of all clips or of some: the header says how they want to be credited. */
function answersText(list = clips.map((_, i) => i).filter((i) => works[i].answer)) {
  const rows = list.map(answerRow);
  const people = [...new Set(rows.map((row) => row.validator))];
  return people.flatMap((person) => {
    const own = rows.filter((row) => row.validator === person);
    const credit = batch.credits[person];
    const header = {
      ...FORMAT,
      workspace: tasks.workspace,
      batch: tasks.batch,
      clips: clips.length,
      answered: own.length,
      interface: language,
      ...(credit ? { credit } : {}),
      written_at: new Date().toISOString(),
    };
    return [header, ...own];
  }).map((row) => JSON.stringify(row) + "\n").join("");
}

const fileName = () => {
  const day = new Date().toISOString().slice(0, 10);
  const who = batch.validator.replace(/[^\p{L}\p{N}-]+/gu, "_").slice(0, 40);
  return `answers-${tasks.batch}-${who}-${day}.jsonl`;
};

/** A file that may be shared; browsers share files that end in .txt, and none that end in .jsonl. */
const textFile = (text) => new File([text], `${fileName()}.txt`, { type: "text/plain" });

/** Whether this device hands files over to other apps; over a link nothing has to be handed over. */
function sharesFiles() {
  if (link.on) return false;
  if (!isTouch() || typeof navigator.canShare !== "function" || typeof navigator.share !== "function") return false;
  return navigator.canShare({ files: [textFile("")] });
}

/** Hands the answers over: to another app where files can be shared, else to the downloads. */
async function sendAnswers() {
  if (!answered()) return toast(t("download.nothing"));
  if (!sharesFiles()) return downloadAnswers();
  const count = answered();
  try {
    await navigator.share({ files: [textFile(answersText())], title: batchTitle() });
  } catch (error) {
    return error.name === "AbortError" ? toast(t("share.stopped")) : downloadAnswers();
  }
  handedOver(count);
  return toast(t("share.done", { n: count }), 8000);
}

function handedOver(count) {
  batch.downloaded = { at: new Date().toISOString(), answers: count };
  batch.stale = false;
  saveBatch();
  showDone();
}

/** Puts a text into the downloads. */
function saveFile(text, name, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function downloadAnswers() {
  saveFile(answersText(), fileName(), "application/x-ndjson");
  handedOver(answered());
  toast(t("download.done", { n: answered(), file: fileName() }), 8000);
}
