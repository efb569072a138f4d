//! Manifests: one row per recording, or per segment of one. In: a CSV or JSONL file's name and bytes, or the cells of a row
//! that another kind of corpus has. Out: rows one by one, or why a row is none. Left to others: columns by their names
//! (`columns`), what cells say (`row`), regions in Common Voice's words (`accents`), finding the audio, and rows that
//! contradict each other (`ingest`).

mod accents;
mod columns;
mod row;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, anyhow, bail};

pub use self::columns::{canonical, cell};
pub use self::row::{agreed, row_of};
use crate::domain::{Facts, Span};
use crate::tables::{self, Layout, Table};

/// Longest cell that is read, characters; paths are no longer anywhere.
const LONGEST: usize = 4096;
/// Columns that mean nothing here and are named, at most.
pub const IGNORED: usize = 100;

/// Which channels of a file become recordings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Channels {
    /// One recording: the mean of all.
    #[default]
    Mix,
    /// One recording a channel.
    Split,
    /// One channel alone, from 0.
    Only(u16),
}

/// Where the file that a row names may lie, if it does not lie beside the manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Elsewhere {
    /// Nowhere.
    #[default]
    No,
    /// In `clips/` beside the manifest: tables of Common Voice's.
    Clips,
    /// Beside one of the folders above the manifest's, or where the path leads from the folder in which the program runs:
    /// Kaldi and Lhotse.
    Above,
}

/// A row of a manifest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// File and line.
    pub place: String,
    /// As written: beside the manifest, or from the root.
    pub path: String,
    /// Where else the file may lie.
    pub elsewhere: Elsewhere,
    /// What is said about it.
    pub facts: Facts,
    /// What is said in it.
    pub text: Option<String>,
    /// Accents and variants, in Common Voice's words, that no region was found for.
    pub without_region: Vec<String>,
    /// Which channels.
    pub channels: Channels,
    /// The part of the file that the row is about; `None`: all of it.
    pub span: Option<Span>,
}

/// A row that is none.
#[derive(Clone, Debug, PartialEq)]
pub struct BadRow {
    /// The manifest, the line and the reason.
    pub why: String,
    /// The file that it names, and nothing more: what it says of it is not known.
    pub about: Option<Box<Row>>,
}

impl From<String> for BadRow {
    fn from(why: String) -> Self {
        Self { why, about: None }
    }
}

impl BadRow {
    /// Its place, in front of the reason.
    pub fn at(self, place: &str) -> Self {
        Self { why: format!("{place}: {}", self.why), ..self }
    }
}

/// Whether a path looks like a manifest, packed by gzip or not.
pub fn is_manifest(path: &Path) -> bool {
    let packed = extension(path).as_deref() == Some("gz");
    let path = if packed { path.with_extension("") } else { path.to_path_buf() };
    matches!(extension(&path).as_deref(), Some("csv" | "tsv" | "jsonl" | "json"))
}

fn extension(path: &Path) -> Option<String> {
    path.extension().map(|e| e.to_string_lossy().to_lowercase())
}

