//! Engines side by side on the same clips, as data, sentences and text. In: rates. Out: JSON fields, lines. Left to others:
//! which clips are compared (pipeline), estimating (statistics), the picture (`figures`).

use std::collections::BTreeMap;
use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::Report;
use super::rounds::Target;
use super::words::{many, rate, why};
use crate::statistics::rate::Rate;

/// With fewer clips answered without a draft, these are not compared apart.
pub const LEAST_BLIND: u64 = 30;

/// All engines that have texts, and the model's own drafts.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Engines {
    /// Which engine has fewer errors, or why that cannot be told.
    pub says: String,
    /// What the sight of drafts does to the comparison.
    pub says_of_drafts: String,
    /// Settled clips that all of them are compared on.
    pub clips: u64,
    /// Recordings of these clips.
    pub recordings: u64,
    /// Of these clips, those whose text nobody wrote with a draft in sight: blind tasks that were drawn, known texts.
    pub blind_clips: u64,
    /// Settled clips that are not compared.
    pub left_out: LeftOut,
    /// What people's share is measured at.
    pub target: Target,
    /// From the fewest errors to the most.
    pub compared: Vec<EngineResult>,
}

/// Clips that are settled with a text and not compared; each is counted once, but by engine.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct LeftOut {
    /// All of them.
    pub clips: u64,
    /// Of recordings that an engine has no text of, by engine: a clip counts under each.
    pub without_texts: BTreeMap<String, u64>,
    /// The model found no speech in them: no rate of drafts counts them.
    pub no_speech: u64,
    /// Nobody drew them: they stand for no other clip.
    pub not_drawn: u64,
    /// The model's own draft is not known.
    pub without_own: u64,
}

/// One engine.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EngineResult {
    /// Its name; of the model's own drafts, the model's.
    pub engine: String,
    /// Whether these are the local model's own drafts.
    pub own: bool,
    /// Whether its drafts are those that go out.
    pub in_use: bool,
    /// WER of its texts on all clips compared, by weight.
    pub wer: Rate,
    /// Its WER less that of the first in the list, on the same clips, by speaker; null of the first.
    pub difference: Option<Rate>,
    /// The WER on the clips that were answered without a draft in sight; null where they are too few.
    pub blind_wer: Option<Rate>,
    /// The difference on these; null likewise.
    pub blind_difference: Option<Rate>,
    /// The WER by region.
    pub by_region: BTreeMap<String, Rate>,
    /// Share of the clips that people would have to review for the target in the others, were its drafts the ones that go out.
    pub people: Rate,
    /// Why there is no such share.
    pub people_missing: Option<NoShare>,
}

/// Why nothing can be said of how much people would have to review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoShare {
    /// No score was fitted on answers to its drafts.
    NoCalibration,
    /// The local model has read its texts of none of these clips.
    NotRead,
}

impl NoShare {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::NoCalibration => "no calibration yet",
            Self::NotRead => "not read by the model",
        }
    }
}

impl EngineResult {
    /// For people: the model's own drafts are called so.
    pub fn name(&self) -> String {
        match self.own {
            true => format!("{} (local model)", self.engine),
            false => self.engine.clone(),
        }
    }

    /// The share for people in words, or why there is none.
    pub fn people_words(&self) -> String {
        match (self.people_missing, self.people.value) {
            (Some(none), _) => none.words().into(),
            (None, None) => why(&self.people).into(),
            (None, Some(_)) => rate(&self.people),
        }
    }
}

/// `+5.1 points (2.0 to 8.2)`, `+5.1 points (no interval)`, or a dash.
pub fn points(difference: Option<&Rate>) -> String {
    let Some(difference) = difference else { return "-".into() };
    let Some(value) = difference.value else { return "-".into() };
    match difference.low.zip(difference.high) {
        Some((low, high)) => {
            format!("{:+.1} points ({:+.1} to {:+.1})", 100.0 * value, 100.0 * low, 100.0 * high)
        }
        None => format!("{:+.1} points (no interval)", 100.0 * value),
    }
}

/// The sentence of a comparison, the fewest errors first.
pub fn says(compared: &[EngineResult]) -> String {
    let Some(first) = compared.first() else { return String::new() };
    if first.wer.value.is_none() {
        return format!("Engines cannot be compared yet: {}.", why(&first.wer));
    }
    let (mut worse, mut like, mut unsure) = (Vec::new(), Vec::new(), Vec::new());
    for other in &compared[1..] {
        match other.difference.and_then(|d| d.low) {
            Some(low) if low > 0.0 => worse.push(other.name()),
            Some(_) => like.push(other.name()),
            None => unsure.push(other.name()),
        }
    }
    let mut said = Vec::new();
    if !worse.is_empty() {
        said.push(format!("{} has fewer errors than {}.", first.name(), list(&worse)));
    }
    if !like.is_empty() {
        let and = list(&[vec![first.name()], like].concat());
        said.push(format!(
            "{and} cannot be told apart: the interval of the difference contains 0."
        ));
    }
    if !unsure.is_empty() {
        let and = list(&[vec![first.name()], unsure].concat());
        said.push(format!(
            "{and} cannot be compared beyond these clips: there is no interval of the difference."
        ));
    }
    said.join(" ")
}

