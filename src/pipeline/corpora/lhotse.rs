//! Lhotse's manifests in JSON lines: recordings with supervisions, and cuts. In: the text of the files. Out: a row per
//! supervision; per recording or cut where nothing supervises it. Sources other than files are refused, and no command is
//! run. Left to others: what a row means.

mod parts;

use std::collections::{BTreeMap, BTreeSet};

use super::Text;
use crate::pipeline::manifest::{BadRow, Row};
use crate::tables;
use parts::{Cut, Recording, Span, Supervision, row};

/// What the lines of a manifest are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Audio.
    Recordings,
    /// What is said in it.
    Supervisions,
    /// Both, and where.
    Cuts,
    /// Something else of Lhotse's: what it is called.
    Other(&'static str),
}

/// What a manifest of Lhotse's holds, seen from its first line; `None`: it is none.
pub fn kind(line: &[u8]) -> Option<Kind> {
    let object = tables::object(std::str::from_utf8(line).ok()?).ok()?;
    let has = |names: &[&str]| names.iter().all(|name| object.contains_key(*name));
    let kind = object.get("type").and_then(|kind| kind.as_str()).unwrap_or_default();
    if ["MonoCut", "MultiCut", "MixedCut", "PaddingCut", "Cut"].contains(&kind) {
        Some(Kind::Cuts)
    } else if has(&["id", "sources", "sampling_rate"]) {
        Some(Kind::Recordings)
    } else if has(&["recording_id", "storage_type"]) {
        Some(Kind::Other("features"))
    } else if has(&["id", "recording_id", "start", "duration"]) {
        Some(Kind::Supervisions)
    } else {
        None
    }
}

type Take<'a> = dyn FnMut(Result<Row, BadRow>) + 'a;

/// Hands a row over with its place.
fn give(place: String, row: Result<Row, BadRow>, take: &mut Take) {
    take(match row {
        Ok(row) => Ok(Row { place, ..row }),
        Err(bad) => Err(bad.at(&place)),
    });
}

/// Rows of recordings and of what supervises them.
pub fn rows(recordings: &Text, supervisions: Option<&Text>, take: &mut Take) -> BTreeSet<String> {
    let mut known: BTreeMap<String, (Recording, String)> = BTreeMap::new();
    for (number, line) in tables::lines(&recordings.bytes) {
        let place = format!("{} line {number}", recordings.name);
        match line.and_then(tables::row::<Recording>) {
            Err(why) => give(place, Err(why.into()), take),
            Ok(recording) => match known.get(&recording.id) {
                Some((_, before)) => {
                    let why = format!(
                        "recording '{}' stands in {before} already, which stays",
                        recording.id
                    );
                    give(place, Err(why.into()), take);
                }
                None => drop(known.insert(recording.id.clone(), (recording, place))),
            },
        }
    }
    let (mut ignored, mut supervised) = (BTreeSet::new(), BTreeSet::new());
    let lines = supervisions.into_iter().flat_map(|text| {
        tables::lines(&text.bytes)
            .map(|(number, line)| (format!("{} line {number}", text.name), line))
    });
    for (place, line) in lines {
        let made = line.and_then(tables::row::<Supervision>).map_err(BadRow::from);
        let made = made.and_then(|supervision| {
            let id = &supervision.recording_id;
            let (recording, _) = known
                .get(id)
                .ok_or_else(|| format!("recording '{id}' is in no line of the recordings"))?;
            supervised.insert(id.clone());
            let part = Span { start: supervision.start, duration: supervision.duration };
            row(recording, part, supervision.channel.clone(), Some(&supervision), &mut ignored)
        });
        give(place, made, take);
    }
    for (id, (recording, place)) in known {
        if !supervised.contains(&id) {
            let all = Span { start: 0.0, duration: recording.duration };
            give(place, row(&recording, all, None, None, &mut ignored), take);
        }
    }
    ignored
}

/// Rows of cuts.
pub fn cuts(text: &Text, take: &mut Take) -> BTreeSet<String> {
    let mut ignored = BTreeSet::new();
    for (number, line) in tables::lines(&text.bytes) {
        let place = format!("{} line {number}", text.name);
        let cut = line.and_then(tables::row::<Cut>).and_then(|cut| {
            let recording = cut.recording(&text.name)?.clone();
            Ok((cut, recording))
        });
        let (cut, recording) = match cut {
            Ok(read) => read,
            Err(why) => {
                give(place, Err(why.into()), take);
                continue;
            }
        };
        if cut.supervisions.is_empty() {
            let all = Span { start: cut.start, duration: cut.duration };
            give(place, row(&recording, all, cut.channel.clone(), None, &mut ignored), take);
            continue;
        }
        for supervision in &cut.supervisions {
            // It begins where the cut does, or within.
            let start = (cut.start + supervision.start).max(0.0);
            let part = Span { start, duration: supervision.duration };
            let channel = supervision.channel.clone().or(cut.channel.clone());
            let made = row(&recording, part, channel, Some(supervision), &mut ignored);
            give(place.clone(), made, take);
        }
    }
    ignored
}

#[cfg(test)]
mod tests;
