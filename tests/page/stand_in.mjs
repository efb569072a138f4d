// Stands in for `second-ear serve`: hands the served page out and takes its answers, in memory. A test may have it fail.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { root, rows as rowsOf } from "./rows.mjs";

/** Reads a request's body. */
async function bodyOf(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

/**
 * A server of one batch for as many people as ask. `tokens`: the name that each link stands for. `said`: what it says beside counts.
 * `behave(request, body)` may give { status, body, headers, wait } or "drop" for a request; "late": judged, and then dropped.
 */
export async function standIn(t, { name = "served", tokens = { "l1nk-ana": "ana" }, said = {} } = {}) {
  const html = await readFile(new URL(`target/page-test/${name}.html`, root), "utf8");
  const policy = html.match(/http-equiv="Content-Security-Policy" content="([^"]+)"/)[1];
  const tasks = await rowsOf(name);
  const batch = tasks[0].batch;
  const stand = {
    tasks, batch, policy, said,
    answers: {}, // by name, then clip
    log: [], // { method, path, rows, header, query, status }
    returned: [],
    behave: () => null,
    /** Rows of every body that arrived. */
    sent: () => stand.log.flatMap((one) => one.rows ?? []),
    puts: () => stand.log.filter((one) => one.method === "PUT"),
  };

  const state = (person) => {
    const answered = Object.keys(stand.answers[person] ?? {}).length;
    const isDone = answered === tasks.length;
    return { answered, clips: tasks.length, expires: "2026-11-30T22:00:00Z", done: isDone, code: null, return_address: null, next: true, ...(isDone ? stand.said : {}),
      ...(stand.said.expires ? { expires: stand.said.expires } : {}) };
  };

  /** As the importer judges: by content, and of two of one clip the later one stays. */
  function judge(person, row) {
    const kept = (stand.answers[person] ??= {})[row.clip];
    const task = tasks.find((one) => one.clip === row.clip);
    if (!task || task.draft_digest !== row.draft_digest) return "altered_draft";
    const content = (one) => JSON.stringify([one.verdict, one.text, one.tags, one.active_seconds, one.answered_at]);
    if (kept && content(kept) === content(row)) return "known";
    if (kept && (kept.answered_at > row.answered_at || (kept.answered_at === row.answered_at && kept.active_seconds > row.active_seconds))) return "known"; // a later one stands
    stand.answers[person][row.clip] = { ...row, validator: person };
    return "accepted";
  }

  function take(person, body) {
    const [header, ...rows] = body.trim().split("\n").map(JSON.parse);
    const became = rows.map((row) => [row, judge(person, row)]);
    const count = (what) => became.filter(([, one]) => one === what).length;
    const refused = became.filter(([, one]) => !["accepted", "known"].includes(one)).map(([row, code]) => ({ clip: row.clip, code, why: `it is ${code}` }));
    return { header, rows, reply: { received: rows.length, accepted: count("accepted"), known: count("known"), refused, ...state(person) } };
  }

  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url, "http://x");
    const [, , token, , ofBatch, end] = pathname.split("/");
    const body = await bodyOf(request);
    const entry = { method: request.method, path: pathname, query: search, type: request.headers["content-type"] };
    stand.log.push(entry);
    const answer = (status, value, headers = {}) => {
      entry.status = status;
      const isPage = typeof value === "string";
      response.writeHead(status, { "Content-Type": isPage ? "text/html; charset=utf-8" : "application/json", "Cache-Control": "no-store", ...headers });
      response.end(isPage ? value : JSON.stringify(value));
    };
    const person = tokens[token];
    const how = await stand.behave(request, body, pathname);
    if (how?.wait) await new Promise((resolve) => setTimeout(resolve, how.wait));
    if (how === "drop") return request.socket.destroy();
    if (how?.status) return answer(how.status, how.body ?? { error: "made_up", why: "the test wants it" }, how.headers);
    if (!person) return answer(404, { error: "unknown_link", why: "no such link" });
    if (request.method === "GET" && !ofBatch) return answer(200, html, { "Content-Security-Policy": stand.policy });
    if (ofBatch !== batch) return answer(404, { error: "unknown_batch", why: "no such batch" });
    if (request.method === "GET") return answer(200, { validator: person, answers: Object.values(stand.answers[person] ?? {}), ...state(person) });
    if (request.method === "POST" && end === "return") {
      stand.returned.push(person);
      return answer(200, {});
    }
    if (request.method !== "PUT") return answer(405, { error: "method", why: "PUT" });
    const { header, rows, reply } = take(person, body);
    Object.assign(entry, { header, rows });
    if (how === "late") return request.socket.destroy();
    return answer(200, reply);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => { server.closeAllConnections(); server.close(); });
  stand.origin = `http://127.0.0.1:${server.address().port}`;
  stand.link = (token = Object.keys(tokens)[0]) => `${stand.origin}/w/${token}`;
  /** Waits until something holds. */
  stand.until = async (holds, what = holds, limit = 15_000) => {
    for (const end = Date.now() + limit; !holds(); await new Promise((resolve) => setTimeout(resolve, 50))) {
      if (Date.now() > end) throw new Error(`never: ${what} ${JSON.stringify(stand.log.slice(-5))}`);
    }
  };
  return stand;
}
