//! Clips as FLAC: half the size of WAV and the same samples; every current browser plays it.
//! In: samples. Out: the bytes of a 16-bit mono 16 kHz file, and back. Left to others: embedding and
//! sending them.

use anyhow::{Context, Result, anyhow, bail, ensure};
use flacenc::component::BitRepr;
use flacenc::error::Verify;

use super::reader::{Next, Reader};
use super::wav::sixteen_bit;
use crate::domain::SAMPLE_RATE;

/// Samples of the shortest block that the format allows.
const SHORTEST: usize = 16;

/// Samples of the longest clip that can be transcribed.
const LONGEST: usize = 30 * SAMPLE_RATE as usize;

/// A whole FLAC file that decodes to exactly what [`super::wav::bytes`] writes; 16 samples or more.
pub fn encode(samples: &[f32]) -> Result<Vec<u8>> {
    ensure!(samples.len() >= SHORTEST, "{} samples are too few for FLAC", samples.len());
    let integers: Vec<i32> = samples.iter().map(|&s| sixteen_bit(s).into()).collect();
    let mut settings = flacenc::config::Encoder::default();
    settings.multithread = false; // clips are short, and many are encoded at once
    // A third of the time of linear prediction, for 2 % more bytes.
    settings.subframe_coding.use_lpc = false;
    settings.subframe_coding.fixed.max_order = 2;
    let settings = settings.into_verified().map_err(|(_, e)| anyhow!("FLAC settings: {e}"))?;
    let source = flacenc::source::MemSource::from_samples(&integers, 1, 16, SAMPLE_RATE as usize);
    let mut stream = flacenc::encode_with_fixed_block_size(&settings, source, settings.block_size)
        .map_err(|e| anyhow!("encode FLAC: {e:?}"))?;
    // The encoder counts the short last block as the smallest one, which then reads as a stream of
    // varying blocks: strict decoders, symphonia among them, refuse it. RFC 9639, 8.2: it does not
    // count.
    stream
        .stream_info_mut()
        .set_block_sizes(settings.block_size, settings.block_size)
        .map_err(|e| anyhow!("FLAC block size: {e}"))?;
    let mut bytes = flacenc::bitsink::ByteSink::new();
    stream.write(&mut bytes).map_err(|e| anyhow!("write FLAC: {e:?}"))?;
    Ok(bytes.into_inner())
}

/// The samples of a file that [`encode`] made.
///
/// # Errors
/// It is none, or damaged.
pub fn decode(bytes: Vec<u8>) -> Result<Vec<f32>> {
    let mut reader = Reader::bytes(bytes, "a FLAC clip").context("open a FLAC clip")?;
    let shape = reader.shape().clone();
    ensure!(
        (shape.channels, shape.rate) == (1, SAMPLE_RATE),
        "a clip has one channel at {SAMPLE_RATE} Hz, not {} at {} Hz",
        shape.channels,
        shape.rate
    );
    let mut samples = Vec::new();
    loop {
        match reader.next()? {
            Next::Samples(mut block) => samples.append(&mut block),
            Next::Silence(_) => bail!("a FLAC clip is damaged"),
            Next::End => break,
        }
        ensure!(samples.len() <= LONGEST, "a clip of more than 30 s");
    }
    let whole = shape.declared.is_none_or(|n| n == samples.len() as u64);
    let sound = !reader.cut_short();
    ensure!(whole && sound, "a FLAC clip is damaged");
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::decode::{self, Source};
    use crate::audio::wav;
    use crate::domain::Channel;

    fn decoded(bytes: &[u8]) -> Vec<f32> {
        let file = tempfile::NamedTempFile::new().expect("temporary file");
        std::fs::write(file.path(), bytes).expect("write");
        let mut samples = Vec::new();
        decode::stream(&Source::file(file.path(), Channel::Mix), &mut |block| {
            samples.extend_from_slice(block);
            Ok(())
        })
        .expect("decode");
        samples
    }

    #[test]
    fn flac_decodes_to_the_very_samples_of_the_wav() {
        // Tone, silence, noise and clipping; lengths around the encoder's block of 4096.
        let mut noise = 1u32;
        let samples: Vec<f32> = (0..20_000)
            .map(|i| {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                match i / 5_000 {
                    0 => (i as f32 * 0.05).sin() * 0.7,
                    1 => 0.0,
                    2 => noise as f32 / u32::MAX as f32 * 2.0 - 1.0,
                    _ => {
                        if i % 100 < 50 {
                            1.2
                        } else {
                            -1.2
                        }
                    }
                }
            })
            .collect();
        for length in [16, 17, 160, 4_095, 4_096, 4_097, 20_000] {
            let samples = &samples[..length];
            let encoded = encode(samples).expect("encode");
            let flac = decoded(&encoded);
            assert_eq!(super::decode(encoded).expect("decode"), flac);
            let kept: Vec<f32> = samples.iter().map(|s| wav::as_sixteen_bit(*s)).collect();
            assert_eq!(flac, kept);
            assert_eq!(flac.len(), length);
            assert_eq!(flac, decoded(&wav::bytes(samples).expect("write")), "{length} samples");
        }
    }

    #[test]
    fn what_is_no_clip_or_is_cut_short_is_refused() {
        let samples: Vec<f32> = (0..20_000).map(|i| (i as f32 * 0.05).sin() * 0.7).collect();
        let whole = encode(&samples).expect("encode");
        assert!(super::decode(whole[..whole.len() / 2].to_vec()).is_err());
        let long = encode(&vec![0.0; LONGEST + 1]).expect("encode");
        assert!(super::decode(long).expect_err("too long").to_string().contains("30 s"));
        assert!(super::decode(b"no FLAC at all".to_vec()).is_err());
        assert!(super::decode(Vec::new()).is_err());
    }
}
