//! Clips as WAV: 16-bit mono at 16 kHz, what every training stack reads.
//! In: samples. Out: bytes, or a file that is there whole or not at all. Left to others: names.

use std::io::{Cursor, Write};
use std::path::Path;

use anyhow::{Context, Result};
use hound::{SampleFormat, WavSpec, WavWriter};

use crate::domain::SAMPLE_RATE;
use crate::files::Part;

const SPEC: WavSpec = WavSpec {
    channels: 1,
    sample_rate: SAMPLE_RATE,
    bits_per_sample: 16,
    sample_format: SampleFormat::Int,
};

/// A sample as 16-bit integer: x * 32768, rounded and kept in range; the inverse of decoding.
pub fn sixteen_bit(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16 // `as` saturates
}

/// The sample that a 16-bit integer stands for.
pub fn of_sixteen_bit(number: i16) -> f32 {
    f32::from(number) / 32_768.0
}

/// What a 16-bit file gives back for a sample.
pub fn as_sixteen_bit(sample: f32) -> f32 {
    of_sixteen_bit(sixteen_bit(sample))
}

/// A whole WAV file.
pub fn bytes(samples: &[f32]) -> Result<Vec<u8>> {
    let mut file = Cursor::new(Vec::with_capacity(44 + 2 * samples.len()));
    let mut writer = WavWriter::new(&mut file, SPEC).context("write a WAV header")?;
    for &sample in samples {
        writer.write_sample(sixteen_bit(sample)).context("write a WAV sample")?;
    }
    writer.finalize().context("finish a WAV file")?;
    Ok(file.into_inner())
}

/// Writes a WAV file whole or not at all, into a folder that is there.
pub fn write(path: &Path, samples: &[f32]) -> Result<()> {
    let written = bytes(samples).and_then(|bytes| {
        let part = Part::beside(path)?;
        part.file().write_all(&bytes)?;
        Ok(part.keep()?)
    });
    written.with_context(|| format!("write {}", path.display()))
}

/// The samples of a file that holds what [`bytes`] writes.
pub fn read(path: &Path) -> Result<Vec<f32>> {
    let samples = hound::WavReader::open(path)
        .and_then(|file| file.into_samples::<i16>().map(|s| s.map(of_sixteen_bit)).collect());
    samples.with_context(|| format!("read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_16_bit_value_survives_the_way_to_float_and_back() {
        for value in i16::MIN..=i16::MAX {
            assert_eq!(sixteen_bit(f32::from(value) / 32_768.0), value);
        }
        assert_eq!((sixteen_bit(1.0), sixteen_bit(-7.0)), (i16::MAX, i16::MIN));
    }

    #[test]
    fn a_file_is_written_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("clip.wav");
        write(&path, &[0.0, 0.5, -0.5]).expect("write");
        let mut read = hound::WavReader::open(&path).expect("open");
        let samples: Vec<i16> = read.samples().map(|s| s.expect("sample")).collect();
        assert_eq!(samples, [0, 16_384, -16_384]);
        assert_eq!(super::read(&path).expect("read"), [0.0, 0.5, -0.5]);
        let missing = folder.path().join("no such folder").join("clip.wav");
        let error = write(&missing, &[0.0]).expect_err("no folder");
        assert!(format!("{error:#}").contains("no such folder"));
        assert_eq!(fs::read_dir(folder.path()).expect("list").count(), 1, "no .part is left");
    }
}
