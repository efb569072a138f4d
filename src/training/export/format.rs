//! The formats of datasets: their names, and where each keeps rows and audio. In: nothing. Out: what the command line
//! offers and what the papers beside a dataset describe. Left to others: writing them (a file for each format).

use std::str::FromStr;

use crate::training::split::Split;

/// How a dataset is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// Hugging Face audiofolder.
    Hf,
    /// Parquet with embedded audio.
    Parquet,
    /// NeMo manifests.
    Nemo,
    /// NeMo tarred dataset.
    NemoTarred,
    /// Lhotse manifests.
    Lhotse,
    /// Lhotse Shar.
    Shar,
    /// WebDataset.
    WebDataset,
    /// Kaldi data folders.
    Kaldi,
    /// Common Voice tables.
    CommonVoice,
    /// Corpora of the Montreal Forced Aligner.
    Mfa,
}

/// How the audio of clips is encoded: the same samples in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// 16-bit WAV.
    Wav,
    /// FLAC, half the size.
    Flac,
}

impl Codec {
    /// Every codec.
    pub const ALL: [Codec; 2] = [Codec::Wav, Codec::Flac];

    /// The name on the command line, and of files.
    pub fn code(self) -> &'static str {
        match self {
            Codec::Wav => "wav",
            Codec::Flac => "flac",
        }
    }

    /// What it is, in a line.
    pub fn about(self) -> &'static str {
        match self {
            Codec::Wav => "16-bit WAV",
            Codec::Flac => "FLAC: half the size, the same samples",
        }
    }
}

impl FromStr for Codec {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|codec| codec.code() == s);
        found.ok_or_else(|| format!("'{s}' is no encoding of clips: write wav or flac"))
    }
}

/// Where a format keeps the rows that describe its clips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// JSON lines, a file for each split; `SPLIT` stands for its name.
    PerSplit(&'static str),
    /// Parquet files.
    Parquet,
    /// The format has no room for all that is known: it is in [`super::CLIPS`], one row per clip.
    Beside,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 10] = [
        Format::Hf,
        Format::Parquet,
        Format::Nemo,
        Format::NemoTarred,
        Format::Lhotse,
        Format::Shar,
        Format::WebDataset,
        Format::Kaldi,
        Format::CommonVoice,
        Format::Mfa,
    ];

    /// The name on the command line, and of the sub-folder.
    pub fn code(self) -> &'static str {
        match self {
            Format::Hf => "hf",
            Format::Parquet => "parquet",
            Format::Nemo => "nemo",
            Format::NemoTarred => "nemo-tarred",
            Format::Lhotse => "lhotse",
            Format::Shar => "lhotse-shar",
            Format::WebDataset => "webdataset",
            Format::Kaldi => "kaldi",
            Format::CommonVoice => "common-voice",
            Format::Mfa => "mfa",
        }
    }

    /// What it is, in a line.
    pub fn about(self) -> &'static str {
        match self {
            Format::Hf => "Hugging Face audiofolder: files and metadata.jsonl",
            Format::Parquet => "Parquet with the audio in it, for Hugging Face datasets and NeMo",
            Format::Nemo => "NVIDIA NeMo manifests",
            Format::NemoTarred => "NVIDIA NeMo tarred dataset",
            Format::Lhotse => "Lhotse recordings, supervisions and cuts",
            Format::Shar => "Lhotse Shar",
            Format::WebDataset => "WebDataset",
            Format::Kaldi => "Kaldi data folders",
            Format::CommonVoice => "Common Voice tables and clips",
            Format::Mfa => "Corpora of the Montreal Forced Aligner",
        }
    }

    /// How its audio is encoded where nobody asks.
    pub fn codec(self) -> Codec {
        match self {
            Format::Parquet | Format::Shar | Format::WebDataset => Codec::Flac,
            _ => Codec::Wav,
        }
    }

    /// Whether its readers take audio of this encoding.
    pub fn takes(self, codec: Codec) -> bool {
        !matches!((self, codec), (Format::Kaldi | Format::Mfa, Codec::Flac))
    }

    /// The name of a split in its files: Hugging Face says validation.
    pub fn split(self, split: Split) -> &'static str {
        match (self, split) {
            (Format::Hf | Format::Parquet, Split::Dev) => "validation",
            _ => split.name(),
        }
    }

    /// Where its rows are.
    pub fn rows(self) -> Rows {
        match self {
            Format::Hf => Rows::PerSplit("SPLIT/metadata.jsonl"),
            Format::Nemo => Rows::PerSplit("SPLIT.json"),
            Format::Parquet => Rows::Parquet,
            _ => Rows::Beside,
        }
    }

    /// Pattern of the files that hold its audio, and their media type.
    pub fn audio(self, codec: Codec) -> (String, &'static str) {
        let code = codec.code();
        let media = match codec {
            Codec::Wav => "audio/wav",
            Codec::Flac => "audio/flac",
        };
        match self {
            Format::Parquet => ("data/*.parquet".into(), "application/x-parquet"),
            Format::NemoTarred | Format::Shar => ("*/*.tar".into(), "application/x-tar"),
            Format::WebDataset => ("*.tar".into(), "application/x-tar"),
            Format::Hf => (format!("*/*.{code}"), media),
            Format::Mfa => (format!("*/*/*.{code}"), media),
            _ => (format!("clips/*.{code}"), media),
        }
    }
}

impl FromStr for Format {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|f| f.code() == s);
        found.ok_or_else(|| format!("'{s}' is not a dataset format"))
    }
}
