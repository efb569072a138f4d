//! One clip of a dataset, and what every format says of it. In: a clip with its text, split and facts. Out: columns.
//! Left to others: which clips (pipeline), how a format lays them out.

use serde::Serialize;

use super::common_voice::accent;
use crate::domain::{
    ClipId, DataUses, Day, Language, RecordingId, Region, Samples, data_uses_text,
};
use crate::training::split::Split;

/// Where a text comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelSource {
    /// Heard by people.
    Human,
    /// The model's, accepted without a person.
    Auto,
}

/// One clip of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The clip; names its audio.
    pub clip: ClipId,
    /// The text to learn, on one line.
    pub text: String,
    /// The draft, as the model wrote it.
    pub draft: Option<String>,
    /// Calibrated probability that the draft has no error.
    pub score: Option<f64>,
    /// Share of the words that the people who gave a text agree on; `None`: no person settled it.
    pub agreement: Option<f64>,
    /// Speaker as the dataset calls them; `None`: not declared.
    pub speaker: Option<String>,
    /// Region, as declared.
    pub region: Option<Region>,
    /// Region that the speaker's words point to, where none is declared.
    pub region_inferred: Option<Region>,
    /// Spoken language.
    pub language: Language,
    /// Licence of the audio, SPDX where possible.
    pub licence: Option<String>,
    /// What was agreed to.
    pub consent: ItemConsent,
    /// Where the text comes from.
    pub source: LabelSource,
    /// Where it goes.
    pub split: Split,
    /// Its recording.
    pub recording: RecordingId,
    /// First sample in its recording.
    pub start: Samples,
    /// One past the last sample.
    pub end: Samples,
}

/// What was agreed to, as a dataset says it: not by whom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemConsent {
    /// When.
    pub date: Option<Day>,
    /// To which version of which text.
    pub text: Option<String>,
    /// For what.
    pub purposes: DataUses,
    /// The last day on which it holds.
    pub until: Option<Day>,
}

/// What rows of every format say of a clip beside its audio and text; names and order are a stable format (FORMATS.md).
/// What is not known is null.
#[derive(Serialize)]
pub struct ItemFacts<'a> {
    /// Who speaks; someone of whom nothing is declared has a name for that recording alone.
    pub speaker: String,
    /// As declared.
    pub region: Option<&'a str>,
    /// Inferred where none is declared.
    pub region_inferred: Option<&'a str>,
    /// Whose text it is.
    pub source: LabelSource,
    /// Of the people who settled it.
    pub agreement: Option<f64>,
    /// Of the recording.
    pub licence: Option<&'a str>,
    /// Id.
    pub clip: &'a str,
    /// Id.
    pub recording: &'a str,
    /// Seconds in the recording.
    pub start: f64,
    /// Seconds in the recording.
    pub end: f64,
    /// The declared region in Common Voice's words.
    pub accents: Option<&'a str>,
    /// Likewise.
    pub variant: Option<&'a str>,
    /// When the speaker consented.
    pub consent_date: Option<String>,
    /// To which version of which text.
    pub consent_text: Option<&'a str>,
    /// For what; comma-separated.
    pub consent_purposes: Option<String>,
    /// The last day on which that holds.
    pub consent_until: Option<String>,
}

impl Item {
    /// Samples.
    pub fn samples(&self) -> u64 {
        self.end.saturating_sub(self.start).0
    }

    /// Seconds, as they are written.
    pub fn seconds(&self) -> f64 {
        self.end.saturating_sub(self.start).seconds()
    }

    /// Who speaks. Where nobody is declared: someone of this recording alone, so that no two splits share an unknown
    /// speaker who may be two people.
    pub fn speaker_name(&self) -> String {
        self.speaker.clone().unwrap_or_else(|| format!("unknown_{}", self.recording))
    }

    /// What every format says of it.
    pub fn facts(&self) -> ItemFacts<'_> {
        let day = |day: Option<Day>| day.map(|day| day.to_string());
        let (accents, variant) = accent(self.region.as_ref());
        let stated = |text: &'static str| Some(text).filter(|text| !text.is_empty());
        ItemFacts {
            speaker: self.speaker_name(),
            region: self.region.as_ref().map(|region| region.as_str()),
            region_inferred: self.region_inferred.as_ref().map(|region| region.as_str()),
            source: self.source,
            agreement: self.agreement,
            licence: self.licence.as_deref(),
            clip: self.clip.as_str(),
            recording: self.recording.as_str(),
            start: self.start.seconds(),
            end: self.end.seconds(),
            accents: stated(accents),
            variant: stated(variant),
            consent_date: day(self.consent.date),
            consent_text: self.consent.text.as_deref(),
            consent_purposes: Some(data_uses_text(&self.consent.purposes))
                .filter(|p| !p.is_empty()),
            consent_until: day(self.consent.until),
        }
    }
}

/// A text on one line, as tables and manifests of lines need it: what breaks a line becomes a space.
pub fn one_line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.split(breaks).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
