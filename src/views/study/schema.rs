//! JSON schemas (draft 2020-12), made from the types that are written. In: nothing. Out: schemas of `study --json` with all
//! tables, of `report --json`, of anything else that is serialised. Left to others: printing them.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::{StudyRow, summary::Study, tables};

/// The schema of a row, all of it in one place.
pub fn of_row<R: StudyRow>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<R>().to_value();
    schema["title"] = json!(R::TABLE);
    schema
}

/// The schema of what a program writes as JSON.
pub fn of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// The schema of `study --json`, and under `$defs` that of a row of each table, by its name.
pub fn study() -> Value {
    let mut schema = of::<Study>();
    for table in tables() {
        schema["$defs"][table.name] = table.schema;
    }
    schema
}
