//! How the bytes of a text file are made UTF-8 lines. In: bytes as a program saved them. Out: the text in UTF-8 without a
//! byte-order mark, with line feeds. Left to others: bytes that are no UTF-8, which cost their own row.

use std::borrow::Cow;

/// Takes off a byte-order mark; decodes UTF-16, which spreadsheets save as "Unicode text"; a file that has carriage
/// returns alone gets line feeds.
///
/// # Errors
/// It is cut or broken UTF-16.
pub fn utf8(bytes: &[u8]) -> Result<Cow<'_, [u8]>, String> {
    let mut text = match wide(bytes) {
        None => Cow::Borrowed(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)),
        Some(unit) => Cow::Owned(decoded(bytes, unit)?.into_bytes()),
    };
    if text.contains(&b'\r') && !text.contains(&b'\n') {
        text.to_mut().iter_mut().filter(|b| **b == b'\r').for_each(|b| *b = b'\n');
    }
    Ok(text)
}

/// How two bytes make a unit of UTF-16, if that is what it is: by its mark, or by the zero bytes of a text that begins
/// with two ASCII characters.
fn wide(bytes: &[u8]) -> Option<fn([u8; 2]) -> u16> {
    match bytes {
        [0xff, 0xfe, ..] => Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] => Some(u16::from_be_bytes),
        [1..=255, 0, 1..=255, 0, ..] => Some(u16::from_le_bytes),
        [0, 1..=255, 0, 1..=255, ..] => Some(u16::from_be_bytes),
        _ => None,
    }
}

fn decoded(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len() / 2);
    for c in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match c {
            Ok('\u{feff}') if text.is_empty() => {}
            Ok(c) => text.push(c),
            Err(_) => return Err(broken()),
        }
    }
    if rest.is_empty() { Ok(text) } else { Err(broken()) }
}

fn broken() -> String {
    "broken UTF-16 text: in the spreadsheet, save as \"CSV UTF-8\"".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_save_becomes_utf_8() {
        let le: Vec<u8> = "é;🦻\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = "ab;🦻\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(*utf8(&[b"\xff\xfe", &le[..]].concat()).unwrap(), *"é;🦻\r\n".as_bytes());
        assert_eq!(*utf8(&[b"\xfe\xff", &be[..]].concat()).unwrap(), *"ab;🦻\n".as_bytes());
        assert_eq!(*utf8(&be).unwrap(), *"ab;🦻\n".as_bytes());
        assert_eq!(*utf8(b"\xef\xbb\xbfa\rb").unwrap(), *b"a\nb");
        assert_eq!(*utf8(b"a\r\nb\r").unwrap(), *b"a\r\nb\r");
        for cut in [&b"\xff\xfea"[..], b"\xff\xfe\x00\xd8a\0"] {
            assert!(utf8(cut).unwrap_err().contains("UTF-8"), "{cut:?}");
        }
    }
}
