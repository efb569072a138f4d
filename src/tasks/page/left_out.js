// A voice that somebody does not want to hear any more: its clips are passed over for the rest of the sitting. They stay open, nothing
// is answered, and they can be taken back.
const leftOut = new Set(); // numbers of speakers on this page

const isLeftOut = (i) => leftOut.has(clips[i].speaker);
const leftOutOpen = () => clips.filter((_, i) => isLeftOut(i) && !works[i].answer).length;

function leaveOut() {
  leftOut.add(clips[current].speaker);
  player.stop();
  toast(t("voice.left", { n: leftOutOpen() }), 8000);
  goOn(settings.autoplay);
}

function takeBack() {
  leftOut.clear();
  showDone();
  actions.review();
}

function showLeaveOut() {
  const speaker = clips[current].speaker;
  const several = clips.filter((item) => item.speaker === speaker).length > 1;
  $("leave-out").hidden = typeof speaker !== "number" || !several;
}
