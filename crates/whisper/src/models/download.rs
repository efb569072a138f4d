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

/// Short, so that a machine without the hub moves on to the next source.
const CONNECT: Duration = Duration::from_secs(5);
/// A server that says nothing for this long has gone.
const SILENCE: Duration = Duration::from_secs(30);
/// Attempts in a row that bring no byte.
const PATIENCE: u32 = 3;

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
/// continued is fetched from its beginning. On an error `part` keeps what came.
pub fn fetch(url: &str, part: &Path, progress: &mut dyn FnMut(ProgressEvent)) -> Result<()> {
    let agent = agent(url);
    let mut failures = 0;
    loop {
        let before = size(part);
        let error = match request(&agent, url, part, before, progress)? {
            End::Complete => return Ok(()),
            End::Restart => {
                File::create(part).with_context(|| format!("empty {}", part.display()))?;
                anyhow!("the server cannot continue from byte {before}")
            }
            End::Cut(error) => error,
        };
        let now = size(part);
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
    url: &str,
    part: &Path,
    have: u64,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<End> {
    // Compressed bytes could not be resumed.
    let mut request = agent.get(url).header("Accept-Encoding", "identity");
    if have > 0 {
        request = request.header("Range", format!("bytes={have}-"));
    }
    let response = request.call().with_context(|| format!("reach {url}"))?;
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
    let mut file = OpenOptions::new()
        .create(true)
        .append(start > 0)
        .write(true)
        .truncate(start == 0)
        .open(part)
        .with_context(|| format!("write {}", part.display()))?;
    let outcome = receive(response.into_body(), &mut file, start, total, progress);
    file.sync_all().with_context(|| format!("write {}", part.display()))?;
    Ok(match (outcome?, total) {
        (Received::All(done), Some(total)) if done != total => {
            End::Cut(anyhow!("{url} broke off at {done} of {total} bytes"))
        }
        (Received::All(_), _) => End::Complete,
        (Received::Broken(error), _) => End::Cut(anyhow!(error).context(format!("read {url}"))),
    })
}

/// How a body ended.
enum Received {
    /// At this many bytes.
    All(u64),
    /// The connection failed; what came is in the file.
    Broken(std::io::Error),
}

fn receive(
    body: ureq::Body,
    file: &mut File,
    start: u64,
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
        file.write_all(&buffer[..read]).context("write the download")?;
        done += read as u64;
        progress(ProgressEvent::Bytes { stage: Stage::Download, done, total });
    }
}

/// Follows redirects and the usual proxy variables; a server on this machine needs no proxy.
fn agent(url: &str) -> Agent {
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_resolve(Some(CONNECT))
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(SILENCE))
        .timeout_per_read(Some(SILENCE));
    if url.starts_with("http://127.0.0.1") || url.starts_with("http://localhost") {
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

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |m| m.len())
}
