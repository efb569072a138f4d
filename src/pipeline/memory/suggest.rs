//! How drafts sound with what the memory has for them. In: drafts that wait, a model. Out: suggestions in the store, kept clip by
//! clip. Left to others: what is tried (`routing/memory`), what follows (`routing`, task files).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;

use anyhow::{Context, Error, Result};
use whisper::bpe::Bpe;
use whisper::{Engine, Stopped, Worker};

use super::memory;
use crate::audio::cut;
use crate::audio::decode::Source;
use crate::domain::{ClipId, DecodePolicy, Language, Recording, RecordingId, Span, WordPair};
use crate::exit::Interrupted;
use crate::hypotheses::transcriber::first_context;
use crate::pipeline::evidence::RoutedAs;
use crate::pipeline::run::unchanged;
use crate::pipeline::stop;
use crate::pipeline::workspace::Workspace;
use crate::routing::memory::{Memory, Place};
use crate::store::Draft;
use crate::views::progress::{Console, Unit};

/// A draft with places that were not tried yet.
struct Asked {
    clip: ClipId,
    span: Span,
    policy: String,
    language: Language,
    draft: String,
    places: Vec<Place>,
}

/// What was tried on a draft: its clip, its policy, and each pair with its prior and how the draft sounds with it.
type Tried = (ClipId, String, Vec<(WordPair, f64, Option<f64>)>);

/// Tries what the memory has on every draft that nobody was handed yet, and keeps how it sounds. Recordings that cannot be read
/// are named in `failed`; nothing else is lost with them. Gives the number of drafts.
pub fn suggest(
    workspace: &mut Workspace,
    routed_as: &RoutedAs,
    (path, sha256): (&Path, &str),
    threads: usize,
    failed: &mut Vec<String>,
    console: Console,
) -> Result<usize> {
    let memory = memory(workspace)?;
    workspace.store.renew_suggestions(|pair| memory.log_prior(pair))?;
    if memory.is_empty() {
        return Ok(0);
    }
    let mut asked: BTreeMap<RecordingId, Vec<Asked>> = BTreeMap::new();
    for policy in &routed_as.drafts().policies {
        let passed = untried(workspace, &memory, &routed_as.model, policy, &mut asked)?;
        workspace.store.remove_tried((&routed_as.model, policy), &passed)?;
    }
    let clips: usize = asked.values().map(Vec::len).sum();
    if clips == 0 {
        return Ok(0);
    }
    let removed = workspace.store.audio_removed()?;
    let recordings = workspace.store.recordings_by_id()?;
    let jobs = asked.into_iter().filter(|(id, _)| !removed.contains(id));
    let jobs = jobs.filter_map(|(id, clips)| Some((recordings.get(&id)?, clips)));
    let jobs = Mutex::new(jobs.collect::<Vec<_>>().into_iter());
    let engine = Engine::load(path, sha256, workspace.config.decode.weights)?;
    let bpe = engine.vocabulary().bpe();
    let (policy, stop) = (workspace.config.decode.clone(), stop::on_ctrl_c());
    let progress = console.progress(
        console.lang.phrase("progress.memory"),
        Unit::Things("clips"),
        clips as u64,
    );
    let done = thread::scope(|scope| -> Result<usize> {
        let (send, receive) = mpsc::channel();
        for _ in 0..threads.max(1) {
            let listener =
                Listener { worker: engine.worker()?, bpe: &bpe, policy: &policy, stop: &stop };
            let (jobs, send) = (&jobs, send.clone());
            scope.spawn(move || listen(listener, jobs, &send));
        }
        drop(send);
        let mut done = 0;
        for heard in receive {
            match heard {
                Ok((clip, policy, tried)) => {
                    let kept = workspace.store.keep_suggestions(
                        &clip,
                        (&routed_as.model, &policy),
                        &tried,
                    );
                    if kept.is_err() {
                        stop.store(true, Ordering::Relaxed);
                    }
                    kept?;
                    done += 1;
                    progress.set(done as u64, clips as u64);
                }
                Err(error) => failed.push(error),
            }
        }
        Ok(done)
    })?;
    if stop.load(Ordering::Relaxed) {
        return Err(Interrupted.into());
    }
    Ok(done)
}

