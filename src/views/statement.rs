//! A person's work statement: what they did, how long it took, what it pays, as a page for print and as JSON. The task page writes
//! the same of its own batch (`tasks/page/statement.js`), with the same digest. In: sums. Out: data, HTML. Left to others: counting.

use schemars::JsonSchema;
use serde::Serialize;

use super::numbers::{Wer, clock, percent};
use crate::domain::hex_digest;
use crate::statistics::rate::Share;

/// The statement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Statement {
    /// `second-ear work statement`.
    pub format: &'static str,
    /// 1.
    pub version: u32,
    /// Workspace id.
    pub workspace: String,
    /// What the team calls the work.
    pub title: String,
    /// Whose.
    pub person: String,
    /// Currency of all amounts.
    pub currency: String,
    /// By batch, in the order in which they were answered; answers that name none: `""`.
    pub batches: Vec<StatementBatch>,
    /// Current answers, skips and checks included.
    pub answers: u64,
    /// Active seconds, where measured.
    pub active_seconds: f64,
    /// For all of that.
    pub earned: f64,
    /// Paid so far.
    pub paid: f64,
    /// `earned - paid`.
    pub due: f64,
    /// Earned per hour of measured work.
    pub hourly: Option<f64>,
    /// Their texts of clips of known text, against these.
    pub known_texts: Wer,
    /// Planted errors that they fixed.
    pub planted_errors: Option<Share>,
    /// When this was made, RFC 3339.
    pub made_at: String,
    /// SHA-256 over the digests of the batches, one per line.
    pub digest: String,
}

/// The work on one batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct StatementBatch {
    /// Its id.
    pub batch: String,
    /// Current answers.
    pub answers: u64,
    /// Of them, skips: paid as any.
    pub skips: u64,
    /// Active seconds, where measured.
    pub active_seconds: f64,
    /// For these answers.
    pub earned: f64,
    /// The first and the last answer, RFC 3339, where they have times.
    pub first: Option<String>,
    /// The last one.
    pub last: Option<String>,
    /// See [`digest`].
    pub digest: String,
}

/// What the page and the lead can compare: SHA-256 over a line with workspace, batch and person, and one for each answered clip with
/// its id and its active seconds (one decimal; `-` without), sorted, blanks between.
pub fn digest(
    workspace: &str,
    batch: &str,
    person: &str,
    clips: &[(String, Option<f64>)],
) -> String {
    let mut lines: Vec<String> = clips
        .iter()
        .map(|(clip, seconds)| {
            let seconds = seconds.map_or("-".to_string(), |seconds| format!("{seconds:.1}"));
            format!("{clip} {seconds}")
        })
        .collect();
    lines.sort();
    hex_digest(format!("{workspace} {batch} {person}\n{}", lines.join("\n")).as_bytes())
}

impl Statement {
    /// Gives it the digest of its batches.
    pub fn signed(mut self) -> Self {
        let digests: Vec<&str> = self.batches.iter().map(|batch| batch.digest.as_str()).collect();
        self.digest = hex_digest(digests.join("\n").as_bytes());
        self
    }

    /// As a page for print; `escape` makes text safe in HTML.
    pub fn html(&self, escape: impl Fn(&str) -> String) -> String {
        let money = |amount: f64| format!("{amount:.2} {}", escape(&self.currency));
        let day = |time: &Option<String>| {
            time.as_deref().and_then(|t| t.get(..10)).unwrap_or("-").to_string()
        };
        let rows: Vec<String> = self
            .batches
            .iter()
            .map(|b| {
                format!(
                    "<tr><td>{}</td><td>{} / {}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td><code>{}</code></td></tr>",
                    if b.batch.is_empty() { "-" } else { &b.batch },
                    day(&b.first),
                    day(&b.last),
                    b.answers,
                    b.skips,
                    clock(b.active_seconds),
                    money(b.earned),
                    &b.digest[..16.min(b.digest.len())]
                )
            })
            .collect();
        let planted = self.planted_errors.map_or("-".into(), |s| format!("{} / {}", s.part, s.of));
        let hourly = self.hourly.map_or("-".into(), money);
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Work statement</title>\n\
             <style>body{{font:14px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}\
             table{{border-collapse:collapse;width:100%}}th,td{{border-bottom:1px solid #ccc;padding:.3rem .5rem;text-align:left}}\
             dl{{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.5rem}}dd{{margin:0}}code{{font-size:.85em}}</style>\n\
             </head>\n<body>\n<main>\n<h1>Work statement</h1>\n<dl>\n\
             <dt>person</dt><dd>{}</dd>\n<dt>work</dt><dd>{} (workspace {})</dd>\n<dt>made</dt><dd>{}</dd>\n\
             <dt>answers</dt><dd>{}</dd>\n<dt>active time</dt><dd>{}</dd>\n<dt>earned</dt><dd>{}</dd>\n\
             <dt>an hour</dt><dd>{hourly}</dd>\n<dt>paid</dt><dd>{}</dd>\n<dt><b>due</b></dt><dd><b>{}</b></dd>\n\
             <dt>error rate on known texts</dt><dd>{} ({} clips)</dd>\n<dt>planted errors fixed</dt><dd>{planted}</dd>\n</dl>\n\
             <table>\n<tr><th>batch</th><th>first / last day</th><th>answers</th><th>skips</th><th>active time</th>\
             <th>earned</th><th>digest</th></tr>\n{}\n</table>\n\
             <p>Skips and checks are paid as any answer. The task page prints the same account of its batch: where nothing \
             was changed on the way, it has the same digest.</p>\n<p>SHA-256 <code>{}</code></p>\n</main>\n</body>\n</html>\n",
            escape(&self.person),
            escape(&self.title),
            escape(&self.workspace),
            escape(&self.made_at),
            self.answers,
            clock(self.active_seconds),
            money(self.earned),
            money(self.paid),
            money(self.due),
            percent(self.known_texts.wer),
            self.known_texts.clips,
            rows.join("\n"),
            self.digest
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_answers_changes_no_digest_and_a_second_more_does() {
        let clip = |name: &str, seconds: f64| (name.to_string(), Some(seconds));
        let of = |clips: &[(String, Option<f64>)]| digest("w", "b", "ana", clips);
        let one = of(&[clip("c1", 4.2), clip("c2", 7.0)]);
        assert_eq!(one, of(&[clip("c2", 7.0), clip("c1", 4.2)]));
        assert_ne!(one, of(&[clip("c2", 8.0), clip("c1", 4.2)]));
        // What tests/page/statement.test.mjs computes too.
        assert_eq!(
            digest("w", "b", "ana", &[clip("c1", 4.0), ("c2".into(), None)]),
            hex_digest(b"w b ana\nc1 4.0\nc2 -")
        );
    }

    #[test]
    fn a_name_is_text_in_the_page() {
        let statement = Statement { person: "<b>".into(), ..Statement::default() }.signed();
        let page = statement.html(|text| text.replace('<', "&lt;"));
        assert!(page.contains("&lt;b>") && !page.contains("<dd><b></dd>"));
    }
}
