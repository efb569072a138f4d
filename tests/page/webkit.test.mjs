// WebKitGTK, the engine of Safari: a sitting by keyboard, a reload, and axe.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { addressOf, rows } from "./rows.mjs";
import { atClip, start, there } from "./webkit.mjs";

test("WebKitGTK: one sitting by keyboard, a reload, and nothing that axe finds", { skip: !there }, async (t) => {
  const { run, check, until, press, go, reload } = await start(t);
  const tasks = await rows("everything");
  await go(addressOf("everything"));
  await run(() => localStorage.clear());
  await reload();
  await until(() => document.getElementById("start-go").offsetParent !== null);
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
