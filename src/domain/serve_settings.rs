//! How task pages are handed out over HTTP. In: settings. Out: checked settings. Left to others: the server (`serve`).

use documented::DocumentedFields;
use serde::{Deserialize, Serialize};

use super::bounds::within;

/// How `second-ear serve` hands out the task page.
#[derive(Clone, Debug, PartialEq, DocumentedFields, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServeSettings {
    /// Where people reach the server, as links begin: scheme and name. Empty: http, 127.0.0.1, port 8080.
    pub public_address: String,
    /// Clips in a batch, checks aside.
    pub clips_per_batch: usize,
    /// Minutes that a batch is kept for a person after their latest answer. Then others get what is left of it.
    pub lease_minutes: u32,
    /// Batches that are prepared ahead, so that nobody waits for one.
    pub ready: usize,
    /// Where a participant of a crowd platform goes at the end, an https address; `{code}` in it becomes the completion code. Empty:
    /// the code is shown.
    pub return_address: String,
}

impl Default for ServeSettings {
    fn default() -> Self {
        Self {
            public_address: String::new(),
            clips_per_batch: 20,
            lease_minutes: 120,
            ready: 8,
            return_address: String::new(),
        }
    }
}

impl ServeSettings {
    /// Whether all of it can be.
    pub fn check(&self) -> Result<(), String> {
        within("serve.clips_per_batch", self.clips_per_batch, 1, 1000)?;
        within("serve.lease_minutes", self.lease_minutes, 1, 100_000)?;
        within("serve.ready", self.ready, 1, 10_000)?;
        address("serve.public_address", &self.public_address, &["https://", "http://"])?;
        address("serve.return_address", &self.return_address, &["https://"])
    }
}

/// Whether a setting is empty or an address that may stand in a page and in a header.
fn address(setting: &str, text: &str, schemes: &[&str]) -> Result<(), String> {
    let rest = schemes.iter().find_map(|scheme| text.strip_prefix(scheme));
    let plain = |c: char| c.is_ascii_graphic() && !"\"'<>\\`".contains(c);
    match rest {
        _ if text.is_empty() => Ok(()),
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[') => {
            match text.chars().all(plain) {
                true => Ok(()),
                false => Err(format!("{setting} holds a character that no address has: {text}")),
            }
        }
        _ => Err(format!(
            "{setting} is '{text}': write an address that begins with {}",
            schemes.join(" or ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_could_be_markup_or_a_script_is_refused() {
        let with = |text: &str| ServeSettings { return_address: text.into(), ..Default::default() };
        assert_eq!(with("https://app.prolific.com/submissions/complete?cc={code}").check(), Ok(()));
        for bad in [
            "javascript:alert(1)",
            "http://a.example",
            "https://",
            "https://a\"b",
            "https://a\r\nX: y",
        ] {
            assert!(with(bad).check().is_err(), "{bad}");
        }
        assert_eq!(ServeSettings::default().check(), Ok(()));
    }
}
