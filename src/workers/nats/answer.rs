//! A worker's answers. In: what came of windows of clips. Out: results on the server, and then the acknowledgement of
//! the window; or the window given back. Left to others: transcribing.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use async_nats::HeaderMap;
use async_nats::jetstream::AckKind;
use futures_util::FutureExt;
use tokio::sync::mpsc::UnboundedReceiver;
use whisper::Stopped;

use super::message::{ClipOutcome, MODEL, POLICY};
use super::publish::{TooLarge, publish};
use super::shared::Shared;
use super::threads::{Finished, GivenUp};
use crate::domain::{ClipId, Hypothesis};

/// An error may be this worker's own: others may try so often before the clip is given up.
const TRIES: u64 = 3;
/// A clip that failed here is offered again after this, perhaps to somebody else.
const AGAIN: Duration = Duration::from_secs(1);

/// Answers for every window, each on its own, so that a slow server does not hold up the threads.
pub(super) async fn answer_all(shared: Arc<Shared>, mut finished: UnboundedReceiver<Finished>) {
    while let Some(one) = finished.recv().await {
        tokio::spawn(answer(shared.clone(), one));
    }
}

async fn answer(shared: Arc<Shared>, Finished { id, run, attempts, transcribed }: Finished) {
    if transcribed.iter().any(|(_, made)| made.as_ref().is_err_and(|e| e.is::<Stopped>())) {
        give_back(&shared, id, None).await;
        return;
    }
    let failed = transcribed.iter().filter_map(|(clip, made)| Some((clip, made.as_ref().err()?)));
    let mut again = false;
    for (clip, error) in failed {
        (shared.terms.tell)(format!("clip {clip}, attempt {attempts}: {error:#}"));
        again |= attempts < TRIES && !error.is::<GivenUp>();
    }
    if again {
        give_back(&shared, id, Some(AGAIN)).await;
        return;
    }
    let mut outcomes = Vec::new();
    for (clip, made) in transcribed {
        let outcome = match made {
            Ok(hypothesis) => ClipOutcome::Transcribed(Box::new(hypothesis)),
            Err(error) => ClipOutcome::Failed { error: format!("{error:#}"), attempts },
        };
        let subject = run.result(&shared.terms.name, &clip);
        let mut sent = send(&shared, &subject, &outcome).await;
        if let Err(error) = &sent
            && error.is::<TooLarge>()
        {
            let failed = ClipOutcome::Failed { error: format!("{error:#}"), attempts };
            sent = send(&shared, &subject, &failed).await;
        }
        if sent.is_err() {
            give_back(&shared, id, None).await;
            return;
        }
        outcomes.push((clip, outcome));
    }
    // First the results, then the window: whoever dies in between, its clips are transcribed twice and kept once.
    if let Some(acker) = shared.held.acker(id) {
        let _ = acker.double_ack().await;
    }
    shared.held.release(id);
    outcomes.iter().for_each(|(clip, outcome)| count(&shared, clip, outcome));
}

async fn send(shared: &Arc<Shared>, subject: &str, outcome: &ClipOutcome) -> Result<()> {
    let payload = serde_json::to_vec(outcome)?;
    let mut headers = HeaderMap::new();
    if let ClipOutcome::Transcribed(hypothesis) = outcome {
        let Hypothesis { model, policy, .. } = &**hypothesis;
        headers.insert(MODEL, model.as_str());
        headers.insert(POLICY, policy.as_str());
    }
    let place = shared.link.shown.clone();
    let renew = || {
        let place = place.clone();
        async move {
            tokio::time::sleep(AGAIN).await;
            // Only coordinators make streams.
            bail!("{place} has no stream for results yet")
        }
        .boxed()
    };
    let (link, tell) = (&shared.link, &shared.terms.tell);
    // Not the worker's own end: what was transcribed is handed in.
    let never = std::sync::atomic::AtomicBool::new(false);
    publish(link, subject.to_string(), headers, &payload, &never, tell, &renew).await?;
    Ok(())
}

async fn give_back(shared: &Shared, id: u64, after: Option<Duration>) {
    if let Some(acker) = shared.held.release(id) {
        let _ = acker.ack_with(AckKind::Nak(after)).await;
    }
}

fn count(shared: &Shared, clip: &ClipId, outcome: &ClipOutcome) {
    let Ok(mut served) = shared.served.lock() else { return };
    match outcome {
        ClipOutcome::Transcribed(hypothesis) => {
            served.clips += 1;
            served.audio_seconds += hypothesis.seconds;
            let since = shared.began.elapsed().as_secs_f64();
            served.first_clip_seconds.get_or_insert(since);
        }
        ClipOutcome::Failed { error, .. } => {
            served.failed += 1;
            (shared.terms.tell)(format!("clip {clip} is given up: {error}"));
        }
    }
}
