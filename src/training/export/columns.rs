//! The columns of a format's rows and their types. In: a row. Out: its columns, in order. A column of numbers is named
//! here, since one that is null in this row does not show what it holds.

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Map, Value};

/// What a column holds; each may be null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A number.
    Number,
}

impl Kind {
    /// The name that Hugging Face datasets has for it.
    pub fn dtype(self) -> &'static str {
        match self {
            Kind::Text => "string",
            Kind::Number => "float64",
        }
    }
}

/// Numbers that may be null.
const NUMBERS: [&str; 2] = ["agreement", "score"];

/// The columns of a row.
pub fn of(row: &impl Serialize) -> Result<Vec<(String, Kind)>> {
    let object = object(row)?;
    Ok(object.into_iter().map(|(name, value)| (name.clone(), kind(&name, &value))).collect())
}

/// Whether a column holds a number that may not be known.
pub fn may_lack_number(name: &str) -> bool {
    NUMBERS.contains(&name)
}

/// What a column holds, by its name and one of its values.
pub fn kind(name: &str, value: &Value) -> Kind {
    match value.is_number() || may_lack_number(name) {
        true => Kind::Number,
        false => Kind::Text,
    }
}

/// A row as an object.
pub fn object(row: &impl Serialize) -> Result<Map<String, Value>> {
    match serde_json::to_value(row)? {
        Value::Object(row) => Ok(row),
        other => Err(anyhow::anyhow!("{other}")).context("a row is no object"),
    }
}
