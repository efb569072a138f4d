//! What headers tell about priming and length. In: a demuxer, a track. Out: frames. Left to others:
//! whether that is so.

use symphonia::core::formats::{FormatReader, Track};
use symphonia::core::meta::RawValue;

use super::presented::Segment;
use super::{Reader, edits};

/// What iTunes notes about priming and padding.
pub fn noted(format: &mut dyn FormatReader) -> Option<Segment> {
    let mut metadata = format.metadata();
    loop {
        let tags = &metadata.current()?.media.tags;
        let note = tags.iter().find(|tag| tag.raw.key.ends_with("iTunSMPB"));
        if let Some(RawValue::String(text)) = note.map(|tag| &tag.raw.value) {
            return edits::itunes(text);
        }
        metadata.pop()?;
    }
}

/// Frames that the header announces; `None` where symphonia's number is only an estimate.
pub fn declared(track: &Track, reader: &Reader<'_>, pre_skip: u64) -> Option<u64> {
    let Reader { shape, timing, noted, .. } = reader;
    let frames = track.num_frames.filter(|&n| n > 0)?;
    let media = match shape.codec.as_str() {
        // Without a LAME tag it is guessed from the bit rate.
        "mp3" => track.delay.map(|_| frames),
        "aac" if shape.container == "aac" => None,
        // It counts the padding of the last packet.
        "alac" if shape.container == "caf" => None,
        // The granule position counts the pre-skip.
        "opus" => Some(frames.saturating_sub(pre_skip)),
        _ => Some(frames),
    }?;
    let mut segments = timing.segments(shape.rate).ok()?;
    segments.extend(*noted);
    if segments.is_empty() {
        return Some(media);
    }
    let shown = segments.iter().map(|s| s.silence + s.to.min(media).saturating_sub(s.from));
    Some(shown.sum())
}
