//! The columns of manifests, by all the names that other tools give them. In: names and cells as they are written. Out: one
//! cell per column, or which two cells of one column disagree. Pure. Left to others: what the cells mean (`manifest`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use serde_json::Value;

use super::{IGNORED, LONGEST};
use crate::domain::{Locale, Region};
use crate::tables;
use crate::text::tidy;

/// The column's name here; common names of other tools are understood.
pub fn canonical(name: &str) -> Option<&'static str> {
    Some(match name.trim().to_lowercase().as_str() {
        "path" | "audio" | "audio_filepath" | "audio_file_name" | "file_name" | "file" => "path",
        "speaker" | "speaker_id" | "client_id" => "speaker",
        "text" | "sentence" | "transcription" | "transcript" | "reference" => "text",
        "region" => "region",
        "accent" | "accents" => "accents",
        "variant" => "variant",
        "language" | "lang" | "locale" => "language",
        "licence" | "license" => "licence",
        "recorded" | "recorded_at" | "recording_date" => "recorded",
        "consent" => "consent",
        "consent_by" => "consent_by",
        "consent_date" => "consent_date",
        "consent_text" => "consent_text",
        "consent_purposes" => "consent_purposes",
        "consent_until" => "consent_until",
        "channel" => "channel",
        "offset" => "offset",
        "duration" => "duration",
        "start" => "start",
        "end" => "end",
        _ => return None,
    })
}

/// A field of a JSON row as the cell of a table; of an audio object of Hugging Face's, its path.
pub fn cell((name, value): (String, Value)) -> (String, String) {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        Value::Array(list) if list.iter().all(Value::is_string) => {
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
        }
        Value::Object(mut audio) if audio.get("path").is_some_and(Value::is_string) => {
            cell((String::new(), audio.remove("path").unwrap_or_default())).1
        }
        other => other.to_string(),
    };
    (name, text)
}

/// One cell per column, by its name here; empty cells say nothing.
///
/// # Errors
/// A cell that is too long, or two cells of one column that disagree.
pub fn gather(
    cells: impl Iterator<Item = (String, String)>,
    ignored: &mut BTreeSet<String>,
) -> Result<BTreeMap<&'static str, String>, String> {
    let mut known: BTreeMap<&str, (String, String)> = BTreeMap::new();
    for (name, value) in cells {
        let value = value.trim();
        let column = match canonical(&name) {
            None => {
                if ignored.len() < IGNORED {
                    ignored.insert(name.chars().take(60).collect());
                }
                continue;
            }
            Some(_) if value.is_empty() => continue,
            Some(column) => column,
        };
        // What is said in an hour is long.
        if column != "text" && value.chars().nth(LONGEST).is_some() {
            return Err(format!("'{column}' has over {LONGEST} characters"));
        }
        let held = match known.get(column) {
            None => value.to_string(),
            Some((other, before)) => agreed(column, before, value).ok_or_else(|| {
                let (before, value) = (short(before), short(value));
                format!("`{other}` says '{before}' and `{name}` '{value}': correct one of them, or leave it out")
            })?,
        };
        known.insert(column, (name, held));
    }
    Ok(known.into_iter().map(|(column, (_, value))| (column, value)).collect())
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().take(80).collect();
    if short.len() < text.len() {
        short.push_str(" ...");
    }
    short
}

/// What holds where two cells say the same, one perhaps more exactly; `None`: they disagree.
fn agreed(column: &str, a: &str, b: &str) -> Option<String> {
    let same = |same: bool| same.then(|| a.to_string());
    match column {
        "language" => locales(a, b),
        "region" => {
            let (a, b): (Region, Region) = (a.parse().ok()?, b.parse().ok()?);
            a.narrower(b).map(|region| region.to_string())
        }
        "path" => same(parts(a) == parts(b)),
        "offset" | "duration" | "start" | "end" => {
            same(a == b || tables::number(a)? == tables::number(b)?)
        }
        _ => same(a == b || tidy(a) == tidy(b)),
    }
}

