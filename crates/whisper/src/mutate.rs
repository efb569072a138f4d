//! Broken versions of good files, for fuzzing. In: a seed, a target's name, a number, files. Out: the mutant of that
//! number, the same on every machine. Left to others: what reads it. `tests/fuzz.rs` of the program includes this file.

/// A number from the environment, such as `FUZZ_SEED`.
pub fn asked(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(otherwise)
}

/// What is put where numbers stand.
const NUMBERS: [u64; 12] = [
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0x7fff,
    0x8000,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
];

/// What is put into texts.
const WORDS: [&str; 40] = [
    "\"",
    "\"\"",
    "'",
    ",",
    ";",
    "\t",
    "\r",
    "\n",
    "\r\n",
    "\\",
    "\\u0000",
    "\\ud800",
    "{",
    "}",
    "[",
    "]",
    "[[",
    ":",
    "null",
    "true",
    "NaN",
    "1e999",
    "-1",
    "-0.0",
    "1e308",
    "18446744073709551616",
    "9223372036854775807",
    "\u{feff}",
    "\u{0}",
    "\u{200b}",
    "\u{202e}",
    "e\u{301}",
    "sep=;\n",
    "../../x",
    "/dev/null",
    "=1+1",
    "\u{1b}[2J",
    "#",
    "<",
    "path,speaker\n",
];

/// Draws what is done to a file.
pub struct Mutator {
    state: u64,
}

impl Mutator {
    /// For the mutant of a number.
    pub fn new(seed: u64, target: &str, number: u64) -> Self {
        let salt =
            target.bytes().fold(seed, |salt, b| salt.wrapping_mul(31).wrapping_add(b.into()));
        let mut mutator = Self { state: salt ^ number.wrapping_mul(0xD134_2543_DE82_EF95) };
        mutator.word();
        mutator
    }

    /// SplitMix64.
    fn word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number under `n`; 0 where that is 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.word() % n.max(1) as u64) as usize
    }

    /// A place in a file: near its beginning, near one of the places `hot`, or anywhere.
    fn place(&mut self, length: usize, hot: &[usize]) -> usize {
        let at = match self.below(4) {
            0 => self.below(64),
            1 => self.below(1024),
            2 if !hot.is_empty() => hot[self.below(hot.len())] + self.below(64),
            _ => self.below(length),
        };
        at.min(length.saturating_sub(1))
    }

    /// A stretch of a file.
    fn stretch(&mut self, length: usize, hot: &[usize]) -> std::ops::Range<usize> {
        let start = self.place(length, hot);
        let most = [4, 64, 4096][self.below(3)];
        start..(start + 1 + self.below(most)).min(length)
    }

    /// A mutant of a file of bytes; `other` is another good one, `hot` are places that matter.
    pub fn bytes(&mut self, file: &[u8], other: &[u8], hot: &[usize]) -> Vec<u8> {
        let mut out = file.to_vec();
        for _ in 0..=self.below(5) {
            if out.is_empty() {
                break;
            }
            match self.below(10) {
                0 | 1 => {
                    let at = self.place(out.len(), hot);
                    out[at] ^= 1 << self.below(8);
                }
                2 => {
                    let at = self.place(out.len(), hot);
                    out[at] = self.word() as u8;
                }
                3 | 4 => self.number(&mut out, hot),
                5 => out.truncate(self.place(file.len(), hot)),
                6 => drop(out.drain(self.stretch(file.len().min(out.len()), hot))),
                7 => {
                    let range = self.stretch(out.len(), hot);
                    let again = out[range.clone()].to_vec();
                    out.splice(range.start..range.start, again);
                }
                8 if !other.is_empty() => {
                    let range = self.stretch(other.len(), &[]);
                    let at = self.place(out.len(), hot);
                    out.splice(at..at, other[range].iter().copied());
                }
                _ => {
                    let byte = [0, 0xff, self.word() as u8][self.below(3)];
                    let range = self.stretch(out.len(), hot);
                    out[range].fill(byte);
                }
            }
        }
        out
    }

    fn number(&mut self, out: &mut [u8], hot: &[usize]) {
        let (at, width) = (self.place(out.len(), hot), [2, 4, 8][self.below(3)]);
        let number = NUMBERS[self.below(NUMBERS.len())];
        let (little, big) = (number.to_le_bytes(), number.to_be_bytes());
        let bytes = if self.below(2) == 0 { &little[..width] } else { &big[8 - width..] };
        for (place, byte) in out[at..].iter_mut().zip(bytes) {
            *place = *byte;
        }
    }

    /// A mutant of a file of text.
    pub fn text(&mut self, file: &[u8], other: &[u8]) -> Vec<u8> {
        let mut out = file.to_vec();
        for _ in 0..=self.below(4) {
            match self.below(6) {
                0 => out = self.bytes(&out, other, &[]),
                1 | 2 => {
                    let (at, word) = (self.below(out.len() + 1), WORDS[self.below(WORDS.len())]);
                    let times = [1, 1, 1, 300][self.below(4)];
                    out.splice(at..at, word.repeat(times).into_bytes());
                }
                3 => {
                    // Between two marks there is a cell, a key or a value.
                    let marks = |b: &u8| b",;\t\n\"{}[]=:".contains(b);
                    let start = self.below(out.len() + 1);
                    let length = out[start..].iter().position(marks).unwrap_or(0);
                    let word = WORDS[self.below(WORDS.len())];
                    out.splice(start..start + length, word.bytes());
                }
                4 => self.lines(&mut out, file),
                _ => self.lines(&mut out, other),
            }
        }
        out
    }

    /// A line of a file, put somewhere, doubled or instead of another.
    fn lines(&mut self, out: &mut Vec<u8>, from: &[u8]) {
        let lines: Vec<&[u8]> = from.split_inclusive(|b| *b == b'\n').collect();
        if lines.is_empty() {
            return;
        }
        let line = lines[self.below(lines.len())].to_vec();
        let mut own: Vec<Vec<u8>> =
            out.split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
        let at = self.below(own.len() + 1);
        match self.below(3) {
            0 if at < own.len() => own[at] = line,
            1 if at < own.len() => drop(own.remove(at)),
            _ => own.insert(at, line),
        }
        *out = own.concat();
    }
}
