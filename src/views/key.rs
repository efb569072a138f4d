//! One key of a person at a terminal. In: a question. Out: yes, no, or enough. Where there is no terminal, the first letter of a
//! line counts.

use std::io::BufRead;

use anyhow::Result;
use console::{Key, Term};

/// What a person chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// y, or o as in French.
    Yes,
    /// n.
    No,
    /// q, Escape, or the end of the input.
    End,
}

/// Asks until one of the keys comes.
///
/// # Errors
/// The terminal or the input cannot be read.
pub fn ask(question: &str) -> Result<Choice> {
    let term = Term::stderr();
    loop {
        term.write_str(&format!("{question} "))?;
        let key = match term.is_term() {
            true => match term.read_key()? {
                Key::Char(letter) => Some(letter),
                Key::Escape | Key::CtrlC => None,
                _ => Some(' '),
            },
            false => {
                let mut line = String::new();
                let read = std::io::stdin().lock().read_line(&mut line)?;
                (read > 0).then(|| line.trim().chars().next().unwrap_or(' '))
            }
        };
        term.write_line("")?;
        if let Some(choice) = choice(key) {
            return Ok(choice);
        }
    }
}

/// What a key says; `None` of the inner: the input is at its end.
fn choice(key: Option<char>) -> Option<Choice> {
    match key.map(|letter| letter.to_ascii_lowercase()) {
        Some('y' | 'o') => Some(Choice::Yes),
        Some('n') => Some(Choice::No),
        Some('q') | None => Some(Choice::End),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_both_languages_count_and_others_are_asked_again() {
        let said = ['y', 'O', 'n', 'q', 'x'].map(|key| choice(Some(key)));
        let [yes, no, end] = [Choice::Yes, Choice::No, Choice::End].map(Some);
        assert_eq!(said, [yes, yes, no, end, None]);
        assert_eq!(choice(None), end);
    }
}
