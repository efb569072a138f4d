//! Makes ggml model files. In: a CTranslate2 folder or an f16 ggml file. Out: a ggml file, f16 or
//! q8_0. Left to others: folders of transformers (`hf`), where the input comes from, and whether the checksum is the expected one.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use super::ct2::Ct2;
use super::ggml::layout::{Slot, slots};
use super::ggml::{self, Header, Storage, writer::Writer};
use super::places::{header, place};
use super::progress::{ProgressEvent, Stage};
use super::replace::Replacement;
use super::{mel, texts, vocabulary};

/// What second-ear can write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Matrices as 16-bit floats.
    F16,
    /// Matrices in blocks of 32 with 8 bits each: half the size.
    Q8_0,
}

impl Format {
    /// How the matrices are stored.
    pub fn storage(self) -> Storage {
        match self {
            Self::F16 => Storage::F16,
            Self::Q8_0 => Storage::Q8_0,
        }
    }
}

impl FromStr for Format {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "f16" => Ok(Self::F16),
            "q8_0" => Ok(Self::Q8_0),
            other => Err(format!("{other:?} is not a model format; there are f16 and q8_0")),
        }
    }
}

/// Turns a CTranslate2 folder (`model.bin` in float16 or float32, `tokenizer.json`) into a ggml
/// file. `out` appears whole or not at all; `accept` may still refuse it by its SHA-256.
pub fn from_ct2(
    folder: &Path,
    out: &Path,
    format: Format,
    progress: &mut dyn FnMut(ProgressEvent),
    accept: impl FnOnce(&str) -> Result<()>,
) -> Result<String> {
    let path = folder.join("model.bin");
    let about = || format!("convert the CTranslate2 model {}", path.display());
    let file = File::open(&path).with_context(about)?;
    let mut model = Ct2::open(BufReader::new(file)).with_context(about)?;
    let header = header(&model, format.storage()).with_context(about)?;

    let path = folder.join("tokenizer.json");
    let about_tokens = || format!("read the vocabulary {}", path.display());
    let json = texts::read(&path).with_context(about_tokens)?;
    let tokens = vocabulary::tokens(&json, header.text_tokens()).with_context(about_tokens)?;

    let filters = mel::filterbank(header.n_mels as usize);
    let target = Replacement::start(out)?;
    let writer = Writer::start(target, &header, &filters, &tokens)?;
    let target = copy(&header, writer, progress, |slot, sink| {
        let place = place(&slot.name).with_context(|| format!("no place for {}", slot.name))?;
        let first = place.check(&model, slot)?;
        model.values(&place.variable, first, slot.count(), sink)
    })
    .with_context(about)?;
    target.commit_if(accept)
}

/// Makes a q8_0 file of an f16 (or f32) ggml file.
pub fn quantise(
    from: &Path,
    out: &Path,
    progress: &mut dyn FnMut(ProgressEvent),
) -> Result<String> {
    let mut model = ggml::open(from)?;
    ensure!(
        matches!(model.header.storage, Storage::F32 | Storage::F16),
        "{} is quantised already ({:?}); take the f16 file",
        from.display(),
        model.header.storage
    );
    let header = Header { storage: Storage::Q8_0, ..model.header.clone() };
    let target = Replacement::start(out)?;
    let writer = Writer::start(target, &header, &model.filters, &model.tokens)?;
    let target = copy(&header, writer, progress, |slot, sink| model.values(slot, sink))
        .with_context(|| format!("quantise {}", from.display()))?;
    target.commit()
}

/// Takes the numbers of every tensor of the layout from `source` to the writer.
pub fn copy<W: std::io::Write>(
    header: &Header,
    mut writer: Writer<W>,
    progress: &mut dyn FnMut(ProgressEvent),
    mut source: impl FnMut(&Slot, &mut dyn FnMut(&[f32]) -> Result<()>) -> Result<()>,
) -> Result<W> {
    let slots = slots(header);
    let size = |slot: &Slot| slot.storage(header.storage).bytes(slot.count());
    let total = Some(slots.iter().map(size).sum());
    let mut done = 0;
    for slot in &slots {
        writer.tensor(slot, slot.storage(header.storage))?;
        source(slot, &mut |numbers| writer.values(numbers))?;
        done += size(slot);
        progress(ProgressEvent::Bytes { stage: Stage::Convert, done, total });
    }
    Ok(writer.finish())
}

#[cfg(test)]
mod tests {
    use super::super::numbers::{BLOCK, encode_q8_0};
    use super::super::synthetic::{number, tensor, write_ct2};
    use std::fs;

    use super::*;

    fn quiet(_: ProgressEvent) {}

