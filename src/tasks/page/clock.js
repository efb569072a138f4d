// Active time: counts while the page has the focus and something happens (keys, pointer, playback);
// 30 seconds after the last sign of life it stops. Waiting, sleeping and other windows do not count.
const IDLE_AFTER = 30_000;

const clock = (() => {
  let last = performance.now();
  let alive = last;
  let running = false;
  let unsaved = 0;
  let onChange = () => {};

  const stir = () => { alive = performance.now(); };
  for (const event of ["keydown", "pointerdown", "pointermove", "input", "wheel", "focus"]) {
    window.addEventListener(event, stir, { passive: true, capture: true });
  }

  function tick() {
    const now = performance.now();
    const away = (now - last) / 1000;
    const passed = Math.min(away, 2); // a sleeping computer is not working
    last = now;
    if (player.playing()) alive = now;
    const here = document.visibilityState === "visible" && (document.hasFocus() || player.playing());
    const was = running;
    running = screen === "work" && here && now - alive < IDLE_AFTER;
    if (running) {
      works[current].active += passed;
      unsaved += passed;
      rest.work(passed);
      if (works[current].exposed) watchExposure();
      if (unsaved > 5) keep();
    } else {
      rest.away(away);
    }
    if (running !== was || running) onChange(running);
  }

  function keep() {
    rest.keep();
    if (unsaved > 0 && works[current]) saveWork(current);
    unsaved = 0;
  }

  return {
    start(changed) {
      onChange = changed;
      setInterval(tick, 500);
      window.addEventListener("pagehide", keep);
      document.addEventListener("visibilitychange", keep);
    },
    tick,
  };
})();
