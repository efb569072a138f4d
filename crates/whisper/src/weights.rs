//! How a model's matrices are held while it runs. In: a name. Out: the choice. Left to others: holding them (`engine`).

use std::fmt;

use serde::{Deserialize, Serialize};

/// How a model's matrices are held while it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weights {
    /// As the file has them.
    #[default]
    File,
    /// The upper halves of 32-bit floats: a file's 16-bit floats are turned into them when it is loaded.
    Bf16,
    /// 8-bit integers with a scale for each row, made by CTranslate2 when a file of floats is loaded; it
    /// computes all else too (`--features ctranslate2`).
    Int8,
}

impl std::str::FromStr for Weights {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        match s {
            "file" => Ok(Self::File),
            "bf16" => Ok(Self::Bf16),
            "int8" => Ok(Self::Int8),
            _ => Err(format!("'{s}' is none of file, bf16, int8")),
        }
    }
}

impl fmt::Display for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "file",
            Self::Bf16 => "bf16",
            Self::Int8 => "int8",
        })
    }
}
