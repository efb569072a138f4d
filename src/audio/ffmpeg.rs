//! What our own reader cannot do, through `ffmpeg` on PATH: it writes the first audio track, at its own rate and
//! with all its channels, as a stream of samples, which is then read like any other.
//! Left to others: whether there is another way, and how long it may take.
//!
//! It gets the open file as its stdin, one demuxer that fits the file's first bytes, and no protocol but that
//! for files; so a file that names others gives none of their sound.

mod amr;
mod said;

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufReader, Seek};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use self::amr::Frames;
use self::said::Said;
use super::decode::pump::tolerable;
use super::decode::{Decoded, Failure};
use super::input::Input;
use super::reader::{Reader, Refusal};
use super::sniff::{Content, Looks};
use crate::domain::Samples;

/// The program's name, looked for on PATH.
pub const PROGRAM: &str = "ffmpeg";
/// A file may be shorter than it should be by this much, seconds, beyond what is tolerated: the padding of a codec's
/// first and last frames.
const PADDING: f64 = 0.1;
/// Demuxers for a file of unknown format: containers of audio, and none that opens other files.
const CONTAINERS: &str = "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,dts,dtshd,eac3,flac,flv,matroska,mov,mp3,mpc,mpc8,\
                          mpeg,mpegts,nistsphere,ogg,rm,tta,voc,w64,wav,wv,xwma";

type Running = Arc<Mutex<Child>>;

/// Those that run now.
static ALL: Mutex<Vec<Running>> = Mutex::new(Vec::new());

/// Kills every `ffmpeg` that this process started; for one that is about to end.
pub fn kill_all() {
    let Ok(all) = ALL.lock() else { return };
    for child in all.iter() {
        let _ = child.lock().map(|mut child| child.kill());
    }
    std::mem::forget(all); // none is started any more
}

/// A running `ffmpeg`; stopped when dropped.
pub struct Ffmpeg {
    child: Running,
    said: Option<JoinHandle<Said>>,
    frames: Option<Frames>,
}

/// Starts `program` on a file.
pub fn open(
    program: &OsStr,
    input: &Input,
    looks: &Looks,
) -> Result<(Ffmpeg, Reader<'static>), Failure> {
    let demuxer = match looks.content {
        Content::NoAudio => return Err(Failure::File(format!("{} holds no audio", looks.name))),
        Content::Demuxer(demuxer) => Some(demuxer),
        Content::Unknown => None,
    };
    let mut file = input.file().map_err(Failure::file)?;
    file.rewind().map_err(Failure::file)?;
    let frames = match demuxer {
        Some("amr") => amr::count(&file).map_err(Failure::file)?,
        _ => None,
    };
    file.rewind().map_err(Failure::file)?;
    let all = ALL.lock();
    let mut child = match command(program, file, demuxer, frames).spawn() {
        Ok(child) => child,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            return Err(Failure::decoder(
                "install ffmpeg, which reads many more formats, or convert the file to FLAC or WAV",
            ));
        }
        Err(e) => return Err(Failure::decoder(format!("ffmpeg cannot be started: {e}"))),
    };
    let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(Failure::decoder("ffmpeg gave no pipe"));
    };
    let child = Arc::new(Mutex::new(child));
    let _ = all.map(|mut all| all.push(child.clone()));
    let said = std::thread::spawn(move || Said::read(BufReader::new(stderr)));
    let mut ffmpeg = Ffmpeg { child, said: Some(said), frames };
    match Reader::pipe(stdout) {
        Ok(reader) => Ok((ffmpeg, reader)),
        Err(refusal) => {
            let why = ffmpeg.complaint().unwrap_or_else(|| match refusal {
                Refusal::Empty(_) => "it found no audio".into(),
                refusal => format!("what it made of the file cannot be read ({refusal})"),
            });
            Err(Failure::decoder(format!("ffmpeg: {why}")))
        }
    }
}

