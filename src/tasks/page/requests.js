// Requests to the server that handed the page out, below the page's own address. Each gives what the server says, or fails with an
// error whose `status` is 0 where no answer came, and whose `code` is empty where it was not our server that answered.
const PATIENCE = 20_000; // milliseconds for one request

const batchAddress = (end) => `${location.pathname.replace(/\/+$/, "")}/batches/${encodeURIComponent(tasks.batch)}${end}`;

/** Seconds that an answer asks to wait; as a number or as a date. */
function secondsToWait(header) {
  if (!header) return 0;
  const seconds = Number(header);
  const wait = Number.isNaN(seconds) ? (Date.parse(header) - Date.now()) / 1000 : seconds;
  return Math.min(3600, Math.max(0, wait || 0));
}

async function request(method, end = "", body = undefined, outlives = false) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  const fail = (status, code = "", after = 0) => Object.assign(new Error(`${method}: ${status} ${code}`), { status, code, after });
  try {
    const headers = body === undefined ? {} : { "Content-Type": "application/x-ndjson" };
    const answer = await fetch(batchAddress(end), { method, body, headers, keepalive: outlives, cache: "no-store", redirect: "error", signal: stop.signal })
      .catch(() => { throw fail(0); });
    const said = await answer.json().catch(() => null);
    if (answer.ok && said !== null && typeof said === "object") return said;
    const code = said && typeof said.error === "string" ? said.error : "";
    throw fail(answer.ok ? 0 : answer.status, code, secondsToWait(answer.headers.get("Retry-After")));
  } finally {
    clearTimeout(timer);
  }
}
