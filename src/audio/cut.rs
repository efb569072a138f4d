//! The samples of chosen spans of a recording: the second pass over a file.
//! In: a file and spans. Out: samples, span by span. Left to others: what they are written to.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use anyhow::{Result, ensure};

use super::decode::{self, Source};
use crate::domain::{Samples, Span};

/// Hands `sink` the number and the samples of each span, in order, and stops reading after the
/// last one. `spans` are sorted by their start; they may overlap.
///
/// Errors: those of [`decode::stream`], spans out of order, a file that ends before the last one.
pub fn cut(
    source: &Source<'_>,
    spans: &[Span],
    sink: &mut dyn FnMut(usize, Vec<f32>) -> Result<()>,
) -> Result<()> {
    ensure!(spans.is_sorted_by_key(|span| span.start), "spans are not in order");
    if spans.is_empty() {
        return Ok(());
    }
    let mut waiting: VecDeque<(usize, Span, Vec<f32>)> = VecDeque::new();
    let (mut next, mut at) = (0, Samples(0));
    decode::stream_until(source, &mut |block| {
        let end = at + Samples(block.len() as u64);
        while let Some(&span) = spans.get(next).filter(|span| span.start < end) {
            waiting.push_back((next, span, Vec::with_capacity(span.len().index())));
            next += 1;
        }
        for (_, span, samples) in &mut waiting {
            let from = span.start.max(at).min(end) - at;
            let to = span.end.max(at).min(end) - at;
            samples.extend_from_slice(&block[from.index()..to.index()]);
        }
        at = end;
        while waiting.front().is_some_and(|(_, span, _)| span.end <= at) {
            if let Some((number, _, samples)) = waiting.pop_front() {
                sink(number, samples)?;
            }
        }
        let done = next == spans.len() && waiting.is_empty();
        Ok(if done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })?;
    ensure!(
        next == spans.len() && waiting.is_empty(),
        "{} has only {:.3} s now, and a clip of it ends at {:.3} s; if it was longer when it was sliced, ingest it again",
        source.path().display(),
        at.seconds(),
        spans.iter().map(|span| span.end).max().unwrap_or(at).seconds()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::domain::Channel;

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/audio").join(name)
    }

    fn spans(bounds: &[(u64, u64)]) -> Vec<Span> {
        bounds.iter().map(|&(a, b)| Span::new(Samples(a), Samples(b))).collect()
    }

    fn cut_all(name: &str, spans: &[Span]) -> Result<Vec<(usize, Vec<f32>)>> {
        let mut found = Vec::new();
        cut(&Source::file(&fixture(name), Channel::Mix), spans, &mut |number, samples| {
            found.push((number, samples));
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn each_span_gets_exactly_its_samples() {
        for name in ["reference.wav", "flac_48000.flac", "mp3_44100.mp3"] {
            let mut whole = Vec::new();
            decode::stream(&Source::file(&fixture(name), Channel::Mix), &mut |block| {
                whole.extend_from_slice(block);
                Ok(())
            })
            .expect("decode");
            let spans =
                spans(&[(0, 1), (1, 1_000), (1_500, 1_500), (2_000, 4_800), (4_000, 4_100)]);
            let found = cut_all(name, &spans).expect("cut");
            assert_eq!(found.len(), spans.len());
            for (number, samples) in found {
                let (a, b) = (spans[number].start.index(), spans[number].end.index());
                assert_eq!(samples, whole[a..b], "{name}, span {number}");
            }
        }
    }

    #[test]
    fn reading_stops_after_the_last_span() {
        // What follows is damaged, and nobody looks at it.
        let mut bytes = std::fs::read(fixture("pcm_f32_24000.wav")).expect("read");
        let end = bytes.len();
        bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
        let file = tempfile::NamedTempFile::new().expect("temporary file");
        std::fs::write(file.path(), bytes).expect("write");
        let source = Source::file(file.path(), Channel::Mix);
        let mut count = 0;
        let early = spans(&[(100, 200)]);
        cut(&source, &early, &mut |_, _| {
            count += 1;
            Ok(())
        })
        .expect("cut");
        assert_eq!(count, 1);
        let late = spans(&[(100, 4_800)]);
        assert!(cut(&source, &late, &mut |_, _| Ok(())).is_err());
    }

    #[test]
    fn spans_beyond_the_end_or_out_of_order_are_errors() {
        let error =
            cut_all("reference.wav", &spans(&[(0, 10), (4_000, 4_801)])).expect_err("short");
        assert!(error.to_string().contains("has only 0.300 s now"), "{error:#}");
        let error = cut_all("reference.wav", &spans(&[(5_000, 5_001)])).expect_err("beyond");
        assert!(error.to_string().contains("has only 0.300 s now"), "{error:#}");
        assert!(cut_all("reference.wav", &spans(&[(9, 10), (0, 10)])).is_err());
        assert!(cut_all("reference.wav", &[]).expect("nothing to do").is_empty());
    }
}