/// `fr` and `fr_CA` are `fr-CA`; `fr` and `FR` are `fr`.
fn locales(a: &str, b: &str) -> Option<String> {
    let (a, b): (Locale, Locale) = (a.parse().ok()?, b.parse().ok()?);
    if a.language != b.language {
        return None;
    }
    match (a.region, b.region) {
        (Some(a), Some(b)) => a.narrower(b).map(|region| region.to_string()),
        (region, other) => Some(region.or(other).map_or(a.language.to_string(), |r| r.to_string())),
    }
}

fn parts(path: &str) -> Vec<Component<'_>> {
    Path::new(path).components().filter(|part| *part != Component::CurDir).collect()
}

/// Whether a file is itself the example, so that `start` and `end` say where it was cut from: in folders of Hugging Face,
/// and in what `dataset` writes.
pub fn is_cut_out(names: &[&str]) -> bool {
    let has = |name: &str| names.iter().any(|other| other.eq_ignore_ascii_case(name));
    has("file_name") || has("clip") && (has("audio_filepath") || has("file"))
}

/// Names that corpora give to somebody of whom nothing is known; `dataset` writes `unknown_RECORDING`.
pub fn is_unknown(speaker: &str) -> bool {
    const UNKNOWN: [&str; 9] = ["", "unknown", "unk", "<unk>", "n/a", "none", "null", "nan", "-"];
    let speaker = speaker.to_lowercase();
    let of_recording = speaker.strip_prefix("unknown_").is_some_and(|id| {
        let (digest, channel) = id.split_at_checked(16).unwrap_or((id, "-"));
        let known = channel.is_empty() || channel.starts_with("-c") || channel.starts_with("_c");
        known && digest.bytes().all(|b| b.is_ascii_hexdigit())
    });
    of_recording || UNKNOWN.contains(&speaker.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(cells: &[(&str, &str)]) -> Result<BTreeMap<&'static str, String>, String> {
        let cells = cells.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        gather(cells, &mut BTreeSet::new())
    }

    #[test]
    fn two_names_of_one_column_that_agree_are_one() {
        let known = gathered(&[
            ("path", "a.wav"),
            ("file_name", "./a.wav"),
            ("lang", "FR"),
            ("locale", "fr_ca"),
            ("client_id", "zoe\u{301}"),
            ("speaker", "zoé"),
            ("speaker_id", ""),
            ("sentence", "Bonjour  tous"),
            ("text", "Bonjour tous"),
        ])
        .unwrap();
        assert_eq!((&*known["path"], &*known["language"]), ("a.wav", "fr-CA"));
        assert_eq!((&*known["speaker"], known.len()), ("zoe\u{301}", 4));
    }

    #[test]
    fn two_names_of_one_column_that_disagree_are_refused_with_both() {
        for (cells, words) in [
            ([("lang", "fr"), ("locale", "en-IE")], ["`lang` says 'fr'", "`locale` 'en-IE'"]),
            ([("lang", "fr-CA"), ("locale", "fr-BE")], ["`lang`", "`locale`"]),
            ([("speaker", "ana"), ("client_id", "bob")], ["`speaker` says 'ana'", "'bob'"]),
            ([("text", "oui"), ("transcript", "non")], ["`text` says 'oui'", "`transcript` 'non'"]),
            ([("path", "a.wav"), ("file", "b.wav")], ["`path`", "`file`"]),
        ] {
            let why = gathered(&cells).unwrap_err();
            assert!(words.iter().all(|word| why.contains(word)), "{why}");
        }
    }

    #[test]
    fn nobody_has_many_names() {
        for name in ["Unknown", "N/A", "unknown_0123456789abcdef", "unknown_0123456789abcdef_c1"] {
            assert!(is_unknown(name), "{name}");
        }
        for name in ["Nana", "unknown soldier", "unknown_7", "unknown_0123456789abcdefgh"] {
            assert!(!is_unknown(name), "{name}");
        }
    }

    #[test]
    fn an_audio_object_is_its_path_and_a_list_its_words() {
        let read = |json: &str| cell(("x".into(), serde_json::from_str(json).unwrap())).1;
        assert_eq!(read(r#"{"bytes": null, "path": "a.wav"}"#), "a.wav");
        assert_eq!(read(r#"["train", "publish"]"#), "train, publish");
        assert_eq!(read("[0, 1]"), "[0,1]");
    }
}
