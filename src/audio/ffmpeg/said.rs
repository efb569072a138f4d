//! What `ffmpeg` says while it works. In: its lines on stderr (`-loglevel level+verbose`). Out: what it found and
//! what it could not decode, in bounded memory. Left to others: what follows from that.

use std::io::{BufRead, Read};

/// Bytes of a line that are looked at.
const LINE: u64 = 2_000;
/// Complaints that are kept.
const COMPLAINTS: usize = 4;

/// What was said.
#[derive(Debug, Default, PartialEq)]
pub struct Said {
    /// Packets that could not be decoded.
    pub lost: u64,
    /// Packets of the track, and samples that came out of them.
    track: Option<(u64, u64)>,
    /// Seconds of the file by its header, where that is no estimate.
    duration: Option<f64>,
    estimated: bool,
    /// Tracks of any kind, and those with audio.
    tracks: (usize, usize),
    /// Whether it spoke of a file that ends too early.
    pub cut_short: bool,
    complaints: Vec<String>,
}

impl Said {
    /// Reads to the end of the pipe.
    pub fn read(mut from: impl BufRead) -> Self {
        let mut said = Self::default();
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = from.by_ref().take(LINE).read_until(b'\n', &mut line);
            if !matches!(read, Ok(1..)) {
                return said;
            }
            said.take_line(String::from_utf8_lossy(&line).trim());
        }
    }

    /// Audio tracks beside the one that was decoded.
    pub fn other_tracks(&self) -> usize {
        self.tracks.1.saturating_sub(1)
    }

    fn take_line(&mut self, line: &str) {
        let Some((level, text)) = message(line) else { return };
        self.estimated |= text.contains("Estimating duration from bitrate");
        match level {
            "error" | "fatal" | "panic" => self.complain(text),
            "warning" => self.cut_short |= tells_of_an_early_end(&text),
            _ => self.note(&text),
        }
    }

    fn complain(&mut self, text: String) {
        self.cut_short |= tells_of_an_early_end(&text);
        if text.contains("Error while decoding stream #")
            || text.contains("Error submitting packet to decoder")
        {
            self.lost += 1;
        }
        if self.complaints.len() < COMPLAINTS && !self.complaints.contains(&text) {
            self.complaints.push(text);
        }
    }

    fn note(&mut self, text: &str) {
        if let Some(rest) = text.strip_prefix("Duration: ") {
            self.duration = self.duration.or(rest.split(',').next().and_then(seconds));
        } else if text.starts_with("Stream #0:") && !text.contains("->") && self.track.is_none() {
            // Those of the output come after its heading.
            self.tracks.0 += 1;
            self.tracks.1 += usize::from(text.contains(": Audio: "));
        } else if text.starts_with("Output #0") {
            self.track.get_or_insert_default();
        } else if text.contains("(audio):") && text.contains("packets read") {
            let numbers: Vec<u64> =
                text.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
            // Input stream #0:0 (audio): PACKETS packets read (BYTES bytes); FRAMES frames decoded (SAMPLES samples);
            if let [.., packets, _, frames, samples] = numbers[..]
                && frames > 0
            {
                self.track = Some((packets, samples));
            }
        }
    }

    /// Seconds that were lost, of audio at `rate`; a packet is as long as the others.
    pub fn lost_seconds(&self, rate: u32) -> f64 {
        const UNKNOWN: f64 = 0.05;
        let packet = match self.track {
            Some((packets, samples)) if samples > 0 => {
                samples as f64 / f64::from(rate) / packets.saturating_sub(self.lost).max(1) as f64
            }
            _ => UNKNOWN,
        };
        self.lost as f64 * packet
    }

    /// Seconds of the file by its header, where that is no estimate and no other track's.
    pub fn duration(&self) -> Option<f64> {
        self.duration.filter(|_| !self.estimated && self.tracks == (1, 1))
    }

    /// Its complaints, if it had any.
    pub fn complaints(&self) -> Option<String> {
        (!self.complaints.is_empty()).then(|| self.complaints.join("; "))
    }
}

/// Level and text of a line: `[amrnb @ 0x55b3] [error] Corrupt bitstream` is an error, "amrnb: Corrupt bitstream".
fn message(line: &str) -> Option<(&str, String)> {
    const LEVELS: [&str; 6] = ["panic", "fatal", "error", "warning", "info", "verbose"];
    let (at, level) = LEVELS
        .iter()
        .filter_map(|level| Some((line.find(&format!("[{level}] "))?, *level)))
        .min()?;
    let text = line[at + level.len() + 3..].trim().trim_start_matches("file:/dev/stdin: ");
    let who = line[..at].trim().strip_prefix('[').and_then(|who| who.split(" @ ").next());
    Some((level, who.map_or(text.to_string(), |who| format!("{who}: {text}"))))
}

fn tells_of_an_early_end(text: &str) -> bool {
    let text = text.to_lowercase();
    ["partial file", "truncat", "prematurely", "error during demuxing", "input/output error"]
        .iter()
        .any(|words| text.contains(words))
}

/// `00:00:52.84` in seconds.
fn seconds(clock: &str) -> Option<f64> {
    let mut parts = clock.trim().split(':').map(|part| part.parse::<f64>().ok());
    let (h, m, s) = (parts.next()??, parts.next()??, parts.next()??);
    Some(h * 3600.0 + m * 60.0 + s)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: &str = "\
[amr @ 0x55b387405a00] [warning] Estimating duration from bitrate, this may be inaccurate
[info] Input #0, amr, from 'file:/dev/stdin':
[info]   Duration: 00:01:52.84, bitrate: 6 kb/s
[info]   Stream #0:0: Audio: amr_nb (samr / 0x726D6173), 8000 Hz, mono, fltp, 6 kb/s
[info]   Stream #0:0 -> #0:0 (amr_nb (amrnb) -> pcm_f32le (native))
[amrnb @ 0x55b38741dc80] [error] Corrupt bitstream
[error] Error while decoding stream #0:0: Invalid data found when processing input
[info] Output #0, matroska, to 'pipe:1':
[info]   Stream #0:0: Audio: pcm_f32le ([3][0][0][0] / 0x0003), 8000 Hz, mono, flt, 256 kb/s
[verbose]   Input stream #0:0 (audio): 1656 packets read (52975 bytes); 1655 frames decoded (264800 samples); ";

    #[test]
    fn lost_packets_are_counted_in_seconds_and_reasons_are_kept() {
        let said = Said::read(TOLD.as_bytes());
        assert_eq!(said.lost, 1);
        assert!((said.lost_seconds(8_000) - 0.02).abs() < 1e-9);
        assert_eq!(said.duration(), None, "an estimate");
        let complaints = said.complaints().unwrap();
        assert!(complaints.starts_with("amrnb: Corrupt bitstream; Error while"), "{complaints}");
        let exact = TOLD.replace("Estimating", "Knowing");
        assert_eq!(Said::read(exact.as_bytes()).duration(), Some(112.84));
    }

    #[test]
    fn however_much_is_said_little_is_kept() {
        let line = format!("[error] {}", "x".repeat(5_000_000));
        let text: String = (0..3).map(|n| format!("[error] no {n}\n{line}\n")).collect();
        let said = Said::read(text.as_bytes());
        assert!(said.complaints().unwrap().len() < 10_000);
        assert_eq!(Said::read(&b""[..]).complaints(), None);
    }
}
