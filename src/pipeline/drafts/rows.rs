//! JSON lines: NeMo's manifests with what a model wrote in `pred_text`, and rows of our own. In: a line. Out: a text.
//! Left to others: which recording it is of.
//!
//! NeMo, SDP and Curator: `audio_filepath`, `pred_text`, optionally `offset`, `duration`; `text` is a reference and is not
//! read. Ours: `path`, `text`, optionally `start`, `end` (seconds), `channel`, `p`, `words` (`text`, `start`, `end`, `p`).

use serde_json::{Map, Value};

use super::said::{Said, add, between, field, number, span, text, untimed};

/// Names of a recording.
const NAMES: [&str; 6] = ["path", "audio_filepath", "recording", "audio", "file_name", "file"];
/// Names of a confidence.
const CONFIDENCE: [&str; 4] = ["p", "confidence", "probability", "score"];
/// How far a word may reach out of its row, seconds.
const SLACK: f64 = 0.5;

/// Whether an object is a row of a recording.
pub fn is_row(row: &Map<String, Value>) -> bool {
    text(row, &NAMES).is_some()
}

/// Reads a row.
pub fn read(row: &Map<String, Value>) -> Result<Said, String> {
    let name = text(row, &NAMES).filter(|name| !name.trim().is_empty());
    let name = name.ok_or("no path: which recording is it about?")?;
    let said = Said {
        names: vec![name.trim().to_string()],
        channel: number(row.get("channel")).map(|n| n.max(0.0) as u16),
        confidence: number(field(row, &CONFIDENCE)),
        ..Said::default()
    };
    match row.get("pred_text") {
        Some(Value::String(written)) => {
            Ok(Said { part: nemo_part(row)?, words: untimed(written), ..said })
        }
        Some(_) => Err("`pred_text` is no text".into()),
        None if row.contains_key("audio_filepath") => Err(
            "no `pred_text`: `text` of such a manifest is a reference, not what an engine wrote"
                .into(),
        ),
        None => ours(row, said),
    }
}

fn nemo_part(row: &Map<String, Value>) -> Result<Option<(f64, f64)>, String> {
    let Some(offset) = field(row, &["offset"]) else { return Ok(None) };
    let offset = number(Some(offset)).ok_or("`offset` is no number")?;
    let duration = number(field(row, &["duration"])).ok_or("`offset` without `duration`")?;
    let part = between(offset, offset + duration).filter(|(start, end)| end > start);
    part.map(Some).ok_or_else(|| "`offset` and `duration` are no part of a recording".into())
}

fn ours(row: &Map<String, Value>, said: Said) -> Result<Said, String> {
    let part = match (field(row, &["start"]), field(row, &["end"])) {
        (None, None) => None,
        _ => {
            let part = span(row, "start", "end").filter(|(start, end)| end > start);
            Some(part.ok_or("`start` and `end` are no part of a recording: both are seconds")?)
        }
    };
    let mut words = Vec::new();
    for word in field(row, &["words"]).and_then(Value::as_array).into_iter().flatten() {
        let word = word.as_object().ok_or("`words` holds something that is no object")?;
        let written = text(word, &["text", "word"]).ok_or("a word without `text`")?;
        let at = span(word, "start", "end");
        let out = |(from, to): (f64, f64)| {
            at.is_some_and(|(start, end)| start < from - SLACK || end > to + SLACK)
        };
        if part.is_some_and(out) {
            return Err(format!(
                "the word '{written}' lies outside of `start` and `end`: times are seconds of the recording"
            ));
        }
        add(&mut words, written, at, number(field(word, &CONFIDENCE)));
    }
    if words.is_empty() {
        words = untimed(text(row, &["text"]).ok_or("no `text`")?);
    }
    Ok(Said { part, words, ..said })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Said, String> {
        super::read(serde_json::from_str::<Value>(json).unwrap().as_object().unwrap())
    }

    #[test]
    fn nemo_s_manifest_gives_what_was_predicted_not_the_reference() {
        let said = read(
            r#"{"audio_filepath": "a/b.wav", "offset": 1.5, "duration": 2, "text": "oui", "pred_text": "non merci", "score": 0.0}"#,
        )
        .unwrap();
        assert_eq!((said.part, said.confidence), (Some((1.5, 3.5)), Some(0.0)));
        assert_eq!(said.words.len(), 2);
        let whole = read(r#"{"audio_filepath": "b.wav", "duration": 2, "pred_text": "non"}"#);
        assert_eq!(whole.unwrap().part, None);
        for (json, said) in [
            (r#"{"audio_filepath": "b.wav", "text": "oui"}"#, "a reference"),
            (r#"{"audio_filepath": "b.wav", "offset": 1, "pred_text": "x"}"#, "without `duration`"),
            (r#"{"audio_filepath": "b.wav", "pred_text": 7}"#, "no text"),
        ] {
            assert!(read(json).unwrap_err().contains(said), "{json}");
        }
    }

    #[test]
    fn our_own_rows_may_have_words_in_seconds_of_the_recording() {
        let said = read(
            r#"{"path": "b.wav", "start": 10, "end": 12, "text": "Oui, oui.", "channel": 1, "words": [
                {"text": "Oui,", "start": 10.1, "end": 10.5, "p": 0.9}, {"text": "oui.", "start": 10.6, "end": 11.0}]}"#,
        )
        .unwrap();
        assert_eq!(said.channel, Some(1));
        assert_eq!(said.words[0].at, Some((10.1, 10.5)));
        assert_eq!((said.words[0].confidence, said.words[1].confidence), (Some(0.9), None));
        let relative = r#"{"path": "b.wav", "start": 10, "end": 12, "words": [{"text": "a", "start": 0, "end": 1}]}"#;
        assert!(read(relative).unwrap_err().contains("seconds of the recording"));
        assert!(read(r#"{"path": " ", "text": "x"}"#).unwrap_err().contains("no path"));
        assert!(read(r#"{"path": "b.wav"}"#).unwrap_err().contains("no `text`"));
    }
}
