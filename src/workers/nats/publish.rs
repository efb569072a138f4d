//! One message into a stream, whatever happens on the way. In: subject, headers, bytes. Out: it is there,
//! was there before, or cannot be. Left to others: what it says.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};
use async_nats::HeaderMap;
use async_nats::connection::State;
use async_nats::jetstream::context::PublishErrorKind;
use whisper::Stopped;

use super::link::{Link, Tell};

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// The server has it on disk.
    Stored,
    /// A message of this subject waits there already.
    Waits,
}

/// A message that no server with these settings takes.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error(
    "its message has {bytes} bytes, and the server takes {most}: raise max_payload in the server's settings, \
     or cut shorter clips (slice.max_seconds)"
)]
pub struct TooLarge {
    /// Of the message with its headers.
    pub bytes: usize,
    /// Of the server.
    pub most: usize,
}

/// Why it has to be tried again.
enum Again {
    /// The stream is not there (any more): whoever calls makes it.
    NoStream,
    /// No room: on the disk, or in the account.
    NoRoom(String),
    /// No answer.
    NoAnswer,
    /// Something else.
    Other(String),
}

const WAIT: Duration = Duration::from_millis(500);

/// Publishes, and tries again until the server has it or `stop` is set. `renew` is called where the stream
/// is missing.
///
/// # Errors
/// [`TooLarge`], [`Stopped`].
pub async fn publish(
    link: &Link,
    subject: String,
    headers: HeaderMap,
    payload: &[u8],
    stop: &AtomicBool,
    tell: &Tell,
    renew: &(dyn Fn() -> futures_util::future::BoxFuture<'static, Result<()>> + Send + Sync),
) -> Result<Published> {
    let most = link.client.server_info().max_payload;
    let bytes = payload.len() + size(&headers);
    if bytes > most {
        bail!(TooLarge { bytes, most });
    }
    let mut said = false;
    loop {
        if stop.load(Ordering::Relaxed) {
            return Err(Stopped.into());
        }
        let payload = payload.to_vec().into();
        let sent = link.jetstream.publish_with_headers(subject.clone(), headers.clone(), payload);
        let kept = match sent.await {
            Ok(sent) => sent.await.map(|_| ()),
            Err(error) => Err(error),
        };
        let Err(error) = kept else { return Ok(Published::Stored) };
        let text = causes(&error);
        if text.contains("maximum messages per subject exceeded") {
            return Ok(Published::Waits);
        }
        if error.kind() == PublishErrorKind::MaxPayloadExceeded {
            bail!(TooLarge { bytes, most });
        }
        let line = match why(error.kind(), text) {
            Again::NoStream => match renew().await {
                Ok(()) => continue,
                Err(error) => Some(format!("{error:#}; trying again")),
            },
            Again::NoRoom(why) => {
                Some(format!("the server at {} has no room ({why}); waiting for it", link.shown))
            }
            // A lost connection says so itself. Servers do not report a full disk: they stop answering.
            Again::NoAnswer if !connected(link) => None,
            Again::NoAnswer => Some(format!(
                "the server at {} does not store what it is sent (is its disk full?); trying again",
                link.shown
            )),
            Again::Other(why) => Some(format!("the server at {}: {why}; trying again", link.shown)),
        };
        if let Some(line) = line.filter(|_| !said) {
            said = true;
            tell(line);
        }
        tokio::time::sleep(WAIT).await;
    }
}

fn connected(link: &Link) -> bool {
    link.client.connection_state() == State::Connected
}

fn why(kind: PublishErrorKind, text: String) -> Again {
    const FULL: [&str; 4] = [
        "insufficient resources",
        "resource limits exceeded",
        "no space left",
        "maximum bytes exceeded",
    ];
    match kind {
        PublishErrorKind::StreamNotFound => Again::NoStream,
        PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe => Again::NoAnswer,
        _ if FULL.iter().any(|sign| text.contains(sign)) => Again::NoRoom(text),
        _ => Again::Other(text),
    }
}

/// An error with its causes.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        next = cause.source();
    }
    text
}

/// Bytes that headers take on the wire.
fn size(headers: &HeaderMap) -> usize {
    let lines = headers.iter().flat_map(|(name, values)| {
        let name = name.to_string().len();
        values.iter().map(move |value| name + value.as_str().len() + 4)
    });
    14 + lines.sum::<usize>()
}
