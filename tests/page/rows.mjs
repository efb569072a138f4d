// Where the pages and rows are that the tests open, for every browser.
import { readFile } from "node:fs/promises";

export const root = new URL("../../", import.meta.url);
export const addressOf = (name) => new URL(`target/page-test/${name}.html`, root).href;
export const rows = async (name) =>
  (await readFile(new URL(`target/page-test/${name}.jsonl`, root), "utf8")).trim().split("\n").map(JSON.parse);
