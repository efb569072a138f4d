//! The decodings that clips take: a short one, a full one where that looks wrong, a slowed one where it may tell.
//! In: clips, policy. Out: hypotheses. Left to others: one decoding (`whisper`), what looks wrong (`guard`),
//! whether a second look is worth it (`second`).
//!
//! Clips that get the same context are decoded together, as many at once as the model likes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Error, Result};

use super::{Asked, Request, first_context, hypothesis, max_tokens, short_context, written};
use crate::domain::{DecodePolicy, Hypothesis, LanguageChoice, Pass, SAMPLE_RATE, Variant};
use crate::hypotheses::guard::{self, Sign};
use crate::hypotheses::whisper::{Ask, Decoded, FULL_CONTEXT, MAX_SAMPLES, Stopped, Worker};
use crate::hypotheses::{second, variants};

/// Encoder frames of a group at most: eight clips of some 6 s, two of the longest. A worker holds 150 KB for each with
/// `base`.
const FRAMES: usize = 4096;

/// A clip that was decoded.
struct Guarded {
    decoded: Decoded,
    pass: Pass,
    /// The text that was replaced.
    replaced: Option<String>,
    /// Regional forms that were tried.
    variants: Vec<Variant>,
}

/// What a first decoding comes to.
enum First {
    Sound(Guarded),
    Wrong(String),
}

/// Hypotheses in the order of the requests.
pub(super) fn transcribe(
    worker: &mut Worker,
    asked: &Asked,
    requests: &[Request<'_>],
    policy: &DecodePolicy,
    stop: &AtomicBool,
) -> Vec<Result<Hypothesis>> {
    let model = worker.engine().model().to_string();
    let sounds: Vec<_> = requests.iter().map(|r| (r.samples, r.language)).collect();
    let heard = guarded(worker, asked, &sounds, policy, stop);
    let heard = heard.into_iter().zip(requests).map(|(heard, r)| {
        let Guarded { decoded, pass, replaced, variants } = heard?;
        let passes = (pass, replaced);
        let h = hypothesis(r.clip, r.samples, r.level, policy, decoded, passes, model.clone());
        Ok(Hypothesis { variants, ..h })
    });
    let mut all: Vec<Result<Hypothesis>> = heard.collect();
    let wants = |h: &Hypothesis| asked.judge.as_ref().is_some_and(|judge| judge.wants(h));
    let doubted = all.iter().enumerate().filter_map(|(n, h)| {
        let h = h.as_ref().ok().filter(|h| wants(h))?;
        let slowed = second::slowed(requests[n].samples);
        let fits = slowed.len() <= MAX_SAMPLES;
        fits.then(|| (n, slowed, LanguageChoice::Fixed(h.language.clone())))
    });
    let doubted: Vec<_> = doubted.collect();
    let sounds: Vec<_> =
        doubted.iter().map(|(_, slowed, language)| (&**slowed, language)).collect();
    let opinions = second_opinions(worker, &sounds, policy, stop);
    for ((n, ..), opinion) in doubted.iter().zip(opinions) {
        match (&mut all[*n], opinion) {
            (Ok(h), Ok(text)) => h.slowed = Some(text),
            (h, Err(error)) => *h = Err(error),
            (Err(_), Ok(_)) => {}
        }
    }
    all
}

/// Decodes, and decodes again where the result looks wrong; then tries the regional forms that the text allows.
fn guarded(
    worker: &mut Worker,
    asked: &Asked,
    sounds: &[(&[f32], &LanguageChoice)],
    policy: &DecodePolicy,
    stop: &AtomicBool,
) -> Vec<Result<Guarded>> {
    let asks: Vec<Ask> = sounds.iter().map(|sound| ask(sound, policy)).collect();
    let context = |ask: &Ask| first_context(seconds(ask), policy);
    let forms = |worker: &mut Worker, clip, decoded: &Decoded| match &asked.swaps {
        Some(swaps) => variants::score(worker, clip, decoded, swaps, stop),
        None => Ok(Vec::new()),
    };
    let first = groups(worker, &asks, context, stop, |worker, clip, ask, decoded| {
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
        First::Wrong(heard) => {
            let again = worker.decode_all(std::slice::from_ref(ask), FULL_CONTEXT, stop)?;
            let decoded = again.into_iter().next().context("no clip was decoded")?;
            let variants = forms(worker, 0, &decoded)?;
            Ok(Guarded { decoded, pass: Pass::Full, replaced: Some(heard), variants })
        }
    });
    settled.collect()
}

/// The texts of slowed clips.
#[inline(never)] // profiles tell it from the first decoding (scripts/profile)
fn second_opinions(
    worker: &mut Worker,
    sounds: &[(&[f32], &LanguageChoice)],
    policy: &DecodePolicy,
    stop: &AtomicBool,
) -> Vec<Result<String>> {
    let asks: Vec<Ask> = sounds.iter().map(|sound| ask(sound, policy)).collect();
    let context = |ask: &Ask| short_context(seconds(ask), policy);
    groups(worker, &asks, context, stop, |_, _, _, decoded| Ok(written(&decoded)))
}

/// Decodes clips in groups of like contexts; what `then` makes of each, with its number in its group, while the
/// worker still holds the group's encoder frames. In the order of the clips.
fn groups<T>(
    worker: &mut Worker,
    asks: &[Ask<'_>],
    context: impl Fn(&Ask) -> u32,
    stop: &AtomicBool,
    mut then: impl FnMut(&mut Worker, usize, &Ask, Decoded) -> Result<T>,
) -> Vec<Result<T>> {
    let together = worker.engine().together();
    let mut by_context: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (n, ask) in asks.iter().enumerate() {
        by_context.entry(context(ask)).or_default().push(n);
    }
    let mut out: BTreeMap<usize, Result<T>> = BTreeMap::new();
    for (context, all) in by_context {
        for group in all.chunks(together.min((FRAMES / context as usize).max(1))) {
            let mut hear = |worker: &mut Worker, group: &[usize]| -> Result<()> {
                let chosen: Vec<Ask> = group.iter().map(|&n| asks[n]).collect();
                let decoded = worker.decode_all(&chosen, context, stop)?;
                for (clip, (&n, decoded)) in group.iter().zip(decoded).enumerate() {
                    out.insert(n, then(worker, clip, &asks[n], decoded));
                }
                Ok(())
            };
            // One that cannot be decoded must not take the others with it.
            let failed: Vec<(usize, Error)> = match hear(worker, group) {
                Err(_) if group.len() > 1 && !stop.load(Ordering::Relaxed) => {
                    group.iter().filter_map(|n| Some((*n, hear(worker, &[*n]).err()?))).collect()
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

fn ask<'a>(
    &(samples, language): &(&'a [f32], &'a LanguageChoice),
    policy: &DecodePolicy,
) -> Ask<'a> {
    let max_tokens = max_tokens(samples.len() as f64 / f64::from(SAMPLE_RATE), policy);
    Ask { samples, max_tokens, language }
}

fn seconds(ask: &Ask) -> f64 {
    ask.samples.len() as f64 / f64::from(SAMPLE_RATE)
}

fn looks_wrong(decoded: &Decoded, seconds: f64) -> bool {
    let mut signs = guard::look(&written(decoded), seconds);
    if decoded.end.is_none() {
        signs.push(Sign::RanOn);
    }
    !signs.is_empty()
}
