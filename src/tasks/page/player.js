// One audio element. Audio lies in the page as base64 and becomes a blob when its clip is near.
const BACK = 1.5;
const RESUME_BACK = 0.5; // seconds that playback steps back when it goes on after a pause
const STALLED_AFTER = 3000; // milliseconds without any progress after which there is no sound to speak of
const PARTS = 100;
const SPEEDS = [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2];

const player = (() => {
  const audio = $("audio");
  const urls = new Map();
  let shown = -1;
  let lastTime = 0;
  let heard = new Uint8Array(PARTS); // which parts of the clip were heard: the same part twice is one part
  let turns = null; // [from, to] in seconds while a stretch loops
  let onFrame = () => {};
  let frame = 0;
  let paused = false; // by the reader, and nothing was moved since
  let watch = 0;

  function url(i) {
    if (!urls.has(i)) {
      const text = atob(clips[i].audio);
      const bytes = new Uint8Array(text.length);
      for (let n = 0; n < bytes.length; n++) bytes[n] = text.charCodeAt(n);
      urls.set(i, URL.createObjectURL(new Blob([bytes], { type: clips[i].audio_type })));
    }
    return urls.get(i);
  }

  function forget(around) {
    for (const [i, address] of urls) {
      if (Math.abs(i - around) > 1) {
        URL.revokeObjectURL(address);
        urls.delete(i);
      }
    }
  }

  const length = (i = shown) => Math.max(0.01, clips[i].row.end - clips[i].row.start);
  const playing = () => !audio.paused && !audio.ended;

  async function play() {
    if (soundDevice.there()) problem(null);
    watchForStall();
    try {
      await audio.play();
    } catch (error) {
      if (error.name === "NotAllowedError") hint("hint.press_play");
      else if (error.name !== "AbortError") problem();
    }
  }

  /** Says why nothing is heard, or with null that all is well. What was not heard does not count as listened to. */
  function problem(key = "player.problem") {
    const box = $("audio-problem");
    box.textContent = key ? t(key) : "";
    box.hidden = !key;
    if (key && document.activeElement === $("text")) keepInView(); // it pushed the box down
  }

  /** A browser without a working sound device may say nothing at all: then the sound stands still, or there is no device to name. */
  function watchForStall() {
    const from = audio.currentTime;
    clearTimeout(watch);
    watch = setTimeout(() => {
      if (playing() && !audio.seeking && audio.currentTime === from) problem("player.stalled");
    }, STALLED_AFTER);
    soundDevice.look().then((there) => {
      if (!there && playing()) problem("player.no_device");
    });
  }

  function seek(seconds) {
    paused = false;
    if (turns && (seconds < turns[0] || seconds >= turns[1])) turns = null;
    audio.currentTime = Math.min(Math.max(0, seconds), length());
    lastTime = audio.currentTime;
    onFrame();
  }

  function loop() {
    cancelAnimationFrame(frame);
    const step = () => {
      count();
      turn();
      onFrame();
      if (playing()) frame = requestAnimationFrame(step);
    };
    step();
  }

  function count() {
    const now = audio.currentTime;
    const passed = now - lastTime;
    if (passed > 0 && passed < 1 && soundDevice.there()) {
      heard.fill(1, Math.floor((lastTime / length()) * PARTS), Math.ceil((now / length()) * PARTS));
      works[shown].heard = Math.max(works[shown].heard, heard.reduce((sum, part) => sum + part, 0) / PARTS);
    }
    lastTime = now;
  }

  /** At the end of a looping stretch, back to its start. At the clip's end the element has paused by itself. */
  function turn() {
    if (!turns || audio.seeking || (audio.currentTime < turns[1] && !audio.ended)) return;
    const play = audio.ended || playing();
    lastTime = audio.currentTime = turns[0];
    if (play && audio.paused) audio.play().catch(() => {});
  }

  for (const event of ["play", "pause", "ended", "seeked", "loadedmetadata"]) audio.addEventListener(event, loop);
  audio.addEventListener("timeupdate", () => { count(); turn(); }); // frames stop in a hidden tab, this does not
  audio.addEventListener("error", () => { if (audio.getAttribute("src")) problem(); });

  return {
    playing,
    length,
    time: () => audio.currentTime || 0,
    looping: () => turns !== null,
    /** Loops [from, to] from its start on, or with null stops looping where it is. */
    repeat(ends) {
      const outside = ends && (audio.currentTime < ends[0] || audio.currentTime >= ends[1]);
      const starts = ends && !turns;
      turns = ends;
      if (starts || outside) seek(ends[0]);
      if (starts) play();
    },
    watch(draw) { onFrame = draw; },
    show(i, start) {
      shown = i;
      lastTime = 0;
      heard = new Uint8Array(PARTS);
      turns = null;
      paused = false;
      audio.src = url(i);
      audio.defaultPlaybackRate = audio.playbackRate = settings.speed;
      problem(null);
      if (start) play();
      forget(i);
      if (i + 1 < clips.length) setTimeout(() => url(i + 1), 200);
    },
    toggle() {
      if (playing()) {
        audio.pause();
        paused = true;
        return;
      }
      if (paused) seek(Math.max(audio.currentTime - RESUME_BACK, turns ? turns[0] : 0));
      play();
    },
    stop() { audio.pause(); },
    back() { seek(Math.max(audio.currentTime - BACK, turns ? turns[0] : 0)); play(); },
    from(seconds) { seek(seconds); play(); },
    seek,
    speed(step) {
      const i = SPEEDS.indexOf(settings.speed);
      settings.speed = SPEEDS[Math.min(Math.max(0, (i < 0 ? SPEEDS.indexOf(1) : i) + step), SPEEDS.length - 1)];
      audio.defaultPlaybackRate = audio.playbackRate = settings.speed;
      saveSettings();
    },
  };
})();
