//! Which shape a file of another engine has, by what it holds. In: a file. Out: its texts, and rows that are none. Left to
//! others: each shape, which recordings they are of.

use std::path::Path;

use anyhow::{Result, bail};
use serde_json::Value;

use super::said::{Take, without_nan};
use super::{assemblyai, aws, azure, ctm, deepgram, google, rows, segments, whisper_cpp};
use crate::tables;

/// Hands every text of a file to `take`, or why a row is none.
///
/// # Errors
/// The file cannot be read, or has none of the shapes that are known.
pub fn read(path: &Path, take: Take) -> Result<()> {
    let bytes = tables::read(path)?;
    let name = path.display().to_string();
    match bytes.trim_ascii_start().first() {
        None => bail!("{name} is empty"),
        Some(b'{' | b'[') => json(&bytes, path, &name, take),
        Some(_) => {
            let lines = tables::lines(&bytes).filter_map(|(_, line)| line.ok());
            let first = lines.into_iter().find(|line| !line.starts_with(";;"));
            if !first.is_some_and(ctm::is_line) {
                bail!("{name}: {UNKNOWN}");
            }
            ctm::read(&bytes, &name, take);
            Ok(())
        }
    }
}

const UNKNOWN: &str = "none of the shapes that are known: JSON lines with `pred_text` (NeMo) or `path` and `text`, JSON \
    of Whisper's programs, whisper.cpp (-ojf), WhisperX, Amazon Transcribe, AssemblyAI, Azure, Deepgram or Google, CTM";

/// A file of one thing, or of a row per line.
fn json(bytes: &[u8], path: &Path, name: &str, take: Take) -> Result<()> {
    // whisper.cpp cuts characters across tokens.
    let text = String::from_utf8_lossy(bytes);
    let Ok(json) = serde_json::from_str::<Value>(&without_nan(&text)) else {
        lines(bytes, name, take);
        return Ok(());
    };
    let stem = path.file_stem().map_or(String::new(), |stem| stem.to_string_lossy().into_owned());
    if let Some(segments) = whisper_cpp::segments(&json) {
        whisper_cpp::read(segments, &stem, name, take);
    } else if let Some(results) = aws::results(&json) {
        aws::read(&json, results, &stem, name, take);
    } else if let Some(channels) = deepgram::channels(&json) {
        deepgram::read(channels, &stem, name, take);
    } else if let Some(files) = google::files(&json) {
        google::read(files, &stem, name, take);
    } else if let Some(file) = azure::file(&json) {
        azure::read(file, &stem, name, take);
    } else if let Some(file) = assemblyai::file(&json) {
        assemblyai::read(file, &stem, name, take);
    } else if let Some(all) = rows_of(&json) {
        for (n, value) in all.iter().enumerate() {
            row(value, &format!("{name} row {}", n + 1), take);
        }
    } else if let Some(all) = segments::of(&json) {
        segments::read(all, &stem, name, take);
    } else {
        bail!("{name}: {UNKNOWN}");
    }
    Ok(())
}

/// Rows of recordings, in one list or alone.
fn rows_of(json: &Value) -> Option<&[Value]> {
    let all = json.as_array().map_or(std::slice::from_ref(json), Vec::as_slice);
    let named = |row: &Value| row.as_object().is_some_and(rows::is_row);
    all.first().is_some_and(named).then_some(all)
}

fn lines(bytes: &[u8], name: &str, take: Take) {
    for (line, text) in tables::lines(bytes) {
        let place = format!("{name} line {line}");
        let object = text.and_then(|text| tables::object(&without_nan(text)));
        match object {
            Ok(object) => row(&Value::Object(object), &place, take),
            Err(why) => take(Err(format!("{place}: {why}"))),
        }
    }
}

fn row(value: &Value, place: &str, take: Take) {
    let read = value.as_object().ok_or("no object".to_string()).and_then(rows::read);
    take(match read {
        Ok(said) => Ok(super::said::Said { place: place.to_string(), ..said }),
        Err(why) => Err(format!("{place}: {why}")),
    });
}

#[cfg(test)]
mod tests {
    use super::super::said::Said;
    use super::*;

    fn read_file(name: &str, text: &str) -> Result<Vec<Result<Said, String>>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let mut all = Vec::new();
        read(&path, &mut |said| all.push(said))?;
        Ok(all)
    }

    #[test]
    fn a_shape_is_recognised_by_what_a_file_holds_whatever_its_name() {
        for (text, name) in [
            ("{\"audio_filepath\": \"a.wav\", \"pred_text\": \"oui\"}\n", "a.wav"),
            ("{\"path\": \"a.wav\", \"text\": \"oui\", \"p\": NaN}\n{\"path\": \"b\"}\n", "a.wav"),
            ("[{\"path\": \"a.wav\", \"text\": \"oui\"}]", "a.wav"),
            ("{\"segments\": [{\"start\": 0, \"end\": 1, \"text\": \"oui\"}]}", "x"),
            ("[{\"start\": 0, \"end\": 1, \"text\": \"oui\"}]", "x"),
            (
                "{\"transcription\": [{\"offsets\": {\"from\": 0, \"to\": 9}, \"text\": \"oui\"}]}",
                "x",
            ),
            (
                "{\"results\": {\"transcripts\": [], \"items\": [{\"alternatives\": [{\"content\": \"oui\"}]}]}}",
                "x",
            ),
            (
                "{\"results\": {\"channels\": [{\"alternatives\": [{\"transcript\": \"oui\"}]}]}}",
                "x",
            ),
            ("{\"results\": [{\"alternatives\": [{\"transcript\": \"oui\"}]}]}", "x"),
            (
                "{\"source\": \"https://e.example/a.wav?b\", \"recognizedPhrases\": [{\"offsetInTicks\": 0, \"durationInTicks\": 9, \"nBest\": [{\"display\": \"oui\"}]}]}",
                "e.example/a.wav",
            ),
            (
                "{\"audio_url\": \"https://e.example/a.wav\", \"words\": null, \"text\": \"oui\"}",
                "e.example/a.wav",
            ),
            (";; c\na 1 0 1 oui\n", "a"),
        ] {
            let all = read_file("x.txt", text).unwrap();
            let said = all[0].as_ref().unwrap();
            assert_eq!((said.names[0].as_str(), said.words.len()), (name, 1), "{text}");
        }
    }

    #[test]
    fn what_is_none_of_them_is_refused_and_a_bad_line_costs_itself() {
        for text in ["", "{\"a\": 1}", "[]x", "one two\n", "7"] {
            let read = read_file("x.json", text);
            assert!(read.map_or(true, |all| all.iter().all(Result::is_err)), "{text}");
        }
        let all =
            read_file("x.jsonl", "{\"path\": \"a\", \"text\": \"b\"}\n{\"path\": \n{}\n").unwrap();
        assert!(all[0].is_ok());
        assert!(all[1].as_ref().unwrap_err().contains("x.jsonl line 2: not JSON"));
        assert!(all[2].as_ref().unwrap_err().contains("line 3: no path"));
    }
}
