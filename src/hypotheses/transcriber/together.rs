//! The decodings that a clip takes alone: a short one, a full one where that looks wrong. In: sounds, policy. Out: decodings.
//! Left to others: one decoding (`whisper`), what looks wrong (`guard`), which clips are alone (`drafts`).
//!
//! Clips that get the same context are decoded together, as many at once as the model likes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Error, Result};
use whisper::{Ask, Decoded, FULL_CONTEXT, Stopped, Worker};

use super::{Asked, first_context, max_tokens, short_context, written};
use crate::domain::{DecodePolicy, LanguageChoice, Pass, SAMPLE_RATE, Variant};
use crate::hypotheses::guard::{self, Sign};
use crate::hypotheses::variants;

/// Encoder frames of a group at most: eight clips of some 6 s, two of the longest. A worker holds 150 KB for each with
/// `base`.
const FRAMES: usize = 4096;

/// A clip that was decoded.
pub(super) struct Guarded {
    pub decoded: Decoded,
    pub pass: Pass,
    /// The text that was replaced.
    pub replaced: Option<String>,
    /// Regional forms that were tried.
    pub variants: Vec<Variant>,
}

/// What a first decoding comes to.
enum First {
    Sound(Guarded),
    Wrong(String),
}

/// Decodes, and decodes again where the result looks wrong; then tries the regional forms that the text allows.
pub(super) fn guarded(
    worker: &mut Worker,
    asked: &Asked,
    sounds: &[(&[f32], &LanguageChoice)],
    policy: &DecodePolicy,
    stop: &AtomicBool,
) -> Vec<Result<Guarded>> {
    let asks: Vec<Ask> = sounds.iter().map(|sound| ask(sound, policy)).collect();
    let context = |ask: &Ask| first_context(seconds(ask), policy);
    let forms = |worker: &mut Worker, clip, decoded: &Decoded| match &asked.swaps {
        Some(swaps) => variants::score(worker, clip, None, decoded, swaps, stop),
        None => Ok(Vec::new()),
    };
    let first = groups(worker, &asks, context, greedily, stop, |worker, clip, n, decoded| {
        let ask = &asks[n];
        let full = context(ask) == FULL_CONTEXT;
        if !full && policy.guard && looks_wrong(&decoded, seconds(ask)) {
            return Ok(First::Wrong(written(&decoded)));
        }
        let variants = forms(worker, clip, &decoded)?;
        let pass = if full { Pass::Full } else { Pass::Short };
        Ok(First::Sound(Guarded { decoded, pass, replaced: None, variants }))
    });
    let settled = first.into_iter().zip(&asks).map(|(first, ask)| match first? {
        First::Sound(sound) => Ok(sound),
        First::Wrong(first) => {
            let again = worker.decode_all(std::slice::from_ref(ask), FULL_CONTEXT, stop)?;
            let decoded = again.into_iter().next().context("no clip was decoded")?;
            let variants = forms(worker, 0, &decoded)?;
            Ok(Guarded { decoded, pass: Pass::Full, replaced: Some(first), variants })
        }
    });
    settled.collect()
}

/// Sounds decoded once, whatever comes of it.
#[inline(never)] // profiles tell it from the first decoding (scripts/profile)
pub(super) fn second_opinions(
    worker: &mut Worker,
    sounds: &[(&[f32], &LanguageChoice)],
    policy: &DecodePolicy,
    stop: &AtomicBool,
) -> Vec<Result<Decoded>> {
    let asks: Vec<Ask> = sounds.iter().map(|sound| ask(sound, policy)).collect();
    let context = |ask: &Ask| short_context(seconds(ask), policy);
    groups(worker, &asks, context, greedily, stop, |_, _, _, decoded| Ok(decoded))
}

/// Decodes clips in groups of like contexts; what `then` makes of each, with its number in its group and among all, while the
/// worker still holds the group's encoder frames. In the order of the clips.
pub(super) fn groups<T>(
    worker: &mut Worker,
    asks: &[Ask<'_>],
    context: impl Fn(&Ask) -> u32,
    decode_all: impl Fn(&mut Worker, &[Ask<'_>], u32, &AtomicBool) -> Result<Vec<Decoded>>,
    stop: &AtomicBool,
    mut then: impl FnMut(&mut Worker, usize, usize, Decoded) -> Result<T>,
) -> Vec<Result<T>> {
    let together = worker.engine().together();
    let mut by_context: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (n, ask) in asks.iter().enumerate() {
        by_context.entry(context(ask)).or_default().push(n);
    }
    let mut out: BTreeMap<usize, Result<T>> = BTreeMap::new();
    for (context, all) in by_context {
        for group in all.chunks(together.min((FRAMES / context as usize).max(1))) {
            let mut decode = |worker: &mut Worker, group: &[usize]| -> Result<()> {
                let chosen: Vec<Ask> = group.iter().map(|&n| asks[n]).collect();
                let decoded = decode_all(worker, &chosen, context, stop)?;
                for (clip, (&n, decoded)) in group.iter().zip(decoded).enumerate() {
                    out.insert(n, then(worker, clip, n, decoded));
                }
                Ok(())
            };
            // One that cannot be decoded must not take the others with it.
            let failed: Vec<(usize, Error)> = match decode(worker, group) {
                Err(_) if group.len() > 1 && !stop.load(Ordering::Relaxed) => {
                    group.iter().filter_map(|n| Some((*n, decode(worker, &[*n]).err()?))).collect()
                }
                Err(error) if group.len() == 1 => vec![(group[0], error)],
                Err(_) => group.iter().map(|n| (*n, Stopped.into())).collect(),
                Ok(()) => Vec::new(),
            };
            out.extend(failed.into_iter().map(|(n, error)| (n, Err(error))));
        }
    }
    out.into_values().collect()
}

fn greedily(
    worker: &mut Worker,
    asks: &[Ask<'_>],
    context: u32,
    stop: &AtomicBool,
) -> Result<Vec<Decoded>> {
    worker.decode_all(asks, context, stop)
}

pub(super) fn ask<'a>(
    &(samples, language): &(&'a [f32], &'a LanguageChoice),
    policy: &DecodePolicy,
) -> Ask<'a> {
    let max_tokens = max_tokens(samples.len() as f64 / f64::from(SAMPLE_RATE), policy);
    Ask { samples, max_tokens, language }
}

pub(super) fn seconds(ask: &Ask) -> f64 {
    ask.samples.len() as f64 / f64::from(SAMPLE_RATE)
}

pub(super) fn looks_wrong(decoded: &Decoded, seconds: f64) -> bool {
    let mut signs = guard::look(&written(decoded), seconds);
    if decoded.end.is_none() {
        signs.push(Sign::RanOn);
    }
    !signs.is_empty()
}
