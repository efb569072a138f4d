//! Words with times from a hypothesis' tokens, to be clicked and heard.
//! In: tokens. Out: words; put together they are the tokens' text. Pure.

use super::Word;
use crate::domain::{Token, tokens_by_word};

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Millis, Probability};

    #[test]
    fn pieces_of_a_word_are_one_word() {
        let token = |text: &str, start: u64| Token {
            text: text.into(),
            p: Probability::ONE,
            logprob: 0.0,
            entropy: None,
            margin: None,
            start: Millis(start),
            end: Millis(start + 100),
        };
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
