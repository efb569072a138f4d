//! The columns of a task row, named once: how each is read from a row and put into one.
//! In: rows and cells' texts. Out: the other. Left to others: guards and CSV itself.

use crate::tables::number;
use serde_json::Value;

use crate::domain::TaskRow;
use crate::tasks::jsonl;

/// A column: its name, and the way between a row and a cell's text (without its guard).
pub struct Column {
    /// As in [`TaskRow`] and in every file.
    pub name: &'static str,
    /// Whether its cells are guarded; numbers are not.
    pub text: bool,
    /// The cell's text.
    pub get: fn(&TaskRow) -> String,
    /// Puts a cell's text into a row; the error names the column and what belongs there.
    pub set: fn(&mut TaskRow, &str) -> Result<(), String>,
}

/// A column whose cell is the field itself.
macro_rules! text {
    ($field:ident) => {
        Column {
            name: stringify!($field),
            text: true,
            get: |row| row.$field.clone(),
            set: |row, cell| {
                row.$field = cell.to_string();
                Ok(())
            },
        }
    };
}

/// A column of seconds that is only for reading: the clip id holds the true bounds, and spreadsheets
/// turn "12.5" into a date.
macro_rules! bound {
    ($field:ident) => {
        Column {
            name: stringify!($field),
            text: false,
            get: |row| row.$field.to_string(),
            set: |row, cell| {
                row.$field = number(cell).unwrap_or(0.0);
                Ok(())
            },
        }
    };
}

/// Columns in the order of the format, which is that of [`TaskRow`].
pub const COLUMNS: [Column; 21] = [
    text!(workspace),
    text!(batch),
    text!(clip),
    text!(path),
    bound!(start),
    bound!(end),
    text!(audio),
    text!(draft),
    text!(draft_digest),
    Column {
        name: "reasons",
        text: true,
        get: |row| row.reasons.join("|"),
        set: |row, cell| {
            row.reasons = cell.split('|').filter(|r| !r.is_empty()).map(String::from).collect();
            Ok(())
        },
    },
    text!(region),
    text!(language),
    text!(context_before),
    text!(context_after),
    text!(validator),
    text!(verdict),
    text!(text),
    Column {
        name: "tags",
        text: true,
        get: |row| match row.tags.as_slice() {
            [] => String::new(),
            tags => serde_json::to_string(tags).unwrap_or_default(),
        },
        set: |row, cell| {
            let json = match cell.trim() {
                "" => Value::Null,
                json => serde_json::from_str(json)
                    .map_err(|e| format!("`tags` must be empty or a JSON list ({e})"))?,
            };
            row.tags = jsonl::tags(&json)?;
            Ok(())
        },
    },
    Column {
        name: "active_seconds",
        text: false,
        get: |row| row.active_seconds.map(|s| s.to_string()).unwrap_or_default(),
        set: |row, cell| {
            row.active_seconds = optional("active_seconds", cell)?;
            Ok(())
        },
    },
    text!(answered_at),
    Column {
        name: "listened",
        text: false,
        get: |row| row.listened.map(|s| s.to_string()).unwrap_or_default(),
        set: |row, cell| {
            row.listened = optional("listened", cell)?;
            Ok(())
        },
    },
];

/// A number, or nothing.
fn optional(name: &str, cell: &str) -> Result<Option<f64>, String> {
    match cell.trim() {
        "" => Ok(None),
        text => number(text)
            .map(Some)
            .ok_or_else(|| format!("`{name}` must be empty or a number, not '{text}'")),
    }
}

/// The columns of a task: all but the seven that an answer fills in.
pub fn task_columns() -> &'static [Column] {
    const ALL: &[Column] = &COLUMNS;
    &ALL[..14]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_the_fields_of_a_task_row_in_their_order() {
        let Value::Object(fields) = serde_json::to_value(TaskRow::default()).unwrap() else {
            panic!("a row is an object")
        };
        let names: Vec<_> = COLUMNS.iter().map(|c| c.name).collect();
        assert_eq!(fields.keys().collect::<Vec<_>>(), names);
        assert_eq!(COLUMNS[task_columns().len()].name, "validator");
    }
}
