//! How long things are kept: days for each kind. In: settings. Out: the last day of a kind, on a given day. Pure. Left to
//! others: what is there, and removing it (`pipeline/expiry`).

use documented::DocumentedFields;
use jiff::ToSpan;
use serde::{Deserialize, Serialize};

use super::bounds::within;
use super::consent::Day;

/// How long things are kept; `second-ear retention` removes what is older.
#[derive(Clone, Debug, Default, PartialEq, DocumentedFields, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionSettings {
    /// Days that audio files within the workspace's folder are kept after they were ingested; 0: for ever.
    /// Files elsewhere are the team's: they are listed, never removed.
    pub audio_days: u32,
    /// Days that task files are kept after they were written; 0: for ever.
    pub task_files_days: u32,
    /// Days that the texts of answers are kept after the last answer to a settled clip; 0: for ever.
    /// The settled text stays.
    pub answers_days: u32,
    /// Days that a validator's name is kept after their last answer or batch; 0: for ever. Then it
    /// becomes a pseudonym.
    pub people_days: u32,
}

/// A kind of things that are kept for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// Audio files within the workspace.
    Audio,
    /// Task files.
    TaskFiles,
    /// Texts of answers.
    Answers,
    /// Names of validators.
    People,
}

impl Kept {
    /// Every kind.
    pub const ALL: [Kept; 4] = [Self::Audio, Self::TaskFiles, Self::Answers, Self::People];

    /// The stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::TaskFiles => "task_files",
            Self::Answers => "answers",
            Self::People => "people",
        }
    }

    /// The setting that says for how long.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Audio => "retention.audio_days",
            Self::TaskFiles => "retention.task_files_days",
            Self::Answers => "retention.answers_days",
            Self::People => "retention.people_days",
        }
    }
}

impl RetentionSettings {
    /// A hundred years.
    const MOST: u32 = 36_525;

    /// Why the settings make no sense, if they do not.
    pub fn check(&self) -> Result<(), String> {
        Kept::ALL
            .into_iter()
            .try_for_each(|kind| within(kind.setting(), self.days(kind), 0, Self::MOST))
    }

    /// Days that a kind is kept; 0: for ever.
    pub fn days(&self, kind: Kept) -> u32 {
        match kind {
            Kept::Audio => self.audio_days,
            Kept::TaskFiles => self.task_files_days,
            Kept::Answers => self.answers_days,
            Kept::People => self.people_days,
        }
    }

    /// What is dated before this day is to be removed today; `None`: nothing ever is.
    pub fn kept_from(&self, kind: Kept, today: Day) -> Option<Day> {
        let days = i64::from(self.days(kind));
        (days > 0).then(|| Day(today.0.saturating_sub(days.days())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_kept_for_its_days_and_for_ever_without_any() {
        let settings = RetentionSettings { answers_days: 30, ..RetentionSettings::default() };
        let today: Day = "2026-03-31".parse().unwrap();
        assert_eq!(settings.kept_from(Kept::Answers, today), Some("2026-03-01".parse().unwrap()));
        assert_eq!(settings.kept_from(Kept::Audio, today), None);
        assert!(RetentionSettings { people_days: 99_999, ..settings }.check().is_err());
    }
}
