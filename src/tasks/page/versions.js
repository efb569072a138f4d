// What others wrote where they do not agree, or what the model makes of the clip alone: a button each, with the words in which it
// differs set off.

const versionsOf = (i) => clips[i].versions.filter((version) => tidy(version.text));

/** For each word of `words`, whether it stands in `other` too, in order (longest common subsequence). */
function sharedWords(words, other) {
  const table = Array.from({ length: words.length + 1 }, () => new Uint16Array(other.length + 1));
  for (let a = words.length - 1; a >= 0; a--) {
    for (let b = other.length - 1; b >= 0; b--) {
      table[a][b] = words[a] === other[b] ? table[a + 1][b + 1] + 1 : Math.max(table[a + 1][b], table[a][b + 1]);
    }
  }
  const shared = words.map(() => false);
  for (let a = 0, b = 0; a < words.length && b < other.length; ) {
    if (words[a] === other[b]) {
      shared[a] = true;
      a += 1;
      b += 1;
    } else if (table[a + 1][b] >= table[a][b + 1]) {
      a += 1;
    } else {
      b += 1;
    }
  }
  return shared;
}

function showVersions() {
  const versions = versionsOf(current);
  $("versions-card").hidden = !versions.length;
  const words = versions.map(({ text }) => tidy(text).split(" "));
  const plain = words.map((list) => list.map(bare));
  // Without a word of people's it is the model's other reading, which differs from the draft.
  const ofModel = versions.every(({ support }) => !support);
  const draft = ofModel ? [tidy(clips[current].row.draft).split(" ").map(bare)] : [];
  $("versions-label").textContent = t(ofModel ? "versions.label.model" : "versions.label");
  $("versions").lang = clips[current].language || tasks.speech || "";
  $("versions").replaceChildren(...versions.map(({ text, support }, v) => {
    const others = plain.filter((_, other) => other !== v).concat(draft);
    const common = others.map((other) => sharedWords(plain[v], other));
    const line = make("span", { className: "version-text", dir: "auto" });
    words[v].forEach((word, n) => {
      const differs = plain[v][n] && common.some((shared) => !shared[n]);
      line.append(differs ? make("mark", { textContent: word }) : word, n + 1 < words[v].length ? " " : "");
    });
    const people = make("span", { className: "support", textContent: support ? t("versions.support", { n: support }) : "", lang: language });
    const button = make("button", { type: "button", className: "version" }, line, " ", people);
    if (v < 9) button.append(" ", make("kbd", { textContent: versionKey(v + 1) }));
    button.addEventListener("click", () => useVersion(v));
    return make("li", {}, button);
  }));
}

/** Puts a version into the box, as typing would: the browser's own undo takes it back. */
function useVersion(v) {
  const version = versionsOf(current)[v];
  if (!version) return;
  const box = $("text");
  focusBox();
  box.select();
  // Old but the only way to keep Ctrl+Z; all current browsers have it for text boxes.
  if (!document.execCommand("insertText", false, tidy(version.text))) {
    box.value = tidy(version.text);
    edited();
  }
  announce(t("versions.used", { n: v + 1 }));
}
