//! What Google Speech-to-Text writes, v1 and v2. In: a file's JSON. Out: a text for each result. Left to others: which
//! recording it is of.
//!
//! Times are texts (`1.200s`), and one that is 0 may be missing. A confidence of 0.0 means that there is none. Where
//! speakers are told apart, a result has all words from the beginning again: it stands for those before it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::said::{
    Said, SaidWord, Take, add, between, field, list, number, path_of, text, untimed,
};

/// Results, and the address of their recording where the file has it.
pub type File<'v> = (Option<&'v str>, Option<&'v [Value]>);

/// What a file holds: one recording, or, where v2 answered for several at once, each by its address. `None` where it is
/// another shape.
pub fn files(json: &Value) -> Option<Vec<File<'_>>> {
    let answer = json.get("response").unwrap_or(json);
    let is_result = |result: &Value| {
        let known = ["alternatives", "languageCode", "resultEndTime", "resultEndOffset"];
        known.iter().any(|name| result.get(*name).is_some())
    };
    match answer.get("results")? {
        Value::Array(all) => all.iter().all(is_result).then(|| vec![(None, Some(&**all))]),
        Value::Object(by_address) => {
            let is_address = by_address.keys().all(|key| key.contains("://"));
            is_address
                .then(|| by_address.iter().map(|(key, v)| (Some(&**key), of_one(v))).collect())
        }
        _ => None,
    }
}

fn of_one(file: &Value) -> Option<&[Value]> {
    let inline = file.get("inlineResult").unwrap_or(file);
    Some(inline.get("transcript")?.get("results")?.as_array()?)
}

/// Reads results of the recordings that the file names, or of the one that it is named after.
pub fn read(files: Vec<File<'_>>, name: &str, place: &str, take: Take) {
    for (address, results) in files {
        let name = address.map_or(name.to_string(), path_of);
        match results {
            Some(results) => of_recording(results, &name, place, take),
            None => take(Err(format!("{place}: no transcript of '{name}' in it"))),
        }
    }
}

fn of_recording(results: &[Value], name: &str, place: &str, take: Take) {
    let mut all: Vec<Said> = Vec::new();
    let mut ends: BTreeMap<Option<u16>, f64> = BTreeMap::new();
    for (n, result) in results.iter().enumerate() {
        let place = format!("{place} result {}", n + 1);
        let tag = number(field_of(result, &["channelTag", "channel_tag"]));
        let channel = tag.filter(|n| *n >= 1.0).map(|n| n as u16 - 1);
        let before = ends.get(&channel).copied().unwrap_or(0.0);
        let end = seconds(field_of(result, &RESULT_END));
        let said = match one(result, before, end) {
            Err(why) => {
                take(Err(format!("{place}: {why}")));
                continue;
            }
            Ok((said, repeats)) => {
                if repeats {
                    all.retain(|earlier| {
                        earlier.channel != channel || starts_before(earlier, &said)
                    });
                }
                said
            }
        };
        let end = said.part.map(|(_, end)| end).or(end);
        ends.insert(channel, end.unwrap_or(before));
        all.push(Said { names: vec![name.to_string()], place, channel, ..said });
    }
    joined(all).into_iter().for_each(|said| take(Ok(said)));
}

const RESULT_END: [&str; 4] =
    ["resultEndTime", "resultEndOffset", "result_end_time", "result_end_offset"];
const START: [&str; 4] = ["startTime", "startOffset", "start_time", "start_offset"];
const END: [&str; 4] = ["endTime", "endOffset", "end_time", "end_offset"];

/// The text of a result, and whether it may repeat earlier ones: without times that shows in that it has words alone.
fn one(result: &Value, before: f64, end: Option<f64>) -> Result<(Said, bool), String> {
    let best = field_of(result, &["alternatives"]).and_then(|all| all.as_array()?.first());
    let Some(best) = best.and_then(Value::as_object) else { return Ok((Said::default(), false)) };
    let mut words = Vec::new();
    for word in list(best, "words").iter().filter_map(Value::as_object) {
        let written = text(word, &["word"]).ok_or("a word without a text")?;
        add(&mut words, written, at(word), sure(word));
    }
    let transcript = text(best, &["transcript"]).filter(|text| !text.trim().is_empty());
    let start = words.first().and_then(|word| word.at).map(|(start, _)| start);
    let last = words.last().and_then(|word: &SaidWord| word.at).map(|(_, end)| end);
    let repeats = !words.is_empty() && (start.is_some_and(|s| s < before) || transcript.is_none());
    let before = if repeats { 0.0 } else { before };
    if words.is_empty() {
        words = untimed(transcript.unwrap_or_default());
    }
    let part = end.or(last).and_then(|end| between(start.unwrap_or(before), end));
    let part = part.filter(|(start, end)| end > start);
    Ok((Said { part, words, confidence: sure(best), ..Said::default() }, repeats))
}

/// Whether an earlier result begins before a later one, so that it is none of what that one repeats.
fn starts_before(earlier: &Said, later: &Said) -> bool {
    let start = |said: &Said| said.part.map(|(start, _)| start);
    start(earlier).zip(start(later)).is_some_and(|(a, b)| a < b)
}

/// Texts of a channel of which nobody knows when they were said are one; what the engine says of each is then of none.
fn joined(all: Vec<Said>) -> Vec<Said> {
    let mut out: Vec<Said> = Vec::new();
    for said in all.into_iter().filter(|said| !said.words.is_empty()) {
        let same = |one: &&mut Said| one.part.is_none() && one.channel == said.channel;
        match out.iter_mut().find(same).filter(|_| said.part.is_none()) {
            Some(one) => {
                one.words.extend(said.words);
                one.confidence = None;
            }
            None => out.push(said),
        }
    }
    out
}

