//! The header of a ggml Whisper file. In: eleven numbers. Out: a [`Header`] within sane bounds.
//! Left to others: the tensors that follow from it (`layout`).

use anyhow::{Result, bail, ensure};
use serde::Serialize;

use super::super::mel;

/// How the weight matrices are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Storage {
    /// 32-bit floats.
    F32,
    /// 16-bit floats.
    F16,
    /// The upper half of 32-bit floats.
    Bf16,
    /// Blocks of 32, 4 bits and a scale.
    Q4_0,
    /// Blocks of 32, 4 bits, a scale and an offset.
    Q4_1,
    /// Blocks of 32, 5 bits and a scale.
    Q5_0,
    /// Blocks of 32, 5 bits, a scale and an offset.
    Q5_1,
    /// Blocks of 32, 8 bits and a scale.
    Q8_0,
}

impl Storage {
    const ALL: [Self; 8] = [
        Self::F32,
        Self::F16,
        Self::Bf16,
        Self::Q4_0,
        Self::Q4_1,
        Self::Q5_0,
        Self::Q5_1,
        Self::Q8_0,
    ];

    /// `GGML_FTYPE_*`, `GGML_TYPE_*`, numbers in a block, bytes of a block.
    fn facts(self) -> (u32, u32, u64, u64) {
        match self {
            Self::F32 => (0, 0, 1, 4),
            Self::F16 => (1, 1, 1, 2),
            Self::Bf16 => (24, 30, 1, 2),
            Self::Q4_0 => (2, 2, 32, 18),
            Self::Q4_1 => (3, 3, 32, 20),
            Self::Q5_0 => (8, 6, 32, 22),
            Self::Q5_1 => (9, 7, 32, 24),
            Self::Q8_0 => (7, 8, 32, 34),
        }
    }

    /// The number before a tensor's dimensions.
    pub fn tensor_type(self) -> u32 {
        self.facts().1
    }

    /// Numbers that are stored together; rows must be a multiple of it.
    pub fn block(self) -> u64 {
        self.facts().2
    }

    /// Bytes of `count` numbers, a multiple of [`Storage::block`].
    pub fn bytes(self, count: u64) -> u64 {
        let (_, _, block, bytes) = self.facts();
        count / block * bytes
    }

    /// The header's number: `GGML_FTYPE_*`, plus 1000 times the version of the block formats.
    pub fn ftype(self) -> u32 {
        let (ftype, _, block, _) = self.facts();
        if block > 1 { ftype + 2000 } else { ftype }
    }

    fn from_ftype(ftype: u32) -> Result<Self> {
        let known = Self::ALL.into_iter().find(|s| s.ftype() == ftype);
        match known {
            Some(storage) => Ok(storage),
            None => bail!(
                "its weights are stored in a way that second-ear does not know (ftype {ftype}); \
                 known are f32, f16, bf16, q4_0, q4_1, q5_0, q5_1 and q8_0"
            ),
        }
    }
}

/// The shape of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Header {
    /// Text, special and timestamp tokens; 51864 for English-only models.
    pub n_vocab: u32,
    /// Encoder frames, 50 per second.
    pub n_audio_ctx: u32,
    /// Width of the encoder.
    pub n_audio_state: u32,
    /// Attention heads of the encoder.
    pub n_audio_head: u32,
    /// Layers of the encoder.
    pub n_audio_layer: u32,
    /// Tokens that the decoder sees at once.
    pub n_text_ctx: u32,
    /// Width of the decoder.
    pub n_text_state: u32,
    /// Attention heads of the decoder.
    pub n_text_head: u32,
    /// Layers of the decoder.
    pub n_text_layer: u32,
    /// Mel bands.
    pub n_mels: u32,
    /// How the matrices are stored.
    pub storage: Storage,
}

impl Header {
    /// `ggml`, read as a little-endian number.
    pub const MAGIC: u32 = 0x6767_6d6c;

    /// From the numbers after the magic, in the order of the file.
    pub fn from_numbers(n: [u32; 11]) -> Result<Self> {
        let header = Self {
            n_vocab: n[0],
            n_audio_ctx: n[1],
            n_audio_state: n[2],
            n_audio_head: n[3],
            n_audio_layer: n[4],
            n_text_ctx: n[5],
            n_text_state: n[6],
            n_text_head: n[7],
            n_text_layer: n[8],
            n_mels: n[9],
            storage: Storage::from_ftype(n[10])?,
        };
        header.check()?;
        Ok(header)
    }

    /// The numbers after the magic, in the order of the file.
    pub fn numbers(&self) -> [u32; 11] {
        [
            self.n_vocab,
            self.n_audio_ctx,
            self.n_audio_state,
            self.n_audio_head,
            self.n_audio_layer,
            self.n_text_ctx,
            self.n_text_state,
            self.n_text_head,
            self.n_text_layer,
            self.n_mels,
            self.storage.ftype(),
        ]
    }

    /// Whether whisper.cpp can be trusted with such a model: its own code assumes all of this.
    pub fn check(&self) -> Result<()> {
        // English, multilingual, multilingual with Cantonese; other counts shift the special tokens.
        ensure!(
            (51_864..=51_866).contains(&self.n_vocab),
            "it has {} tokens; Whisper has 51864, 51865 or 51866",
            self.n_vocab
        );
        ensure!(
            self.n_audio_ctx == 1500 && self.n_text_ctx == 448,
            "its contexts are {} frames and {} tokens; Whisper's are 1500 and 448",
            self.n_audio_ctx,
            self.n_text_ctx
        );
        ensure!(
            self.n_audio_state == self.n_text_state
                && (64..=8192).contains(&self.n_audio_state)
                && self.n_audio_state.is_multiple_of(64)
                && self.n_audio_head == self.n_audio_state / 64
                && self.n_text_head == self.n_audio_head,
            "its widths are {} and {} with {} and {} heads; they must be the same, 64 for each head",
            self.n_audio_state,
            self.n_text_state,
            self.n_audio_head,
            self.n_text_head
        );
        ensure!(
            (1..=64).contains(&self.n_audio_layer) && (1..=64).contains(&self.n_text_layer),
            "it has {} and {} layers; 1 to 64 make sense",
            self.n_audio_layer,
            self.n_text_layer
        );
        ensure!(
            matches!(self.n_mels, 80 | 128),
            "it has {} mel bands; Whisper has 80 or 128",
            self.n_mels
        );
        Ok(())
    }

    /// Knows other languages than English.
    pub fn is_multilingual(&self) -> bool {
        self.n_vocab > 51_864
    }

    /// Text tokens, which come before the special ones.
    pub fn text_tokens(&self) -> usize {
        if self.is_multilingual() { 50_257 } else { 50_256 }
    }

    /// Weights in the mel filterbank.
    pub fn filter_weights(&self) -> usize {
        self.n_mels as usize * mel::BINS
    }
}
