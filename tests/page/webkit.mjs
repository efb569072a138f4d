// WebKitGTK over WebDriver: a browser and a screen of their own. What hangs is given up after half a minute, and ended with all it began.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import axe from "axe-core";

export const there = ["WebKitWebDriver", "Xvfb"].every((program) => spawnSync("which", [program]).status === 0);
if (!there) console.error("*** NOT TESTED: WebKitGTK (apt-get install webkit2gtk-driver xvfb) ***");

const PORT = 4700 + (process.pid % 250);
const KEYS = { Enter: "\ue007", Escape: "\ue00c", Alt: "\ue00a" };

async function ask(method, path, body) {
  const answer = await fetch(`http://127.0.0.1:${PORT}${path}`, { method, body: body && JSON.stringify(body), signal: AbortSignal.timeout(30_000) });
  const { value } = await answer.json();
  if (value?.error) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

/** A browser of our own on a screen of our own. */
export async function start(t) {
  const display = `:${90 + (process.pid % 100)}`;
  const screen = spawn("Xvfb", [display, "-screen", "0", "1366x768x24"], { stdio: "ignore", detached: true });
  const driver = spawn("WebKitWebDriver", [`--port=${PORT}`], { stdio: "ignore", detached: true,
    env: { ...process.env, DISPLAY: display, LANG: "en_GB.UTF-8", WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", WEBKIT_DISABLE_COMPOSITING_MODE: "1" } });
  const end = () => [driver, screen].forEach((child) => { try { process.kill(-child.pid, "SIGKILL"); } catch { /* it is gone */ } });
  process.once("exit", end);
  let session;
  t.after(async () => {
    if (session) await ask("DELETE", `/session/${session}`).catch(() => {});
    // Both are gone before the next test begins others.
    const gone = [driver, screen].filter((child) => child.exitCode === null).map((child) => new Promise((resolve) => { child.once("exit", resolve); }));
    end();
    await Promise.all(gone);
    process.off("exit", end);
  });
  for (let n = 0; n < 50 && !session; n++) {
    await setTimeout(200);
    session = await ask("POST", "/session", { capabilities: { alwaysMatch: { "webkitgtk:browserOptions": { args: ["--automation"] } } } })
      .then((made) => made.sessionId, (error) => { if (n > 45) throw error; });
  }
  const run = (script, ...args) => ask("POST", `/session/${session}/execute/sync`, { script: `return (${script})(...arguments)`, args });
  const runAsync = (script) => ask("POST", `/session/${session}/execute/async`, { script, args: [] });
  const until = async (script, ...args) => {
    for (let n = 0; n < 150; n++) {
      if (await run(script, ...args)) return;
      await setTimeout(100);
    }
    throw new Error(`never: ${script} ${args}`);
  };
  const press = (...keys) => ask("POST", `/session/${session}/actions`, { actions: [{ type: "key", id: "keys", actions: [
    ...keys.map((value) => ({ type: "keyDown", value: KEYS[value] ?? value })),
    ...keys.reverse().map((value) => ({ type: "keyUp", value: KEYS[value] ?? value }))] }] });
  const check = async (where) => {
    await run(() => window.scrollTo(0, document.body.scrollHeight)); // the accept button sticks, and covers what it stands over
    // In the script itself, since the page's policy lets nothing be evaluated.
    const found = await runAsync(`const done = arguments[arguments.length - 1];
      ${axe.source};
      window.axe.run({ runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] } })
        .then((r) => done(r.violations.map((v) => v.id + " " + v.nodes.map((n) => n.target).join(" "))), (error) => done(["" + error]));`);
    assert.deepEqual(found, [], where);
  };
  return { run, check, until, press, go: (url) => ask("POST", `/session/${session}/url`, { url }), reload: () => ask("POST", `/session/${session}/refresh`, {}) };
}

export const atClip = (n) => new RegExp(`^\\D+${n}\\D`).test(document.getElementById("clip-number").textContent);
