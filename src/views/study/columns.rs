//! The columns of a table, as the schema of its rows describes them. In: a JSON schema, rows. Out: columns with type, unit
//! and meaning, and cells of these types. Pure. Left to others: the schema (`schema`), files.

use serde_json::{Map, Value};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text, UTF-8.
    Text,
    /// A whole number, 64 bit.
    Integer,
    /// A number, 64 bit.
    Float,
    /// `true` or `false`.
    Boolean,
}

impl Kind {
    /// The name in the codebook.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
        }
    }
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
    /// Unit of its numbers; empty: none.
    pub unit: String,
    /// What it means.
    pub meaning: String,
    /// What an empty cell means; `None`: there are no empty cells.
    pub missing: Option<String>,
    /// The values that a text may be, each with its meaning; empty: any.
    pub values: Vec<(String, String)>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing: see [`Column::missing`].
    Empty,
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Float(f64),
    /// Yes or no.
    Boolean(bool),
}

/// What a schema says of all of a row.
pub fn about(schema: &Value) -> String {
    one_line(&schema["description"])
}

/// The columns of a row, in the order of its fields.
pub fn columns(schema: &Value) -> Vec<Column> {
    let none = Map::new();
    schema["properties"].as_object().unwrap_or(&none).iter().map(column).collect()
}

fn column((name, field): (&String, &Value)) -> Column {
    let optional = types(field).contains(&"null");
    let missing = field.get("missing").map(one_line).unwrap_or_default();
    Column {
        name: name.clone(),
        kind: kind(field),
        unit: field["unit"].as_str().unwrap_or_default().to_string(),
        meaning: one_line(&field["description"]),
        missing: optional.then_some(missing),
        values: values(field),
    }
}

/// A field and what it may be one of.
fn parts(field: &Value) -> Vec<&Value> {
    let several = ["anyOf", "oneOf"].into_iter().filter_map(|key| field[key].as_array());
    let within = several.flatten().flat_map(parts);
    std::iter::once(field).chain(within).collect()
}

fn types(field: &Value) -> Vec<&str> {
    let each = parts(field).into_iter().flat_map(|part| match &part["type"] {
        Value::Array(several) => several.iter().collect(),
        one => vec![one],
    });
    each.filter_map(Value::as_str).collect()
}

fn kind(field: &Value) -> Kind {
    let types = types(field);
    let has = |name| types.contains(&name);
    match (has("integer"), has("number"), has("boolean")) {
        (true, ..) => Kind::Integer,
        (_, true, _) => Kind::Float,
        (.., true) => Kind::Boolean,
        _ => Kind::Text,
    }
}

fn values(field: &Value) -> Vec<(String, String)> {
    let one = |value: &str, part: &Value| (value.to_string(), one_line(&part["description"]));
    let listed = |part: &Value| -> Vec<(String, String)> {
        let several = part["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let several = several.map(|value| (value.to_string(), String::new()));
        part["const"].as_str().map(|value| one(value, part)).into_iter().chain(several).collect()
    };
    parts(field).into_iter().flat_map(listed).collect()
}

fn one_line(text: &Value) -> String {
    text.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The cells of a row, whose fields are `fields`.
pub fn cells(columns: &[Column], fields: &Map<String, Value>) -> Vec<Cell> {
    let cell = |column: &Column| match fields.get(&column.name) {
        Some(Value::String(text)) => Cell::Text(text.clone()),
        Some(Value::Bool(yes)) => Cell::Boolean(*yes),
        Some(Value::Number(number)) if column.kind == Kind::Float => {
            number.as_f64().map_or(Cell::Empty, Cell::Float)
        }
        Some(Value::Number(number)) => number.as_i64().map_or(Cell::Empty, Cell::Integer),
        _ => Cell::Empty,
    };
    columns.iter().map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::study::tables;

    #[test]
    fn every_column_says_what_it_means_and_every_one_that_may_be_empty_when() {
        for table in tables() {
            assert!(table.about.ends_with('.'), "{}", table.name);
            for column in &table.columns {
                let at = format!("{}.{}", table.name, column.name);
                assert!(column.meaning.ends_with('.'), "{at}: '{}'", column.meaning);
                assert!(column.missing.as_ref().is_none_or(|text| !text.is_empty()), "{at}");
                assert!(column.kind != Kind::Float || !column.unit.is_empty(), "{at} has no unit");
                for (value, meaning) in &column.values {
                    assert!(!meaning.is_empty(), "{at}: nobody says what {value} means");
                }
            }
            for key in table.key {
                let found = table.columns.iter().find(|column| column.name == *key);
                assert!(
                    found.is_some_and(|column| column.missing.is_none()),
                    "{}.{key}",
                    table.name
                );
            }
        }
    }

    #[test]
    fn a_row_has_one_cell_for_each_column_and_nothing_stands_for_what_is_not_known() {
        let schema = serde_json::json!({"properties": {
            "a": {"type": ["string", "null"]}, "b": {"type": "integer"}, "c": {"type": ["number", "null"]},
            "d": {"anyOf": [{"oneOf": [{"type": "string", "const": "x", "description": "An x."}]}, {"type": "null"}]},
            "e": {"type": "boolean"},
        }});
        let columns = columns(&schema);
        let kinds = [Kind::Text, Kind::Integer, Kind::Float, Kind::Text, Kind::Boolean];
        assert_eq!(columns.iter().map(|c| c.kind).collect::<Vec<_>>(), kinds);
        assert_eq!(columns[3].values, [("x".to_string(), "An x.".to_string())]);
        assert!(columns[3].missing.is_some() && columns[4].missing.is_none());
        let row = serde_json::json!({"a": null, "b": 2, "c": 1, "d": "x", "e": false});
        let cells = cells(&columns, row.as_object().unwrap());
        let wanted = [
            Cell::Empty,
            Cell::Integer(2),
            Cell::Float(1.0),
            Cell::Text("x".into()),
            Cell::Boolean(false),
        ];
        assert_eq!(cells, wanted);
    }
}
