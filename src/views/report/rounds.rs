//! Round after round, as data and as text: the learning curve, and the rounds themselves. In: rates,
//! rounds as kept. Out: JSON fields and lines. Left to others: pictures (`figures`), estimating.

use std::collections::BTreeMap;
use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::words::{number, rate, region, why};
use super::{Group, Report};
use crate::domain::{Measure, Measured, RoundVerdict};
use crate::statistics::rate::Rate;
use crate::views::columns::Columns;
use crate::views::lang::{Lang, t};
use crate::views::numbers::clock;

/// What people's share is measured at, the same in every round.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Target {
    /// The risk, at most, in the drafts that nobody would review.
    pub risk: f64,
    /// `wer`: the mean over clips of their WER, at most 1 each; `clips`: the share of clips with an error.
    pub measure: Measure,
    /// Whether the settings name it (`routing.target_risk`).
    pub set: bool,
}

impl Target {
    /// `a mean WER of at most 10.0 %`.
    pub fn words(&self, lang: Lang) -> String {
        let risk = lang.percent(Some(self.risk));
        match self.measure {
            Measure::Wer => t!(lang, "target.wer", risk = risk),
            Measure::Clips => t!(lang, "target.clips", risk = risk),
        }
    }

    /// Where it comes from.
    pub fn source(&self, lang: Lang) -> &'static str {
        if self.set { lang.phrase("target.set") } else { lang.phrase("target.not_set") }
    }
}

/// The clips that one round's model drafted, weighted by themselves.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Round {
    /// Its number; 0: the settings' model as it is.
    pub round: u32,
    /// Digest of the model that drafted.
    pub model: String,
    /// Whether all clips that it drafted are here. Where not, a later model drafted again those that nobody
    /// had been given, and clips that people were given stand for those they were drawn from.
    pub whole: bool,
    /// Everything about its clips.
    #[serde(flatten)]
    pub group: Group,
    /// Share of the drafts that people would have to review for the target in the others.
    pub human_at_target: Rate,
    /// Active minutes of people for an hour of audio.
    pub minutes_per_hour: Rate,
    /// By region.
    pub by_region: BTreeMap<String, Step>,
}

/// One region in one round.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Step {
    /// Clips that are not dropped.
    pub clips: u64,
    /// WER of all drafts.
    pub draft_wer: Rate,
    /// Share of the clips for people, as routed.
    pub for_people: Rate,
    /// As [`Round::human_at_target`].
    pub human_at_target: Rate,
    /// As [`Round::minutes_per_hour`].
    pub minutes_per_hour: Rate,
}

/// A rate in words, or why there is none.
pub fn said(lang: Lang, one: &Rate, words: impl Fn(&Rate) -> String) -> String {
    match one.value {
        Some(_) => words(one),
        None => why(lang, one).to_string(),
    }
}

/// Points between two models on one set: `-5.5 points (-7.1 to -3.9)`.
pub fn points(lang: Lang, m: &Measured) -> String {
    let [value, low, high] =
        [m.after - m.before, m.difference[0], m.difference[1]].map(|x| lang.signed(100.0 * x, 1));
    t!(lang, "rate.points", value = value, low = low, high = high)
}

/// A loss on a retention set that needs no mention, in word error rate.
const SLACK: f64 = 0.005;

/// One set under both models, and for a retention set what loss it cannot rule out: `test  WER 22.6 % -> 17.7 %, -4.8 points (-10.1 to -1.3) on 42 clips, 186 words`.
pub fn measured(lang: Lang, m: &Measured) -> String {
    let [before, after] = [m.before, m.after].map(|x| lang.percent(Some(x)));
    let points = points(lang, m);
    let Measured { set, clips: n, words, .. } = m;
    let said = t!(
        lang,
        "round.measured",
        before = before,
        after = after,
        points = points,
        n = *n,
        words = *words
    );
    match m.set.starts_with("retention") && m.at_most > SLACK {
        true => {
            let points = lang.exact((1000.0 * m.at_most).round() / 10.0);
            let bound = t!(lang, "round.not_ruled_out", points = points);
            format!("{set:<16} {said}; {bound}")
        }
        false => format!("{set:<16} {said}"),
    }
}

