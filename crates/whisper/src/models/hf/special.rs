//! Whisper's special tokens. In: a header. Out: their names, in the order of their ids, and the ids
//! that a configuration needs. Left to others: the text tokens before them (`vocabulary`).

use super::super::ggml::Header;
use crate::LANGUAGES;

/// Timestamps from 0.00 to 30.00 in steps of 0.02 seconds.
const TIMESTAMPS: u32 = 1501;

/// Ends a text; also pads it.
pub const END: &str = "<|endoftext|>";
/// Starts a transcript.
pub const START: &str = "<|startoftranscript|>";
/// Asks for a text without times.
pub const NO_TIMESTAMPS: &str = "<|notimestamps|>";

/// The special tokens of a model.
pub struct Specials {
    first: u32,
    names: Vec<String>,
    languages: usize,
}

impl Specials {
    /// Of a model of this shape; English-only ones have the tokens of 99 languages too.
    pub fn of(header: &Header) -> Self {
        let first = header.text_tokens() as u32;
        let fixed = 8; // all but languages and timestamps
        let languages = (header.n_vocab - first - TIMESTAMPS - fixed) as usize;
        let control = ["translate", "transcribe", "startoflm", "startofprev", "nospeech"];
        let languages = languages.min(LANGUAGES.len());
        let mut names = vec![END.to_string(), START.to_string()];
        names.extend(LANGUAGES[..languages].iter().map(|code| format!("<|{code}|>")));
        names.extend(control.iter().map(|name| format!("<|{name}|>")));
        names.push(NO_TIMESTAMPS.to_string());
        Self { first, names, languages }
    }

    /// The id of a special token that every Whisper model has.
    pub fn id(&self, name: &str) -> u32 {
        let at = self.names.iter().position(|other| other == name);
        self.first + at.unwrap_or_default() as u32
    }

    /// Names and ids of the languages.
    pub fn languages(&self) -> impl Iterator<Item = (&str, u32)> {
        self.special().skip(2).take(self.languages)
    }

    /// Names and ids of the tokens that are no text and no time.
    pub fn special(&self) -> impl Iterator<Item = (&str, u32)> {
        self.names.iter().map(String::as_str).zip(self.first..)
    }

    /// Names and ids of the timestamps.
    pub fn timestamps(&self) -> impl Iterator<Item = (String, u32)> {
        let first = self.first + self.names.len() as u32;
        let name = |i| format!("<|{}.{:02}|>", i * 2 / 100, i * 2 % 100);
        (0..TIMESTAMPS).map(move |i| (name(i), first + i))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(n_vocab: u32, n_mels: u32) -> Specials {
        let numbers = [n_vocab, 1500, 512, 8, 6, 448, 512, 8, 6, n_mels, 1];
        Specials::of(&Header::from_numbers(numbers).unwrap())
    }

    #[test]
    fn the_ids_are_those_that_openai_published() {
        for (n_vocab, end, languages, translate, last) in [
            (51_864, 50_256, 99, 50_357, "<|su|>"),
            (51_865, 50_257, 99, 50_358, "<|su|>"),
            (51_866, 50_257, 100, 50_359, "<|yue|>"),
        ] {
            let specials = of(n_vocab, 80);
            assert_eq!(specials.id(END), end);
            assert_eq!(specials.id(START), end + 1);
            assert_eq!(specials.id("<|en|>"), end + 2);
            assert_eq!(specials.id("<|fr|>"), end + 8);
            assert_eq!(specials.languages().count(), languages);
            assert_eq!(specials.languages().last().unwrap(), (last, translate - 1));
            assert_eq!(specials.id("<|translate|>"), translate);
            assert_eq!(specials.id("<|transcribe|>"), translate + 1);
            assert_eq!(specials.id("<|startofprev|>"), translate + 3);
            assert_eq!(specials.id(NO_TIMESTAMPS), translate + 5);
            let times: Vec<_> = specials.timestamps().collect();
            assert_eq!(times[0], ("<|0.00|>".to_string(), translate + 6));
            assert_eq!(times[51].0, "<|1.02|>");
            assert_eq!(*times.last().unwrap(), ("<|30.00|>".to_string(), n_vocab - 1));
        }
    }
}
