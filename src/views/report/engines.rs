//! Engines side by side on the same clips, as data, sentences and text. In: rates. Out: JSON fields, lines. Left to others:
//! which clips are compared (pipeline), estimating (statistics), the picture (`figures`).

use std::collections::BTreeMap;
use std::fmt::Write;

use schemars::JsonSchema;
use serde::Serialize;

use super::Report;
use super::rounds::Target;
use super::words::{rate, region, why};
use crate::statistics::rate::Rate;
use crate::views::columns::Columns;
use crate::views::lang::{Lang, t};

/// With fewer clips answered without a draft, these are not compared apart.
pub const LEAST_BLIND: u64 = 30;

/// All engines that have texts, and the model's own drafts.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Engines {
    /// Which engine has fewer errors, or why that cannot be told; in English.
    pub says: String,
    /// What the sight of drafts does to the comparison; in English.
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
    pub fn words(self, lang: Lang) -> &'static str {
        match self {
            Self::NoCalibration => lang.phrase("engines.no_calibration"),
            Self::NotRead => lang.phrase("engines.not_read"),
        }
    }
}

impl EngineResult {
    /// For people: the model's own drafts are called so.
    pub fn name(&self, lang: Lang) -> String {
        match self.own {
            true => t!(lang, "engines.own", name = self.engine),
            false => self.engine.clone(),
        }
    }

    /// The share for people in words, or why there is none.
    pub fn people_words(&self, lang: Lang) -> String {
        match (self.people_missing, self.people.value) {
            (Some(none), _) => none.words(lang).into(),
            (None, None) => why(lang, &self.people).into(),
            (None, Some(_)) => rate(lang, &self.people),
        }
    }
}

/// `+5.1 points (2.0 to 8.2)`, `+5.1 points (no interval)`, or a dash.
pub fn points(lang: Lang, difference: Option<&Rate>) -> String {
    let Some(difference) = difference else { return "-".into() };
    let Some(value) = difference.value else { return "-".into() };
    let of = |share: f64| lang.signed(100.0 * share, 1);
    match difference.low.zip(difference.high) {
        Some((low, high)) => {
            t!(lang, "rate.points", value = of(value), low = of(low), high = of(high))
        }
        None => t!(lang, "rate.points.no_interval", value = of(value)),
    }
}

/// The sentence of a comparison, the fewest errors first.
pub fn says(lang: Lang, compared: &[EngineResult]) -> String {
    let Some(first) = compared.first() else { return String::new() };
    if first.wer.value.is_none() {
        return t!(lang, "engines.cannot", why = why(lang, &first.wer));
    }
    let (mut worse, mut like, mut unsure) = (Vec::new(), Vec::new(), Vec::new());
    for other in &compared[1..] {
        match other.difference.and_then(|d| d.low) {
            Some(low) if low > 0.0 => worse.push(other.name(lang)),
            Some(_) => like.push(other.name(lang)),
            None => unsure.push(other.name(lang)),
        }
    }
    let first = || first.name(lang);
    let mut said = Vec::new();
    if !worse.is_empty() {
        said.push(t!(lang, "engines.fewer", first = first(), others = list(lang, &worse)));
    }
    if !like.is_empty() {
        let all = list(lang, &[vec![first()], like].concat());
        said.push(t!(lang, "engines.alike", all = all));
    }
    if !unsure.is_empty() {
        let all = list(lang, &[vec![first()], unsure].concat());
        said.push(t!(lang, "engines.unsure", all = all));
    }
    said.join(" ")
}

/// What people's sight of drafts does, with the numbers.
pub fn says_of_drafts(lang: Lang, blind: u64, clips: u64) -> String {
    let apart = match blind {
        n if n >= LEAST_BLIND => t!(lang, "engines.blind.apart"),
        _ => t!(lang, "engines.blind.not_yet", least = LEAST_BLIND),
    };
    let of = t!(lang, "many.clip", n = clips);
    t!(lang, "engines.blind", n = blind, of = of, apart = apart)
}