    #[test]
    fn a_converted_model_holds_every_number_in_its_place() {
        let folder = tempfile::tempdir().unwrap();
        write_ct2(folder.path());
        let out = folder.path().join("out.bin");
        let sum = from_ct2(folder.path(), &out, Format::F16, &mut quiet, |_| Ok(())).unwrap();
        assert_eq!(sum, super::super::checksum::of_file(&out, &mut quiet).unwrap());

        let model = ggml::open(&out).unwrap();
        assert_eq!((model.header.n_audio_state, model.header.n_audio_head), (64, 1));
        assert_eq!(model.tokens.len(), 50_256);
        assert_eq!(model.tokens[50_255], b" t50255");
        assert_eq!(model.filters, mel::filterbank(80));
        let place = |name: &str| match name {
            "decoder.blocks.0.cross_attn.value.weight" => {
                ("decoder/layer_0/attention/linear_1/weight", 64 * 64)
            }
            "encoder.blocks.0.attn.value.bias" => {
                ("encoder/layer_0/self_attention/linear_0/bias", 128)
            }
            "encoder.blocks.0.attn.key.weight" => {
                ("encoder/layer_0/self_attention/linear_0/weight", 64 * 64)
            }
            "encoder.conv1.weight" => ("encoder/conv1/weight", 0),
            "decoder.token_embedding.weight" => ("decoder/embeddings/weight", 0),
            _ => ("", 0),
        };
        let mut seen = 0;
        for slot in slots(&model.header) {
            let (variable, first) = place(&slot.name);
            if variable.is_empty() {
                continue;
            }
            let expected: Vec<f32> =
                (0..slot.count()).map(|i| number(variable, first + i)).collect();
            assert!(tensor(&out, &slot) == expected, "{}", slot.name);
            seen += 1;
        }
        assert_eq!(seen, 5);
    }

    #[test]
    fn quantising_an_f16_file_equals_converting_to_q8_0() {
        let folder = tempfile::tempdir().unwrap();
        write_ct2(folder.path());
        let [f16, direct, later] = ["a", "b", "c"].map(|name| folder.path().join(name));
        from_ct2(folder.path(), &f16, Format::F16, &mut quiet, |_| Ok(())).unwrap();
        from_ct2(folder.path(), &direct, Format::Q8_0, &mut quiet, |_| Ok(())).unwrap();
        quantise(&f16, &later, &mut quiet).unwrap();
        let bytes = fs::read(&later).unwrap();
        assert!(bytes == fs::read(&direct).unwrap());
        assert_eq!(ggml::inspect(&later).unwrap().storage, Storage::Q8_0);
        assert!(quantise(&later, &f16, &mut quiet).is_err(), "quantised twice");

        let row: Vec<f32> = (0..64).map(|i| number("decoder/embeddings/weight", i)).collect();
        let mut block = Vec::new();
        encode_q8_0(&row[..BLOCK], &mut block);
        let name = b"decoder.token_embedding.weight";
        let at = bytes.windows(name.len()).position(|w| w == name).unwrap() + name.len();
        assert_eq!(bytes[at..at + block.len()], block);
    }

    #[test]
    fn a_broken_folder_is_an_error_that_names_the_file_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out.bin");
        let run = || from_ct2(folder.path(), &out, Format::F16, &mut quiet, |_| Ok(()));
        let failure = || format!("{:#}", run().unwrap_err());
        assert!(failure().contains("model.bin"));
        write_ct2(folder.path());
        fs::write(folder.path().join("tokenizer.json"), "{").unwrap();
        assert!(failure().contains("tokenizer.json"));
        write_ct2(folder.path());
        let mut bytes = fs::read(folder.path().join("model.bin")).unwrap();
        bytes.truncate(bytes.len() - 100);
        fs::write(folder.path().join("model.bin"), &bytes).unwrap();
        assert!(failure().contains("the file ends too early"), "{}", failure());
        assert!(!out.exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    /// Needs the oracle's input and output: `SECOND_EAR_CT2` (a CTranslate2 folder) and
    /// `SECOND_EAR_GGML` (what `ct2_to_ggml.py` makes of it). Leaves its own files, `f16.bin` and
    /// `q8_0.bin`, in the folder `SECOND_EAR_OUT`.
    #[test]
    #[ignore = "needs a real model; run by scripts/prove-converter"]
    fn a_real_model_is_converted_to_the_bytes_of_the_oracle() {
        let path = |key: &str| std::path::PathBuf::from(std::env::var(key).unwrap());
        let [f16, q8_0] = ["f16.bin", "q8_0.bin"].map(|name| path("SECOND_EAR_OUT").join(name));
        let began = std::time::Instant::now();
        let sum =
            from_ct2(&path("SECOND_EAR_CT2"), &f16, Format::F16, &mut quiet, |_| Ok(())).unwrap();
        println!("f16: {:.2} s, sha256 {sum}", began.elapsed().as_secs_f64());
        let began = std::time::Instant::now();
        let quantised = quantise(&f16, &q8_0, &mut quiet).unwrap();
        println!("q8_0: {:.2} s, sha256 {quantised}", began.elapsed().as_secs_f64());
        let oracle = path("SECOND_EAR_GGML");
        assert_eq!(sum, super::super::checksum::of_file(&oracle, &mut quiet).unwrap());
    }
}
