//! What people agreed to: who, when, to which text, for which purposes, until when. In: what a team wrote of a
//! recording, the workspace's default, a date. Out: what the recording may be used for, or why not. Pure. Left to others:
//! which words in a free note are a refusal (`text::consent_note`), what is left out because of it (pipeline).

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use documented::DocumentedFields;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a recording may be used for. (`Purpose` is why a clip is handed out.)
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DataUse {
    /// People listen to its clips.
    Review,
    /// A model learns from it.
    Train,
    /// Models, scores and guarantees are measured on it.
    Evaluate,
    /// It goes into datasets.
    Publish,
}

/// A set of purposes.
pub type DataUses = BTreeSet<DataUse>;

impl DataUse {
    /// Every purpose.
    pub const ALL: [DataUse; 4] = [Self::Review, Self::Train, Self::Evaluate, Self::Publish];

    /// The stable name in manifests, settings and outputs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Train => "train",
            Self::Evaluate => "evaluate",
            Self::Publish => "publish",
        }
    }
}

impl fmt::Display for DataUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for DataUse {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|u| u.code() == s.to_lowercase());
        found.ok_or_else(|| {
            format!("'{s}' is not a purpose; write review, train, evaluate, publish, or none")
        })
    }
}

/// Purposes from text, parted by commas, semicolons, bars or blanks; `none` alone: no purpose.
///
/// # Errors
/// The first word that is no purpose.
pub fn data_uses(text: &str) -> Result<DataUses, String> {
    let parts = |c: char| c.is_whitespace() || [',', ';', '|'].contains(&c);
    let words: Vec<&str> = text.split(parts).filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [only] if only.eq_ignore_ascii_case("none") => Ok(DataUses::new()),
        words => words.iter().map(|word| word.parse()).collect(),
    }
}

/// Purposes as text that [`data_uses`] reads; `none` without any.
pub fn data_uses_text(uses: &DataUses) -> String {
    match uses.is_empty() {
        true => "none".into(),
        false => uses.iter().map(|u| u.code()).collect::<Vec<_>>().join(", "),
    }
}

/// A day of the calendar, as `2026-03-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub Date);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let wrong = || format!("'{s}' is not a date; write year, month and day, as in 2026-03-31");
        let shape = s.len() == 10 && s.is_ascii();
        if !shape {
            return Err(wrong());
        }
        s.parse().map(Self).map_err(|_| wrong())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What was agreed to, beside the free note.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Consent {
    /// Who consented, under any name the team likes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Day>,
    /// To which version of which text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// For what; empty: for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purposes: Option<DataUses>,
    /// The last day on which it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

impl Consent {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is said here, and where nothing is, what is said there.
    pub fn or(self, there: Self) -> Self {
        Self {
            by: self.by.or(there.by),
            date: self.date.or(there.date),
            text: self.text.or(there.text),
            purposes: self.purposes.or(there.purposes),
            until: self.until.or(there.until),
        }
    }

    /// Each column's name and what is said there.
    pub fn columns(&self) -> [(&'static str, Option<String>); 5] {
        let day = |day: &Option<Day>| day.map(|d| d.to_string());
        [
            ("consent_by", self.by.clone()),
            ("consent_date", day(&self.date)),
            ("consent_text", self.text.clone()),
            ("consent_purposes", self.purposes.as_ref().map(data_uses_text)),
            ("consent_until", day(&self.until)),
        ]
    }
}

/// What the free note of a recording says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ConsentNote {
    /// Nothing that is understood.
    #[default]
    Free,
    /// Purposes and nothing else.
    Purposes(DataUses),
    /// The person refused, or took their consent back.
    Refused,
}

/// Where a recording's purposes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentSource {
    /// A statement of its own.
    Own,
    /// The workspace's `consent.default`.
    Default,
    /// The note says no.
    Refused,
    /// Its last day is over.
    Expired,
}

impl ConsentSource {
    /// The name in lists.
    pub fn code(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Default => "default",
            Self::Refused => "refused",
            Self::Expired => "expired",
        }
    }
}

/// Why a recording may not be used for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyNot {
    /// The person refused, or took their consent back.
    Refused,
    /// Consent held until this day.
    Expired(Day),
    /// Its own statement does not name the purpose.
    NotGranted(DataUse),
    /// It has no statement, and the workspace's default does not name the purpose.
    NoStatement(DataUse),
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str("consent was refused or withdrawn"),
            Self::Expired(day) => write!(f, "consent held until {day}"),
            Self::NotGranted(purpose) => write!(f, "its consent does not name '{purpose}'"),
            Self::NoStatement(purpose) => {
                write!(f, "it has no statement, and consent.default does not name '{purpose}'")
            }
        }
    }
}

/// What a recording may be used for on a day, and where that comes from.
pub fn standing(
    consent: &Consent,
    note: &ConsentNote,
    default: &DataUses,
    today: Day,
) -> (DataUses, ConsentSource) {
    let over = consent.until.is_some_and(|until| today > until);
    let stated = match (&consent.purposes, note) {
        (_, ConsentNote::Refused) => return (DataUses::new(), ConsentSource::Refused),
        _ if over => return (DataUses::new(), ConsentSource::Expired),
        (Some(purposes), _) | (None, ConsentNote::Purposes(purposes)) => Some(purposes),
        (None, ConsentNote::Free) => None,
    };
    match stated {
        Some(purposes) => (purposes.clone(), ConsentSource::Own),
        None => (default.clone(), ConsentSource::Default),
    }
}

/// Whether a recording may be used for a purpose on a day.
///
/// # Errors
/// Why not.
pub fn permitted(
    consent: &Consent,
    note: &ConsentNote,
    default: &DataUses,
    today: Day,
    purpose: DataUse,
) -> Result<(), WhyNot> {
    let (uses, source) = standing(consent, note, default, today);
    match (source, consent.until) {
        (ConsentSource::Refused, _) => Err(WhyNot::Refused),
        (ConsentSource::Expired, Some(until)) => Err(WhyNot::Expired(until)),
        _ if uses.contains(&purpose) => Ok(()),
        (ConsentSource::Default, _) => Err(WhyNot::NoStatement(purpose)),
        _ => Err(WhyNot::NotGranted(purpose)),
    }
}

/// What recordings may be used for.
#[derive(Clone, Debug, PartialEq, DocumentedFields, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConsentSettings {
    /// What a recording without a statement of its own may be used for: review (people listen), train,
    /// evaluate, publish (datasets). Empty: nothing without a statement.
    pub default: String,
}

impl Default for ConsentSettings {
    fn default() -> Self {
        Self { default: data_uses_text(&DataUse::ALL.into_iter().collect()) }
    }
}

impl ConsentSettings {
    /// Why the settings make no sense, if they do not.
    pub fn check(&self) -> Result<(), String> {
        self.uses().map(drop)
    }

    /// The default purposes.
    ///
    /// # Errors
    /// A word that is no purpose.
    pub fn uses(&self) -> Result<DataUses, String> {
        data_uses(&self.default).map_err(|why| format!("consent.default: {why}"))
    }
}

#[cfg(test)]
mod tests;
