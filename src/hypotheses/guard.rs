//! Does a text look made up? Pure rules over a text and its clip's length.
//! In: what the model wrote. Out: the signs against it. Left to others: decoding again
//! (`whisper`), sending the clip to a person (routing). Signs never drop a clip.

use std::fmt;

use crate::domain::Hypothesis;
use crate::text::hallucinations::known_phrase;
use crate::text::words::words;

/// Words a second beyond which a text is suspicious.
const MAX_WORDS_PER_SECOND: f64 = 4.5;
/// Likewise for characters.
const MAX_CHARS_PER_SECOND: f64 = 26.0;
/// Compression ratio that plain speech does not reach; whisper's own rule is 2.4 by gzip.
const MAX_COMPRESSION: f64 = 2.2;

/// What makes a text suspicious.
#[derive(Clone, Debug, PartialEq)]
pub enum Sign {
    /// Not a single word.
    NoWord,
    /// The token limit was reached, or decoding was stopped in a loop.
    RanOn,
    /// More words per second than people speak.
    TooManyWords {
        /// As counted.
        per_second: f64,
    },
    /// More characters per second than people speak.
    TooManyCharacters {
        /// As counted.
        per_second: f64,
    },
    /// Words in a row that come again.
    RepeatedPhrase {
        /// The words.
        phrase: String,
    },
    /// A word three times in a row, or two words doubled.
    DoubledWords {
        /// The word.
        word: String,
    },
    /// The text compresses as only repetition does.
    Compressible {
        /// Bytes over compressed bytes.
        ratio: f64,
    },
    /// A phrase of subtitles, known to be written over silence.
    KnownPhrase {
        /// Which.
        phrase: &'static str,
    },
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Sign::NoWord => write!(f, "no word"),
            Sign::RanOn => write!(f, "the text ran on to the limit"),
            Sign::TooManyWords { per_second } => write!(f, "{per_second:.1} words per second"),
            Sign::TooManyCharacters { per_second } => {
                write!(f, "{per_second:.0} characters per second")
            }
            Sign::RepeatedPhrase { phrase } => write!(f, "'{phrase}' repeated"),
            Sign::DoubledWords { word } => write!(f, "'{word}' doubled"),
            Sign::Compressible { ratio } => write!(f, "repetitive text (ratio {ratio:.1})"),
            Sign::KnownPhrase { phrase } => write!(f, "'{phrase}'"),
        }
    }
}

/// Every sign against a text of `seconds` of audio.
pub fn look(text: &str, seconds: f64) -> Vec<Sign> {
    let words = words(text);
    if words.is_empty() {
        return vec![Sign::NoWord];
    }
    let mut signs = Vec::new();
    let seconds = seconds.max(1.0); // rates over less than a second say nothing
    let per_second = words.len() as f64 / seconds;
    if per_second > MAX_WORDS_PER_SECOND {
        signs.push(Sign::TooManyWords { per_second });
    }
    let per_second = text.chars().count() as f64 / seconds;
    if per_second > MAX_CHARS_PER_SECOND {
        signs.push(Sign::TooManyCharacters { per_second });
    }
    if let Some(phrase) = repeated_phrase(&words) {
        signs.push(Sign::RepeatedPhrase { phrase });
    }
    if let Some(word) = doubled(&words) {
        signs.push(Sign::DoubledWords { word });
    }
    let ratio = compression_ratio(text);
    if ratio > MAX_COMPRESSION {
        signs.push(Sign::Compressible { ratio });
    }
    if let Some(phrase) = known_phrase(text) {
        signs.push(Sign::KnownPhrase { phrase });
    }
    signs
}

/// The signs against a finished hypothesis, for routing.
pub fn signs(hypothesis: &Hypothesis) -> Vec<Sign> {
    look(&hypothesis.text, hypothesis.seconds)
}

/// Three or more words said twice in a row, two words three times in a row, or six words in a row
/// that stand in the text twice: prompts say "appuyez sur ..." again and again, loops say the same
/// thing at once.
fn repeated_phrase(words: &[String]) -> Option<String> {
    for length in 3..=words.len() / 2 {
        if let Some(i) = (0..=words.len() - 2 * length)
            .find(|&i| words[i..i + length] == words[i + length..i + 2 * length])
        {
            return Some(words[i..i + length].join(" "));
        }
    }
    let pairs = words.windows(6).find(|w| w[0..2] == w[2..4] && w[2..4] == w[4..6]);
    if let Some(pair) = pairs {
        return Some(pair[0..2].join(" "));
    }
    let mut seen = std::collections::HashSet::new();
    words.windows(6).find(|six| !seen.insert(*six)).map(|six| six.join(" "))
}