/// Adds the drafts of a policy on which something was not tried yet. Gives what was tried earlier and would not be today, since
/// other pairs come first: nothing may depend on when a pair was learnt.
fn untried(
    workspace: &Workspace,
    memory: &Memory,
    model: &str,
    policy: &str,
    asked: &mut BTreeMap<RecordingId, Vec<Asked>>,
) -> Result<Vec<(ClipId, WordPair)>> {
    let known = workspace.store.tried(model, policy)?;
    let mut passed = Vec::new();
    workspace.store.each_clip(Draft::Current { model, policy }, |row| {
        let Some(h) = row.hypothesis.filter(|h| h.model == model && h.policy == policy) else {
            return Ok(());
        };
        if row.frozen || row.consensus.is_some() {
            return Ok(());
        }
        let mut places = memory.places(&h.text, &h.language);
        let tried = known.get(&row.clip.id);
        let today = |pair: &&WordPair| places.iter().any(|place| place.pair == **pair);
        let old = tried.into_iter().flatten().filter(|pair| !today(pair));
        passed.extend(old.map(|pair| (row.clip.id.clone(), pair.clone())));
        places.retain(|place| tried.is_none_or(|tried| !tried.contains(&place.pair)));
        if !places.is_empty() {
            asked.entry(row.clip.recording.clone()).or_default().push(Asked {
                clip: row.clip.id,
                span: row.clip.span,
                policy: h.policy,
                language: h.language,
                draft: h.text,
                places,
            });
        }
        Ok(())
    })?;
    Ok(passed)
}

/// A thread's model.
struct Listener<'a> {
    worker: Worker,
    bpe: &'a Bpe,
    policy: &'a DecodePolicy,
    stop: &'a AtomicBool,
}

/// Takes recordings while there are some.
fn listen<'r>(
    mut listener: Listener<'_>,
    jobs: &Mutex<impl Iterator<Item = (&'r Recording, Vec<Asked>)>>,
    send: &mpsc::Sender<Result<Tried, String>>,
) {
    let next = || jobs.lock().ok().and_then(|mut jobs| jobs.next());
    while let Some((recording, mut asked)) = next() {
        if listener.stop.load(Ordering::Relaxed) {
            return;
        }
        asked.sort_by_key(|asked| asked.span.start);
        let spans: Vec<Span> = asked.iter().map(|asked| asked.span).collect();
        let read = unchanged(recording).and_then(|()| {
            cut::cut(&Source::recording(recording), &spans, &mut |n, samples| {
                let Asked { clip, policy, .. } = &asked[n];
                let tried = match listener.hear(&asked[n], &samples) {
                    Ok(tried) => Ok((clip.clone(), policy.clone(), tried)),
                    Err(error) if error.is::<Stopped>() => return Err(error),
                    Err(error) => Err(untold(&format!("clip {clip}"), &error)),
                };
                send.send(tried).context("nobody listens")
            })
        });
        match read {
            Ok(()) => {}
            Err(error) if error.is::<Stopped>() => return,
            Err(error) => {
                if send.send(Err(untold(&recording.path, &error))).is_err() {
                    return;
                }
            }
        }
    }
}

fn untold(what: &str, error: &Error) -> String {
    format!("{what}: the memory of corrections was not tried on its drafts: {error:#}")
}

impl Listener<'_> {
    /// How a draft sounds with each of its places.
    fn hear(
        &mut self,
        asked: &Asked,
        samples: &[f32],
    ) -> Result<Vec<(WordPair, f64, Option<f64>)>> {
        let ids = |text: &str| self.bpe.ids(&format!(" {}", text.trim()));
        let Some(draft) = ids(&asked.draft) else {
            let places = asked.places.iter();
            return Ok(places.map(|place| (place.pair.clone(), place.log_prior, None)).collect());
        };
        let (mut texts, mut pairs) = (vec![draft], Vec::new());
        for place in &asked.places {
            let ids = ids(&place.text);
            pairs.push((place.pair.clone(), place.log_prior, ids.as_ref().map(|_| texts.len())));
            texts.extend(ids);
        }
        let seconds = asked.span.len().seconds();
        let context = first_context(seconds, self.policy);
        let said = self.worker.compare(samples, context, &texts, &asked.language, self.stop)?;
        let ratio = |n: Option<usize>| n.map(|n| said[n] - said[0]);
        Ok(pairs.into_iter().map(|(pair, prior, n)| (pair, prior, ratio(n))).collect())
    }
}
