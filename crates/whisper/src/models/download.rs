//! Fetches a file over HTTP, resuming what an earlier attempt left. In: an address and a `.part`
//! file. Out: the `.part` file, complete as far as the server says. Left to others: whether it is
//! the right content (`pull` compares checksums).

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use ureq::Agent;
use ureq::http::{HeaderMap, StatusCode};

use super::progress::{ProgressEvent, Stage};
use crate::{Url, redact};

/// Short, so that a machine without the hub moves on to the next source.
const CONNECT: Duration = Duration::from_secs(5);
/// A server that says nothing for this long has gone.
const SILENCE: Duration = Duration::from_secs(30);
/// Attempts in a row that bring no byte.
const PATIENCE: u32 = 3;

/// How much a file may have.
#[derive(Clone, Copy, Debug)]
pub enum Size {
    /// So many bytes.
    Exactly(u64),
    /// No more than that.
    Most(u64),
}

impl Size {
    fn most(self) -> u64 {
        match self {
            Self::Exactly(bytes) | Self::Most(bytes) => bytes,
        }
    }

    /// Whether a file of so many bytes can be it.
    fn allows(self, bytes: u64) -> bool {
        match self {
            Self::Exactly(exact) => bytes == exact,
            Self::Most(most) => bytes <= most,
        }
    }
}

/// How one request ended, unless it makes no sense to repeat it.
enum End {
    /// Everything is there.
    Complete,
    /// The server cannot continue from what we have: begin again.
    Restart,
    /// Try again, from where we are.
    Cut(anyhow::Error),
}

/// Completes `part`. A connection that breaks is taken up again where it broke; what cannot be
/// continued is fetched from its beginning. On an error `part` keeps what came, unless that was more than `size` allows:
/// nothing beyond it is read.
pub fn fetch(
    url: &Url,
    size: Size,
    part: &Path,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<()> {
    let agent = agent(url);
    let mut failures = 0;
    loop {
        let before = length_of(part);
        match size {
            Size::Exactly(bytes) if before == bytes => return Ok(()),
            size if before > size.most() => discard(part)?,
            _ => {}
        }
        let before = length_of(part);
        let error = match request(&agent, url, size, part, before, progress)? {
            End::Complete => return Ok(()),
            End::Restart => {
                File::create(part).with_context(|| format!("empty {}", part.display()))?;
                anyhow!("the server cannot continue from byte {before}")
            }
            End::Cut(error) => error,
        };
        let now = length_of(part);
        failures = if now > before { 0 } else { failures + 1 };
        if failures == PATIENCE {
            return Err(error);
        }
        progress(ProgressEvent::Note(format!("{error:#}; continuing at byte {now}")));
        std::thread::sleep(Duration::from_millis(300) * failures);
    }
}

fn request(
    agent: &Agent,
    url: &Url,
    size: Size,
    part: &Path,
    have: u64,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<End> {
    // Compressed bytes could not be resumed.
    let mut request = agent.get(url.secret()).header("Accept-Encoding", "identity");
    if have > 0 {
        request = request.header("Range", format!("bytes={have}-"));
    }
    let response = request.call().map_err(|error| anyhow!(redact(&error.to_string())));
    let response = response.with_context(|| format!("reach {url}"))?;
    let headers = response.headers();
    let (start, total) = match response.status() {
        StatusCode::OK => (0, length(headers)),
        StatusCode::PARTIAL_CONTENT => match content_range(headers) {
            Some((Some(start), total)) if start == have => (have, total),
            _ => return Ok(End::Restart),
        },
        StatusCode::RANGE_NOT_SATISFIABLE if have > 0 => {
            let whole = content_range(headers).and_then(|(_, total)| total);
            return Ok(if whole == Some(have) { End::Complete } else { End::Restart });
        }
        other if other.is_server_error() => {
            return Ok(End::Cut(anyhow!("{url} answers {other}")));
        }
        other => bail!("{url} answers {other}"),
    };
    if let Some(total) = total.filter(|total| !size.allows(*total)) {
        bail!("{url} announces {total} bytes; the model has {}", of(size));
    }
    let mut file = OpenOptions::new()
        .create(true)
        .append(start > 0)
        .write(true)
        .truncate(start == 0)
        .open(part)
        .with_context(|| format!("write {}", part.display()))?;
    let outcome = receive(response.into_body(), &mut file, start, size.most(), total, progress);
    file.sync_all().with_context(|| format!("write {}", part.display()))?;
    Ok(match (outcome?, total) {
        (Received::All(done), Some(total)) if done != total => {
            End::Cut(anyhow!("{url} broke off at {done} of {total} bytes"))
        }
        (Received::All(done), None) if !size.allows(done) => {
            End::Cut(anyhow!("{url} broke off at {done} bytes"))
        }
        (Received::All(_), _) => End::Complete,
        (Received::TooMuch, _) => {
            discard(part)?;
            bail!("{url} sends more than it should: the model has {}", of(size))
        }
        (Received::Broken(error), _) => End::Cut(anyhow!(error).context(format!("read {url}"))),
    })
}

/// How a body ended.
enum Received {
    /// At this many bytes.
    All(u64),
    /// There was more than there may be; what came is in the file.
    TooMuch,
    /// The connection failed; what came is in the file.
    Broken(std::io::Error),
}

fn receive(
    body: ureq::Body,
    file: &mut File,
    start: u64,
    most: u64,
    total: Option<u64>,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<Received> {
    let mut reader = body.into_with_config().limit(u64::MAX).reader();
    let mut buffer = vec![0; 1 << 16];
    let mut done = start;
    loop {
        let read = match reader.read(&mut buffer) {
            Ok(0) => return Ok(Received::All(done)),
            Ok(read) => read,
            Err(error) => return Ok(Received::Broken(error)),
        };
        if read as u64 > most - done {
            return Ok(Received::TooMuch);
        }
        file.write_all(&buffer[..read]).context("write the download")?;
        done += read as u64;
        progress(ProgressEvent::Bytes { stage: Stage::Download, done, total });
    }
}

/// Follows redirects and the usual proxy variables; a server on this machine needs no proxy.
fn agent(url: &Url) -> Agent {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_resolve(Some(CONNECT))
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(SILENCE))
        .timeout_per_read(Some(SILENCE));
    let shown = url.to_string();
    if shown.starts_with("http://127.0.0.1") || shown.starts_with("http://localhost") {
        config = config.proxy(None);
    }
    config.build().into()
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get("Content-Length")?.to_str().ok()?.parse().ok()
}

/// Start and total of `bytes START-END/TOTAL` or `bytes */TOTAL`.
fn content_range(headers: &HeaderMap) -> Option<(Option<u64>, Option<u64>)> {
    let text = headers.get("Content-Range")?.to_str().ok()?.strip_prefix("bytes ")?;
    let (range, total) = text.split_once('/')?;
    let start = range.split_once('-').and_then(|(start, _)| start.parse().ok());
    Some((start, total.parse().ok()))
}

/// For a sentence.
fn of(size: Size) -> String {
    match size {
        Size::Exactly(bytes) => format!("{bytes}"),
        Size::Most(bytes) => format!("{bytes} at most"),
    }
}

fn discard(part: &Path) -> Result<()> {
    fs::remove_file(part).with_context(|| format!("remove {}", part.display()))
}

fn length_of(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |m| m.len())
}