/// A word said three times in a row, or the second word that comes twice in a row.
fn doubled(words: &[String]) -> Option<String> {
    let pairs: Vec<usize> =
        (1..words.len()).filter(|&i| words[i] == words[i - 1] && words[i].len() > 1).collect();
    (pairs.len() >= 2).then(|| words[pairs[1]].clone())
}

/// Bytes of the text over bytes after a small LZ77: three for a reference to earlier text of at
/// least four bytes, one for any other byte. 1 for empty text.
pub fn compression_ratio(text: &str) -> f64 {
    let bytes = text.as_bytes();
    let (mut at, mut cost) = (0, 0usize);
    let begins_alike =
        |a: usize, b: usize| bytes[a..].first_chunk::<4>() == bytes[b..].first_chunk::<4>();
    let alike =
        |a: usize, b: usize| bytes[a..].iter().zip(&bytes[b..]).take_while(|(a, b)| a == b).count();
    while at < bytes.len() {
        let before = (0..at).filter(|&from| begins_alike(from, at));
        let longest = before.map(|from| alike(from, at)).max().unwrap_or(0);
        if longest >= 4 {
            at += longest;
            cost += 3;
        } else {
            at += 1;
            cost += 1;
        }
    }
    if cost == 0 { 1.0 } else { bytes.len() as f64 / cost as f64 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_speech_shows_no_sign() {
        assert!(
            look("Pour changer les instructions relatives à votre compte, appuyez sur le 2.", 4.2)
                .is_empty()
        );
        assert!(look("Non, non.", 0.8).is_empty());
        assert!(look("Oui.", 0.3).is_empty());
    }

    #[test]
    fn each_sign_is_seen() {
        assert_eq!(look(" ... ", 2.0), [Sign::NoWord]);
        assert_eq!(look("", 2.0), [Sign::NoWord]);
        let signs = look(
            "Press 3 for sales. Press 3 for sales. Press 3 for sales. Press 3 for sales. Press 3 for sales.",
            3.0,
        );
        assert!(signs.iter().any(|s| matches!(s, Sign::TooManyWords { .. })));
        assert!(signs.iter().any(|s| matches!(s, Sign::TooManyCharacters { .. })));
        assert!(signs.iter().any(|s| matches!(s, Sign::RepeatedPhrase { .. })));
        assert!(signs.iter().any(|s| matches!(s, Sign::Compressible { .. })));
        assert!(matches!(&look("non non non", 3.0)[..], [Sign::DoubledWords { .. }]));
        assert!(matches!(
            &look("Sous-titrage Société Radio-Canada", 3.0)[..],
            [Sign::KnownPhrase { .. }]
        ));
    }

    /// The compression ratio as its definition says, every earlier place looked at in full.
    fn plain_ratio(bytes: &[u8]) -> f64 {
        let (mut at, mut cost) = (0, 0);
        while at < bytes.len() {
            let alike = |from: usize| {
                bytes[from..].iter().zip(&bytes[at..]).take_while(|(a, b)| a == b).count()
            };
            let longest = (0..at).map(alike).max().unwrap_or(0);
            (at, cost) = if longest < 4 { (at + 1, cost + 1) } else { (at + longest, cost + 3) };
        }
        bytes.len() as f64 / cost as f64
    }

    proptest! {
        #[test]
        fn the_compression_ratio_is_that_of_its_definition(text in "[ab]{1,60}|(merci |au revoir ){1,8}") {
            prop_assert_eq!(compression_ratio(&text), plain_ratio(text.as_bytes()));
        }

        #[test]
        fn any_text_and_length_can_be_looked_at(text in "\\PC{0,60}", seconds in -1.0f64..30.0) {
            for sign in look(&text, seconds) {
                prop_assert!(!sign.to_string().is_empty());
            }
            let ratio = compression_ratio(&text);
            prop_assert!(ratio >= 1.0 && ratio.is_finite());
        }
    }
}
