//! The files of a dataset and the columns of its rows, as Croissant describes them. In: the layout, one row as it is
//! written. Out: `distribution` and `recordSet`. The columns are those of the row itself, so no paper can name another.
//! Left to others: the rest of the file (`croissant`).

use serde_json::{Map, Value, json};

use crate::training::split::Split;

/// How a format lays out its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A folder for each split, with `metadata.jsonl` and the WAVs.
    Hf,
    /// A manifest for each split beside `clips`.
    Nemo,
}

impl Layout {
    /// The name of a split in its files.
    fn split(self, split: Split) -> &'static str {
        match self {
            Self::Hf => super::super::card::split_name(split),
            Self::Nemo => split.name(),
        }
    }

    /// Pattern of the files with rows.
    fn rows(self, split: Split) -> String {
        match self {
            Self::Hf => format!("{}/metadata.jsonl", self.split(split)),
            Self::Nemo => format!("{}.jsonl", self.split(split)),
        }
    }

    fn audio(self) -> &'static str {
        match self {
            Self::Hf => "*/*.wav",
            Self::Nemo => "clips/*.wav",
        }
    }

    /// What says the split in the path of a file with rows.
    fn split_pattern(self) -> &'static str {
        match self {
            Self::Hf => "^([a-z]+)/metadata\\.jsonl$",
            Self::Nemo => "^([a-z]+)\\.jsonl$",
        }
    }
}

/// Croissant's word for a split.
fn url(split: Split) -> &'static str {
    match split {
        Split::Train => "cr:TrainingSplit",
        Split::Dev => "cr:ValidationSplit",
        Split::Test => "cr:TestSplit",
    }
}

/// The files.
pub fn distribution(layout: Layout, splits: &[Split]) -> Value {
    let rows: Vec<String> = splits.iter().map(|split| layout.rows(*split)).collect();
    json!([
        {
            "@type": "cr:FileSet",
            "@id": "rows",
            "name": "rows",
            "description": "One row per clip, JSON lines.",
            "encodingFormat": "application/jsonlines",
            "includes": rows,
        },
        {
            "@type": "cr:FileSet",
            "@id": "audio",
            "name": "audio",
            "description": "One file per clip: WAV, 16 kHz, mono, 16 bits. A row names its file.",
            "encodingFormat": "audio/wav",
            "includes": layout.audio(),
        },
    ])
}

/// Splits and clips. `row` is one row as it is written.
pub fn record_sets(layout: Layout, splits: &[Split], row: &Map<String, Value>) -> Value {
    let split =
        |split: &Split| json!({ "splits/name": layout.split(*split), "splits/url": url(*split) });
    let mut fields = vec![json!({
        "@type": "cr:Field",
        "@id": "clips/split",
        "name": "split",
        "description": "Which split the clip is in.",
        "dataType": "sc:Text",
        "source": {
            "fileSet": { "@id": "rows" },
            "extract": { "fileProperty": "fullpath" },
            "transform": { "regex": layout.split_pattern() },
        },
        "references": { "field": { "@id": "splits/name" } },
    })];
    fields.extend(row.iter().map(|(name, value)| field(name, value)));
    json!([
        {
            "@type": "cr:RecordSet",
            "@id": "splits",
            "name": "splits",
            "dataType": "cr:Split",
            "key": { "@id": "splits/name" },
            "field": [
                { "@type": "cr:Field", "@id": "splits/name", "name": "name", "dataType": "sc:Text" },
                { "@type": "cr:Field", "@id": "splits/url", "name": "url", "dataType": "sc:URL" },
            ],
            "data": splits.iter().map(split).collect::<Vec<_>>(),
        },
        {
            "@type": "cr:RecordSet",
            "@id": "clips",
            "name": "clips",
            "description": "The clips, one record each.",
            "key": { "@id": "clips/clip" },
            "field": fields,
        },
    ])
}

/// A column: its type is that of its value.
fn field(name: &str, value: &Value) -> Value {
    let element = match value {
        Value::Array(all) => all.first().unwrap_or(&Value::Null),
        value => value,
    };
    let kind = match element {
        Value::Bool(_) => "sc:Boolean",
        Value::Number(_) => "sc:Float",
        _ => "sc:Text",
    };
    let mut field = json!({
        "@type": "cr:Field",
        "@id": format!("clips/{name}"),
        "name": name,
        "dataType": kind,
        "source": { "fileSet": { "@id": "rows" }, "extract": { "column": name } },
    });
    if value.is_array() {
        field["isArray"] = true.into();
        field["arrayShape"] = "-1".into();
    }
    let known = ABOUT.iter().find(|(known, _)| *known == name);
    if let Some((_, about)) = known {
        field["description"] = (*about).into();
    }
    field
}

/// What the columns mean.
const ABOUT: [(&str, &str); 19] = [
    ("file_name", "The WAV, from the folder of its split."),
    ("audio_filepath", "The WAV, from the folder of the dataset."),
    ("text", "What is said."),
    ("speaker", "Who speaks: a pseudonym, or as the team calls them; empty: not declared."),
    ("region", "Region of the speech, declared or inferred."),
    ("language", "Language of the text."),
    ("lang", "Language of the text."),
    ("source", "Whose text it is: human, or auto where nobody checked the draft."),
    ("licence", "Licence of the recording, as declared."),
    ("duration", "Seconds."),
    ("clip", "Id of the clip."),
    ("recording", "Id of the recording that it was cut from."),
    ("start", "Where it starts in the recording, seconds."),
    ("end", "Where it ends, seconds."),
    ("consent_date", "When the speaker consented; empty: not known."),
    ("consent_text", "To which version of which text; empty: not known."),
    ("consent_purposes", "For which purposes."),
    ("consent_until", "The last day on which that holds; empty: no end is known."),
    ("accents", "The region in the words of Common Voice."),
];
