//! Numbers that papers state. In: the report and the counts of a dataset as JSON. Out: values by JSON pointer, and the
//! list of all that were taken, so that each can be found again. Left to others: the sentences around them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

/// The command whose `--json` holds a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Printed {
    /// `report --json`.
    Report,
    /// `dataset --json`.
    Dataset,
}

/// A number that was taken.
#[derive(Serialize)]
struct Stated<'a> {
    /// Whose JSON holds it.
    of: Printed,
    /// Where (RFC 6901).
    pointer: &'a str,
    /// As it stands there.
    value: &'a Value,
    /// Which fields of the papers say it.
    stated_in: &'a BTreeSet<&'static str>,
}

/// The numbers at hand, and those that were taken.
pub struct Numbers<'a> {
    report: &'a Value,
    dataset: &'a Value,
    section: &'static str,
    taken: BTreeMap<(Printed, String), (Value, BTreeSet<&'static str>)>,
}

impl<'a> Numbers<'a> {
    /// Numbers of a report and of a dataset; nothing was taken yet.
    pub fn of(report: &'a Value, dataset: &'a Value) -> Self {
        Self { report, dataset, section: "", taken: BTreeMap::new() }
    }

    /// What is taken from now on is stated in this field.
    pub fn for_field(&mut self, field: &'static str) {
        self.section = field;
    }

    /// What stands at a pointer of the report; `None` where nothing does, or null.
    pub fn report(&mut self, pointer: &str) -> Option<Value> {
        self.take(Printed::Report, pointer)
    }

    /// A number of the report.
    pub fn number(&mut self, pointer: &str) -> Option<f64> {
        self.report(pointer)?.as_f64()
    }

    /// A count of the report.
    pub fn count(&mut self, pointer: &str) -> Option<u64> {
        self.report(pointer)?.as_u64()
    }

    /// A count of the dataset.
    pub fn of_dataset(&mut self, pointer: &str) -> Option<u64> {
        self.take(Printed::Dataset, pointer)?.as_u64()
    }

    /// Value and both ends of a rate of the report, as a person reads them; `None` where it has no value.
    pub fn rate(&mut self, pointer: &str) -> Option<String> {
        let value = self.number(&format!("{pointer}/value"))?;
        let ends =
            (self.number(&format!("{pointer}/low")), self.number(&format!("{pointer}/high")));
        Some(match ends {
            (Some(low), Some(high)) => format!(
                "{:.1} % (95 % interval {:.1} to {:.1} %)",
                100.0 * value,
                100.0 * low,
                100.0 * high
            ),
            _ => format!("{:.1} % (no interval can be given)", 100.0 * value),
        })
    }

    /// The names of the entries of an object of the report.
    pub fn keys(&self, pointer: &str) -> Vec<String> {
        let found = self.report.pointer(pointer).and_then(Value::as_object);
        found.map_or(Vec::new(), |object| object.keys().cloned().collect())
    }

    fn take(&mut self, of: Printed, pointer: &str) -> Option<Value> {
        let whole = match of {
            Printed::Report => self.report,
            Printed::Dataset => self.dataset,
        };
        let value = whole.pointer(pointer).filter(|value| !value.is_null())?.clone();
        let taken = self.taken.entry((of, pointer.to_string()));
        taken.or_insert_with(|| (value.clone(), BTreeSet::new())).1.insert(self.section);
        Some(value)
    }

    /// Everything that was taken, as `numbers.json` lists it.
    pub fn stated(&self) -> Value {
        let stated = |((of, pointer), (value, stated_in)): (&(Printed, String), &(Value, _))| {
            serde_json::json!(Stated { of: *of, pointer, value, stated_in })
        };
        self.taken.iter().map(stated).collect()
    }
}

/// A name as a part of a JSON pointer.
pub fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_stated_is_listed_once_with_where_it_is_from() {
        let report = json!({"a/b": {"value": 0.25, "low": 0.1, "high": null}, "n": 3});
        let dataset = json!({"clips": 7});
        let mut numbers = Numbers::of(&report, &dataset);
        numbers.for_field("one");
        let pointer = format!("/{}", escaped("a/b"));
        assert_eq!(numbers.rate(&pointer).unwrap(), "25.0 % (no interval can be given)");
        assert_eq!((numbers.count("/n"), numbers.count("/none")), (Some(3), None));
        numbers.for_field("two");
        assert_eq!((numbers.count("/n"), numbers.of_dataset("/clips")), (Some(3), Some(7)));
        let stated = numbers.stated();
        let of = |pointer: &str| {
            let all = stated.as_array().unwrap();
            all.iter().find(|s| s["pointer"] == pointer).unwrap().clone()
        };
        assert_eq!(of("/n")["stated_in"], json!(["one", "two"]));
        assert_eq!(of("/clips")["of"], "dataset");
        assert_eq!(stated.as_array().unwrap().len(), 4, "{stated}");
    }
}
