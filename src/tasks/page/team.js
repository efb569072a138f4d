// What the team says of its batch: instructions and rules of writing as blocks of text, whom to ask, until when. Every text becomes
// text, never markup (markdown.rs).

function runsOf(runs) {
  return runs.map(({ text, style }) => (style === "plain" ? text : make({ bold: "strong", italic: "em" }[style], { textContent: text })));
}

/** Paragraphs, headings and lists. */
function blocksOf(blocks) {
  return blocks.map(({ kind, lines }) => {
    if (kind === "bullets" || kind === "numbers") {
      return make(kind === "bullets" ? "ul" : "ol", {}, ...lines.map((line) => make("li", { dir: "auto" }, ...runsOf(line))));
    }
    return make("p", { dir: "auto", className: kind === "heading" ? "team-heading" : "" }, ...lines.flatMap(runsOf));
  });
}

function deadlineText() {
  const { deadline } = tasks.team;
  if (!deadline) return "";
  const day = new Date(`${deadline}T12:00:00`);
  const date = Number.isNaN(day.getTime()) ? deadline : day.toLocaleDateString(language, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
  return t("team.deadline", { date });
}

/** The heading: the team's title and the number of the batch. */
const batchTitle = () => (tasks.number ? t("batch.title", { title: tasks.title, n: tasks.number }) : tasks.title);

function showTeam() {
  const { instructions, rules, contact } = tasks.team;
  for (const place of ["start", "guide"]) {
    $(`${place}-instructions`).replaceChildren(...blocksOf(instructions));
    $(`${place}-instructions`).hidden = !instructions.length;
    const facts = [deadlineText(), contact && t("team.contact", { contact })].filter(Boolean);
    $(`${place}-team`).replaceChildren(...facts.map((fact) => make("li", { textContent: fact, dir: "auto" })));
    $(`${place}-team`).hidden = !facts.length;
  }
  $("start-rules").replaceChildren(...blocksOf(rules));
  $("start-rules-row").hidden = !rules.length;
  const own = STRINGS[language].conventions.map((line) => make("li", { textContent: line }));
  $("conventions").replaceChildren(...(rules.length ? blocksOf(rules) : [make("ul", {}, ...own)]));
}
