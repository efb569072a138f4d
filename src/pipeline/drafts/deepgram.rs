//! What Deepgram writes. In: a file's JSON. Out: a text for each channel. Left to others: which recording it is of.

use serde_json::{Map, Value};

use super::said::{Said, Take, add, list, number, span, text, untimed};

/// The channels of such a file; `None` where it is another shape.
pub fn channels(json: &Value) -> Option<&[Value]> {
    let results = json.as_object()?.get("results")?.as_object()?;
    Some(results.get("channels")?.as_array()?)
}

/// Reads channels of the recording that the file is named after; the first alternative of each.
pub fn read(channels: &[Value], name: &str, place: &str, take: Take) {
    for (n, channel) in channels.iter().enumerate() {
        let best = channel.as_object().and_then(|c| list(c, "alternatives").first()?.as_object());
        let said = best.ok_or("no alternative".to_string()).and_then(one).map(|said| Said {
            place: place.to_string(),
            names: vec![name.to_string()],
            channel: (channels.len() > 1).then_some(n as u16),
            ..said
        });
        take(said.map_err(|why| format!("{place} channel {n}: {why}")));
    }
}

fn one(best: &Map<String, Value>) -> Result<Said, String> {
    let mut words = Vec::new();
    for word in list(best, "words").iter().filter_map(Value::as_object) {
        let written = text(word, &["punctuated_word", "word"]).ok_or("a word without a text")?;
        let confidence = number(word.get("confidence"));
        add(&mut words, written, span(word, "start", "end"), confidence);
    }
    if words.is_empty() {
        words = untimed(text(best, &["transcript"]).ok_or("no `transcript`")?);
    }
    Ok(Said { words, confidence: number(best.get("confidence")), ..Said::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_their_punctuation_times_and_confidence() {
        let json: Value = serde_json::from_str(
            r#"{"metadata": {}, "results": {"channels": [
              {"alternatives": [{"transcript": "oui merci", "confidence": 0.9, "words": [
                {"word": "oui", "start": 0.1, "end": 0.4, "confidence": 0.95, "punctuated_word": "Oui,"},
                {"word": "merci", "start": 0.5, "end": 0.9, "confidence": 0.85}]}]},
              {"alternatives": []}]}}"#,
        )
        .unwrap();
        let mut all = Vec::new();
        read(channels(&json).unwrap(), "call", "call.json", &mut |said| all.push(said));
        let said = all[0].as_ref().unwrap();
        assert_eq!((said.channel, said.confidence), (Some(0), Some(0.9)));
        let words: Vec<_> = said.words.iter().map(|w| (&*w.text, w.confidence)).collect();
        assert_eq!(words, [("Oui,", Some(0.95)), ("merci", Some(0.85))]);
        assert!(all[1].as_ref().unwrap_err().contains("channel 1: no alternative"));
    }
}
