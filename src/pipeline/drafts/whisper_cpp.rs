//! What whisper.cpp writes with `-ojf`: segments with tokens, times in milliseconds. In: a file's JSON. Out: a text for each
//! segment. Left to others: which recording it is of.
//!
//! Special tokens (`[_BEG_]`, `[_TT_150]`, `<|fr|>`) are no text. A character may be cut across tokens, so the words are the
//! segment's; the tokens tell their times and probabilities, where they make as many words.

use serde_json::{Map, Value};

use super::said::{Said, SaidWord, Take, between, each, list, number, text, untimed};

/// The segments of such a file; `None` where it is another shape.
pub fn segments(json: &Value) -> Option<&[Value]> {
    Some(json.as_object()?.get("transcription")?.as_array()?)
}

/// Reads segments of the recording that the file is named after.
pub fn read(segments: &[Value], name: &str, place: &str, take: Take) {
    each(segments, "segment", &[name.to_string()], place, take, one);
}

fn one(segment: &Map<String, Value>) -> Result<Said, String> {
    let part = seconds(segment).filter(|(start, end)| end > start);
    let part = part.ok_or("`offsets` are no part of a recording")?;
    let mut words = untimed(text(segment, &["text"]).ok_or("no `text`")?);
    let of_tokens = of_tokens(list(segment, "tokens"));
    if of_tokens.len() == words.len() {
        for (word, token) in words.iter_mut().zip(of_tokens) {
            (word.at, word.confidence) = (token.at, token.confidence);
        }
    }
    Ok(Said { part: Some(part), words, ..Said::default() })
}

/// Words as tokens make them: the probability of one is the product of theirs.
fn of_tokens(tokens: &[Value]) -> Vec<SaidWord> {
    let mut words: Vec<SaidWord> = Vec::new();
    for token in tokens.iter().filter_map(Value::as_object) {
        let written = text(token, &["text"]).unwrap_or_default();
        if written.is_empty() || is_special(written) {
            continue;
        }
        let (at, p) = (seconds(token), number(token.get("p")));
        match words.last_mut().filter(|_| !written.starts_with(' ')) {
            Some(word) => {
                word.text.push_str(written);
                word.at = word.at.zip(at).map(|((start, _), (_, end))| (start, end.max(start)));
                word.confidence = word.confidence.zip(p).map(|(a, b)| a * b);
            }
            None => words.push(SaidWord { text: written.to_string(), at, confidence: p }),
        }
    }
    words.retain(|word| !word.text.trim().is_empty());
    words
}

fn is_special(token: &str) -> bool {
    let token = token.trim();
    (token.starts_with("[_") && token.ends_with(']'))
        || (token.starts_with("<|") && token.ends_with("|>"))
}

/// The `offsets` of a segment or token.
fn seconds(thing: &Map<String, Value>) -> Option<(f64, f64)> {
    let offsets = thing.get("offsets")?.as_object()?;
    let at = |name: &str| Some(number(offsets.get(name))? / 1000.0);
    between(at("from")?, at("to")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_milliseconds_special_tokens_no_words_and_pieces_belong_together() {
        let json: Value = serde_json::from_str(
            r#"{"transcription": [{"offsets": {"from": 500, "to": 2500}, "text": " Appuyez ici.", "tokens": [
              {"text": "[_BEG_]", "offsets": {"from": 500, "to": 500}, "p": 0.99},
              {"text": " App", "offsets": {"from": 600, "to": 800}, "p": 0.5},
              {"text": "uyez", "offsets": {"from": 800, "to": 900}, "p": 0.5},
              {"text": " ici", "offsets": {"from": 1000, "to": 1200}, "p": 0.75},
              {"text": ".", "offsets": {"from": 1200, "to": 1200}, "p": 1.0},
              {"text": "<|endoftext|>", "offsets": {"from": 1200, "to": 1200}, "p": 0.1},
              {"text": "[_TT_100]", "offsets": {"from": 1200, "to": 1200}, "p": 0.1}]},
              {"offsets": {"from": 9, "to": 9}, "text": "x"}]}"#,
        )
        .unwrap();
        let mut all = Vec::new();
        read(segments(&json).unwrap(), "talk.wav", "talk.wav.json", &mut |said| all.push(said));
        let first = all[0].as_ref().unwrap();
        assert_eq!(first.part, Some((0.5, 2.5)));
        let words: Vec<_> = first.words.iter().map(|w| (&*w.text, w.at, w.confidence)).collect();
        let wanted =
            [("Appuyez", Some((0.6, 0.9)), Some(0.25)), ("ici.", Some((1.0, 1.2)), Some(0.75))];
        assert_eq!(words, wanted);
        assert!(all[1].as_ref().unwrap_err().contains("segment 2"));
    }
}
