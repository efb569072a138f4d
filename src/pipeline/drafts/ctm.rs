//! NIST's CTM: `file channel start duration word [confidence]`, a line per word. In: lines. Out: a text for each file and
//! channel. Left to others: which recording it is of.

use std::collections::BTreeMap;

use super::said::{Said, Take, add, between};
use crate::tables;

/// Whether a line looks like one of CTM.
pub fn is_line(line: &str) -> bool {
    let fields: Vec<&str> = line.split_whitespace().collect();
    matches!(fields.len(), 5 | 6) && fields[2..4].iter().all(|f| tables::number(f).is_some())
}

/// Reads lines; those that begin with `;;` are comments.
pub fn read(bytes: &[u8], name: &str, take: Take) {
    let mut texts: BTreeMap<(String, String), Said> = BTreeMap::new();
    for (line, text) in tables::lines(bytes) {
        let place = format!("{name} line {line}");
        let text = match text {
            Ok(text) if text.starts_with(";;") => continue,
            Ok(text) => text,
            Err(why) => {
                take(Err(format!("{place}: {why}")));
                continue;
            }
        };
        let fields: Vec<&str> = text.split_whitespace().collect();
        if let Err(why) = word(&fields, &place, &mut texts) {
            take(Err(format!("{place}: {why}")));
        }
    }
    for mut said in texts.into_values() {
        let start = |at: Option<(f64, f64)>| at.map_or(0.0, |(start, _)| start);
        said.words.sort_by(|a, b| start(a.at).total_cmp(&start(b.at)));
        take(Ok(said));
    }
}

fn word(
    fields: &[&str],
    place: &str,
    texts: &mut BTreeMap<(String, String), Said>,
) -> Result<(), String> {
    let (file, channel, start, length, word) = match fields {
        [_, _, "*", ..] => {
            return Err("alternatives are not read: write one text for each recording".into());
        }
        [file, channel, start, length, word] | [file, channel, start, length, word, _] => {
            (*file, *channel, *start, *length, *word)
        }
        _ => {
            return Err(
                "not `file channel start duration word`, with or without a confidence".into()
            );
        }
    };
    let number = |text: &str| tables::number(text).ok_or(format!("'{text}' is no number"));
    let (start, length) = (number(start)?, number(length)?);
    let at = between(start, start + length);
    let at = at.ok_or("start and duration are no part of a recording")?;
    let confidence = match fields.get(5) {
        Some(text) => Some(number(text)?),
        None => None,
    };
    let key = (file.to_string(), channel.to_string());
    let said = texts.entry(key).or_insert_with(|| Said {
        place: place.to_string(),
        names: vec![file.to_string()],
        channel: from_zero(channel),
        ..Said::default()
    });
    // What an engine writes where it has no word.
    if !(word.starts_with('<') && word.ends_with('>')) {
        add(&mut said.words, word, Some(at), confidence);
    }
    Ok(())
}

/// A, B, or 1, 2 as a number from 0.
fn from_zero(channel: &str) -> Option<u16> {
    match channel.as_bytes() {
        [letter @ b'A'..=b'Z'] => Some(u16::from(letter - b'A')),
        _ => channel.parse::<u16>().ok().map(|n| n.saturating_sub(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_file_and_channel_are_one_text_with_or_without_confidence() {
        let ctm = ";; by hand\ncall A 1.5 0.5 merci 0.75\ncall A 0.5 0.25 oui\ncall B 0.1 0.2 <eps>\n\
                   call A x 0.1 non\ntalk 1 0 1 ok 1.0\ncall A 2 1\ncall A * * <ALT_BEGIN>\n";
        let mut all = Vec::new();
        read(ctm.as_bytes(), "a.ctm", &mut |said| all.push(said));
        let (bad, good): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_err);
        let bad: Vec<String> = bad.into_iter().filter_map(Result::err).collect();
        assert!(bad[0].starts_with("a.ctm line 5: 'x' is no number"), "{bad:?}");
        assert!(bad[1].contains("line 7") && bad[2].contains("alternatives"), "{bad:?}");
        let good: Vec<Said> = good.into_iter().map(Result::unwrap).collect();
        let of = |n: usize| (good[n].names[0].as_str(), good[n].channel, good[n].words.len());
        assert_eq!(
            [of(0), of(1), of(2)],
            [("call", Some(0), 2), ("call", Some(1), 0), ("talk", Some(0), 1)]
        );
        let words: Vec<_> = good[0].words.iter().map(|w| (&*w.text, w.at, w.confidence)).collect();
        assert_eq!(words[0], ("oui", Some((0.5, 0.75)), None));
        assert_eq!(words[1], ("merci", Some((1.5, 2.0)), Some(0.75)));
        assert!(is_line("a 1 0.0 1.0 b 0.5") && !is_line("one two three four five"));
    }
}
