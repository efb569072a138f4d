//! What Azure's speech service writes: results of batches, the detailed answers of its programs, and those of fast
//! transcription. In: a file's JSON. Out: a text for each phrase. Left to others: which recording it is of.
//!
//! Times are ticks of 100 ns, ISO 8601 or milliseconds, by field. The text is `display`; where there is a list of as many
//! words, these have its times. A confidence is of a phrase.

use serde_json::{Map, Value};

use super::said::{
    Said, SaidWord, Take, add, between, each, field, list, number, path_of, text, untimed,
};

/// Phrases, and the address of their recording where the file has it.
pub type File<'v> = (Option<&'v str>, &'v [Value]);

/// What a file holds; `None` where it is another shape.
pub fn file(json: &Value) -> Option<File<'_>> {
    let is_answer = |v: &Value| {
        v.get("RecognitionStatus").is_some()
            && ["NBest", "DisplayText", "Offset"].iter().any(|name| v.get(*name).is_some())
    };
    match json {
        Value::Array(all) => all.iter().all(is_answer).then_some((None, all)),
        Value::Object(file) if file.contains_key("recognizedPhrases") => {
            Some((text(file, &["source"]), list(file, "recognizedPhrases")))
        }
        Value::Object(file) if file.contains_key("combinedPhrases") => {
            Some((None, list(file, "phrases")))
        }
        _ => is_answer(json).then_some((None, std::slice::from_ref(json))),
    }
}

/// Reads phrases of the recording that the file names, or is named after.
pub fn read((address, phrases): File<'_>, name: &str, place: &str, take: Take) {
    let names: Vec<String> = address.map(path_of).into_iter().chain([name.to_string()]).collect();
    each(phrases, "phrase", &names, place, take, one);
}

fn one(phrase: &Map<String, Value>) -> Result<Said, String> {
    let status = field(phrase, &["recognitionStatus", "RecognitionStatus"]);
    if status.is_some_and(|status| *status != "Success" && *status != 0) {
        return Ok(Said::default()); // Nothing was understood, or the recording was over.
    }
    let part = at(phrase).filter(|(start, end)| end > start);
    let part = part.ok_or("its offset and duration are no part of a recording")?;
    let best = ["nBest", "NBest"].iter().find_map(|name| list(phrase, name).first());
    let best = best.and_then(Value::as_object).unwrap_or(phrase);
    let written = text(best, &["display", "Display", "DisplayText", "text"]);
    let written = written.filter(|text| !text.trim().is_empty());
    let written = written.or(text(best, &["lexical", "Lexical"])).ok_or("no `display`")?;
    let mut words = untimed(written);
    let lists = ["displayWords", "DisplayWords", "words", "Words"];
    let timed = lists.iter().map(|name| listed(list(best, name)));
    if let Some(timed) = timed.into_iter().find(|timed| timed.len() == words.len()) {
        for (word, timed) in words.iter_mut().zip(timed) {
            (word.at, word.confidence) = (timed.at, timed.confidence);
        }
    }
    let channel = number(field(phrase, &["channel", "Channel"])).map(|n| n.max(0.0) as u16);
    let confidence = sure(best);
    Ok(Said { part: Some(part), words, channel, confidence, ..Said::default() })
}

/// A list of words with their times.
fn listed(all: &[Value]) -> Vec<SaidWord> {
    let mut words = Vec::new();
    for word in all.iter().filter_map(Value::as_object) {
        let written = text(word, &["displayText", "DisplayText", "word", "Word", "text"]);
        add(&mut words, written.unwrap_or_default(), at(word), sure(word));
    }
    words
}

fn sure(thing: &Map<String, Value>) -> Option<f64> {
    number(field(thing, &["confidence", "Confidence"]))
}

/// When a phrase or word was said.
fn at(thing: &Map<String, Value>) -> Option<(f64, f64)> {
    let start = seconds(thing, ["offsetInTicks", "Offset", "offsetMilliseconds", "offset"])?;
    let length =
        seconds(thing, ["durationInTicks", "Duration", "durationMilliseconds", "duration"])?;
    between(start, start + length)
}

/// The first that is there of two fields in ticks, one in milliseconds, one in ISO 8601.
fn seconds(thing: &Map<String, Value>, [ticks, also, ms, iso]: [&str; 4]) -> Option<f64> {
    let of_ticks = number(field(thing, &[ticks, also])).map(|n| n / 1e7);
    let of_ms = || number(thing.get(ms)).map(|n| n / 1000.0);
    of_ticks.or_else(of_ms).or_else(|| iso_8601(text(thing, &[iso])?))
}

