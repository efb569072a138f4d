//! Words with times from a hypothesis' tokens, to be clicked and heard.
//! In: tokens, and perhaps another text of the same clip. Out: words; put together they are the text. Pure.

use super::Word;
use crate::domain::{Millis, Token, tokens_by_word};
use crate::text::align::{Op, align};
use crate::text::fold::lower;

/// Joins tokens into words. A word starts when its first token does and ends when its last one does.
/// Tokens without any text lengthen the word before.
pub fn words(tokens: &[Token]) -> Vec<Word> {
    let word = |tokens: &[Token]| {
        let (first, ends) = (tokens.first()?, tokens.iter().map(|t| t.end));
        let text = tokens.iter().map(|t| t.text.as_str()).collect();
        Some(Word { text, start: first.start, end: ends.max()? })
    };
    tokens_by_word(tokens).into_iter().filter_map(word).collect()
}

/// The words of a text that is not the tokens' own (a planted error stands on one): each with the times
/// of the word of the tokens in whose place it stands, and with that word's position. Words without a
/// counterpart share what lies between their neighbours.
pub fn words_of(text: &str, tokens: &[Token]) -> (Vec<Word>, Vec<Option<usize>>) {
    let decoded = words(tokens);
    let written: Vec<&str> = text.split_whitespace().collect();
    let left: Vec<String> = written.iter().map(|word| lower(word)).collect();
    let right: Vec<String> = decoded.iter().map(|word| lower(word.text.trim())).collect();
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    let right: Vec<&str> = right.iter().map(String::as_str).collect();
    let mut stands: Vec<Option<usize>> = vec![None; written.len()];
    for op in align(&left, &right).ops {
        if let Op::Match { reference, hypothesis } | Op::Substitute { reference, hypothesis } = op {
            stands[reference] = Some(hypothesis);
        }
    }
    let mut out: Vec<Word> = Vec::with_capacity(written.len());
    for (n, word) in written.iter().enumerate() {
        let (start, end) = match stands[n] {
            Some(place) => (decoded[place].start, decoded[place].end),
            None => {
                let from =
                    out.last().or(decoded.first()).map_or(Millis(0), |w| match out.is_empty() {
                        true => w.start,
                        false => w.end,
                    });
                let next = (n..written.len()).find_map(|m| Some((m, stands[m]?)));
                let (until, lacking) = match next {
                    Some((m, place)) => (decoded[place].start, m - n),
                    None => (decoded.last().map_or(from, |w| w.end), written.len() - n),
                };
                let room = until.0.saturating_sub(from.0) / lacking.max(1) as u64;
                (from, Millis(from.0 + room))
            }
        };
        let before = if n > 0 || decoded.first().is_some_and(|w| w.text.starts_with(' ')) {
            " "
        } else {
            ""
        };
        out.push(Word { text: format!("{before}{word}"), start, end });
    }
    (out, stands)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Probability;

    fn token(text: &str, start: u64) -> Token {
        Token {
            text: text.into(),
            p: Probability::ONE,
            logprob: 0.0,
            entropy: None,
            margin: None,
            start: Millis(start),
            end: Millis(start + 100),
        }
    }

    #[test]
    fn another_text_takes_the_times_of_the_words_in_its_place() {
        let tokens: Vec<Token> = [" Il", " fait", " fret", "."]
            .into_iter()
            .zip([0, 100, 200, 300])
            .map(|(t, s)| token(t, s))
            .collect();
        let (words, stands) = words_of("Il fait vraiment cheval.", &tokens);
        let texts: String = words.iter().map(|w| w.text.as_str()).collect();
        assert_eq!(texts, " Il fait vraiment cheval.");
        assert_eq!(stands.iter().flatten().count(), 3);
        assert!(words.windows(2).all(|w| w[0].start <= w[1].start), "{words:?}");
        assert_eq!((words[0].start, words[3].end), (Millis(0), Millis(400)));
        assert_eq!(words_of("Il fait", &[]).0.len(), 2);
    }

    #[test]
    fn pieces_of_a_word_are_one_word() {
        let tokens = [" Il", " fait", " fr", "", "ette", "."];
        let tokens: Vec<Token> =
            tokens.iter().zip([0, 100, 200, 300, 400, 500]).map(|(t, s)| token(t, s)).collect();
        let words = words(&tokens);
        let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
        assert_eq!(texts, [" Il", " fait", " frette."]);
        assert_eq!((words[2].start, words[2].end), (Millis(200), Millis(600)));
        assert!(super::words(&[token(" ", 0)]).is_empty());
    }
}
