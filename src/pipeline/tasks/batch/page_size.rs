//! What a page of real speech weighs; tests/page/ opens it and measures how soon one can begin.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::*;
use crate::audio::decode::{self, Source};
use crate::domain::{Channel, Millis, Samples, draft_digest};
use crate::files::write_whole;
use crate::tasks::page::Work;

const CLIPS: usize = 100;
const LENGTH: usize = 5 * 16_000;
const MOST: u64 = 15_000_000;

/// Pieces of 5 s of the sample recordings, from the start again when they run out.
fn pieces() -> Vec<Vec<f32>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "flac"));
    files.sort();
    let mut pieces = Vec::new();
    for file in files {
        let mut samples: Vec<f32> = Vec::new();
        decode::stream_until(&Source::file(&file, Channel::Mix), &mut |block| {
            samples.extend_from_slice(block);
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
        pieces.extend(samples.chunks_exact(LENGTH).map(<[f32]>::to_vec));
    }
    pieces.iter().cycle().take(CLIPS).cloned().collect()
}

#[test]
fn a_page_of_a_hundred_clips_can_be_sent_by_mail() {
    let batch = Batch {
        workspace: "page-size".into(),
        batch: BatchId::from_stored("b"),
        title: "Cent extraits".into(),
        to: None,
        interface: "fr".parse().unwrap(),
        number: None,
        speech: Some("fr".parse().unwrap()),
        expected: Some("fr".parse().unwrap()),
        team: Default::default(),
        notice: Vec::new(),
        lexicon: Vec::new(),
        work: Work::default(),
        regions: Default::default(),
        served: false,
    };
    let items = pieces().into_iter().enumerate().map(|(n, samples)| {
        let start = Samples((n * LENGTH) as u64);
        let span = Span::new(start, start + Samples(samples.len() as u64));
        let clip = ClipId::derive(&RecordingId::from_stored("00112233aabbccdd"), span);
        let draft = "Il y a une piscine tout près de chez moi, et nous y allons souvent.";
        let word = |(n, text): (usize, &str)| page::Word {
            text: format!(" {text}"),
            start: Millis(n as u64 * 300),
            end: Millis(n as u64 * 300 + 300),
        };
        Ok(PageItem {
            row: TaskRow {
                workspace: batch.workspace.clone(),
                batch: batch.batch.to_string(),
                path: "entretiens/piscine.flac".into(),
                start: span.start.seconds(),
                end: span.end.seconds(),
                draft_digest: draft_digest(&clip, draft),
                clip: clip.to_string(),
                draft: draft.into(),
                ..TaskRow::default()
            },
            audio: flac::encode(&samples)?,
            words: draft.split(' ').enumerate().map(word).collect(),
            peaks: page::peaks(&samples, PEAKS),
            ..PageItem::default()
        })
    });
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/page-test");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("hundred.html");
    write_whole(&path, |out| {
        assert_eq!(page::render_to(out, &batch, None, items)?, CLIPS);
        Ok(())
    })
    .unwrap();
    let bytes = path.metadata().unwrap().len();
    println!("{CLIPS} clips of 5 s: {bytes} bytes");
    assert!(bytes <= MOST, "{bytes} bytes");
}