/// Hands `take` each row, or why it is none with its line; gives the columns that mean nothing here.
///
/// # Errors
/// The table's first line does not name the columns.
pub fn read(
    name: &str,
    bytes: &[u8],
    take: &mut dyn FnMut(Result<Row, BadRow>),
) -> Result<BTreeSet<String>> {
    let mut ignored = BTreeSet::new();
    let mut take = |line: u64, row: Result<Row, BadRow>| {
        let place = format!("{name} line {line}");
        take(match row {
            Ok(row) => Ok(Row { place, ..row }),
            Err(bad) => Err(bad.at(&place)),
        });
    };
    let first = bytes.trim_ascii_start().first();
    let named = name.strip_suffix(".gz").unwrap_or(name);
    if extension(Path::new(named)).as_deref() == Some("jsonl") || first == Some(&b'{') {
        for (line, text) in tables::lines(bytes) {
            let row = text.and_then(tables::object).map(|fields| fields.into_iter().map(cell));
            let row = row.map_err(BadRow::from);
            take(line, row.and_then(|fields| row_of(fields, Elsewhere::No, &mut ignored)));
        }
        return Ok(ignored);
    }
    if first == Some(&b'[') {
        bail!("{name} is one JSON list: write one object per line, without brackets and commas");
    }
    let layout = Layout { known: |name| canonical(name).is_some(), ..Layout::STRICT };
    let table = Table::open(bytes, layout).map_err(|why| anyhow!("{name}: {why}"))?;
    let path = |table: &Table| table.names().iter().any(|n| canonical(n) == Some("path"));
    let Some(table) = table.filter(path) else {
        bail!("{name} has no column 'path': the first line must name the columns");
    };
    let common_voice = table.has("client_id") && table.has("path");
    let elsewhere = if common_voice { Elsewhere::Clips } else { Elsewhere::No };
    let rows = table.rows(|record| {
        let cells = record.cells().map(|(name, cell)| Ok((name.to_string(), cell?.to_string())));
        let cells = cells.collect::<Result<Vec<_>, String>>()?;
        Ok(row_of(cells.into_iter(), elsewhere, &mut ignored))
    });
    rows.for_each(|(line, row)| take(line, row.map_err(BadRow::from).and_then(|row| row)));
    Ok(ignored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Samples;

    #[derive(Default)]
    struct Manifest {
        rows: Vec<Row>,
        refused: Vec<String>,
        ignored: BTreeSet<String>,
    }

    fn manifest(name: &str, text: &str) -> Manifest {
        let mut m = Manifest::default();
        let (rows, refused) = (&mut m.rows, &mut m.refused);
        m.ignored = read(name, text.as_bytes(), &mut |row| match row {
            Ok(row) => rows.push(row),
            Err(bad) => refused.push(bad.why),
        })
        .unwrap();
        m
    }

    #[test]
    fn a_bad_row_is_named_by_line_and_the_good_ones_go_in() {
        let m = manifest(
            "calls.csv",
            "path,speaker,region,language,channel\na.wav,ana,fr-CA-QC,fr,split\nb.wav,bob,fr CA,fr,\n\
             ,carl,,,\nd.wav,dora,,french,\ne.wav,eve,,,left\nf.wav,fay\ng.wav,gus,,,1\n",
        );
        assert_eq!(m.rows.len(), 2);
        assert_eq!(m.rows[0].channels, Channels::Split);
        assert_eq!(m.rows[1].channels, Channels::Only(1));
        let lines: Vec<_> = m.refused.iter().map(|r| r.split(" line ").nth(1).unwrap()).collect();
        assert!(lines[0].starts_with("3: 'fr CA' is not a region"), "{lines:?}");
        assert!(lines[1].starts_with("4: no path"), "{lines:?}");
        assert!(lines[2].starts_with("5: 'french' is not a language"), "{lines:?}");
        assert!(lines[3].starts_with("6: channel 'left'"), "{lines:?}");
        assert!(lines[4].starts_with("7: 2 cells under 5 columns"), "{lines:?}");
    }

    #[test]
    fn jsonl_rows_of_other_tools_are_understood() {
        let m = manifest(
            "m.jsonl",
            "{\"audio_filepath\": \"x.wav\", \"license\": \"CC0-1.0\", \"duration\": 3.2}\n\n{oops\n[1]\n",
        );
        assert_eq!(m.rows[0].facts.licence.as_deref(), Some("CC0-1.0"));
        assert_eq!((m.rows[0].span, &*m.rows[0].place), (None, "m.jsonl line 1"));
        assert!(m.ignored.contains("duration"));
        assert!(m.refused[0].contains("line 3: not JSON"), "{:?}", m.refused);
        assert!(m.refused[1].contains("line 4: not a JSON object"), "{:?}", m.refused);
    }

    #[test]
    fn a_row_with_an_offset_is_a_part_of_its_file() {
        let m = manifest(
            "m.jsonl",
            "{\"audio_filepath\": \"x.wav\", \"offset\": 1.5, \"duration\": 2}\n\
             {\"path\": \"x.wav\", \"offset\": 1.5}\n\
             {\"path\": \"x.wav\", \"offset\": -1, \"duration\": 2}\n\
             {\"path\": \"x.wav\", \"offset\": 1e300, \"duration\": 2}\n\
             {\"path\": \"x.wav\", \"offset\": 1, \"duration\": 0}\n",
        );
        assert_eq!(m.rows[0].span, Some(Span::new(Samples(24_000), Samples(56_000))));
        assert_eq!((m.rows.len(), m.refused.len()), (1, 4));
    }

    #[test]
    fn start_and_end_are_a_part_too_unless_they_say_where_the_file_was_cut_from() {
        let m = manifest(
            "m.jsonl",
            "{\"path\": \"x.wav\", \"start\": 1.5, \"end\": 3.5}\n\
             {\"file_name\": \"x.wav\", \"start\": 1.5, \"end\": 3.5}\n\
             {\"audio_filepath\": \"x.wav\", \"clip\": \"c\", \"start\": 1.5, \"end\": 3.5}\n\
             {\"path\": \"x.wav\", \"start\": \"2026-01-01\"}\n",
        );
        let part = Span::new(Samples(24_000), Samples(56_000));
        let spans: Vec<_> = m.rows.iter().map(|row| row.span).collect();
        assert_eq!(spans, [Some(part), None, None, None], "{:?}", m.refused);
        assert!(m.ignored.contains("start") && m.ignored.contains("end"));
    }

    #[test]
    fn a_table_of_common_voice_quotes_nothing_and_has_its_clips_beside() {
        let m = manifest(
            "dev.tsv",
            "client_id\tpath\tsentence\tlocale\nab\ta.mp3\t\"Oui\tfr\ncd\tb.mp3\t\"Non\"\tfr\n",
        );
        assert_eq!(m.rows.len(), 2, "{:?}", m.refused);
        assert!(m.rows.iter().all(|row| row.elsewhere == Elsewhere::Clips));
        assert_eq!(m.rows[1].text.as_deref(), Some("\"Non\""));
        assert_eq!(m.rows[1].facts.speaker.as_deref(), Some("cd"));
    }

    #[test]
    fn names_that_look_the_same_are_the_same() {
        let m = manifest("m.csv", "path,speaker\na.wav,Zo\u{e9}\nb.wav, Zoe\u{301} \n");
        assert_eq!(m.rows[0].facts, m.rows[1].facts);
    }

    #[test]
    fn a_spreadsheet_saved_with_semicolons_and_a_byte_order_mark_is_read() {
        let m = manifest("m.csv", "\u{feff}path;speaker\r\n\"a;b.wav\";\"l'été \"\"x\"\"\"\r\n");
        assert_eq!(m.rows[0].path, "a;b.wav");
        assert_eq!(m.rows[0].facts.speaker.as_deref(), Some("l'été \"x\""));
    }

    #[test]
    fn a_manifest_that_cannot_be_used_is_refused_as_a_whole() {
        let refused =
            |text: &str| read("m.csv", text.as_bytes(), &mut |_| {}).unwrap_err().to_string();
        assert!(refused("speaker\nana\n").contains("no column 'path'"));
        assert!(refused("path,region,Region\nana\n").contains("named 'region'"));
        assert!(refused("").contains("no column 'path'"));
        assert!(refused("[{\"path\": \"a.wav\"}]").contains("one object per line"));
    }
}
