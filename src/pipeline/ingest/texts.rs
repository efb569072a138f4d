//! What becomes of the texts and the segments that a corpus has. In: what was asked for, a row and how long it is. Out: the
//! reference that is kept, or why none is. Pure. Left to others: giving gold to clips (`references`).

use std::str::FromStr;

use super::IngestOptions;
use crate::domain::{Cut, Reference, ReferenceUse, Samples, SliceSettings};
use crate::pipeline::manifest::Row;
use crate::pipeline::references::LONGEST;

/// What becomes of reference texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum References {
    /// Nothing.
    Ignore,
    /// They are kept for a purpose.
    Keep(ReferenceUse),
}

impl References {
    /// All of them.
    pub const ALL: [Self; 3] =
        [Self::Ignore, Self::Keep(ReferenceUse::Gold), Self::Keep(ReferenceUse::Evaluate)];

    /// Its name on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ignore => "ignore",
            Self::Keep(ReferenceUse::Gold) => "gold",
            Self::Keep(ReferenceUse::Evaluate) => "evaluate",
        }
    }

    /// What it means, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Self::Ignore => "Leave them out",
            Self::Keep(ReferenceUse::Gold) => {
                "Known texts of clips, which check people and never become training data"
            }
            Self::Keep(ReferenceUse::Evaluate) => "What `evaluate DIR` compares a model with",
        }
    }
}

impl FromStr for References {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|references| references.code() == s);
        found.ok_or_else(|| format!("'{s}' is not one of ignore, gold, evaluate"))
    }
}

/// What was asked for.
pub struct Texts {
    references: Option<ReferenceUse>,
    /// What becomes of given segments, where somebody said so.
    pub cut: Option<Cut>,
    slice: SliceSettings,
}

/// What becomes of a row's text and part.
#[derive(Debug, Default, PartialEq)]
pub struct Fitted {
    /// The text that is kept.
    pub reference: Option<Reference>,
    /// What of it is not as it was asked for, and what is done.
    pub remark: Option<String>,
}

impl Texts {
    /// Of the options, where clips may be so long.
    pub fn of(options: IngestOptions, slice: &SliceSettings) -> Self {
        let references = match options.references {
            Some(References::Keep(kept_for)) => Some(kept_for),
            Some(References::Ignore) | None => None,
        };
        Self { references, cut: options.cut, slice: slice.clone() }
    }

    /// Fits a row about a file of this length, as far as that is known, of which it wants so many channels.
    pub fn fit(&self, row: &Row, length: Option<Samples>, channels: usize) -> Fitted {
        let seconds = row.span.map(|span| span.len()).or(length);
        let text = row.text.as_ref().filter(|_| self.references.is_some());
        let wrong = self
            .cut
            .filter(|cut| *cut == Cut::Keep)
            .and(seconds)
            .and_then(|s| self.not_one_clip(s));
        let Some((text, wanted)) = text.zip(self.references) else {
            return Fitted { reference: None, remark: wrong };
        };
        if channels > 1 {
            let remark = "its text is of all channels together and is not kept: write a row per channel (`channel` 0, 1)";
            return Fitted { reference: None, remark: Some(remark.into()) };
        }
        let no_clip = wrong.or_else(|| {
            let seconds =
                seconds.filter(|s| wanted == ReferenceUse::Gold && *s > self.slice.max())?;
            Some(format!("its {} are more than a clip has", shown(seconds)))
        });
        let (kept_for, mut remark) = match (wanted, no_clip) {
            (ReferenceUse::Gold, Some(why)) => {
                (ReferenceUse::Evaluate, Some(format!("{why}; its text is kept for `evaluate`")))
            }
            (wanted, why) => (wanted, why),
        };
        if let Some(long) = seconds.filter(|seconds| *seconds > LONGEST) {
            remark = Some(format!(
                "its text is not kept: {} are too long for one reference, which has at most {}",
                shown(long),
                shown(LONGEST)
            ));
            return Fitted { reference: None, remark };
        }
        let reference =
            Reference { span: row.span, text: text.clone(), from: row.place.clone(), kept_for };
        Fitted { reference: Some(reference), remark }
    }

    /// Why a segment cannot be one clip, and what is done.
    fn not_one_clip(&self, length: Samples) -> Option<String> {
        if length > self.slice.max() {
            let most = self.slice.max_seconds;
            Some(format!(
                "its {} are over slice.max_seconds ({most} s), so that it is cut at its pauses",
                shown(length)
            ))
        } else if length < self.slice.min_given() {
            Some(format!("its {} are too short for speech, so that it is left out", shown(length)))
        } else {
            None
        }
    }
}

fn shown(length: Samples) -> String {
    format!("{:.2} s", length.seconds())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Span;

    fn fit(references: &str, keep: bool, seconds: f64) -> (Option<ReferenceUse>, String) {
        let options = IngestOptions {
            references: Some(references.parse().unwrap()),
            cut: Some(if keep { Cut::Keep } else { Cut::Slice }),
            ..IngestOptions::default()
        };
        let texts = Texts::of(options, &SliceSettings::default());
        let span = Some(Span::new(Samples(0), Samples::from_seconds(seconds)));
        let row = Row { span, text: Some("oui".into()), ..Row::default() };
        let Fitted { reference, remark } = texts.fit(&row, None, 1);
        (reference.map(|reference| reference.kept_for), remark.unwrap_or_default())
    }

    #[test]
    fn a_text_is_kept_as_asked_or_it_is_said_why_not() {
        let (gold, evaluate) = (Some(ReferenceUse::Gold), Some(ReferenceUse::Evaluate));
        for (references, keep, seconds, kept, remark) in [
            ("gold", false, 4.0, gold, ""),
            ("gold", true, 4.0, gold, ""),
            (
                "gold",
                false,
                20.0,
                evaluate,
                "more than a clip has; its text is kept for `evaluate`",
            ),
            ("gold", true, 20.0, evaluate, "cut at its pauses; its text is kept for `evaluate`"),
            ("gold", true, 40.0, None, "its text is not kept: 40.00 s"),
            ("evaluate", false, 20.0, evaluate, ""),
            ("evaluate", true, 20.0, evaluate, "so that it is cut at its pauses"),
            ("evaluate", false, 40.0, None, "at most 30.00 s"),
            ("ignore", false, 40.0, None, ""),
            ("ignore", true, 40.0, None, "so that it is cut at its pauses"),
            ("ignore", true, 0.01, None, "so that it is left out"),
        ] {
            let (found, why) = fit(references, keep, seconds);
            assert_eq!(found, kept, "{references} {keep} {seconds}");
            assert!(why.contains(remark) && why.is_empty() == remark.is_empty(), "{why}");
        }
    }

    #[test]
    fn a_text_of_several_channels_is_of_no_clip() {
        let references = Some(References::Keep(ReferenceUse::Gold));
        let options = IngestOptions { references, ..IngestOptions::default() };
        let row = Row { text: Some("oui".into()), ..Row::default() };
        let fitted = Texts::of(options, &SliceSettings::default()).fit(&row, None, 2);
        assert!(fitted.reference.is_none() && fitted.remark.unwrap().contains("row per channel"));
    }
}