/// `PT1H2M3.4S`.
fn iso_8601(duration: &str) -> Option<f64> {
    let (mut seconds, mut rest) = (0.0, duration.strip_prefix("PT")?);
    while !rest.is_empty() {
        let (digits, after) = rest.split_at(rest.find(|c: char| c.is_ascii_uppercase())?);
        let (unit, after) = after.split_at(1);
        let each = match unit {
            "H" => 3600.0,
            "M" => 60.0,
            "S" => 1.0,
            _ => return None,
        };
        seconds += digits.parse::<f64>().ok()? * each;
        rest = after;
    }
    Some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Vec<Result<Said, String>> {
        let json: Value = serde_json::from_str(json).unwrap();
        let mut all = Vec::new();
        super::read(file(&json).unwrap(), "contenturl_0", "c.json", &mut |said| all.push(said));
        all
    }

    fn words(said: &Said) -> Vec<(&str, Option<(f64, f64)>)> {
        said.words.iter().map(|w| (&*w.text, w.at)).collect()
    }

    #[test]
    fn a_batch_has_ticks_or_iso_8601_and_a_confidence_per_phrase() {
        let all = read(
            r#"{"source": "https://x.example/calls/talk.wav?sv=1", "duration": "PT2M", "recognizedPhrases": [
              {"recognitionStatus": "Success", "channel": 1, "offset": "PT1M0.5S", "duration": "PT1.5S", "offsetInTicks": 605000000.0, "durationInTicks": 15000000.0,
               "nBest": [{"confidence": 0.75, "lexical": "oui merci", "display": "Oui, merci.", "displayWords": [
                  {"displayText": "Oui,", "offset": "PT1M0.5S", "duration": "PT0.5S"},
                  {"displayText": "merci.", "offsetInTicks": 612500000, "durationInTicks": 2500000}]}, {"confidence": 0.9, "display": "Ouïe"}]},
              {"recognitionStatus": "NoMatch", "channel": 0, "offset": "PT0S", "duration": "PT1S"},
              {"recognitionStatus": "Success", "channel": 0, "offset": "PT1H1M1S", "duration": "PT2S", "nBest": [{"confidence": 0.5, "lexical": "vingt et un", "display": "21", "words": [
                  {"word": "vingt", "offset": "PT1H1M1S", "duration": "PT1S"}, {"word": "et", "offset": "PT1H1M2S", "duration": "PT0.1S"}, {"word": "un", "offset": "PT1H1M2.5S", "duration": "PT0.1S"}]}]},
              {"recognitionStatus": "Success", "channel": 0, "offset": "1:30", "duration": "PT2S", "nBest": [{"display": "x"}]}]}"#,
        );
        let first = all[0].as_ref().unwrap();
        assert_eq!(first.names, ["x.example/calls/talk.wav", "contenturl_0"]);
        assert_eq!(
            (first.channel, first.part, first.confidence),
            (Some(1), Some((60.5, 62.0)), Some(0.75))
        );
        assert_eq!(words(first), [("Oui,", Some((60.5, 61.0))), ("merci.", Some((61.25, 61.5)))]);
        assert!(all[1].as_ref().unwrap().words.is_empty());
        let third = all[2].as_ref().unwrap();
        assert_eq!((words(third), third.part), (vec![("21", None)], Some((3661.0, 3663.0))));
        assert!(all[3].as_ref().unwrap_err().contains("c.json phrase 4: its offset"));
    }

    #[test]
    fn detailed_answers_and_fast_transcription_are_read_too() {
        let detailed = r#"{"Id": "x", "RecognitionStatus": "Success", "Offset": 1000000, "Duration": 20000000, "Channel": 0,
            "DisplayText": "Oui.", "NBest": [{"Confidence": "0.5", "Lexical": "oui", "Display": "Oui.", "Words": [{"Word": "oui", "Offset": 2000000, "Duration": 3000000}]}]}"#;
        let end = r#"{"RecognitionStatus": "EndOfDictation", "Offset": 30000000, "Duration": 0}"#;
        let fast = r#"{"durationMilliseconds": 2000, "combinedPhrases": [{"text": "Oui."}], "phrases": [
            {"offsetMilliseconds": 100, "durationMilliseconds": 2000, "text": "Oui.", "confidence": 0.5,
             "words": [{"text": "Oui.", "offsetMilliseconds": 200, "durationMilliseconds": 300}]}]}"#;
        let list = format!("[{detailed}, {end}]");
        for json in [detailed, fast, &list] {
            let all = read(json);
            let said = all[0].as_ref().unwrap();
            assert_eq!((said.part, said.confidence), (Some((0.1, 2.1)), Some(0.5)), "{json}");
            assert_eq!(words(said), [("Oui.", Some((0.2, 0.5)))], "{json}");
            assert!(all[1..].iter().all(|said| said.as_ref().unwrap().words.is_empty()));
        }
    }
}
