//! Files that only `ffmpeg` reads. The last frame of `cut.amr` is cut off; `dtx.amr` has pauses without frames.

use std::path::PathBuf;

use super::*;
use crate::audio::decode::{self, Source};
use crate::domain::Channel;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/audio").join(name)
}

fn decoded(name: &str) -> (Decoded, Vec<f32>) {
    let mut samples = Vec::new();
    let path = fixture(name);
    let decoded = decode::stream(&Source::file(&path, Channel::Mix), &mut |block| {
        samples.extend_from_slice(block);
        Ok(())
    });
    (decoded.expect(name), samples)
}

#[test]
#[ignore = "needs ffmpeg on PATH, which the project does not"]
fn a_last_frame_that_is_cut_off_costs_itself_and_is_counted() {
    let (decoded, samples) = decoded("cut.amr");
    assert_eq!(decoded.damaged, Samples(320));
    assert_eq!(samples.len(), 150 * 320);
}

#[test]
#[ignore = "needs ffmpeg on PATH, which the project does not"]
fn pauses_that_a_recorder_left_out_are_silence_of_their_length() {
    let (decoded, samples) = decoded("dtx.amr");
    assert_eq!((decoded.damaged, decoded.filled), (Samples(0), Samples(29 * 320)));
    assert_eq!(samples.len(), 45 * 320);
    // The first pause is of frames 7 to 28; what is at its edges rings.
    assert!(samples[8 * 320..28 * 320].iter().all(|s| s.abs() < 1e-5));
    assert!(samples[30 * 320..31 * 320].iter().any(|s| s.abs() > 1e-3));
}
