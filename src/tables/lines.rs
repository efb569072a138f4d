//! JSON lines. In: bytes that anybody may have written. Out: each line that has something on it, with its number, or why
//! it cannot be read. Left to others: which fields a row has.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::MAX_RECORD;

/// Lines with something on them, numbered from 1.
pub fn lines(bytes: &[u8]) -> impl Iterator<Item = (u64, Result<&str, String>)> {
    let numbered = (1..).zip(bytes.split(|b| *b == b'\n'));
    numbered.filter_map(|(number, line)| match text(line) {
        Ok("") => None,
        line => Some((number, line)),
    })
}

fn text(line: &[u8]) -> Result<&str, String> {
    if line.len() > MAX_RECORD {
        return Err(format!("the line has {} bytes; no row is that long", line.len()));
    }
    let text = std::str::from_utf8(line)
        .map_err(|e| format!("not UTF-8 text (byte {} of the line)", e.valid_up_to() + 1))?;
    Ok(text.trim())
}

/// A line's object. JSON that is nested deeper than 128 levels is refused by the parser.
pub fn object(line: &str) -> Result<Map<String, Value>, String> {
    match serde_json::from_str(line) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("not a JSON object: a row is an object in braces, one per line".into()),
        Err(e) => Err(format!("not JSON: no whole object, perhaps cut off ({e})")),
    }
}

/// A line as a row of some kind.
pub fn row<T: DeserializeOwned>(line: &str) -> Result<T, String> {
    // The parser's own words name the field, and the column in the line.
    serde_json::from_str(line).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_and_bad_ones_named() {
        let long = "x".repeat(MAX_RECORD + 1);
        let bytes = [b" {}\r\n\n\xff\n".as_slice(), long.as_bytes(), b"\n[1]"].concat();
        let all: Vec<_> = lines(&bytes).collect();
        assert_eq!(all.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [1, 3, 4, 5]);
        assert_eq!(all[0].1, Ok("{}"));
        assert!(all[1].1.as_ref().unwrap_err().contains("byte 1"));
        assert!(all[2].1.as_ref().unwrap_err().contains("no row is that long"));
        assert!(object(all[3].1.as_ref().unwrap()).unwrap_err().contains("not a JSON object"));
    }

    #[test]
    fn json_nested_without_end_is_refused() {
        for deep in ["[", "{\"a\":"] {
            let line = format!("{{\"a\":{}", deep.repeat(100_000));
            assert!(object(&line).unwrap_err().contains("recursion limit"));
            assert!(row::<Value>(&line).is_err());
        }
    }
}
