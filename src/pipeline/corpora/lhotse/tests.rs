//! Manifests of Lhotse's as its programs write them.

use super::*;
use crate::domain;
use crate::domain::Samples;
use crate::pipeline::manifest::Channels;

const STEREO: &str = r#"{"id": "call", "sources": [{"type": "file", "channels": [0, 1], "source": "audio/call.wav"}], "sampling_rate": 8000, "num_samples": 80000, "duration": 10.0, "channel_ids": [0, 1]}"#;
const MONO: &str = r#"{"id": "talk", "sources": [{"type": "file", "channels": [0], "source": "talk.flac"}], "sampling_rate": 16000, "num_samples": 160000, "duration": 10.0}"#;

fn text(name: &str, lines: &[&str]) -> Text {
    Text { name: name.into(), bytes: lines.join("\n").into_bytes() }
}

#[derive(Default)]
struct Taken {
    rows: Vec<Row>,
    bad: Vec<String>,
}

impl Taken {
    fn take(&mut self, row: Result<Row, BadRow>) {
        match row {
            Ok(row) => self.rows.push(row),
            Err(bad) => self.bad.push(bad.why),
        }
    }
}

#[test]
fn supervisions_are_rows_of_the_recordings_beside_them() {
    let recordings = text("recordings.jsonl", &[STEREO, MONO]);
    let supervisions = text(
        "supervisions.jsonl",
        &[
            r#"{"id": "s1", "recording_id": "call", "start": 0.5, "duration": 2.0, "channel": 1, "text": "oui", "language": "fr_CA", "speaker": "ana", "custom": {"licence": "CC0-1.0", "age": 31}}"#,
            r#"{"id": "s2", "recording_id": "call", "start": 3.0, "duration": 2.0, "channel": [0], "text": "non"}"#,
            r#"{"id": "s3", "recording_id": "gone", "start": 3.0, "duration": 2.0, "channel": 0, "text": "non"}"#,
            r#"{"id": "s4", "recording_id": "call", "start": 3.0, "duration": 2.0, "channel": 7, "text": "non"}"#,
            "{oops",
        ],
    );
    let mut taken = Taken::default();
    let ignored = rows(&recordings, Some(&supervisions), &mut |row| taken.take(row));
    let Taken { rows, bad } = taken;
    assert_eq!(rows.len(), 3, "{bad:?}");
    assert_eq!((&*rows[0].path, rows[0].channels), ("audio/call.wav", Channels::Only(1)));
    assert_eq!(rows[0].span, Some(domain::Span::new(Samples(8_000), Samples(40_000))));
    assert_eq!(rows[0].facts.licence.as_deref(), Some("CC0-1.0"));
    assert_eq!(rows[0].facts.region.as_ref().unwrap().as_str(), "fr-CA");
    assert_eq!((rows[1].channels, rows[1].text.as_deref()), (Channels::Only(0), Some("non")));
    assert_eq!(
        (&*rows[2].path, rows[2].span, rows[2].channels),
        ("talk.flac", None, Channels::Mix)
    );
    assert_eq!(rows[2].place, "recordings.jsonl line 2");
    assert!(ignored.contains("custom.age"));
    for words in [
        "supervisions.jsonl line 3: recording 'gone'",
        "supervisions.jsonl line 4: its recording has no channel 7",
        "supervisions.jsonl line 5: ",
    ] {
        assert!(bad.iter().any(|why| why.starts_with(words)), "{words}: {bad:?}");
    }
}

#[test]
fn supervisions_of_a_cut_begin_where_the_cut_does() {
    let cut = |kind: &str, supervisions: &str, recording: &str| {
        format!(
            r#"{{"id": "c", "start": 4.0, "duration": 3.0, "channel": 0, "supervisions": [{supervisions}], "recording": {recording}, "type": "{kind}"}}"#
        )
    };
    let said = r#"{"id": "s", "recording_id": "talk", "start": 0.5, "duration": 2.0, "channel": 0, "text": "oui", "speaker": "unknown"}"#;
    let command = MONO.replace(r#""file""#, r#""command""#);
    let fast = MONO
        .replace(r#""duration": 10.0"#, r#""duration": 10.0, "transforms": [{"name": "Speed"}]"#);
    let lines = [
        cut("MonoCut", said, MONO),
        cut("MonoCut", "", MONO),
        cut("MonoCut", said, &command),
        cut("MonoCut", said, &fast),
        cut("MixedCut", said, "null"),
        cut("MonoCut", said, "null"),
    ];
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut taken = Taken::default();
    cuts(&text("cuts.jsonl", &lines), &mut |row| taken.take(row));
    let spans: Vec<_> = taken.rows.iter().map(|row| row.span.unwrap().start.seconds()).collect();
    assert_eq!(spans, [4.5, 4.0]);
    assert_eq!(taken.rows[0].facts.speaker, None);
    for words in [
        "cuts.jsonl line 3: its source is a command, which is never run",
        "cuts.jsonl line 4: its recording is transformed",
        "cuts.jsonl line 5: a MixedCut",
        "cuts.jsonl line 6: the cut has no recording",
    ] {
        assert!(taken.bad.iter().any(|why| why.starts_with(words)), "{words}: {:?}", taken.bad);
    }
}

#[test]
fn manifests_are_told_apart_by_their_first_line() {
    assert_eq!(kind(MONO.as_bytes()), Some(Kind::Recordings));
    let said = br#"{"id": "s", "recording_id": "r", "start": 0, "duration": 1, "channel": 0}"#;
    assert_eq!(kind(said), Some(Kind::Supervisions));
    assert_eq!(kind(br#"{"id": "c", "type": "MonoCut"}"#), Some(Kind::Cuts));
    assert_eq!(kind(br#"{"path": "a.wav", "duration": 1}"#), None);
    assert_eq!(kind(b"path,speaker"), None);
}
