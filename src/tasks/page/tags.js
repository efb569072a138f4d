// Regional words, idioms and accents: marked by hand, or taken from the lexicon's suggestions.
function regionCodes() {
  const speech = tasks.speech ? tasks.speech + "-" : "";
  const codes = new Set(Object.keys(STRINGS[language].regions).filter((code) => code.startsWith(speech)));
  for (const code of Object.keys(tasks.regions)) codes.add(code);
  for (const item of clips) if (item.row.region) codes.add(item.row.region);
  for (const entry of tasks.lexicon) if (entry.region) codes.add(entry.region);
  return [...codes].sort((a, b) => regionName(a).localeCompare(regionName(b), language));
}

function tagLabel(tag) {
  const parts = [tag.text, tag.kind === "accent" ? t("tag.accent") : "", tag.region && regionName(tag.region), tag.meaning];
  return parts.filter(Boolean).join(" · ");
}

function addTag(tag) {
  const tags = works[current].tags;
  if (tags.some((old) => JSON.stringify(old) === JSON.stringify(tag))) return;
  tags.push(tag);
  saveWork(current);
  showTags();
  showAccept();
  announce(t("tags.added", { tag: tagLabel(tag) }));
}

function showTags() {
  const work = works[current];
  $("tags").replaceChildren(...work.tags.map((tag, n) => {
    const remove = make("button", { type: "button", className: "remove", textContent: "×" });
    remove.setAttribute("aria-label", t("tags.remove", { tag: tagLabel(tag) }));
    remove.addEventListener("click", () => {
      work.tags.splice(n, 1);
      saveWork(current);
      showTags();
      showAccept();
      $("tag-add").focus();
    });
    return make("li", { className: "chip" }, make("bdi", { textContent: tagLabel(tag) }), remove);
  }));
  const text = ` ${tidy(work.text).toLowerCase().split(/\s+/).map(bare).join(" ")} `;
  const hits = tasks.lexicon.filter((entry) => {
    const term = entry.term.toLowerCase().split(/\s+/).map(bare).join(" ");
    const open = !work.tags.some((tag) => tag.text.toLowerCase() === entry.term.toLowerCase());
    return open && term && text.includes(` ${term} `);
  });
  $("suggestions").replaceChildren(...hits.slice(0, 4).map((entry) => {
    const tag = { kind: entry.kind, text: entry.term, region: entry.region, meaning: entry.meaning };
    const label = t("tags.suggest", { tag: tagLabel(tag) });
    const button = make("button", { type: "button", className: "suggestion", textContent: label });
    button.addEventListener("click", () => { addTag(tag); focusText(); });
    return button;
  }));
}

/** The selected text, else the word under the caret. */
function selectedWords() {
  const box = $("text");
  const { value, selectionStart: from, selectionEnd: to } = box;
  if (from !== to) return tidy(value.slice(from, to));
  const before = value.slice(0, from).match(/[\p{L}\p{M}\p{N}'’-]*$/u)[0];
  const after = value.slice(from).match(/^[\p{L}\p{M}\p{N}'’-]*/u)[0];
  return before + after;
}

function kindChosen() {
  return $("tagger-form").elements.kind.value;
}

function fitTagger() {
  const accent = kindChosen() === "accent";
  $("tag-text-row").hidden = accent;
  $("tag-meaning-row").hidden = accent;
}

function fillFromLexicon() {
  const typed = $("tag-text").value.trim().toLowerCase();
  const entry = tasks.lexicon.find((e) => e.term.toLowerCase() === typed);
  if (!entry) return;
  if (!$("tag-region").value) $("tag-region").value = entry.region;
  if (!$("tag-meaning").value) $("tag-meaning").value = entry.meaning;
}

function openTagger() {
  const none = make("option", { value: "", textContent: t("tags.region.none") });
  const options = regionCodes().map((code) => make("option", { value: code, textContent: regionName(code) }));
  $("tag-region").replaceChildren(none, ...options);
  $("tag-region").value = clips[current].row.region;
  $("tag-text").value = selectedWords();
  $("tag-meaning").value = "";
  $("tag-problem").hidden = true;
  $("terms").replaceChildren(...tasks.lexicon.slice(0, 300).map((e) => make("option", { value: e.term })));
  fillFromLexicon();
  fitTagger();
  openDialog($("tagger"));
  $("tag-text").focus();
}

function setUpTagger() {
  $("tag-add").addEventListener("click", openTagger);
  $("tag-text").addEventListener("change", fillFromLexicon);
  $("tagger-cancel").addEventListener("click", () => closeDialog($("tagger")));
  $("tagger").addEventListener("close", focusText);
  $("tagger-form").addEventListener("change", fitTagger);
  $("tagger-form").addEventListener("submit", (event) => {
    const accent = kindChosen() === "accent";
    const tag = {
      kind: kindChosen(),
      text: accent ? "" : tidy($("tag-text").value),
      region: $("tag-region").value,
      meaning: accent ? "" : tidy($("tag-meaning").value),
    };
    const lacking = accent ? !tag.region : !tag.text;
    if (lacking) {
      event.preventDefault();
      $("tag-problem").textContent = t(accent ? "tags.need_region" : "tags.need_text");
      $("tag-problem").hidden = false;
      return;
    }
    addTag(tag);
  });
}
