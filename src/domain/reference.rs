//! What a corpus says of its audio: what is said in it, and where its utterances lie. In: nothing. Out: the types. Left to
//! others: reading corpora (`pipeline::corpora`), what becomes of a text (`pipeline::references`).

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Span;

/// What reference texts are kept for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceUse {
    /// Texts that are known to be right: they check people, and never become training data.
    Gold,
    /// What `evaluate` compares a model with.
    Evaluate,
}

/// What is said in a recording, or in a part of it, as a corpus has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The part; `None`: all of it.
    pub span: Option<Span>,
    /// What is said.
    pub text: String,
    /// File and line that say so.
    pub from: String,
    /// What it is kept for. Gold becomes the text of a clip once there is one, and is no reference any more.
    #[serde(rename = "for")]
    pub kept_for: ReferenceUse,
}

/// How what a corpus names becomes clips.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// At pauses, within each part that is named.
    #[default]
    Slice,
    /// Each part that is named is one clip, as far as clips may be that long.
    Keep,
}

impl Cut {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Slice, Self::Keep];

    /// Its name on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::Slice => "slice",
            Self::Keep => "keep",
        }
    }

    /// What it means, in a sentence.
    pub fn about(self) -> &'static str {
        match self {
            Self::Slice => "Cut at pauses, within each segment",
            Self::Keep => "One clip per segment, or per file where a row is about all of it",
        }
    }
}

impl FromStr for Cut {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|cut| cut.code() == s);
        found.ok_or_else(|| format!("'{s}' is not one of slice, keep"))
    }
}

/// References of two statements: those that are newly said stand, and of the others those about other parts.
pub fn merged(new: Vec<Reference>, mut old: Vec<Reference>) -> Vec<Reference> {
    old.retain(|old| new.iter().all(|new| new.span != old.span));
    let mut all = new;
    all.append(&mut old);
    all.sort_by_key(|reference| reference.span);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Samples;

    #[test]
    fn a_text_that_is_newly_said_replaces_the_one_about_the_same_part_alone() {
        let of = |start: u64, text: &str| Reference {
            span: Some(Span::new(Samples(start), Samples(start + 5))),
            text: text.into(),
            from: "m.csv line 2".into(),
            kept_for: ReferenceUse::Evaluate,
        };
        let all = merged(vec![of(10, "new")], vec![of(0, "a"), of(10, "old")]);
        let texts: Vec<_> = all.iter().map(|reference| reference.text.as_str()).collect();
        assert_eq!(texts, ["a", "new"]);
    }
}
