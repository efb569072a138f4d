// Active time: counts while the page has the focus and something happens (keys, pointer, playback);
// 30 seconds after the last sign of life it stops. Waiting, sleeping and other windows do not count.
const IDLE_AFTER = 30_000;
const BREAK_EVERY = 45 * 60;

const clock = (() => {
  let last = performance.now();
  let alive = last;
  let sitting = 0;
  let running = false;
  let unsaved = 0;
  let onChange = () => {};

  const stir = () => { alive = performance.now(); };
  for (const event of ["keydown", "pointerdown", "pointermove", "input", "wheel", "focus"]) {
    window.addEventListener(event, stir, { passive: true, capture: true });
  }

  function tick() {
    const now = performance.now();
    const passed = Math.min(now - last, 2000) / 1000; // a sleeping computer is not working
    last = now;
    if (player.playing()) alive = now;
    const here = document.visibilityState === "visible" && (document.hasFocus() || player.playing());
    const was = running;
    running = screen === "work" && here && now - alive < IDLE_AFTER;
    if (running) {
      works[current].active += passed;
      const before = Math.floor(sitting / BREAK_EVERY);
      sitting += passed;
      unsaved += passed;
      if (Math.floor(sitting / BREAK_EVERY) > before) toast(t("clock.break"), 20_000);
      if (unsaved > 5) keep();
    }
    if (running !== was || running) onChange(running);
  }

  function keep() {
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
