//! What speaks for a speaker's region, piece by piece, so that a decision can be explained.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Region;

/// One piece of evidence and what it counts; weights of a region add up to strength 1 - 2^-weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegionalPiece {
    /// What it adds for the region, 0 or more.
    pub weight: f64,
    /// What it is.
    #[serde(flatten)]
    pub source: RegionalSource,
}

/// Where a piece of evidence comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "piece")]
pub enum RegionalSource {
    /// The team says so.
    Declared {
        /// Its code.
        region: Region,
    },
    /// A word or set phrase of the lexicon.
    Lexicon {
        /// Lexicon term.
        term: String,
        /// As it stands in the text, in its strongest mention.
        matched: String,
        /// How the strongest mention was found.
        match_kind: MatchKind,
        /// Mentions in all, a clip counting once.
        clips: u32,
    },
    /// Validators marked the accent in earlier clips of the speaker.
    AccentTag {
        /// Its region.
        region: Region,
        /// Different validators.
        validators: u32,
    },
}

/// How a regional form was found, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchKind {
    /// In the draft.
    Draft,
    /// Only in another decoding of the clip.
    SecondDecode,
    /// One letter from a form of the entry.
    NearForm,
    /// Not written, but the model rates it nearly as likely as the standard form that the draft has.
    LikelyForm,
}

impl fmt::Display for RegionalPiece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            RegionalSource::Declared { region } => write!(f, "{region} was declared")?,
            RegionalSource::Lexicon { term, matched, match_kind, clips } => {
                match match_kind {
                    MatchKind::Draft => write!(f, "'{matched}' in the draft")?,
                    MatchKind::SecondDecode => write!(f, "'{matched}' in a second decoding")?,
                    MatchKind::NearForm => write!(f, "'{matched}', one letter from {term}")?,
                    MatchKind::LikelyForm => {
                        write!(f, "'{matched}' nearly as likely as what the draft has")?
                    }
                }
                if *clips > 1 {
                    write!(f, " ({clips} clips)")?;
                }
            }
            RegionalSource::AccentTag { region, validators: 1 } => {
                write!(f, "1 validator marked {region}")?;
            }
            RegionalSource::AccentTag { region, validators } => {
                write!(f, "{validators} validators marked {region}")?;
            }
        }
        write!(f, " ({:+.2})", self.weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_reads_as_a_sentence_and_comes_back_from_json() {
        let quebec: Region = "fr-CA-QC".parse().unwrap();
        let word = |match_kind, clips| RegionalSource::Lexicon {
            term: "icitte".into(),
            matched: "icitte".into(),
            match_kind,
            clips,
        };
        for (source, expected) in [
            (RegionalSource::Declared { region: quebec.clone() }, "fr-CA-QC was declared (+0.50)"),
            (word(MatchKind::Draft, 3), "'icitte' in the draft (3 clips) (+0.50)"),
            (
                word(MatchKind::LikelyForm, 1),
                "'icitte' nearly as likely as what the draft has (+0.50)",
            ),
            (
                RegionalSource::AccentTag { region: quebec.clone(), validators: 2 },
                "2 validators marked fr-CA-QC (+0.50)",
            ),
        ] {
            let piece = RegionalPiece { weight: 0.5, source };
            assert_eq!(piece.to_string(), expected);
            let json = serde_json::to_string(&piece).unwrap();
            assert_eq!(serde_json::from_str::<RegionalPiece>(&json).unwrap(), piece);
        }
    }
}
