//! Segments as Whisper's programs write them: openai-whisper, faster-whisper, stable-ts, whisper-timestamped, WhisperX, and
//! `verbose_json` of servers. In: a file's JSON. Out: a text for each segment. Left to others: which recording it is of.
//!
//! Words have `probability` (whisper-timestamped: `confidence`). WhisperX's `score` says how well a word was aligned, not
//! whether it is right, and is not taken. Nor is any number of a segment that was sampled at a temperature above 0, where
//! numbers look surer. `avg_logprob` of -1.0 is what servers write that have none.

use serde_json::{Map, Value};

use super::said::{Said, Take, add, each, field, list, number, span, text, untimed};

/// The segments of such a file; `None` where it is another shape.
pub fn of(json: &Value) -> Option<&[Value]> {
    let all = match json {
        Value::Object(file) => file.get("segments")?.as_array()?,
        Value::Array(all) => all,
        _ => return None,
    };
    let is_segment = |s: &Value| s.get("start").is_some() && s.get("text").is_some();
    all.iter().all(is_segment).then_some(all)
}

/// Reads segments of the recording that the file is named after.
pub fn read(segments: &[Value], name: &str, place: &str, take: Take) {
    each(segments, "segment", &[name.to_string()], place, take, one);
}

fn one(segment: &Map<String, Value>) -> Result<Said, String> {
    let part = span(segment, "start", "end");
    let part = part.filter(|(start, end)| end > start);
    let part = part.ok_or("`start` and `end` are no part of a recording")?;
    let sampled = number(segment.get("temperature")).is_some_and(|t| t > 0.0);
    let trusted = |confidence: Option<f64>| confidence.filter(|_| !sampled);
    let mut words = Vec::new();
    for word in list(segment, "words").iter().filter_map(Value::as_object) {
        let Some(written) = text(word, &["word", "text"]) else {
            return Err("a word without a text".into());
        };
        let confidence = number(field(word, &["probability", "confidence"]));
        add(&mut words, written, span(word, "start", "end"), trusted(confidence));
    }
    if words.is_empty() {
        words = untimed(text(segment, &["text"]).ok_or("`text` is no text")?);
    }
    let mean = number(segment.get("avg_logprob")).filter(|mean| *mean != -1.0);
    let own = number(segment.get("confidence")).or(mean.map(f64::exp));
    Ok(Said { part: Some(part), words, confidence: trusted(own), ..Said::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Vec<Result<Said, String>> {
        let json: Value = serde_json::from_str(json).unwrap();
        let mut all = Vec::new();
        super::read(of(&json).unwrap(), "talk", "talk.json", &mut |said| all.push(said));
        all
    }

    #[test]
    fn words_of_the_whisper_family_have_their_probability() {
        let all = read(
            r#"{"text": "x", "language": "fr", "segments": [
            {"start": 0.0, "end": 2.0, "text": " Oui, merci.", "avg_logprob": -0.5, "temperature": 0.0, "words": [
              {"word": " Oui,", "start": 0.1, "end": 0.4, "probability": 0.9},
              {"text": "merci.", "start": 0.5, "end": 1.0, "confidence": 0.8}]},
            {"start": 2.0, "end": 3.0, "text": " Non", "avg_logprob": -0.1, "temperature": 0.4, "words": [
              {"word": " Non", "start": 2.1, "end": 2.4, "probability": 0.99}]},
            {"start": 3.0, "end": 4.0, "text": "Si", "avg_logprob": -1.0},
            {"start": 4.0, "end": 4.0, "text": "rien"}]}"#,
        );
        let first = all[0].as_ref().unwrap();
        assert_eq!(first.part, Some((0.0, 2.0)));
        assert_eq!((first.words[0].text.as_str(), first.words[0].confidence), ("Oui,", Some(0.9)));
        assert_eq!(first.words[1].confidence, Some(0.8));
        assert!((first.confidence.unwrap() - (-0.5f64).exp()).abs() < 1e-12);
        let sampled = all[1].as_ref().unwrap();
        assert_eq!((sampled.confidence, sampled.words[0].confidence), (None, None));
        assert_eq!(all[2].as_ref().unwrap().confidence, None, "-1.0 is a sentinel");
        assert_eq!(all[2].as_ref().unwrap().words[0].at, None);
        assert!(all[3].as_ref().unwrap_err().contains("talk.json segment 4"));
    }

    #[test]
    fn the_alignment_score_of_whisperx_is_no_confidence() {
        let all = read(
            r#"{"segments": [{"start": 0.0, "end": 2.0, "text": "oui", "words": [
              {"word": "oui", "start": 0.1, "end": 0.4, "score": 0.7}, {"word": "19"}]}], "word_segments": []}"#,
        );
        let words = &all[0].as_ref().unwrap().words;
        assert_eq!((words[0].at, words[0].confidence), (Some((0.1, 0.4)), None));
        assert_eq!(words[1].at, None, "it gives digits no time");
    }
}
