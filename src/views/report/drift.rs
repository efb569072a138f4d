//! Month by month: whether the model still fits how people speak, as data, sentence and text. In: rates. Out: JSON fields, lines.
//! Left to others: which month a clip is of (pipeline), estimating (statistics), the picture (`figures`).

use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::Report;
use super::words::rate;
use crate::statistics::rate::Rate;
use crate::views::columns::Columns;
use crate::views::lang::{Lang, t};

/// All months that recordings are of.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Drift {
    /// In order of time.
    pub months: Vec<Month>,
    /// The month that the others are compared with: in which the model in use was promoted, as far as there are clips of it,
    /// else the first.
    pub since: String,
    /// Whether the model in use was promoted then.
    pub promoted: bool,
    /// Rounds that were promoted so far.
    pub rounds: u64,
    /// Settled audits of recordings from that month on.
    pub audits_since: u64,
    /// Entries of the lexicon that somebody said in a settled clip.
    pub lexicon_said: u64,
    /// Of them, those that nobody said in the twelve months up to the latest.
    pub lexicon_out_of_date: u64,
}

/// A month: of the day of recording where the manifest says it, else of that of ingestion.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Month {
    /// As `2026-03`.
    pub month: String,
    /// Clips that are not dropped.
    pub clips: u64,
    /// Share of them for people, by speaker.
    pub human: Rate,
    /// WER of all drafts, by weight and speaker.
    pub draft_wer: Rate,
    /// Settled random audits of accepted drafts.
    pub audits: u64,
    /// WER of the accepted drafts, by these audits and speaker.
    pub residual_error: Rate,
    /// Words that people wrote in no earlier month, and the drafts had something else in most clips with them.
    pub new_words: u64,
    /// The most frequent of them.
    pub examples: Vec<NewWord>,
}

/// A word that was new in its month.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct NewWord {
    /// In lower case.
    pub word: String,
    /// The region of most of its clips, where one is declared.
    pub region: Option<String>,
    /// Clips of the month with it.
    pub clips: u64,
}

/// Whether drafts of the latest month of which anything is settled are worse than those of the month that they are compared with.
pub fn says(lang: Lang, drift: &Drift) -> String {
    let known = |m: &&Month| m.draft_wer.value.is_some();
    let (Some(then), Some(last)) =
        (drift.months.iter().find(|m| m.month == drift.since), drift.months.last())
    else {
        return String::new();
    };
    let since = match drift.promoted {
        true => t!(lang, "drift.since.promoted", month = then.month),
        false => t!(lang, "drift.since.first", month = then.month),
    };
    let before = rate(lang, &then.draft_wer);
    let mut said = match drift.months.iter().rev().find(known) {
        Some(now) if now.month > then.month => t!(
            lang,
            "drift.says",
            since = since,
            before = before,
            month = now.month,
            after = rate(lang, &now.draft_wer),
            verdict = compared(lang, then, now)
        ),
        _ => t!(lang, "drift.same", since = since, rate = before),
    };
    if !known(&last) {
        said = format!("{said} {}", t!(lang, "drift.not_yet", month = last.month));
    }
    said
}

/// What is said of a month against an earlier one: a difference is one where the intervals are apart.
fn compared(lang: Lang, then: &Month, now: &Month) -> &'static str {
    let ends = |m: &Month| m.draft_wer.low.zip(m.draft_wer.high);
    match (ends(then), ends(now)) {
        (Some((_, high)), Some((low, _))) if low > high => lang.phrase("drift.worse"),
        (Some((low, _)), Some((_, high))) if high < low => lang.phrase("drift.better"),
        (Some(_), Some(_)) => lang.phrase("drift.level"),
        _ => lang.phrase("drift.unknown"),
    }
}

/// New words with their regions: `clavarder (fr-CA-QC, 3), ...`.
pub fn words(month: &Month) -> String {
    let one = |w: &NewWord| match &w.region {
        Some(region) => format!("{} ({region}, {})", w.word, w.clips),
        None => format!("{} ({})", w.word, w.clips),
    };
    month.examples.iter().map(one).collect::<Vec<_>>().join(", ")
}

impl Report {
    pub(super) fn write_drift(&self, lang: Lang, t: &mut String) {
        let Some(drift) = &self.drift else { return };
        let _ = writeln!(t, "\n{}\n  {}", lang.phrase("drift.heading"), says(lang, drift));
        let draft = t!(lang, "column.draft_rate_all", rate = self.error_rate);
        let residual = t!(lang, "column.residual_rate", rate = self.error_rate);
        let head = [
            lang.phrase("column.month"),
            lang.phrase("column.clips"),
            lang.phrase("column.for_people"),
            &draft,
            &residual,
            lang.phrase("drift.new_words"),
        ];
        let columns = Columns::under(&head, &[8, 6, 22, 22, 22, 12]);
        let _ = writeln!(t, "  {}", columns.line(&head));
        for m in &drift.months {
            let [human, draft, residual] =
                [&m.human, &m.draft_wer, &m.residual_error].map(|r| rate(lang, r));
            let new = match m.new_words {
                0 => "0".into(),
                n => format!("{n}: {}", words(m)),
            };
            let cells = [&*m.month, &m.clips.to_string(), &human, &draft, &residual, &new];
            let _ = writeln!(t, "  {}", columns.line(&cells));
        }
        let _ = writeln!(t, "  {}", lexicon(lang, drift));
    }
}

/// How much of the lexicon nobody says any more, and how old the model is.
pub fn lexicon(lang: Lang, drift: &Drift) -> String {
    t!(
        lang,
        "drift.age",
        rounds = drift.rounds,
        audits = drift.audits_since,
        old = drift.lexicon_out_of_date,
        said = drift.lexicon_said
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Months 2026-01 and on with these error rates and their intervals; `None`: nothing settled.
    fn drift(rates: &[Option<(f64, f64, f64)>]) -> Drift {
        let month = |(n, rate): (usize, &Option<(f64, f64, f64)>)| Month {
            month: format!("2026-{:02}", n + 1),
            clips: 40,
            human: Rate::default(),
            draft_wer: rate.map_or(Rate::default(), |(value, low, high)| Rate {
                value: Some(value),
                low: Some(low),
                high: Some(high),
                ..Rate::default()
            }),
            audits: 0,
            residual_error: Rate::default(),
            new_words: 0,
            examples: Vec::new(),
        };
        Drift {
            months: rates.iter().enumerate().map(month).collect(),
            since: "2026-01".into(),
            promoted: false,
            rounds: 0,
            audits_since: 0,
            lexicon_said: 0,
            lexicon_out_of_date: 0,
        }
    }

    #[test]
    fn a_month_that_was_just_handed_out_does_not_hide_the_one_before() {
        let [low, high] = [Some((0.1, 0.05, 0.15)), Some((0.3, 0.2, 0.4))];
        let said = |rates: &[_]| says(Lang::ENGLISH, &drift(rates));
        for rates in [&[low, high][..], &[low, high, None]] {
            let worse = said(rates);
            assert!(worse.contains("30.0 % (20.0 to 40.0) in 2026-02"), "{worse}");
            assert!(worse.contains("fits less well"), "{worse}");
            assert_eq!(worse.contains("Nothing of 2026-03 is settled yet."), rates.len() == 3);
        }
        assert!(said(&[high, None, low]).contains("fits better"));
        assert!(said(&[low, low]).contains("no difference"));
        assert!(said(&[low, None]).contains("no later month can be compared yet"));
    }
}