fn field_of<'v>(thing: &'v Value, names: &[&str]) -> Option<&'v Value> {
    field(thing.as_object()?, names)
}

/// A confidence of a word or text; 0.0 is what is written where none was set.
fn sure(thing: &Map<String, Value>) -> Option<f64> {
    number(thing.get("confidence")).filter(|confidence| *confidence != 0.0)
}

fn at(word: &Map<String, Value>) -> Option<(f64, f64)> {
    let start = field(word, &START).map_or(Some(0.0), |start| seconds(Some(start)))?;
    between(start, seconds(field(word, &END))?)
}

/// `1.200s`, or seconds and nanoseconds apart, as programs that print the answer have it.
fn seconds(time: Option<&Value>) -> Option<f64> {
    match time? {
        Value::String(text) => text.strip_suffix('s')?.parse().ok(),
        Value::Object(time) => {
            let of = |name: &str| time.get(name).map_or(Some(0.0), |n| number(Some(n)));
            Some(of("seconds")? + of("nanos")? / 1e9)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Vec<Result<Said, String>> {
        let json: Value = serde_json::from_str(json).unwrap();
        let mut all = Vec::new();
        super::read(files(&json).unwrap(), "talk", "talk.json", &mut |said| all.push(said));
        all
    }

    /// Text, time, confidence.
    type Word<'s> = (&'s str, Option<(f64, f64)>, Option<f64>);

    fn words(said: &Said) -> Vec<Word<'_>> {
        said.words.iter().map(|w| (&*w.text, w.at, w.confidence)).collect()
    }

    #[test]
    fn v1_and_v2_have_times_as_text_and_a_confidence_of_0_is_none() {
        for (start, end, result) in [
            ("startTime", "endTime", "resultEndTime"),
            ("startOffset", "endOffset", "resultEndOffset"),
        ] {
            let all = read(&format!(
                r#"{{"results": [{{"alternatives": [{{"transcript": "Oui, merci", "confidence": 0.9, "words": [
                  {{"{end}": "0.400s", "word": "Oui,", "confidence": 0.8}},
                  {{"{start}": "1s", "{end}": {{"seconds": "1", "nanos": 500000000}}, "word": "merci", "confidence": 0.0}}]}},
                  {{"transcript": "autre"}}], "channelTag": 2, "{result}": "1.700s", "languageCode": "fr-fr"}},
                  {{"{result}": "9s", "languageCode": "fr-fr"}},
                  {{"alternatives": [{{"transcript": " Non", "confidence": 0}}], "channelTag": 2, "{result}": "3s"}}]}}"#
            ));
            let all: Vec<Said> = all.into_iter().map(Result::unwrap).collect();
            assert_eq!(
                words(&all[0]),
                [("Oui,", Some((0.0, 0.4)), Some(0.8)), ("merci", Some((1.0, 1.5)), None)]
            );
            assert_eq!(
                (all[0].channel, all[0].part, all[0].confidence),
                (Some(1), Some((0.0, 1.7)), Some(0.9))
            );
            assert_eq!((all[1].part, all[1].confidence), (Some((1.7, 3.0)), None));
            assert_eq!((words(&all[1]), all.len()), (vec![("Non", None, None)], 2));
        }
    }

    #[test]
    fn words_that_are_said_again_with_their_speakers_are_there_once() {
        let one = r#"{"alternatives": [{"transcript": "oui", "words": [{"startTime": "1s", "endTime": "2s", "word": "oui"}]}]}"#;
        let two = r#"{"alternatives": [{"transcript": "non", "words": [{"startTime": "3s", "endTime": "4s", "word": "non"}]}]}"#;
        let both = r#"{"alternatives": [{"words": [{"startTime": "1s", "endTime": "2s", "word": "oui", "speakerTag": 1},
            {"startTime": "3s", "endTime": "4s", "word": "non", "speakerTag": 2}]}]}"#;
        let timeless = r#"{"alternatives": [{"words": [{"word": "oui"}, {"word": "non"}]}]}"#;
        let texts = |results: &[&str]| {
            let all = read(&format!(r#"{{"results": [{}]}}"#, results.join(",")));
            let text = |said: &Said| words(said).iter().map(|w| w.0).collect::<Vec<_>>().join(" ");
            all.into_iter().map(|said| text(&said.unwrap())).collect::<Vec<_>>()
        };
        assert_eq!(texts(&[one, two]), ["oui", "non"]);
        assert_eq!(texts(&[one, two, both]), ["oui non"]);
        assert_eq!(texts(&[one, two, timeless]), ["oui non"]);
        let untimed = r#"{"alternatives": [{"transcript": "et puis", "confidence": 0.9}]}"#;
        assert_eq!(texts(&[untimed, untimed]), ["et puis et puis"]);
    }

    #[test]
    fn an_answer_for_several_recordings_names_them_and_a_failed_one_is_named() {
        let all = read(
            r#"{"name": "x", "done": true, "response": {"results": {
              "gs://calls/a/one.wav": {"inlineResult": {"transcript": {"results": [{"alternatives": [{"transcript": "oui"}]}]}}},
              "gs://calls/a/two.wav": {"error": {"code": 3}}}}}"#,
        );
        assert_eq!(all[0].as_ref().unwrap().names, ["calls/a/one.wav"]);
        assert!(all[1].as_ref().unwrap_err().contains("no transcript of 'calls/a/two.wav'"));
        let broken = read(r#"{"results": [{"alternatives": [{"words": [{"endTime": "1s"}]}]}]}"#);
        assert!(broken[0].as_ref().unwrap_err().contains("talk.json result 1: a word without"));
    }
}