/// `a`, `a and b`, `a, b and c`.
fn list(lang: Lang, names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [before @ .., last] => t!(lang, "list.and", before = before.join(", "), last = last),
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
    pub fn words(&self, lang: Lang) -> String {
        let mut why: Vec<String> = Vec::new();
        for (engine, n) in &self.without_texts {
            why.push(t!(lang, "engines.left.without_texts", n = *n, engine = engine));
        }
        match self.no_speech {
            0 => {}
            n => why.push(t!(lang, "engines.left.no_speech", n = n)),
        }
        match self.not_drawn {
            0 => {}
            n => why.push(t!(lang, "engines.left.not_drawn", n = n)),
        }
        match self.without_own {
            0 => {}
            n => why.push(t!(lang, "engines.left.without_own", n = n)),
        }
        match self.clips {
            0 => String::new(),
            n => t!(lang, "engines.left", n = n, why = why.join(", ")),
        }
    }
}

impl Report {
    /// The engines side by side; nothing where no engine has texts.
    pub(super) fn write_engines(&self, lang: Lang, t: &mut String) {
        let Some(e) = &self.engines else { return };
        let clips = t!(lang, "many.clip", n = e.clips);
        let recordings = t!(lang, "many.recording", n = e.recordings);
        let head = t!(lang, "engines.head", clips = clips, recordings = recordings);
        let _ = writeln!(t, "\n{head}\n  {}", says(lang, &e.compared));
        let head = [
            lang.phrase("column.engine"),
            self.error_rate,
            lang.phrase("column.more_than_first"),
            lang.phrase("column.people_needed"),
        ];
        let columns = Columns::under(&head, &[24, 22, 28, 24]);
        let row = |t: &mut String, cells: [&str; 4]| {
            let _ = writeln!(t, "  {}", columns.line(&cells));
        };
        row(t, head);
        for one in &e.compared {
            let more = points(lang, one.difference.as_ref());
            let name = one.name(lang);
            let name = if one.in_use { t!(lang, "engines.in_use", name = name) } else { name };
            row(t, [&name, &rate(lang, &one.wer), &more, &one.people_words(lang)]);
            for (code, wer) in &one.by_region {
                row(t, [&format!("  {}", region(lang, code)), &rate(lang, wer), "", ""]);
            }
            if let Some(blind) = &one.blind_wer {
                let more = points(lang, one.blind_difference.as_ref());
                let name = format!("  {}", lang.phrase("column.without_draft"));
                row(t, [&name, &rate(lang, blind), &more, ""]);
            }
        }
        let target = e.target.words(lang);
        let _ = writeln!(t, "  {}", t!(lang, "engines.people_needed", target = target));
        let of_drafts = says_of_drafts(lang, e.blind_clips, e.clips);
        for said in [of_drafts, e.left_out.words(lang)].iter().filter(|s| !s.is_empty()) {
            let _ = writeln!(t, "  {said}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::rate::{Method, Missing};

    const EN: Lang = Lang::ENGLISH;

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
        let sentence = says(
            EN,
            &[
                engine("nova", 0.1, None),
                engine("canary", 0.11, Some((0.01, Some((-0.02, 0.04))))),
                engine("base", 0.3, Some((0.2, Some((0.1, 0.3))))),
            ],
        );
        assert_eq!(
            sentence,
            "nova has fewer errors than base (local model). nova and canary cannot be told apart: the interval of the \
             difference contains 0."
        );
        let sentence =
            says(EN, &[engine("nova", 0.1, None), engine("base", 0.3, Some((0.2, None)))]);
        assert!(sentence.contains("no interval"), "{sentence}");
        let mut unsettled = engine("nova", 0.1, None);
        unsettled.wer = Rate::none(Method::HajekBySpeaker, Missing::NoneSettled);
        assert!(says(EN, &[unsettled]).contains("nothing settled yet"));
    }

    #[test]
    fn why_clips_are_left_out_is_said() {
        assert_eq!(LeftOut::default().words(EN), "");
        let out = LeftOut {
            clips: 5,
            without_texts: BTreeMap::from([("nova".into(), 4)]),
            not_drawn: 1,
            ..LeftOut::default()
        };
        assert_eq!(
            out.words(EN),
            "5 more settled clips are left out: 4 in recordings that nova has no text of, 1 that nobody drew."
        );
    }
}
