// Breaks, and the day's limit over all batches in this browser. The page reminds, it never stops anybody.
const RESTED_AFTER = 5 * 60; // seconds without work that count as a break

const rest = (() => {
  let sitting = 0; // seconds of work since the last break
  let unsaved = 0;
  let idle = 0;

  const day = () => {
    const now = new Date();
    return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  };
  const kept = () => {
    const today = store.day();
    return today.date === day() ? Number(today.seconds) || 0 : 0;
  };
  const today = () => kept() + unsaved;

  /** Adds to what is kept, so that two tabs add up. */
  function keep() {
    if (unsaved <= 0) return;
    store.saveDay({ date: day(), seconds: kept() + unsaved });
    unsaved = 0;
  }

  function crossed(minutes, before, now) {
    return minutes > 0 && Math.floor(before / (minutes * 60)) < Math.floor(now / (minutes * 60));
  }

  return {
    keep,
    work(seconds) {
      idle = 0;
      const { break_minutes: pause, daily_minutes: most } = tasks.work;
      const before = today();
      sitting += seconds;
      unsaved += seconds;
      if (crossed(pause, sitting - seconds, sitting)) toast(t("clock.break", { n: pause }), 20_000);
      if (most > 0 && before < most * 60 && before + seconds >= most * 60) {
        toast(t("clock.day.reached", { time: roughly(most * 60) }), 20_000);
        this.show();
      }
    },
    away(seconds) {
      idle += seconds;
      if (idle >= RESTED_AFTER) sitting = 0;
    },
    show() {
      const most = tasks.work.daily_minutes;
      const over = most > 0 && today() >= most * 60;
      $("day").textContent = over ? t("clock.day", { time: roughly(today()) }) : "";
    },
  };
})();
