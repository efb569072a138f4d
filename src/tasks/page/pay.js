// What the batch takes and pays, before and during the work. No money is shown where no pay is known.
const PAY_AFTER = 60; // seconds of work before an hourly rate means anything

function money(amount) {
  const currency = tasks.work.currency;
  try {
    return new Intl.NumberFormat(language, { style: "currency", currency }).format(amount);
  } catch {
    return `${decimal(amount, 2)} ${currency}`.trim(); // no ISO 4217 code: points, say
  }
}

/** Roughly, for people: 250 -> "4 min", 4000 -> "1 h 07 min". */
function roughly(seconds) {
  const whole = Math.max(1, Math.round(seconds / 60));
  const hours = Math.floor(whole / 60);
  return hours ? t("time.hours", { h: hours, min: String(whole % 60).padStart(2, "0") }) : t("time.minutes", { min: whole });
}

function payLines() {
  const { estimate_seconds: estimate, measured, pay_per_clip: pay, floor_per_hour: floor } = tasks.work;
  const lines = [];
  if (estimate > 0) lines.push(t(measured ? "work.time.measured" : "work.time.assumed", { time: roughly(estimate) }));
  if (pay === null) return lines;
  const all = pay * clips.length;
  const params = { per: money(pay), all: money(all) };
  if (!(estimate > 0)) return [...lines, t("work.pay", params)];
  const hourly = (all / estimate) * 3600;
  lines.push(t("work.pay.hourly", { ...params, hourly: money(hourly) }));
  if (floor !== null && hourly < floor) lines.push(t("work.floor.under", { floor: money(floor) }));
  else if (floor !== null) lines.push(t("work.floor", { floor: money(floor) }));
  return lines;
}

/** { earned, hourly, under }: hourly is null until there is enough work to tell. Null without pay. */
function paySoFar() {
  const { pay_per_clip: pay, floor_per_hour: floor } = tasks.work;
  if (pay === null) return null;
  const earned = answered() * pay;
  const seconds = activeTotal();
  const hourly = seconds >= PAY_AFTER && earned > 0 ? (earned / seconds) * 3600 : null;
  return { earned, hourly, under: hourly !== null && floor !== null && hourly < floor };
}

function showPay() {
  const so = paySoFar();
  let text = "";
  if (so) {
    const params = { earned: money(so.earned), hourly: so.hourly === null ? "" : money(so.hourly) };
    text = t(so.hourly === null ? "pay.earned" : "pay.hourly", params);
    if (so.under) text += ` · ${t("pay.under", { floor: money(tasks.work.floor_per_hour) })}`;
  }
  if ($("pay").textContent !== text) $("pay").textContent = text;
  const advice = so && so.under ? t("pay.under.advice", { floor: money(tasks.work.floor_per_hour) }) : "";
  $("pay").title = advice;
  $("done-pay").textContent = [text, advice].filter(Boolean).join(". ");
  $("done-pay").hidden = !text;
}

function showPayOnStart() {
  const lines = payLines();
  $("start-work").hidden = !lines.length;
  $("start-work").replaceChildren(...lines.map((line) => make("li", { textContent: line })));
}
