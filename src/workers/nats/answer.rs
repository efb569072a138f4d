//! A worker's answers. In: what came of clips. Out: results on the server, and then the acknowledgement of
//! the clip; or the clip given back. Left to others: transcribing.

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

/// Answers for every clip, each on its own, so that a slow server does not hold up the threads.
pub(super) async fn answer_all(shared: Arc<Shared>, mut finished: UnboundedReceiver<Finished>) {
    while let Some(one) = finished.recv().await {
        tokio::spawn(answer(shared.clone(), one));
    }
}

async fn answer(shared: Arc<Shared>, Finished { id, run, clip, attempts, transcribed }: Finished) {
    let outcome = match transcribed {
        Ok(hypothesis) => ClipOutcome::Transcribed(Box::new(hypothesis)),
        Err(error) if error.is::<Stopped>() => {
            give_back(&shared, id, None).await;
            return;
        }
        Err(error) => {
            let error_text = format!("{error:#}");
            (shared.terms.tell)(format!("clip {clip}, attempt {attempts}: {error_text}"));
            if attempts < TRIES && !error.is::<GivenUp>() {
                give_back(&shared, id, Some(AGAIN)).await;
                return;
            }
            ClipOutcome::Failed { error: error_text, attempts }
        }
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
    // First the result, then the clip: whoever dies in between, the clip is transcribed twice and kept once.
    if let Some(acker) = shared.held.acker(id) {
        let _ = acker.double_ack().await;
    }
    shared.held.release(id);
    count(&shared, &clip, &outcome);
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
