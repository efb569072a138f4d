//! Words with times from a hypothesis' tokens, to be clicked and heard.
//! In: tokens. Out: words; put together they are the tokens' text. Pure.

use super::Word;
use crate::domain::Token;

/// Joins tokens into words: a token that starts with a space starts a word. A word starts when its
/// first token does and ends when its last one does. Tokens without any text lengthen the word before.
pub fn words(tokens: &[Token]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for token in tokens {
        let starts = token.text.starts_with(char::is_whitespace);
        match words.last_mut().filter(|_| !starts) {
            Some(word) => {
                word.text.push_str(&token.text);
                word.end = token.end.max(word.end);
            }
            None if token.text.trim().is_empty() => {}
            None => {
                words.push(Word { text: token.text.clone(), start: token.start, end: token.end })
            }
        }
    }
    words
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