/// What people's sight of drafts does, with the numbers.
pub fn says_of_drafts(blind: u64, clips: u64) -> String {
    let apart = match blind {
        n if n >= LEAST_BLIND => " These are compared apart.".to_string(),
        _ => format!(" From {LEAST_BLIND} of them on they are compared apart."),
    };
    format!(
        "People correct the draft that they see, so the text they settle on is nearer to that engine: of {} that are \
         compared, {blind} were settled without a draft in sight.{apart}",
        many(clips, "clip")
    )
}

/// `a`, `a and b`, `a, b and c`.
fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

impl Engines {
    /// Whether clips without a draft in sight are compared apart.
    pub fn blind_wers(&self) -> bool {
        self.blind_clips >= LEAST_BLIND
    }
}

impl LeftOut {
    /// Why each was left out; empty where none was.
    pub fn words(&self) -> String {
        let mut why: Vec<String> = Vec::new();
        for (engine, n) in &self.without_texts {
            why.push(format!("{n} in recordings that {engine} has no text of"));
        }
        for (n, said) in [
            (self.no_speech, "in which the model found no speech"),
            (self.not_drawn, "that nobody drew"),
            (self.without_own, "whose own draft of the model is not known"),
        ] {
            if n > 0 {
                why.push(format!("{n} {said}"));
            }
        }
        match self.clips {
            0 => String::new(),
            n => format!("{n} more settled clips are left out: {}.", why.join(", ")),
        }
    }
}

impl Report {
    /// The engines side by side; nothing where no engine has texts.
    pub(super) fn write_engines(&self, t: &mut String) {
        let Some(e) = &self.engines else { return };
        let (clips, recordings) = (many(e.clips, "clip"), many(e.recordings, "recording"));
        let _ = writeln!(t, "\nEngines on the same {clips} of {recordings}");
        let _ = writeln!(t, "  {}", e.says);
        let columns = |t: &mut String, cells: [&str; 4]| {
            let [name, errors, more, people] = cells;
            let _ = writeln!(t, "  {name:<24} {errors:>22} {more:>28} {people:>24}");
        };
        columns(t, ["engine", self.error_rate, "more than the first", "people needed"]);
        for one in &e.compared {
            let more = points(one.difference.as_ref());
            let name = if one.in_use { format!("{}, in use", one.name()) } else { one.name() };
            columns(t, [&name, &rate(&one.wer), &more, &one.people_words()]);
            for (region, wer) in &one.by_region {
                columns(t, [&format!("  {region}"), &rate(wer), "", ""]);
            }
            if let Some(blind) = &one.blind_wer {
                let more = points(one.blind_difference.as_ref());
                columns(t, ["  without a draft in sight", &rate(blind), &more, ""]);
            }
        }
        let target = e.target.words();
        let _ = writeln!(t, "  People needed: for {target} in the other drafts.");
        for said in [&e.says_of_drafts, &e.left_out.words()].into_iter().filter(|s| !s.is_empty()) {
            let _ = writeln!(t, "  {said}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::rate::{Method, Missing};

    fn engine(name: &str, wer: f64, difference: Option<(f64, Option<(f64, f64)>)>) -> EngineResult {
        let of = |value: f64, ends: Option<(f64, f64)>| {
            let ends = ends.ok_or(Missing::OneSpeaker);
            Rate::new(Method::HajekBySpeaker, (9, 3), Some(value), ends)
        };
        EngineResult {
            engine: name.into(),
            own: name == "base",
            in_use: false,
            wer: of(wer, None),
            difference: difference.map(|(value, ends)| of(value, ends)),
            blind_wer: None,
            blind_difference: None,
            by_region: BTreeMap::new(),
            people: Rate::none(Method::ClusterBootstrap, Missing::NoScore),
            people_missing: Some(NoShare::NoCalibration),
        }
    }

    #[test]
    fn an_engine_is_called_better_only_where_the_interval_leaves_out_zero() {
        let sentence = says(&[
            engine("nova", 0.1, None),
            engine("canary", 0.11, Some((0.01, Some((-0.02, 0.04))))),
            engine("base", 0.3, Some((0.2, Some((0.1, 0.3))))),
        ]);
        assert_eq!(
            sentence,
            "nova has fewer errors than base (local model). nova and canary cannot be told apart: the interval of the \
             difference contains 0."
        );
        let sentence = says(&[engine("nova", 0.1, None), engine("base", 0.3, Some((0.2, None)))]);
        assert!(sentence.contains("no interval"), "{sentence}");
        let mut unsettled = engine("nova", 0.1, None);
        unsettled.wer = Rate::none(Method::HajekBySpeaker, Missing::NoneSettled);
        assert!(says(&[unsettled]).contains("nothing settled yet"));
    }

    #[test]
    fn why_clips_are_left_out_is_said() {
        assert_eq!(LeftOut::default().words(), "");
        let out = LeftOut {
            clips: 5,
            without_texts: BTreeMap::from([("nova".into(), 4)]),
            not_drawn: 1,
            ..LeftOut::default()
        };
        assert_eq!(
            out.words(),
            "5 more settled clips are left out: 4 in recordings that nova has no text of, 1 that nobody drew."
        );
    }
}
