//! The samples of chosen spans of a recording: the second pass over a file.
//! In: a path and spans. Out: samples, span by span. Left to others: what they are written to.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Result, ensure};

use super::decode;
use crate::domain::{Channel, Samples, Span};

/// Hands `sink` the number and the samples of each span, in order, and stops reading after the
/// last one. `spans` are sorted by their start; they may overlap.
///
/// Errors: those of [`decode::stream`], spans out of order, a file that ends before the last one.
pub fn cut(
    path: &Path,
    channel: Channel,
    spans: &[Span],
    sink: &mut dyn FnMut(usize, Vec<f32>) -> Result<()>,
) -> Result<()> {
    ensure!(spans.is_sorted_by_key(|span| span.start), "spans are not in order");
    if spans.is_empty() {
        return Ok(());
    }
    let mut waiting: VecDeque<(usize, Span, Vec<f32>)> = VecDeque::new();
    let (mut next, mut at) = (0, Samples(0));
    decode::stream_until(path, channel, &mut |block| {
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
        "{} has only {:.3} s now, fewer than when it was sliced; ingest it again",
        path.display(),
        at.seconds()
    );
    Ok(())
}
