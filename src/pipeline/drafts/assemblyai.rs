//! What AssemblyAI writes. In: a file's JSON. Out: a text for each channel. Left to others: which recording it is of.
//!
//! Times are milliseconds. Channels count from 1, and are texts.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::said::{
    Said, SaidWord, Take, add, between, field, list, number, path_of, text, untimed,
};

/// The transcript of such a file; `None` where it is another shape.
pub fn file(json: &Value) -> Option<&Map<String, Value>> {
    let file = json.as_object()?;
    let has = |name: &str| file.contains_key(name);
    ((has("audio_url") || has("utterances")) && (has("words") || has("status"))).then_some(file)
}

/// Reads the transcript of the recording that the file names, or is named after.
pub fn read(file: &Map<String, Value>, name: &str, place: &str, take: Take) {
    let address = text(file, &["audio_url"]).map(path_of);
    let names: Vec<String> = address.into_iter().chain([name.to_string()]).collect();
    match channels(file) {
        Err(why) => take(Err(format!("{place}: {why}"))),
        Ok(channels) => {
            // What is said of the whole is said of no channel.
            let whole = number(file.get("confidence")).filter(|_| channels.len() == 1);
            for (channel, words) in channels {
                let (place, names) = (place.to_string(), names.clone());
                take(Ok(Said { place, names, channel, words, confidence: whole, part: None }));
            }
        }
    }
}

fn channels(file: &Map<String, Value>) -> Result<BTreeMap<Option<u16>, Vec<SaidWord>>, String> {
    let mut channels: BTreeMap<Option<u16>, Vec<SaidWord>> = BTreeMap::new();
    for (n, word) in list(file, "words").iter().enumerate() {
        let word = word.as_object().and_then(|word| Some((word, text(word, &["text"])?)));
        let (word, written) = word.ok_or(format!("word {} has no `text`", n + 1))?;
        let channel = number(field(word, &["channel"])).filter(|n| *n >= 1.0);
        let words = channels.entry(channel.map(|n| n as u16 - 1)).or_default();
        add(words, written, at(word), number(word.get("confidence")));
    }
    if channels.is_empty() {
        let status = text(file, &["error", "status"]).unwrap_or("not given");
        let text = text(file, &["text"]).ok_or(format!("no text in it; its status: {status}"))?;
        channels.insert(None, untimed(text));
    }
    Ok(channels)
}

fn at(word: &Map<String, Value>) -> Option<(f64, f64)> {
    let seconds = |name: &str| number(word.get(name)).map(|ms| ms / 1000.0);
    between(seconds("start")?, seconds("end")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Vec<Result<Said, String>> {
        let json: Value = serde_json::from_str(json).unwrap();
        let mut all = Vec::new();
        super::read(file(&json).unwrap(), "transcript", "t.json", &mut |said| all.push(said));
        all
    }

    #[test]
    fn times_are_milliseconds_and_channels_are_texts_of_their_own() {
        let all = read(
            r#"{"id": "x", "audio_url": "https://x.example/upload/talk.wav", "status": "completed", "confidence": 0.9, "audio_channels": 2, "words": [
              {"text": "Oui,", "start": 250, "end": 650, "confidence": 0.75, "channel": "1", "speaker": "1A"},
              {"text": "Non", "start": 700, "end": 900, "confidence": 0.5, "channel": "2", "speaker": null}], "utterances": null}"#,
        );
        let of = |n: usize| {
            let said: &Said = all[n].as_ref().unwrap();
            let word = &said.words[0];
            (said.channel, said.confidence, word.text.as_str(), word.at, word.confidence)
        };
        assert_eq!(all[0].as_ref().unwrap().names, ["x.example/upload/talk.wav", "transcript"]);
        assert_eq!(of(0), (Some(0), None, "Oui,", Some((0.25, 0.65)), Some(0.75)));
        assert_eq!(of(1), (Some(1), None, "Non", Some((0.7, 0.9)), Some(0.5)));
    }

    #[test]
    fn a_transcript_that_failed_says_so_and_one_without_words_is_a_text() {
        let all =
            read(r#"{"audio_url": "a.wav", "status": "error", "error": "no audio", "text": null}"#);
        assert!(
            all[0].as_ref().unwrap_err().contains("t.json: no text in it; its status: no audio")
        );
        let all =
            read(r#"{"utterances": [], "words": [], "text": "oui merci", "confidence": 0.5}"#);
        let said = all[0].as_ref().unwrap();
        assert_eq!((said.words.len(), said.confidence), (2, Some(0.5)));
        let all = read(r#"{"utterances": [], "words": [{"start": 1}]}"#);
        assert!(all[0].as_ref().unwrap_err().contains("word 1 has no `text`"));
    }
}
