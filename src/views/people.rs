//! What the report says of people's work: each validator (by pseudonym) and each batch, agreement, what
//! drafts do to people. In: counts. Out: data and text. Nobody is judged here: what stands out is
//! flagged, for a person to look at.

use std::collections::BTreeMap;
use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::numbers::{Wer, clock, percent};
use crate::domain::{
    Agreement, AppealOutcome, Contested, Estimate, Flag, Reliability, WithdrawnWork,
};
use crate::statistics::rate::Share;
use crate::views::progress::shown;

/// Everything about people's work.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Work {
    /// By pseudonym.
    pub validators: BTreeMap<String, Validator>,
    /// By batch id.
    pub batches: BTreeMap<String, Batch>,
    /// Agreement on clips that several people reviewed.
    pub agreement: Agreement,
    /// The same by region; `unknown` where there is none.
    pub agreement_by_region: BTreeMap<String, Agreement>,
    /// Clips on which people disagree, waiting for an adjudicator.
    pub contested: u64,
    /// What a draft in the box does to people.
    pub drafts: Drafts,
    /// Currency of all amounts.
    pub currency: String,
    /// The hourly pay under which a batch is flagged; null: not set.
    pub floor_per_hour: Option<f64>,
}

/// One validator's work.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Validator {
    /// Current answers, skips included.
    pub answers: u64,
    /// Of them, skips: never held against anybody.
    pub skips: u64,
    /// Of them, reports of offensive content or personal data.
    pub reports: u64,
    /// Of them, answers that are odd, by kind (`domain::Mark`).
    pub marked: BTreeMap<&'static str, u64>,
    /// Active seconds, where measured.
    pub active_seconds: f64,
    /// Median active seconds per answer.
    pub median_seconds: Option<f64>,
    /// Active minutes per minute of audio.
    pub minutes_per_audio_minute: Option<f64>,
    /// What an hour of measured work was paid, where pay is set.
    pub hourly: Option<f64>,
    /// Drafts shown to them in which they changed a word.
    pub edited: Option<Share>,
    /// Their texts against known texts.
    pub gold: Wer,
    /// Planted errors that they fixed.
    pub seeded_caught: Option<Share>,
    /// What their words were compared with, and the weight that this gives them.
    pub reliability: Reliability,
    /// Voting weight; 1 is ordinary.
    pub weight: f64,
    /// Agreement with others on the same clips.
    pub agreement: Agreement,
    /// What they did for clips that were withdrawn since, beside all that is above: it is paid all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<WithdrawnWork>,
    /// What a person should look at; nothing follows from it by itself.
    pub flags: Vec<Flag>,
    /// What they said against flags or their weight, and what somebody decided.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub appeals: Vec<AppealLine>,
}

/// An appeal, without anybody's words or names: these are for whoever leads the team (`people DIR appeal`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AppealLine {
    /// Against what: a flag's code, or `weight`.
    pub about: Contested,
    /// What somebody decided; null: nobody has yet.
    pub outcome: Option<AppealOutcome>,
}

/// One batch.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Batch {
    /// When it was first written, RFC 3339.
    pub created: String,
    /// To whom it was handed, where that was said (`tasks --to`).
    pub handed_to: Vec<String>,
    /// Clips, checks included.
    pub clips: u64,
    /// Current answers that name it.
    pub answers: u64,
    /// People who answered.
    pub validators: u64,
    /// Active seconds expected of one person.
    pub expected_seconds: Option<f64>,
    /// Active seconds measured, of all answers.
    pub active_seconds: f64,
    /// Expected pay per hour, where pay is set.
    pub expected_hourly: Option<f64>,
    /// Pay per hour as measured.
    pub hourly: Option<f64>,
    /// Whether the expected or the measured pay lies under the floor.
    pub under_floor: bool,
}

/// Drafts against people's texts, where the draft was shown and where it was hidden from them at
/// random. A lower rate where it was shown means that people let errors pass.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "DraftsShown")]
pub struct Drafts {
    /// Shown.
    pub shown: Wer,
    /// Hidden at random.
    pub blind: Wer,
    /// Shown with doubtful words marked.
    pub marked: Wer,
    /// People's texts of gold clips, draft shown.
    pub gold_shown: Wer,
    /// People's texts of gold clips, draft hidden at random.
    pub gold_blind: Wer,
    /// Planted errors that people fixed.
    pub seeded_caught: Option<Share>,
}

fn estimate(e: Option<Estimate>) -> String {
    e.map_or("-".into(), |e| format!("{:.3} ({:.3} to {:.3})", e.value, e.low, e.high))
}