fn command(program: &OsStr, file: File, demuxer: Option<&str>, frames: Option<Frames>) -> Command {
    let mut command = Command::new(program);
    command.args(["-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+verbose"]);
    command.args(["-max_error_rate", "1", "-threads", "1", "-protocol_whitelist", "file"]);
    command.args(["-format_whitelist", demuxer.unwrap_or(CONTAINERS)]);
    command.args(demuxer.iter().filter(|name| !name.contains(',')).flat_map(|name| ["-f", name]));
    command.args(["-i", "file:/dev/stdin", "-map", "0:a:0"]);
    if let Some(Frames { all, rate, .. }) = frames {
        // Silence for the frames that are left out, wherever they are.
        let samples = (all * rate) / (1.0 / amr::FRAME) as u64;
        let fill = "aresample=async=1:min_hard_comp=0.01:first_pts=0";
        command.args(["-af", &format!("{fill},apad=whole_len={samples}")]);
    }
    command.args(["-c:a", "pcm_f32le", "-f", "wav", "pipe:1"]);
    command.stdin(file).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Ffmpeg {
    /// Waits for the end, after all of its output was read, and takes what was lost into account; `expected`:
    /// seconds that the file should have.
    ///
    /// # Errors
    /// It failed, or more was lost than is tolerated of any decoder.
    pub fn end(
        &mut self,
        decoded: Decoded,
        rate: u32,
        expected: Option<f64>,
    ) -> Result<Decoded, Failure> {
        let status = self.wait().map_err(Failure::file)?;
        let said = self.said();
        if !status.success() {
            let why = said.complaints().unwrap_or_else(|| format!("it gave no reason ({status})"));
            return Err(Failure::decoder(format!("ffmpeg: {why}")));
        }
        let given = decoded.length.seconds();
        let pauses = self.frames.map_or(0, |frames| frames.pauses.min(said.lost));
        let pause = pauses as f64 * amr::FRAME;
        let lost = (said.lost_seconds(rate) - pause).max(0.0);
        let whole = expected.or(said.duration());
        let missing = whole.map_or(0.0, |whole| (whole - given - PADDING).max(0.0));
        if said.cut_short && whole.is_none() {
            let why = said.complaints().unwrap_or_else(|| "the file ends too early".into());
            return Err(Failure::File(format!("truncated after {given:.1} s (ffmpeg: {why})")));
        }
        if !tolerable(missing, given + missing) {
            let whole = given + missing;
            return Err(Failure::File(format!(
                "truncated or damaged: {given:.2} of {whole:.2} s decoded"
            )));
        }
        if !tolerable(lost + missing, given) {
            let why = said.complaints().unwrap_or_default();
            return Err(Failure::File(format!(
                "damaged: {:.2} of {given:.2} s cannot be decoded (ffmpeg: {why})",
                lost + missing
            )));
        }
        let damaged = decoded.damaged + Samples::from_seconds(lost + missing);
        let filled = decoded.filled + Samples::from_seconds(pause);
        Ok(Decoded { damaged, filled, other_tracks: said.other_tracks(), ..decoded })
    }

    /// Waits for the end, and says what it complained of.
    fn complaint(&mut self) -> Option<String> {
        let status = self.wait().ok()?;
        let said = self.said().complaints();
        said.or_else(|| (!status.success()).then(|| format!("it gave no reason ({status})")))
    }

    /// Waits for the end, and lets [`kill_all`] come in between.
    fn wait(&self) -> io::Result<ExitStatus> {
        let lost = |_| io::Error::other("a thread died");
        loop {
            if let Some(status) = self.child.lock().map_err(lost)?.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn said(&mut self) -> Said {
        self.said.take().and_then(|thread| thread.join().ok()).unwrap_or_default()
    }
}

impl Drop for Ffmpeg {
    fn drop(&mut self) {
        if let Ok(mut child) = self.child.lock() {
            let _ = child.kill();
            let _ = child.wait();
        }
        if let Ok(mut all) = ALL.lock() {
            all.retain(|other| !Arc::ptr_eq(other, &self.child));
        }
    }
}

#[cfg(test)]
mod tests;
