// What is noted about the reader, what is decided with it, what they can do: as the settings make it (tasks/notice.rs).

function noticeLine({ key, hole }) {
  return make("li", { textContent: t(key, { n: hole, share: hole, pay: hole, contact: hole }), dir: "auto" });
}

function showNotice() {
  const parts = (tasks.notice || []).flatMap(({ heading, lines }) => [
    make("h3", { textContent: t(heading) }),
    make("ul", {}, ...lines.map(noticeLine)),
  ]);
  $("start-notice-text").replaceChildren(...parts);
  $("start-notice").hidden = !parts.length;
}
