//! One packet becomes samples, or silence where it cannot be decoded. In: a packet. Out: a piece.
//! Left to others: where it goes.

use symphonia::core::errors::Error;
use symphonia::core::packet::Packet;
use symphonia::core::units::Duration;

use super::Reader;
use super::demux::{Piece, Why};

/// Damaged packets before the first good one that opening a file puts up with.
const BAD_STARTS: u64 = 50;
/// MP3 packets in a row that are of another rate or channel count: another file was joined.
const CHANGED: u32 = 10;

impl Reader<'_> {
    /// Decodes one packet; what cannot be decoded is silence.
    pub(super) fn decode(&mut self, mut packet: Packet) -> Result<Piece, Error> {
        let front = packet.trim_start.get();
        let kind = (self.shape.codec == "mp3").then(|| mp3_kind(&packet.data)).flatten();
        // What is to be dropped is known here better than to a decoder.
        (packet.trim_start, packet.trim_end) = (Duration::ZERO, Duration::ZERO);
        match self.decoder.decode(&packet) {
            Ok(decoded) => {
                let (rate, channels) = (decoded.spec().rate(), decoded.spec().channels().count());
                let mut samples = Vec::new();
                decoded.copy_to_vec_interleaved(&mut samples);
                if samples.is_empty() {
                    return Ok(Piece::Samples(samples));
                }
                if self.line.is_none() {
                    self.begin(rate, channels)?;
                }
                if (rate, channels) != (self.shape.rate, self.shape.channels) {
                    return Err(Error::Unsupported(
                        "sample rate or channel count changes on the way",
                    ));
                }
                let mut piece = Piece::Samples(samples);
                let frames = piece.frames(channels);
                piece.drop_front(front.min(frames), channels);
                self.usual = frames;
                self.changed = (kind, 0);
                Ok(piece)
            }
            // Bad data, or fewer of them than the codec needs.
            Err(e @ (Error::DecodeError(_) | Error::IoError(_))) => {
                let seconds = self.tick.map_or(0.0, |tick| packet.dur.get() as f64 * tick).min(1.0);
                if self.line.is_none() {
                    self.bad.0 += 1;
                    self.bad.1 += seconds;
                    if self.bad.0 > BAD_STARTS {
                        return Err(e);
                    }
                    return Ok(Piece::Silence(0, Why::Loss));
                }
                self.changed.1 += u32::from(kind != self.changed.0);
                if self.changed.1 > CHANGED {
                    return Err(Error::Unsupported(
                        "sample rate or channel count changes on the way",
                    ));
                }
                let told = (seconds * f64::from(self.shape.rate)).round() as u64;
                Ok(Piece::Silence(if told > 0 { told } else { self.usual }, Why::Loss))
            }
            Err(e) => Err(e),
        }
    }
}

/// Version, rate and whether it is mono, of an MP3 packet.
fn mp3_kind(packet: &[u8]) -> Option<[u8; 3]> {
    let header: &[u8; 4] = packet.first_chunk()?;
    Some([header[1] & 0x18, header[2] & 0x0c, u8::from(header[3] >> 6 == 3)])
}
