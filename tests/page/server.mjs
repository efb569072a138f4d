// The real server on a workspace of its own: real clips, a scripted draft. Wants the program: target/release/second-ear, or SECOND_EAR.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { root } from "./rows.mjs";

const program = process.env.SECOND_EAR || fileURLToPath(new URL("target/release/second-ear", root));
const env = { ...process.env, LC_ALL: "C", SECOND_EAR_MODELS: fileURLToPath(new URL("models", root)) };
const run = async (...args) => (await promisify(execFile)(program, args, { env, cwd: fileURLToPath(root) })).stdout;

export const CLIPS = 3;

/** A server with a link for each of `names`. */
export async function serve(t, names) {
  const folder = await mkdtemp(join(tmpdir(), "second-ear-serve-"));
  const space = join(folder, "space");
  let child;
  t.after(async () => {
    child?.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });
  await run("init", space, "--language", "fr");
  const settings = join(space, "second-ear.toml");
  let text = await readFile(settings, "utf8");
  for (const [old, now] of [["clips_per_batch = 20", `clips_per_batch = ${CLIPS}`], ["ready = 8", "ready = 3"], ["gold_share = 0.05", "gold_share = 0.0"],
    ["seeded_error_share = 0.02", "seeded_error_share = 0.0"], ["blind_share = 0.05", "blind_share = 0.0"]]) {
    assert.ok(text.includes(old), old);
    text = text.replace(old, now);
  }
  await writeFile(settings, text);
  const script = join(folder, "script.jsonl");
  await writeFile(script, JSON.stringify({ text: "la phrase du menu" }));
  await run("ingest", space, "samples/quebec_menu.flac");
  await run("run", space, "--scripted", script);
  const links = JSON.parse(await run("people", space, "add", names.join(","), "--link", "--json"));
  const server = {
    origin: "",
    /** Begins, or begins again at the same address. */
    async start() {
      const address = server.origin.replace("http://", "") || "127.0.0.1:0";
      child = spawn(program, ["serve", space, "--listen", address], { env, stdio: ["ignore", "ignore", "pipe"] });
      let said = "";
      await new Promise((resolve, reject) => {
        child.stderr.on("data", (data) => {
          said += data;
          const found = said.match(/Serving on (http:\/\/[\d.]+:\d+)/);
          if (found) resolve(server.origin = found[1]);
        });
        child.once("exit", () => reject(new Error(`no server: ${said}`)));
      });
    },
    /** kill -9 */
    async kill() {
      const gone = new Promise((resolve) => { child.once("exit", resolve); });
      child.kill("SIGKILL");
      await gone;
    },
    /** As the harness opens links. */
    link: (name = names[0]) => server.origin + new URL(links.find((link) => link.name === name).link).pathname,
    people: async () => JSON.parse(await run("people", space, "--json")).people,
    whose: (code) => run("people", space, "code", code),
  };
  await server.start();
  return server;
}
