//! What the report says of people's work: each validator (by pseudonym) and each batch, agreement, what
//! drafts do to people. In: counts. Out: data and text. Nobody is judged here: what stands out is
//! flagged, for a person to look at.

use std::collections::BTreeMap;
use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::columns::Columns;
use super::lang::{Lang, t};
use super::numbers::{Wer, clock};
use super::progress::shown;
use super::report::words::region;
use crate::domain::{
    Agreement, AppealOutcome, Contested, Estimate, Flag, Reliability, WithdrawnWork,
};
use crate::statistics::rate::Share;

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

/// `0.812 (0.640 to 0.903)`, or a dash.
pub fn estimate(lang: Lang, e: Option<Estimate>) -> String {
    e.map_or("-".into(), |e| {
        let [value, low, high] = [e.value, e.low, e.high].map(|n| lang.decimal(n, 3));
        t!(lang, "rate.number", value = value, low = low, high = high)
    })
}

impl AppealLine {
    /// What it is against and what came of it.
    pub fn words(&self, lang: Lang) -> String {
        let outcome = self.outcome.map_or(lang.phrase("people.appeal.open").to_string(), |o| {
            lang.named("outcome", o.code())
        });
        let about = lang.named("contested", self.about.code());
        t!(lang, "people.appeal", about = about, outcome = outcome)
    }
}

/// What a person should look at.
pub fn flagged(lang: Lang, flag: Flag) -> String {
    t!(lang, "people.look_at", flag = lang.named("flag", flag.code()))
}

impl Work {
    /// The part of the report, for a terminal; empty while nobody has answered.
    pub fn text(&self, lang: Lang) -> String {
        let mut t = String::new();
        if self.validators.is_empty() {
            return t;
        }
        self.write_validators(lang, &mut t);
        self.write_batches(lang, &mut t);
        let d = &self.drafts;
        let _ = writeln!(t, "\n{}", lang.phrase("people.influence"));
        let wer = |w: &Wer| t!(lang, "people.wer_on", wer = lang.percent(w.wer), n = w.clips);
        let shown = t!(lang, "people.shown", shown = wer(&d.shown), hidden = wer(&d.blind));
        let mut line = |name: &str, said: &str| {
            let _ = writeln!(t, "  {name:<31} {said}");
        };
        line(lang.phrase("people.draft_wer"), &shown);
        if d.marked.clips > 0 {
            line(lang.phrase("people.marked"), &wer(&d.marked));
        }
        if d.gold_shown.clips + d.gold_blind.clips > 0 {
            let known =
                t!(lang, "people.known", shown = wer(&d.gold_shown), hidden = wer(&d.gold_blind));
            line(lang.phrase("people.known_wer"), &known);
        }
        if let Some(Share { part, of, .. }) = d.seeded_caught {
            line(lang.phrase("people.planted"), &t!(lang, "people.of", part = part, of = of));
        }
        self.write_agreement(lang, &mut t);
        if self.contested > 0 {
            let _ = writeln!(t, "  {}", t!(lang, "people.contested", n = self.contested));
        }
        t
    }

    fn write_agreement(&self, lang: Lang, t: &mut String) {
        if self.agreement.clips == 0 {
            return;
        }
        let _ = writeln!(t, "\n{}", t!(lang, "people.agreement", n = self.agreement.clips));
        let head = [
            "",
            lang.phrase("column.clips"),
            lang.phrase("column.alpha"),
            lang.phrase("column.pairwise_wer"),
            lang.phrase("column.exact"),
        ];
        let columns = Columns::under(&head, &[24, 6, 26, 13, 11]);
        let row = |t: &mut String, cells: [&str; 5]| {
            let _ = writeln!(t, "  {}", columns.line(&cells));
        };
        row(t, head);
        let all = std::iter::once((lang.phrase("people.all").to_string(), &self.agreement));
        let regions = self.agreement_by_region.iter().map(|(code, a)| (region(lang, code), a));
        for (name, a) in all.chain(regions).filter(|(_, a)| a.clips > 0) {
            let clips = a.clips.to_string();
            let alpha = estimate(lang, a.alpha);
            let [wer, exact] = [a.pairwise_wer, a.exact].map(|e| lang.percent(e.map(|e| e.value)));
            row(t, [&name, &clips, &alpha, &wer, &exact]);
        }
    }

    fn write_validators(&self, lang: Lang, t: &mut String) {
        let head = [
            lang.phrase("column.validator"),
            lang.phrase("column.answers"),
            lang.phrase("column.skips"),
            lang.phrase("column.seconds_per_clip"),
            lang.phrase("column.times_audio"),
            lang.phrase("column.edited"),
            lang.phrase("column.gold_wer"),
            lang.phrase("column.planted"),
            lang.phrase("column.weight"),
            lang.phrase("column.per_hour"),
        ];
        let columns = Columns::under(&head, &[20, 7, 6, 8, 7, 7, 9, 8, 7, 8]);
        let _ = writeln!(t, "\n  {}", columns.line(&head));
        for (name, v) in &self.validators {
            let number = |n: Option<f64>| n.map_or("-".to_string(), |n| lang.decimal(n, 1));
            let cells = [
                shown(name).chars().take(20).collect(),
                v.answers.to_string(),
                v.skips.to_string(),
                number(v.median_seconds),
                number(v.minutes_per_audio_minute),
                lang.percent(v.edited.and_then(|s| s.share)),
                lang.percent(v.gold.wer),
                v.seeded_caught.map_or("-".into(), |s| format!("{}/{}", s.part, s.of)),
                lang.decimal(v.weight, 2),
                v.hourly.map_or("-".into(), |h| lang.decimal(h, 2)),
            ];
            let _ = writeln!(t, "  {}", columns.line(&cells.each_ref().map(String::as_str)));
            if let Some(work) = &v.withdrawn {
                let said = t!(
                    lang,
                    "people.withdrawn",
                    n = work.answers,
                    time = clock(work.active_seconds),
                    pay = lang.decimal(work.pay, 2)
                );
                let _ = writeln!(t, "    {said}");
            }
            for flag in &v.flags {
                let _ = writeln!(t, "    {}", flagged(lang, *flag));
            }
            for appeal in &v.appeals {
                let _ = writeln!(t, "    {}", appeal.words(lang));
            }
        }
    }

    fn write_batches(&self, lang: Lang, t: &mut String) {
        let head = [
            lang.phrase("column.batch"),
            lang.phrase("column.clips"),
            lang.phrase("column.answers"),
            lang.phrase("column.expected"),
            lang.phrase("column.measured"),
            lang.phrase("column.per_hour"),
            lang.phrase("column.expected"),
        ];
        let columns = Columns::under(&head, &[14, 6, 8, 9, 9, 10, 9]);
        let _ = writeln!(t, "\n  {}", columns.line(&head));
        for (id, b) in &self.batches {
            let money = |m: Option<f64>| m.map_or("-".to_string(), |m| lang.decimal(m, 2));
            let under = match b.under_floor {
                true => format!("  {}", lang.phrase("people.under_floor")),
                false => String::new(),
            };
            let cells = [
                id.clone(),
                b.clips.to_string(),
                b.answers.to_string(),
                b.expected_seconds.map_or("-".into(), clock),
                if b.active_seconds > 0.0 { clock(b.active_seconds) } else { "-".into() },
                money(b.hourly),
                money(b.expected_hourly),
            ];
            let line = columns.line(&cells.each_ref().map(String::as_str));
            let _ = writeln!(t, "  {line}{under}");
        }
    }
}