/// What came of a round, and why.
pub fn verdict(lang: Lang, verdict: &RoundVerdict) -> String {
    match verdict {
        RoundVerdict::Promoted { model, .. } => t!(lang, "round.promoted", model = model),
        RoundVerdict::Rejected { why } if why.is_empty() => t!(lang, "round.rejected"),
        RoundVerdict::Rejected { why } => {
            let why: Vec<String> = why.iter().map(|why| objection(lang, why)).collect();
            let why = why.join(lang.phrase("list.semicolon"));
            t!(lang, "round.rejected.because", why = why)
        }
    }
}

/// A reason against a new model, which the store has in English, in a language.
pub fn objection(lang: Lang, why: &str) -> String {
    lang.again("objection", why).unwrap_or_else(|| why.to_string())
}

/// What a round learnt from: `150 clips ...`, by use.
pub fn learnt_from(clips: &BTreeMap<String, usize>) -> String {
    let uses: Vec<String> = clips.iter().map(|(name, n)| format!("{name} {n}")).collect();
    uses.join(", ")
}

/// Mean losses, epoch by epoch.
pub fn losses(lang: Lang, losses: &[f64]) -> String {
    let separator = lang.phrase("list.numbers");
    match losses.is_empty() {
        true => "-".into(),
        false => losses.iter().map(|l| lang.decimal(*l, 3)).collect::<Vec<_>>().join(separator),
    }
}

impl Report {
    /// The learning curve, then the rounds.
    pub(super) fn write_rounds(&self, lang: Lang, t: &mut String) {
        if !self.by_round.is_empty() {
            let (target, source) = (self.target.words(lang), self.target.source(lang));
            let _ = writeln!(t, "\n{}", t!(lang, "round.head", target = target, source = source));
            let head = [
                lang.phrase("column.round_region"),
                lang.phrase("column.draft_wer_all"),
                lang.phrase("column.people_needed"),
                lang.phrase("column.minutes_per_hour"),
            ];
            let columns = Columns::under(&head, &[24, 22, 28, 22]);
            let row = |t: &mut String, cells: [&str; 4]| {
                let _ = writeln!(t, "  {}", columns.line(&cells));
            };
            row(t, head);
            for r in &self.by_round {
                let mut line = |name: &str, wer: &Rate, people: &Rate, minutes: &Rate| {
                    let rated = |r: &Rate| rate(lang, r);
                    let cells = [
                        said(lang, wer, rated),
                        said(lang, people, rated),
                        said(lang, minutes, |m| number(lang, m, 1)),
                    ];
                    row(t, [name, &cells[0], &cells[1], &cells[2]]);
                };
                let name = match r.whole {
                    true => r.round.to_string(),
                    false => t!(lang, "round.as_it_was", round = r.round),
                };
                line(&name, &r.group.drafts.all_wer, &r.human_at_target, &r.minutes_per_hour);
                for (code, step) in &r.by_region {
                    let name = format!("  {}", region(lang, code));
                    line(&name, &step.draft_wer, &step.human_at_target, &step.minutes_per_hour);
                }
            }
            if self.by_round.len() > 1 {
                let _ = writeln!(t, "  {}", lang.phrase("round.compared"));
            }
        }
        if !self.rounds.is_empty() {
            let _ = writeln!(t, "\n{}", lang.phrase("round.adaptation"));
        }
        for r in &self.rounds {
            let verdict = verdict(lang, &r.verdict);
            let line =
                t!(lang, "round.line", round = r.number, parent = r.parent, verdict = verdict);
            let _ = writeln!(t, "  {line}");
            let line = t!(
                lang,
                "round.of",
                clips = learnt_from(&r.clips),
                audio = clock(r.train_seconds),
                loss = losses(lang, &r.losses),
                share = lang.decimal(r.share, 2),
                seed = r.seed.to_string(),
                data = r.data_digest,
                created = r.created
            );
            let _ = writeln!(t, "    {line}");
            for m in &r.measured {
                let _ = writeln!(t, "    {}", measured(lang, m));
            }
        }
    }
}