impl Work {
    /// The part of the report, for a terminal; empty while nobody has answered.
    pub fn text(&self) -> String {
        let mut t = String::new();
        if self.validators.is_empty() {
            return t;
        }
        self.write_validators(&mut t);
        self.write_batches(&mut t);
        let d = &self.drafts;
        let _ = writeln!(
            t,
            "
Influence of drafts on people"
        );
        let wer = |w: &Wer| format!("{} on {} clips", percent(w.wer), w.clips);
        let _ = writeln!(
            t,
            "  draft WER against their texts   shown {}, hidden at random {}",
            wer(&d.shown),
            wer(&d.blind)
        );
        if d.marked.clips > 0 {
            let _ = writeln!(t, "  with doubtful words marked      {}", wer(&d.marked));
        }
        if d.gold_shown.clips + d.gold_blind.clips > 0 {
            let _ = writeln!(
                t,
                "  their WER on known texts        shown {}, hidden {}",
                wer(&d.gold_shown),
                wer(&d.gold_blind)
            );
        }
        if let Some(Share { part, of, .. }) = d.seeded_caught {
            let _ = writeln!(t, "  planted errors fixed            {part} of {of}");
        }
        if self.agreement.clips > 0 {
            let _ = writeln!(
                t,
                "\nAgreement on {} clips that several people reviewed",
                self.agreement.clips
            );
            let _ = writeln!(
                t,
                "  {:<24} {:>6} {:>26} {:>13} {:>11}",
                "", "clips", "Krippendorff's alpha", "pairwise WER", "exact"
            );
            let all = std::iter::once(("all", &self.agreement));
            let regions = self.agreement_by_region.iter().map(|(n, a)| (n.as_str(), a));
            for (name, a) in all.chain(regions).filter(|(_, a)| a.clips > 0) {
                let _ = writeln!(
                    t,
                    "  {name:<24} {:>6} {:>26} {:>13} {:>11}",
                    a.clips,
                    estimate(a.alpha),
                    percent(a.pairwise_wer.map(|e| e.value)),
                    percent(a.exact.map(|e| e.value))
                );
            }
        }
        if self.contested > 0 {
            let _ = writeln!(
                t,
                "  {} clips wait for an adjudicator (`second-ear tasks --adjudicate`)",
                self.contested
            );
        }
        t
    }

    fn write_validators(&self, t: &mut String) {
        let _ = writeln!(
            t,
            "\n  {:<20} {:>7} {:>6} {:>8} {:>7} {:>7} {:>9} {:>8} {:>7} {:>8}",
            "validator",
            "answers",
            "skips",
            "s/clip",
            "x audio",
            "edited",
            "gold WER",
            "planted",
            "weight",
            "per hour"
        );
        for (name, v) in &self.validators {
            let number = |n: Option<f64>| n.map_or("-".to_string(), |n| format!("{n:.1}"));
            let planted = v.seeded_caught.map_or("-".into(), |s| format!("{}/{}", s.part, s.of));
            let name: String = shown(name).chars().take(20).collect();
            let _ = writeln!(
                t,
                "  {name:<20} {:>7} {:>6} {:>8} {:>7} {:>7} {:>9} {planted:>8} {:>7.2} {:>8}",
                v.answers,
                v.skips,
                number(v.median_seconds),
                number(v.minutes_per_audio_minute),
                percent(v.edited.and_then(|s| s.share)),
                percent(v.gold.wer),
                v.weight,
                v.hourly.map_or("-".into(), |h| format!("{h:.2}"))
            );
            if let Some(work) = &v.withdrawn {
                let time = clock(work.active_seconds);
                let _ = writeln!(
                    t,
                    "    and {} answers about what was withdrawn since: {time} of work, pay {:.2}",
                    work.answers, work.pay
                );
            }
            for flag in &v.flags {
                let _ = writeln!(t, "    look at: {flag}");
            }
            for AppealLine { about, outcome } in &v.appeals {
                let outcome = outcome.map_or("waits for a decision", AppealOutcome::code);
                let _ = writeln!(t, "    appeal against {}: {outcome}", about.code());
            }
        }
    }

    fn write_batches(&self, t: &mut String) {
        let _ = writeln!(
            t,
            "\n  {:<14} {:>6} {:>8} {:>9} {:>9} {:>10} {:>9}",
            "batch", "clips", "answers", "expected", "measured", "per hour", "expected"
        );
        for (id, b) in &self.batches {
            let money = |m: Option<f64>| m.map_or("-".to_string(), |m| format!("{m:.2}"));
            let _ = writeln!(
                t,
                "  {id:<14} {:>6} {:>8} {:>9} {:>9} {:>10} {:>9}{}",
                b.clips,
                b.answers,
                b.expected_seconds.map_or("-".into(), clock),
                if b.active_seconds > 0.0 { clock(b.active_seconds) } else { "-".into() },
                money(b.hourly),
                money(b.expected_hourly),
                if b.under_floor { "  under the floor" } else { "" }
            );
        }
    }
}
