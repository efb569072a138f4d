//! Clips become hypotheses: among their neighbours where they have some, alone where they have none or where the window's text
//! looks wrong. In: windows, policy. Out: hypotheses. Left to others: how a clip is decoded alone (`together`), whether a second
//! opinion is worth it (`second`).

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use anyhow::{Error, Result};
use whisper::{Ask, Decoded, MAX_SAMPLES, Stopped, Worker};

use super::together::{self, Guarded, ask, groups, looks_wrong, seconds};
use super::{Asked, Request, Window, hypothesis, max_tokens, rounded, short_context, written};
use crate::domain::{Alone, DecodePolicy, Hypothesis, LanguageChoice, Pass, SAMPLE_RATE};
use crate::hypotheses::{second, variants, windows};
use crate::text::normalise;

/// Texts that the search follows at once (docs/lab/context.md).
const BEAMS: usize = 3;
/// Of the encoder.
const FRAMES_PER_SECOND: f64 = 50.0;
/// With fewer words, a window's text is not taken for a clip (docs/lab/context.md).
const FEWEST_WORDS_PER_SECOND: f64 = 0.4;

/// Hypotheses in the order of the windows and of their clips, and what whoever waits should know.
pub(super) fn transcribe(
    worker: &mut Worker,
    asked: &Asked,
    windows: &[Window<'_>],
    policy: &DecodePolicy,
    stop: &AtomicBool,
) -> (Vec<Result<Hypothesis>>, Vec<String>) {
    let model = worker.engine().model().to_string();
    let requests: Vec<&Request> = windows.iter().flat_map(|w| &w.clips).map(|(_, r)| r).collect();
    let (shared, remarks) = in_windows(worker, asked, windows, policy, stop);
    let alone: Vec<usize> = (0..requests.len()).filter(|n| !shared.contains_key(n)).collect();
    let sounds: Vec<_> =
        alone.iter().map(|&n| (requests[n].samples, requests[n].language)).collect();
    let decoded = together::guarded(worker, asked, &sounds, policy, stop);
    let mut drafts: BTreeMap<usize, Result<Guarded>> = alone.into_iter().zip(decoded).collect();
    drafts.extend(shared.into_iter().map(|(n, draft)| (n, Ok(draft))));
    let all = drafts.into_values().zip(&requests).map(|(draft, r)| {
        let Guarded { decoded, pass, replaced, variants } = draft?;
        let passes = (pass, replaced);
        let h = hypothesis(r.clip, r.samples, r.level, policy, decoded, passes, model.clone());
        Ok(Hypothesis { variants, ..h })
    });
    let mut all: Vec<Result<Hypothesis>> = all.collect();
    add_second_opinions(worker, asked, &requests, &mut all, policy, stop);
    (all, remarks)
}

/// Decodes windows of several clips: what came of each clip whose share of the text looks sound, by its number among all; and
/// which windows could not be decoded, and why.
fn in_windows(
    worker: &mut Worker,
    asked: &Asked,
    windows: &[Window<'_>],
    policy: &DecodePolicy,
    stop: &AtomicBool,
) -> (BTreeMap<usize, Guarded>, Vec<String>) {
    let mut firsts = Vec::new();
    let mut clips = 0;
    for window in windows {
        if window.is_shared() && worker.engine().searches() {
            firsts.push((clips, window));
        }
        clips += window.clips.len();
    }
    let context = |ask: &Ask| short_context(seconds(ask), policy);
    // Windows that are searched together may have as many tokens each, so that none depends on the others.
    let asks = firsts.iter().map(|(_, window)| {
        let ask = ask(&(window.samples, window.clips[0].1.language), policy);
        let longest = f64::from(context(&ask)) / FRAMES_PER_SECOND;
        Ask { max_tokens: max_tokens(longest, policy), ..ask }
    });
    let asks: Vec<Ask> = asks.collect();
    let search = |worker: &mut Worker, asks: &[Ask], context: u32, stop: &AtomicBool| {
        worker.search_all(asks, context, BEAMS, stop)
    };
    let shared = groups(worker, &asks, context, search, stop, |worker, number, n, decoded| {
        let (first, window) = firsts[n];
        let mut sound = Vec::new();
        let shares = shares(window, &decoded);
        for (clip, (place, request)) in window.clips.iter().enumerate() {
            let (decoded, before) = &shares[*place];
            let clip_seconds = request.samples.len() as f64 / f64::from(SAMPLE_RATE);
            if looks_wrong(decoded, clip_seconds) || says_too_little(decoded, clip_seconds) {
                continue;
            }
            let variants = match &asked.swaps {
                Some(swaps) => variants::score(worker, number, Some(before), decoded, swaps, stop)?,
                None => Vec::new(),
            };
            let decoded = decoded.clone();
            let guarded = Guarded { decoded, pass: Pass::Window, replaced: None, variants };
            sound.push((first + clip, guarded));
        }
        Ok(sound)
    });
    // A window that cannot be decoded leaves its clips to be decoded alone.
    let (mut sound, mut remarks) = (BTreeMap::new(), Vec::new());
    for (window, (_, of)) in shared.into_iter().zip(&firsts) {
        match window {
            Ok(clips) => sound.extend(clips),
            Err(error) if error.is::<Stopped>() => {}
            Err(error) => remarks.push(not_together(of, &error)),
        }
    }
    (sound, remarks)
}

fn not_together(window: &Window, error: &Error) -> String {
    let clips: Vec<&str> = window.clips.iter().map(|(_, r)| r.clip.as_str()).collect();
    format!(
        "decoded one by one, because they could not be decoded together ({error:#}): clips {}",
        clips.join(", ")
    )
}

/// Whether a window's text seems to pass over speech of a clip. Alone, few words may be all there is.
fn says_too_little(decoded: &Decoded, seconds: f64) -> bool {
    let said = normalise::words(&written(decoded), &decoded.language).len();
    (said as f64) < FEWEST_WORDS_PER_SECOND * seconds
}

/// Each clip's share of a window's text, and the tokens before it.
fn shares(window: &Window<'_>, decoded: &Decoded) -> Vec<(Decoded, Vec<usize>)> {
    let starts_word: Vec<bool> =
        decoded.tokens.iter().map(|(bytes, _)| bytes.first() == Some(&b' ')).collect();
    let second = |sample: usize| sample as f64 / f64::from(SAMPLE_RATE);
    let clips: Vec<(f64, f64)> =
        window.places.iter().map(|place| (second(place.start), second(place.end))).collect();
    let ids: Vec<usize> = decoded.tokens.iter().map(|(_, choice)| choice.id).collect();
    let shares = windows::share(&starts_word, &decoded.times, &clips);
    let of_clip = shares.into_iter().zip(clips).map(|(share, (start, end))| {
        let within = |at: f64| at.clamp(start, end) - start;
        let times = &decoded.times[share.clone()];
        let own = Decoded {
            tokens: decoded.tokens[share.clone()].to_vec(),
            times: times.iter().map(|(a, b)| (within(*a), within(*b))).collect(),
            ..decoded.clone()
        };
        (own, ids[..share.start].to_vec())
    });
    of_clip.collect()
}

/// Decodes doubtful clips a second time: alone, if they were decoded among others, else more slowly.
fn add_second_opinions(
    worker: &mut Worker,
    asked: &Asked,
    requests: &[&Request<'_>],
    all: &mut [Result<Hypothesis>],
    policy: &DecodePolicy,
    stop: &AtomicBool,
) {
    let wants = |h: &Hypothesis| asked.judge.as_ref().is_some_and(|judge| judge.wants(h));
    let doubted = all.iter().enumerate().filter_map(|(n, h)| {
        // A text that another engine wrote has the model's own as its second opinion.
        let h = h.as_ref().ok().filter(|h| !is_given(requests[n]) && wants(h))?;
        let sound = match h.pass {
            Pass::Window => requests[n].samples.to_vec(),
            Pass::Short | Pass::Full | Pass::Given => second::slowed(requests[n].samples),
        };
        let fits = sound.len() <= MAX_SAMPLES;
        fits.then(|| (n, sound, LanguageChoice::Fixed(h.language.clone())))
    });
    let doubted: Vec<_> = doubted.collect();
    let sounds: Vec<_> = doubted.iter().map(|(_, sound, language)| (&**sound, language)).collect();
    let opinions = together::second_opinions(worker, &sounds, policy, stop);
    for ((n, ..), opinion) in doubted.iter().zip(opinions) {
        match (&mut all[*n], opinion) {
            (Ok(h), Ok(decoded)) if h.pass == Pass::Window => h.alone = Some(alone(&decoded)),
            (Ok(h), Ok(decoded)) => h.slowed = Some(written(&decoded)),
            (h, Err(error)) => *h = Err(error),
            (Err(_), Ok(_)) => {}
        }
    }
}

fn is_given(request: &Request) -> bool {
    request.given.iter().any(Option::is_some)
}

fn alone(decoded: &Decoded) -> Alone {
    let logprobs: Vec<f64> = decoded.tokens.iter().map(|(_, choice)| choice.logprob).collect();
    let mean = logprobs.iter().sum::<f64>() / logprobs.len().max(1) as f64;
    let least = logprobs.iter().copied().fold(0.0, f64::min);
    Alone { text: written(decoded), mean_logprob: rounded(mean), least_logprob: rounded(least) }
}
