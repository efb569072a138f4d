//! What one validator said of one clip, and what many together settle.

use std::str::FromStr;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BatchId, ClipId, Purpose};

/// What a validator made of a clip.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The draft is right.
    AsIs,
    /// The text given is right.
    Corrected,
    /// Speech that cannot be understood; the text holds what could be made out.
    Unintelligible,
    /// Noise, music, silence.
    NotSpeech,
    /// Not the expected language.
    WrongLanguage,
    /// People talk over each other.
    OverlappingSpeech,
    /// Names, numbers or addresses of real people are said.
    PersonalData,
    /// Violent, hateful or sexual content.
    Offensive,
    /// The validator would rather not: never held against anybody, settles nothing.
    Skip,
}

impl Verdict {
    /// Every verdict, in the order of the file format.
    pub const ALL: [Verdict; 9] = [
        Verdict::AsIs,
        Verdict::Corrected,
        Verdict::Unintelligible,
        Verdict::NotSpeech,
        Verdict::WrongLanguage,
        Verdict::OverlappingSpeech,
        Verdict::PersonalData,
        Verdict::Offensive,
        Verdict::Skip,
    ];

    /// The stable snake_case name used in rows and reports.
    pub fn code(self) -> &'static str {
        match self {
            Verdict::AsIs => "as_is",
            Verdict::Corrected => "corrected",
            Verdict::Unintelligible => "unintelligible",
            Verdict::NotSpeech => "not_speech",
            Verdict::WrongLanguage => "wrong_language",
            Verdict::OverlappingSpeech => "overlapping_speech",
            Verdict::PersonalData => "personal_data",
            Verdict::Offensive => "offensive",
            Verdict::Skip => "skip",
        }
    }

    /// Codes that files of earlier versions hold; they are read, never written.
    pub const EARLIER: [(&str, Verdict); 2] =
        [("several_voices", Verdict::OverlappingSpeech), ("shocking", Verdict::Offensive)];

    /// Whether the verdict says that a text is right and can be learned from.
    pub fn gives_text(self) -> bool {
        matches!(self, Verdict::AsIs | Verdict::Corrected)
    }

    /// Whether the verdict says that nobody else should read or hear the clip before the lead decides.
    pub fn withholds(self) -> bool {
        matches!(self, Verdict::PersonalData | Verdict::Offensive)
    }
}

impl FromStr for Verdict {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let codes = Self::ALL.map(|v| (v.code(), v)).into_iter().chain(Self::EARLIER);
        codes.into_iter().find(|(code, _)| *code == s).map(|(_, v)| v).ok_or_else(|| {
            let codes: Vec<_> = Self::ALL.iter().map(|v| v.code()).collect();
            format!("'{s}' is not a verdict; write one of {}", codes.join(", "))
        })
    }
}

/// What a tag is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TagKind {
    /// A word of a region.
    RegionalWord,
    /// A set phrase of a region.
    Idiom,
    /// The speaker's accent.
    Accent,
}

/// Something a validator marked in a clip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// What it is about.
    pub kind: TagKind,
    /// The word or phrase as said; empty for an accent.
    #[serde(default)]
    pub text: String,
    /// Region code, or empty when the validator did not know.
    #[serde(default)]
    pub region: String,
    /// What it means in standard words; may be empty.
    #[serde(default)]
    pub meaning: String,
}

/// What an import found odd about an answer that it took all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// `answered_at` lies in the future: it counts as unknown.
    TimeInFuture,
    /// `answered_at` lies before its batch was made: it counts as unknown.
    TimeBeforeBatch,
    /// The batch was handed to others; of an adjudication without a name: to others than those who
    /// disagree. Such an adjudication settles nothing.
    NotHandedToThem,
    /// The active time was more than the clip's length allows, and was cut to that.
    TimeCapped,
}

impl Mark {
    /// Every mark.
    pub const ALL: [Mark; 4] =
        [Mark::TimeInFuture, Mark::TimeBeforeBatch, Mark::NotHandedToThem, Mark::TimeCapped];

    /// The stable snake_case name used in the store and in reports.
    pub fn code(self) -> &'static str {
        match self {
            Mark::TimeInFuture => "time_in_future",
            Mark::TimeBeforeBatch => "time_before_batch",
            Mark::NotHandedToThem => "not_handed_to_them",
            Mark::TimeCapped => "time_capped",
        }
    }
}

/// One validator's answer about one clip, checked against the workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The clip.
    pub clip: ClipId,
    /// The batch it was handed out in, where the row says so.
    pub batch: Option<BatchId>,
    /// Pseudonym or name.
    pub validator: String,
    /// What they made of it.
    pub verdict: Verdict,
    /// The right text for `as_is` (the draft) and `corrected`; what was made out for
    /// `unintelligible`; else empty.
    pub text: String,
    /// The draft that it was given for.
    pub draft_digest: String,
    /// Marks.
    pub tags: Vec<Tag>,
    /// Seconds of real work, where measured.
    pub active_seconds: Option<f64>,
    /// How much of the clip was listened to, 0 to 1, where measured.
    pub listened: Option<f64>,
    /// RFC 3339, or empty.
    pub answered_at: String,
    /// Why the clip was handed out.
    pub purpose: Purpose,
    /// What is odd about it, in order.
    pub marks: Vec<Mark>,
}

impl Answer {
    /// When it was given, where that is known and can be.
    pub fn time(&self) -> Option<Timestamp> {
        let doubted = self.has(Mark::TimeInFuture) || self.has(Mark::TimeBeforeBatch);
        self.answered_at.parse().ok().filter(|_| !doubted)
    }

    /// Whether it carries a mark.
    pub fn has(&self, mark: Mark) -> bool {
        self.marks.contains(&mark)
    }
}

/// What the answers about one clip add up to.
#[derive(Clone, Debug, PartialEq)]
pub struct Consensus {
    /// The clip.
    pub clip: ClipId,
    /// The verdict that most support.
    pub verdict: Verdict,
    /// The settled text; empty unless the verdict gives one.
    pub text: String,
    /// Validators behind it.
    pub support: u32,
    /// Validators who answered (skips aside).
    pub answers: u32,
    /// Share of the settled words that the people who gave a text agree on; 1 with one answer.
    pub agreement: f64,
}
