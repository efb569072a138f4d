//! Which line of the notice names which column about a person. Read by tests alone: of the database, and of what comes back.
#![cfg(test)]

use std::collections::BTreeSet;

use super::{Section, notice};
use crate::domain::{RetentionSettings, TaskRow, TaskSettings};

/// What a column is for that says nothing about a person by itself: which clip, which row.
const PLACE: &str = "";

/// Table, column, and the line that names it.
const NAMED: &[(&str, &str, &str)] = &[
    ("answers", "id", PLACE),
    ("answers", "clip", PLACE),
    ("answers", "draft_digest", PLACE),
    ("answers", "purpose", "notice.checks"),
    ("answers", "batch", "notice.handed"),
    ("answers", "validator", "notice.name"),
    ("answers", "verdict", "notice.answers"),
    ("answers", "text", "notice.answers"),
    ("answers", "tags", "notice.answers"),
    ("answers", "current", "notice.answers"),
    ("answers", "active_seconds", "notice.time"),
    ("answers", "answered_at", "notice.time"),
    ("answers", "listened", "notice.time"),
    ("answers", "marks", "notice.odd"),
    ("answers", "emptied", "notice.kept.answers"),
    ("batch_people", "batch", "notice.handed"),
    ("batch_people", "validator", "notice.handed"),
    ("credits", "validator", "notice.name"),
    ("credits", "name", "notice.credit"),
    ("credits", "wished", "notice.credit"),
    ("links", "hash", PLACE),
    ("links", "role", "notice.link"),
    ("links", "validator", "notice.name"),
    ("links", "study", "notice.link"),
    ("links", "session", "notice.link"),
    ("links", "created", "notice.link"),
    ("links", "revoked", "notice.link"),
    ("links", "ended", "notice.link"),
    ("payments", "id", PLACE),
    ("payments", "validator", "notice.name"),
    ("payments", "amount", "notice.pay"),
    ("payments", "paid_on", "notice.pay"),
    ("payments", "note", "notice.pay"),
    ("appeals", "number", PLACE),
    ("appeals", "validator", "notice.name"),
    ("appeals", "about", "notice.object"),
    ("appeals", "opened", "notice.object"),
    ("appeals", "says", "notice.object"),
    ("appeals", "outcome", "notice.object"),
    ("appeals", "decided_by", "notice.object"),
    ("appeals", "decided", "notice.object"),
    ("appeals", "answer", "notice.object"),
    ("withdrawn_work", "validator", "notice.copy"),
    ("withdrawn_work", "answers", "notice.copy"),
    ("withdrawn_work", "active_seconds", "notice.copy"),
    ("withdrawn_work", "pay", "notice.copy"),
];

/// The notice of a workspace that does all that one can.
fn all() -> Vec<Section> {
    let tasks = TaskSettings { pay_per_clip: 0.1, ..TaskSettings::default() };
    let retention = RetentionSettings { answers_days: 1, people_days: 1, ..Default::default() };
    notice(&tasks, &retention)
}

/// Tables with their columns, as the schema makes them.
fn tables() -> Vec<(&'static str, Vec<&'static str>)> {
    let schema = include_str!("../../store/schema.sql");
    let made = schema.split("CREATE TABLE ").skip(1).map(|table| {
        let (name, rest) = table.split_once(" (").unwrap();
        let body = rest.split("\n)").next().unwrap();
        let lines = body.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = lines.filter_map(|line| line.split_whitespace().next());
        (name, first.filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase())).collect())
    });
    made.collect()
}

#[test]
fn every_column_about_a_person_is_named_in_the_notice() {
    let said: BTreeSet<&str> = all().iter().flat_map(|s| &s.lines).map(|line| line.key).collect();
    let mut about_people = 0;
    for (table, columns) in tables() {
        if !columns.contains(&"validator") {
            continue;
        }
        about_people += 1;
        for column in columns {
            let found = NAMED.iter().find(|(t, c, _)| (*t, *c) == (table, column));
            let Some((.., key)) = found else {
                panic!("{table}.{column} is about a person: name it in the notice, and here");
            };
            assert!(*key == PLACE || said.contains(key), "{table}.{column}: {key} is not said");
        }
    }
    assert_eq!(about_people, 7);
}

#[test]
fn everything_that_comes_back_with_an_answer_is_named_in_the_notice() {
    let row = serde_json::to_value(TaskRow::default()).unwrap();
    let fields: Vec<&String> = row.as_object().unwrap().keys().collect();
    let first = fields.iter().position(|field| *field == "validator").unwrap();
    for field in &fields[first..] {
        let named = NAMED.iter().any(|(table, column, _)| (*table, *column) == ("answers", field));
        assert!(named, "{field} comes back with each answer: name it in the notice");
    }
}
