//! What symphonia lacks, through `ffmpeg` on PATH: it writes a float WAV stream of the first audio
//! track, at its own rate and with all its channels, which is then read like any other.
//! Left to others: whether there is another way.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use anyhow::{Context, Result, bail};

use super::reader::{Reader, Refusal};

/// The program's name, looked for on PATH.
pub const PROGRAM: &str = "ffmpeg";
/// Bytes of its complaints that are kept.
const COMPLAINTS: u64 = 2_000;

/// A running `ffmpeg`; stopped when dropped.
pub struct Ffmpeg {
    child: Child,
    complaints: Option<JoinHandle<String>>,
}

/// Starts `program` on a file; `why` says why it is needed.
pub fn open(program: &OsStr, path: &Path, why: &str) -> Result<(Ffmpeg, Reader<'static>)> {
    let mut input = OsString::from("file:"); // no other protocol, whatever the name looks like
    input.push(path);
    let spawned = Command::new(program)
        .args(["-nostdin", "-hide_banner", "-v", "error", "-xerror"])
        .args(["-protocol_whitelist", "file,pipe", "-i"])
        .arg(input)
        .args(["-map", "0:a:0", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(e) if e.kind() == io::ErrorKind::NotFound => bail!(
            "{why}; install ffmpeg, which reads many more formats, or convert the file to FLAC or WAV"
        ),
        Err(e) => return Err(e).with_context(|| format!("{why}; start ffmpeg")),
    };
    let (Some(stdout), Some(mut stderr)) = (child.stdout.take(), child.stderr.take()) else {
        bail!("{why}; ffmpeg gave no pipe");
    };
    let complaints = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = stderr.by_ref().take(COMPLAINTS).read_to_end(&mut text);
        let _ = io::copy(&mut stderr, &mut io::sink()); // or it would block on a full pipe
        String::from_utf8_lossy(&text).trim().replace('\n', "; ")
    });
    let mut ffmpeg = Ffmpeg { child, complaints: Some(complaints) };
    match Reader::pipe(stdout) {
        Ok(reader) => Ok((ffmpeg, reader)),
        Err(refusal) => match (ffmpeg.end(), refusal) {
            (Err(e), _) => Err(e.context(why.to_string())),
            (Ok(()), Refusal::Empty(_)) => bail!("{why}; ffmpeg found no audio in it"),
            (Ok(()), e) => Err(e).with_context(|| format!("{why}; read what ffmpeg made of it")),
        },
    }
}

impl Ffmpeg {
    /// Waits for the end, after all of its output was read; an error where it complained.
    pub fn end(&mut self) -> Result<()> {
        let status = self.child.wait().context("wait for ffmpeg")?;
        let complaints = self.complaints.take().and_then(|thread| thread.join().ok());
        match complaints {
            Some(text) if !status.success() => bail!("ffmpeg failed: {text}"),
            _ if !status.success() => bail!("ffmpeg failed ({status})"),
            _ => Ok(()),
        }
    }
}

impl Drop for Ffmpeg {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
