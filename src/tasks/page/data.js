// The batch as handed out; of a page under a passphrase, once that was given. The blob is parsed once and then dropped
// from the document.
const handedOut = (() => {
  const blob = document.getElementById("tasks");
  const parsed = JSON.parse(blob.textContent);
  blob.remove();
  return parsed;
})();
const tasks = handedOut.pieces ? await unlock(handedOut) : handedOut;
const clips = tasks.items;
const byClip = new Map(clips.map((item, i) => [item.row.clip, i]));
