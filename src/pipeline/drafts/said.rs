//! What a file of another engine says, whatever its shape. In: nothing. Out: the types, and how a JSON file's numbers,
//! words and addresses are read. Left to others: the shapes, what a confidence is worth (`trust`).

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::tables;
use crate::text::tidy;

/// A text about a recording, or about a part of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    /// File and line, for people.
    pub place: String,
    /// What the recording may be called: the first name that one has counts.
    pub names: Vec<String>,
    /// From 0, where the file tells channels apart.
    pub channel: Option<u16>,
    /// Seconds; `None`: all of the recording.
    pub part: Option<(f64, f64)>,
    /// In order.
    pub words: Vec<SaidWord>,
    /// As the file has it.
    pub confidence: Option<f64>,
}

/// A word as a file has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaidWord {
    /// With the punctuation that belongs to it; no blanks.
    pub text: String,
    /// Start and end, seconds of the recording.
    pub at: Option<(f64, f64)>,
    /// As the file has it.
    pub confidence: Option<f64>,
}

/// Takes a text, or says why a row is none, with its place.
pub type Take<'a> = &'a mut dyn FnMut(Result<Said, String>);

/// Reads the parts of a recording, each into a text of its own; `kind` is what the file calls a part.
pub fn each(
    parts: &[Value],
    kind: &str,
    names: &[String],
    place: &str,
    take: Take,
    one: fn(&Map<String, Value>) -> Result<Said, String>,
) {
    for (n, part) in parts.iter().enumerate() {
        let place = format!("{place} {kind} {}", n + 1);
        let said = part.as_object().ok_or("no object".to_string()).and_then(one);
        take(match said {
            Ok(said) => Ok(Said { names: names.to_vec(), place, ..said }),
            Err(why) => Err(format!("{place}: {why}")),
        });
    }
}

/// Adds what a file has as one word; several where it has blanks within, none where it is blank.
pub fn add(words: &mut Vec<SaidWord>, text: &str, at: Option<(f64, f64)>, confidence: Option<f64>) {
    let of_one = tidy(text);
    let parts = of_one.split_whitespace();
    words.extend(parts.map(|text| SaidWord { text: text.to_string(), at, confidence }));
}

/// The words of a text without times.
pub fn untimed(text: &str) -> Vec<SaidWord> {
    let mut words = Vec::new();
    add(&mut words, text, None, None);
    words
}

/// A number, also where it is written as text.
pub fn number(value: Option<&Value>) -> Option<f64> {
    match value? {
        Value::Number(n) => n.as_f64(),
        Value::String(text) => tables::number(text),
        _ => None,
    }
}

/// The first of some fields that is there and not null.
pub fn field<'v>(row: &'v Map<String, Value>, names: &[&str]) -> Option<&'v Value> {
    names.iter().find_map(|name| row.get(*name).filter(|value| !value.is_null()))
}

/// The text of the first of some fields that has one.
pub fn text<'v>(row: &'v Map<String, Value>, names: &[&str]) -> Option<&'v str> {
    names.iter().find_map(|name| row.get(*name)?.as_str())
}

/// The list in a field; empty where there is none.
pub fn list<'v>(row: &'v Map<String, Value>, name: &str) -> &'v [Value] {
    row.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Start and end of a thing, where they are seconds in order.
pub fn span(row: &Map<String, Value>, start: &str, end: &str) -> Option<(f64, f64)> {
    between(number(row.get(start))?, number(row.get(end))?)
}

/// The same of two numbers. Some engines give a word no length.
pub fn between(start: f64, end: f64) -> Option<(f64, f64)> {
    /// Longer recordings are refused by every reader of audio.
    const LONGEST: f64 = 1e6;
    (start >= 0.0 && end >= start && end <= LONGEST).then_some((start, end))
}

/// The path in the address of a recording, without what a service adds to it; a path stays what it is.
pub fn path_of(address: &str) -> String {
    let Some((_, path)) = address.split_once("://") else { return address.to_string() };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let (mut bytes, mut rest) = (Vec::new(), path.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%');
        let byte = digits.and_then(|d| u8::from_str_radix(std::str::from_utf8(d).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// JSON as Python writes it: `NaN` and `Infinity` outside of texts are null.
pub fn without_nan(json: &str) -> Cow<'_, str> {
    const WORDS: [&str; 3] = ["-Infinity", "Infinity", "NaN"];
    if !WORDS.iter().any(|word| json.contains(word)) {
        return Cow::Borrowed(json);
    }
    let (mut out, mut rest) = (String::with_capacity(json.len()), json);
    let (mut inside, mut escaped) = (false, false);
    while let Some(c) = rest.chars().next() {
        let word = WORDS.iter().find(|word| !inside && rest.starts_with(**word));
        if let Some(word) = word {
            out.push_str("null");
            rest = &rest[word.len()..];
            continue;
        }
        out.push(c);
        inside ^= c == '"' && !escaped;
        escaped = inside && c == '\\' && !escaped;
        rest = &rest[c.len_utf8()..];
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_be_text_and_nan_is_none() {
        let json = without_nan(r#"{"a": NaN, "b": [-Infinity, "NaN \" NaN"], "c": "0.25"}"#);
        assert_eq!(json, r#"{"a": null, "b": [null, "NaN \" NaN"], "c": "0.25"}"#);
        let row: Map<String, Value> = serde_json::from_str(&json).unwrap();
        assert_eq!((number(row.get("a")), number(row.get("c"))), (None, Some(0.25)));
    }

    #[test]
    fn an_address_is_read_as_a_path() {
        for (address, path) in [
            (
                "https://x.example/calls/le%20talk%C3%A9.wav?sig=a%2Fb#t",
                "x.example/calls/le talké.wav",
            ),
            ("gs://bucket/100%.wav", "bucket/100%.wav"),
            ("calls/a?b%20.wav", "calls/a?b%20.wav"),
        ] {
            assert_eq!(path_of(address), path);
        }
    }

    #[test]
    fn a_word_with_a_blank_is_two_and_a_blank_none() {
        let mut words = Vec::new();
        add(&mut words, " New  York ", Some((1.0, 2.0)), Some(0.5));
        add(&mut words, " ", None, None);
        let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
        assert_eq!(texts, ["New", "York"]);
    }
}
