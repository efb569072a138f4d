// WebKitGTK, the engine of Safari: a sitting by keyboard, a reload, and axe, over WebDriver. What is missing is said.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import axe from "axe-core";
import { addressOf, rows } from "./rows.mjs";

const there = ["WebKitWebDriver", "Xvfb"].every((program) => spawnSync("which", [program]).status === 0);
if (!there) console.error("*** NOT TESTED: WebKitGTK (apt-get install webkit2gtk-driver xvfb) ***");

const PORT = 4747;
const KEYS = { Enter: "\ue007", Escape: "\ue00c", Alt: "\ue00a" };

async function ask(method, path, body) {
  const answer = await fetch(`http://127.0.0.1:${PORT}${path}`, { method, body: body && JSON.stringify(body) });
  const { value } = await answer.json();
  if (value?.error) throw new Error(`${value.error}: ${value.message}`);
  return value;
}

/** A browser of our own on a screen of our own. */
async function start(t) {
  const display = `:${90 + (process.pid % 100)}`;
  const screen = spawn("Xvfb", [display, "-screen", "0", "1366x768x24"], { stdio: "ignore" });
  const driver = spawn("WebKitWebDriver", [`--port=${PORT}`], { stdio: "ignore",
    env: { ...process.env, DISPLAY: display, LANG: "en_GB.UTF-8", WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", WEBKIT_DISABLE_COMPOSITING_MODE: "1" } });
  let session;
  t.after(async () => {
    if (session) await ask("DELETE", `/session/${session}`).catch(() => {});
    driver.kill();
    screen.kill();
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
  return { run, runAsync, until, press, go: (url) => ask("POST", `/session/${session}/url`, { url }), reload: () => ask("POST", `/session/${session}/refresh`, {}) };
}

const atClip = (n) => new RegExp(`^\\D+${n}\\D`).test(document.getElementById("clip-number").textContent);

test("WebKitGTK: one sitting by keyboard, a reload, and nothing that axe finds", { skip: !there }, async (t) => {
  const { run, runAsync, until, press, go, reload } = await start(t);
  const tasks = await rows("everything");
  await go(addressOf("everything"));
  await run(() => localStorage.clear());
  await reload();
  await until(() => document.getElementById("start-go").offsetParent !== null);
  const check = async (where) => {
    await run(() => window.scrollTo(0, document.body.scrollHeight)); // the accept button sticks, and covers what it stands over
    // In the script itself, since the page's policy lets nothing be evaluated.
    const found = await runAsync(`const done = arguments[arguments.length - 1];
      ${axe.source};
      window.axe.run({ runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] } })
        .then((r) => done(r.violations.map((v) => v.id + " " + v.nodes.map((n) => n.target).join(" "))), (error) => done(["" + error]));`);
    assert.deepEqual(found, [], where);
  };
  await check("start");
  await press("Enter");
  await until(atClip, 1);
  await press("Alt", "d");
  for (const letter of "natation") await press(letter);
  assert.match(await run(() => document.getElementById("text").value), /de la natation pour/);
  await press("Enter");
  if (await run(() => document.getElementById("hint").textContent)) await press("Enter");
  await until(atClip, 2);
  await press("Alt", "7");
  await until(atClip, 3);
  await reload();
  await until(() => document.getElementById("start-go").offsetParent !== null);
  assert.match(await run(() => document.getElementById("start-go").textContent), /2/);
  const kept = await run((clips) => clips.map((clip) => {
    const key = Object.keys(localStorage).find((name) => name.endsWith(`clip/${clip}`));
    return JSON.parse(localStorage.getItem(key)).answer.verdict;
  }), [tasks[0].clip, tasks[1].clip]);
  assert.deepEqual(kept, ["corrected", "skip"]);
  await press("Enter");
  await until(atClip, 3);
  await check("clip");
  await press("Alt", "g");
  await until(() => document.querySelector("#guide[open]") !== null);
  await check("help");
});
