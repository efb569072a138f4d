//! Turkle and Mechanical Turk: the table of tasks, the page that shows one, and the table of results.
//! In: task rows, or a results table. Out: CSV, or a row or a reason for each assignment.
//!
//! The tools put cells into the page as they are, so that a draft could be markup; `*_html` columns
//! hold the texts for the page, escaped so that they are neither markup, nor variables, nor formulas.
//! The other columns come back as `Input.COLUMN` and say which task was answered.

use std::io::Write;

use crate::domain::{PageLanguage, TaskRow, Verdict};
use crate::tables::{Record, Table};
use crate::tasks::csv::{self, Rows, guard, number, refused, unguard};
use crate::tasks::page::escape_html;
use crate::tasks::platforms::given::{self, Given};
use crate::tasks::platforms::times;
use crate::tasks::platforms::wording::Wording;
use crate::text::cells::is_formula_behind;

/// The page of one task, with holes for its texts.
const TEMPLATE: &str = include_str!("turkle/template.html");
/// Columns for the page, behind those of the task.
const FOR_THE_PAGE: [&str; 3] = ["draft_html", "context_before_html", "context_after_html"];

/// The page of one task, to be pasted into the project: in the chosen language and those that are reviewed.
pub fn template(chosen: PageLanguage) -> String {
    let wording = Wording::of(chosen);
    let said = |language: PageLanguage, key: &str| escape_html(language.text(key));
    let steps = |language: PageLanguage| {
        format!("  <p lang=\"{language}\">{}</p>\n", said(language, "tool.steps"))
    };
    let verdict = |(n, verdict): (usize, &Verdict)| {
        let code = verdict.code();
        let key = format!("verdict.{code}");
        let span = |l: PageLanguage| format!("<span lang=\"{l}\">{}</span>", said(l, &key));
        let texts = wording.languages().map(span).collect::<Vec<_>>().join(" / ");
        let button = format!("<input type=\"radio\" name=\"verdict\" value=\"{code}\">");
        format!("    <label>{button} {texts} <kbd>Alt+{n}</kbd></label>\n")
    };
    TEMPLATE
        .replace("{{steps}}", &wording.languages().map(steps).collect::<String>())
        .replace("{{text}}", &wording.text("tool.text"))
        .replace("{{answer}}", &wording.text("tool.answer"))
        .replace("{{verdicts}}", &(1..).zip(&Verdict::ALL).map(verdict).collect::<String>())
}

/// Writes the input table: every column of the task, guarded as `tasks/csv.rs` says, and the texts
/// for the page. Errors are those of the writer.
pub fn write<'a>(
    out: &mut impl Write,
    rows: impl IntoIterator<Item = &'a TaskRow>,
) -> anyhow::Result<()> {
    let with_page = rows.into_iter().map(|row| {
        let texts = [&row.draft, &row.context_before, &row.context_after];
        (row, texts.map(|text| escape(text)).to_vec())
    });
    csv::write_table(out, csv::task_columns(), &FOR_THE_PAGE, with_page)
}

/// A text that a page shows as it is and a spreadsheet leaves alone.
fn escape(text: &str) -> String {
    let tempting = guard(text) != text;
    let mut escaped = String::with_capacity(text.len());
    for (i, c) in text.char_indices() {
        let special = matches!(c, '&' | '<' | '>' | '"' | '$') || i == 0 && tempting;
        // What an escape ends with begins a cell for some spreadsheets.
        match special || is_formula_behind(&escaped, c) {
            true => escaped.push_str(&format!("&#{};", u32::from(c))),
            false => escaped.push(c),
        }
    }
    escaped
}

/// Whether a table holds results of Turkle or Mechanical Turk.
pub fn is_results(table: &Table) -> bool {
    table.has("assignmentid") || table.has("input.clip") || table.has("input.clip_id")
}

/// Reads a results table, whatever the order of its columns. Assignments that were rejected are
/// answers too: whom to pay is not decided here.
pub fn read(table: Table) -> Rows {
    if !table.has("answer.transcript") && !table.has("answer.verdict") {
        let why = "results without a column Answer.transcript or Answer.verdict: the page's text box \
             must be named transcript, its buttons verdict (turkle-template.html)";
        return refused(table.header_line, why);
    }
    let tool = if table.has("turkle.username") { "turkle" } else { "mturk" };
    Box::new(table.rows(move |record| row(record, tool)))
}

fn row(record: &Record, tool: &str) -> Result<TaskRow, String> {
    let cell = |name: &str| Ok::<_, String>(record.cell(name)?.unwrap_or_default());
    let input = |name: &str| record.cell(&format!("input.{name}"));
    let task = given::task(|name| Ok(input(name)?.map(|cell| unguard(cell).to_string())))?;
    let names = [cell("workerid")?, cell("turkle.username")?];
    let id = names.into_iter().find(|id| !id.trim().is_empty()).ok_or(
        "WorkerId and Turkle.Username are empty, so that nobody knows how many people answered: write \
         a pseudonym there, and let workers log in next time",
    )?;
    let given = Given {
        validator: given::pseudonym(tool, id, &task.workspace),
        verdict: cell("answer.verdict")?.to_string(),
        text: without_guard(cell("answer.transcript")?, input("draft")?.unwrap_or_default()),
        seconds: number(cell("worktimeinseconds")?),
        at: times::read(cell("submittime")?)?.map_or(String::new(), |t| t.to_string()),
        ..Given::default()
    };
    given::answer(task, given)
}

/// The text typed: a page of one's own may have shown the guarded draft, whose apostrophe is then
/// still there.
pub(super) fn without_guard(text: &str, draft_cell: &str) -> String {
    let apostrophes = |s: &str| s.len() - s.trim_start_matches('\'').len();
    let guarded = unguard(draft_cell) != draft_cell;
    let inherited = guarded && apostrophes(text) == apostrophes(draft_cell);
    if inherited { unguard(text).to_string() } else { text.to_string() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_neither_markup_nor_variable_nor_formula() {
        assert_eq!(escape("l'été, d'accord"), "l'été, d'accord");
        assert_eq!(escape("</textarea>${path}"), "&#60;/textarea&#62;&#36;{path}");
        assert_eq!(escape("- Bonjour"), "&#45; Bonjour");
        assert_eq!(escape("12345"), "&#49;2345");
        assert_eq!(escape("<=oui; =1"), "&#60;&#61;oui; &#61;1");
    }

    #[test]
    fn an_apostrophe_is_taken_off_where_the_draft_had_one() {
        assert_eq!(without_guard("'- Oui.", "'- Non."), "- Oui.");
        assert_eq!(without_guard("'- Oui.", "Non."), "'- Oui.");
        assert_eq!(without_guard("- Oui.", "'- Non."), "- Oui.");
    }

    proptest! {
        #[test]
        fn escaped_text_stays_what_it_was(text in "(?s)['=$<&\"0-9a-]{0,5}.{0,5}") {
            let escaped = escape(&text);
            prop_assert!(!escaped.contains(['<', '>', '"', '$']));
            prop_assert_eq!(guard(&escaped), escaped.clone());
            let mut back = escaped;
            let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
            for c in ['&', '<', '>', '"', '$'].into_iter().chain(text.chars().next()).chain(signs) {
                back = back.replace(&format!("&#{};", u32::from(c)), &c.to_string());
            }
            // Only a text that holds such a reference itself could differ.
            prop_assert!(back == text || text.contains("&#"));
        }
    }
}
