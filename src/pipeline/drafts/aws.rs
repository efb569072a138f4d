//! What Amazon Transcribe writes. In: a file's JSON. Out: a text for each channel. Left to others: which recording it is of.
//!
//! Numbers are texts there. Punctuation is an item of its own, without times, and belongs to the word before it.

use serde_json::{Map, Value};

use super::said::{Said, SaidWord, Take, add, list, number, span, text};

/// The results of such a file; `None` where it is another shape.
pub fn results(json: &Value) -> Option<&Map<String, Value>> {
    let results = json.as_object()?.get("results")?.as_object()?;
    (results.contains_key("items") && results.contains_key("transcripts")).then_some(results)
}

/// Reads the results of the recording that the file, or its job, is named after.
pub fn read(json: &Value, results: &Map<String, Value>, name: &str, place: &str, take: Take) {
    let job = json.get("jobName").and_then(Value::as_str).map(String::from);
    let names: Vec<String> = std::iter::once(name.to_string()).chain(job).collect();
    let labels = results.get("channel_labels").and_then(Value::as_object);
    let channels: Vec<(Option<u16>, &[Value])> = match labels {
        None => vec![(None, list(results, "items"))],
        Some(labels) => {
            let all = list(labels, "channels").iter().filter_map(Value::as_object);
            all.map(|c| (channel(c), list(c, "items"))).collect()
        }
    };
    for (channel, items) in channels {
        let said = words(items).map(|words| Said {
            place: place.to_string(),
            names: names.clone(),
            channel,
            words,
            ..Said::default()
        });
        take(said.map_err(|why| format!("{place}: {why}")));
    }
}

/// `ch_0`, `ch_1`.
fn channel(channel: &Map<String, Value>) -> Option<u16> {
    text(channel, &["channel_label"])?.strip_prefix("ch_")?.parse().ok()
}

fn words(items: &[Value]) -> Result<Vec<SaidWord>, String> {
    let mut words: Vec<SaidWord> = Vec::new();
    for (n, item) in items.iter().enumerate() {
        let best = item.as_object().and_then(|item| {
            let best = list(item, "alternatives").first()?.as_object()?;
            Some((item, best, text(best, &["content"])?))
        });
        let (item, best, content) = best.ok_or(format!("item {} has no content", n + 1))?;
        let is_mark = text(item, &["type"]) == Some("punctuation");
        match words.last_mut().filter(|_| is_mark) {
            Some(word) => word.text.push_str(content.trim()),
            None if is_mark => {}
            None => {
                let at = span(item, "start_time", "end_time");
                add(&mut words, content, at, number(best.get("confidence")));
            }
        }
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_texts_and_punctuation_belongs_to_the_word_before() {
        let json: Value = serde_json::from_str(
            r#"{"jobName": "talk", "results": {"transcripts": [{"transcript": "Oui, merci."}], "items": [
              {"type": "pronunciation", "start_time": "0.04", "end_time": "0.5", "alternatives": [{"confidence": "0.97", "content": "Oui"}]},
              {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": ","}]},
              {"type": "pronunciation", "start_time": "0.6", "end_time": "1.0", "alternatives": [{"confidence": "0.5", "content": "merci"}]},
              {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": "."}]}]}}"#,
        )
        .unwrap();
        let mut all = Vec::new();
        let take = &mut |said| all.push(said);
        read(&json, results(&json).unwrap(), "asrOutput", "asrOutput.json", take);
        let said = all.remove(0).unwrap();
        assert_eq!(said.names, ["asrOutput", "talk"]);
        let words: Vec<_> = said.words.iter().map(|w| (&*w.text, w.at, w.confidence)).collect();
        let wanted =
            [("Oui,", Some((0.04, 0.5)), Some(0.97)), ("merci.", Some((0.6, 1.0)), Some(0.5))];
        assert_eq!(words, wanted);
    }

    #[test]
    fn channels_are_texts_of_their_own_and_a_broken_item_is_named() {
        let json: Value = serde_json::from_str(
            r#"{"results": {"transcripts": [], "items": [], "channel_labels": {"channels": [
              {"channel_label": "ch_0", "items": [{"type": "pronunciation", "start_time": "1", "end_time": "2", "alternatives": [{"content": "oui"}]}]},
              {"channel_label": "ch_1", "items": [{"type": "pronunciation", "alternatives": []}]}]}}}"#,
        )
        .unwrap();
        let mut all = Vec::new();
        read(&json, results(&json).unwrap(), "call", "call.json", &mut |said| all.push(said));
        assert_eq!(all[0].as_ref().unwrap().channel, Some(0));
        assert!(all[1].as_ref().unwrap_err().contains("call.json: item 1"));
    }
}
