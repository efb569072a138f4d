//! Round after round, as data and as text: the learning curve, and the rounds themselves. In: rates,
//! rounds as kept. Out: JSON fields and lines. Left to others: pictures (`figures`), estimating.

use std::collections::BTreeMap;
use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::words::{number, rate, why};
use super::{Group, Report};
use crate::domain::{Measure, Measured, RoundVerdict};
use crate::statistics::rate::Rate;
use crate::views::numbers::{clock, percent};

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
    pub fn words(&self) -> String {
        let risk = percent(Some(self.risk));
        match self.measure {
            Measure::Wer => format!("a mean WER of at most {risk}"),
            Measure::Clips => format!("an error in at most {risk} of them"),
        }
    }

    /// Where it comes from.
    pub fn source(&self) -> &'static str {
        if self.set { "routing.target_risk" } else { "routing.target_risk is not set" }
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

/// What a reader must know about rounds before comparing them.
pub const COMPARED: &str = "Clips of different rounds are different clips: a later round drafts what \
    nobody had been given, and what came in since. Part of a difference between rounds may be theirs.";

/// A rate in words, or why there is none.
pub fn said(one: &Rate, words: impl Fn(&Rate) -> String) -> String {
    match one.value {
        Some(_) => words(one),
        None => why(one).to_string(),
    }
}

/// Points between two models on one set: `-5.5 points (-7.1 to -3.9)`.
pub fn points(m: &Measured) -> String {
    let [value, low, high] =
        [m.after - m.before, m.difference[0], m.difference[1]].map(|x| 100.0 * x);
    format!("{value:+.1} points ({low:+.1} to {high:+.1})")
}

/// One set under both models: `test  WER 22.6 % -> 17.7 %, -4.8 points (-10.1 to -1.3) on 42 clips, 186 words`.
pub fn measured(m: &Measured) -> String {
    let (before, after) = (percent(Some(m.before)), percent(Some(m.after)));
    let Measured { set, clips, words, .. } = m;
    format!("{set:<16} WER {before} -> {after}, {} on {clips} clips, {words} words", points(m))
}

/// What came of a round, and why.
pub fn verdict(verdict: &RoundVerdict) -> String {
    match verdict {
        RoundVerdict::Promoted { model, .. } => format!("promoted, model {model}"),
        RoundVerdict::Rejected { why } if why.is_empty() => "not promoted".into(),
        RoundVerdict::Rejected { why } => format!("not promoted: {}", why.join("; ")),
    }
}

/// What a round learnt from: `150 clips ...`, by use.
pub fn learnt_from(clips: &BTreeMap<String, usize>) -> String {
    let uses: Vec<String> = clips.iter().map(|(name, n)| format!("{name} {n}")).collect();
    uses.join(", ")
}

/// Mean losses, epoch by epoch.
pub fn losses(losses: &[f64]) -> String {
    match losses.is_empty() {
        true => "-".into(),
        false => losses.iter().map(|l| format!("{l:.3}")).collect::<Vec<_>>().join(", "),
    }
}

impl Report {
    /// The learning curve, then the rounds.
    pub(super) fn write_rounds(&self, t: &mut String) {
        if !self.by_round.is_empty() {
            let _ = writeln!(
                t,
                "\nRound after round: people needed for {} in the other drafts ({})",
                self.target.words(),
                self.target.source()
            );
            let columns = |t: &mut String, cells: [&str; 4]| {
                let [name, wer, people, minutes] = cells;
                let _ = writeln!(t, "  {name:<24} {wer:>22} {people:>28} {minutes:>22}");
            };
            columns(t, ["round, region", "draft WER, all", "people needed", "minutes per hour"]);
            for r in &self.by_round {
                let mut line = |name: &str, wer: &Rate, people: &Rate, minutes: &Rate| {
                    let cells =
                        [said(wer, rate), said(people, rate), said(minutes, |m| number(m, 1))];
                    columns(t, [name, &cells[0], &cells[1], &cells[2]]);
                };
                let name = format!("{}{}", r.round, if r.whole { "" } else { " (as it was)" });
                line(&name, &r.group.drafts.all_wer, &r.human_at_target, &r.minutes_per_hour);
                for (region, step) in &r.by_region {
                    let name = format!("  {region}");
                    line(&name, &step.draft_wer, &step.human_at_target, &step.minutes_per_hour);
                }
            }
            if self.by_round.len() > 1 {
                let _ = writeln!(t, "  {COMPARED}");
            }
        }
        if !self.rounds.is_empty() {
            t.push_str("\nRounds of adaptation\n");
        }
        for r in &self.rounds {
            let _ = writeln!(t, "  {} (from {}): {}", r.number, r.parent, verdict(&r.verdict));
            let _ = writeln!(
                t,
                "    clips {}; {} of audio; loss {}; share {:.2}; seed {}; data {}; {}",
                learnt_from(&r.clips),
                clock(r.train_seconds),
                losses(&r.losses),
                r.share,
                r.seed,
                r.data_digest,
                r.created
            );
            for m in &r.measured {
                let _ = writeln!(t, "    {}", measured(m));
            }
        }
    }
}
