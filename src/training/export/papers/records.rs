//! The files of a dataset and the columns of its rows, as Croissant describes them. In: the layout, one row as it is
//! written. Out: `distribution` and `recordSet`. The columns are those of the row itself, so no paper can name another.
//! Left to others: the rest of the file (`croissant`).

use serde_json::{Map, Value, json};

use super::super::columns::{self, Kind};
use super::super::format::Rows;
use super::super::{CLIPS, Layout};
use crate::training::split::Split;

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
    let Layout { format, codec, .. } = layout;
    let (rows, media) = match format.rows() {
        Rows::PerSplit(name) => {
            let of = |split: &Split| name.replace("SPLIT", format.split(*split));
            (json!(splits.iter().map(of).collect::<Vec<_>>()), "application/jsonlines")
        }
        Rows::Parquet => (json!("data/*.parquet"), "application/x-parquet"),
        Rows::Beside => (json!(CLIPS), "application/jsonlines"),
    };
    let rows = json!({
        "@type": "cr:FileSet",
        "@id": "rows",
        "name": "rows",
        "description": "One row per clip.",
        "encodingFormat": media,
        "includes": rows,
    });
    let (includes, media) = format.audio(codec);
    let audio = json!({
        "@type": "cr:FileSet",
        "@id": "audio",
        "name": "audio",
        "description": format!("The audio of the clips: {}, 16 kHz, mono, 16 bits.", codec.code().to_uppercase()),
        "encodingFormat": media,
        "includes": includes,
    });
    match format.rows() {
        Rows::Parquet => json!([rows]),
        _ => json!([rows, audio]),
    }
}

/// Splits and clips. `row` is one row as it is written.
pub fn record_sets(layout: Layout, splits: &[Split], row: &Map<String, Value>) -> Value {
    let name = |split: &Split| layout.format.split(*split);
    let split = |split: &Split| json!({ "splits/name": name(split), "splits/url": url(*split) });
    let mut fields = vec![split_field(layout)];
    let known = row.iter().filter(|(name, _)| *name != "split");
    fields.extend(known.map(|(name, value)| field(name, value)));
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

/// The split of a clip: a column, or in the path of the file that has the row.
fn split_field(layout: Layout) -> Value {
    let from_path = |pattern: &str| {
        json!({
            "fileSet": { "@id": "rows" },
            "extract": { "fileProperty": "fullpath" },
            "transform": { "regex": pattern },
        })
    };
    let source = match layout.format.rows() {
        Rows::PerSplit(name) => {
            let pattern = name.replace('.', "\\.").replace("SPLIT", "([a-z]+)");
            from_path(&format!("^{pattern}$"))
        }
        Rows::Parquet => from_path("^data/([a-z]+)-.*$"),
        Rows::Beside => json!({ "fileSet": { "@id": "rows" }, "extract": { "column": "split" } }),
    };
    json!({
        "@type": "cr:Field",
        "@id": "clips/split",
        "name": "split",
        "description": "Which split the clip is in.",
        "dataType": "sc:Text",
        "source": source,
        "references": { "field": { "@id": "splits/name" } },
    })
}

/// A column.
fn field(name: &str, value: &Value) -> Value {
    let mut field = json!({
        "@type": "cr:Field",
        "@id": format!("clips/{name}"),
        "name": name,
        "dataType": match columns::kind(name, value) {
            Kind::Number => "sc:Float",
            Kind::Text => "sc:Text",
        },
        "source": { "fileSet": { "@id": "rows" }, "extract": { "column": name } },
    });
    let known = ABOUT.iter().find(|(known, _)| *known == name);
    if let Some((_, about)) = known {
        field["description"] = (*about).into();
    }
    field
}

/// What the columns mean.
pub const ABOUT: [(&str, &str); 28] = [
    ("id", "Id of the clip."),
    ("file", "The name of the clip's audio file, wherever the format keeps it."),
    ("file_name", "The audio file, from the folder of its split."),
    ("audio_filepath", "The audio file, from the folder of the dataset."),
    ("text", "What is said."),
    ("language", "Language of the text."),
    ("lang", "Language of the text."),
    ("duration", "Seconds."),
    ("sampling_rate", "Samples per second."),
    ("pred_text", "The draft of the model; null: there is none."),
    ("score", "Calibrated probability that the draft has no error; null: not known."),
    (
        "speaker",
        "Who speaks: a pseudonym, or as the team calls them; unknown_RECORDING: not declared.",
    ),
    ("region", "Region of the speech, as declared; null: not declared."),
    ("region_inferred", "Region that the words point to, where none is declared; null: none."),
    ("source", "Whose text it is: human, or auto where nobody checked the draft."),
    (
        "agreement",
        "Share of the words that the people who gave a text agree on; null: no person settled it.",
    ),
    ("licence", "Licence of the recording, as declared; null: not stated."),
    ("clip", "Id of the clip."),
    ("recording", "Id of the recording that it was cut from."),
    ("start", "Where it starts in the recording, seconds."),
    ("end", "Where it ends, seconds."),
    ("accents", "The declared region in the words of Common Voice; null: it has none."),
    ("variant", "Likewise, the variant."),
    ("consent_date", "When the speaker consented; null: not known."),
    ("consent_text", "To which version of which text; null: not known."),
    ("consent_purposes", "For which purposes."),
    ("consent_until", "The last day on which that holds; null: no end is known."),
    ("split", "Which split the clip is in."),
];
