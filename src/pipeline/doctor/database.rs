//! Whether the database can be opened, is whole, and adds up.

use anyhow::Result;

use crate::exit;
use crate::store::Store;

/// What to do about a database that is damaged.
pub const RESTORE: &str = "restore a backup (`tar xf BACKUP`); without one, keep a copy of the file and try `sqlite3 state.db \
                       .recover`";

/// What is wrong with the file.
pub fn findings(store: &Result<Store>) -> Vec<(String, String)> {
    let store = match store {
        Ok(store) => store,
        Err(error) => {
            let advice = exit::advice(error).unwrap_or("see what the message says");
            return vec![(format!("{error:#}"), advice.into())];
        }
    };
    told(store.integrity()).into_iter().chain(told(store.orphans())).collect()
}

/// Where counts and rows differ.
pub fn counts(store: &Store) -> Vec<(String, String)> {
    told(store.miscounted()).into_iter().chain(told(store.untiled())).collect()
}

fn told(found: Result<Vec<String>>) -> Vec<(String, String)> {
    let found = found.unwrap_or_else(|error| vec![format!("{error:#}")]);
    found.into_iter().map(|problem| (problem, RESTORE.to_string())).collect()
}
