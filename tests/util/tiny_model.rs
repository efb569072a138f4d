//! A Whisper model for tests: one layer a side, 64 wide, with the vocabulary of base. Whatever it is played it writes one
//! word, and a training of seconds teaches it another one. In: base's file, for the vocabulary. Out: a file of 7 MB.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use whisper::models::ggml::layout::slots;
use whisper::models::ggml::writer::Writer;
use whisper::models::ggml::{self, Header, Storage};

/// Width of the model.
const STATE: usize = 64;
/// Length of a token's vector: with it the model is sure of its word.
const TOKEN: f32 = 2.0;
/// Length of a position's vector: it outweighs the token before.
const POSITION: f32 = 8.0;
/// Start, language, task and no timestamps: what comes first is written after these.
const PROMPT: usize = 4;

/// Writes a model that says `word`, one token of base's (with its space), and ends.
pub fn write(path: &Path, word: &str) {
    let base = ggml::open(&super::root().join("models/ggml-base.bin")).unwrap();
    let vocabulary = base.header.n_vocab;
    let shape = [vocabulary, 1500, 64, 1, 1, 448, 64, 1, 1, 80, 1];
    let header = Header::from_numbers(shape).unwrap();
    let said = base.tokens.iter().position(|t| t == word.as_bytes()).unwrap();
    let end = base.tokens.len().max(50_257);
    let file = BufWriter::new(File::create(path).unwrap());
    let mut writer = Writer::start(file, &header, &base.filters, &base.tokens).unwrap();
    for slot in slots(&header) {
        writer.tensor(&slot, slot.storage(Storage::F16)).unwrap();
        let numbers = match slot.name.as_str() {
            "decoder.token_embedding.weight" => (0..vocabulary as usize).flat_map(token).collect(),
            "decoder.positional_embedding" => (0..448)
                .flat_map(|place| {
                    let next = if place + 1 == PROMPT { said } else { end };
                    token(next).map(|x| x * POSITION / TOKEN)
                })
                .collect(),
            name if name.ends_with("ln.weight") || name.ends_with("ln_post.weight") => {
                vec![1.0; slot.count() as usize]
            }
            // What the layers add to a token begins at nothing, and is what training changes.
            name if name.ends_with("bias") || is_last(name) => vec![0.0; slot.count() as usize],
            name => random(name, slot.count() as usize, 0.1),
        };
        writer.values(&numbers).unwrap();
    }
    std::io::Write::flush(&mut writer.finish()).unwrap();
}

fn is_last(name: &str) -> bool {
    name.ends_with(".out.weight") || name.ends_with(".mlp.2.weight")
}

/// The vector of a token, `TOKEN` long.
fn token(id: usize) -> [f32; STATE] {
    let numbers = random(&format!("token {id}"), STATE, 1.0);
    let length = numbers.iter().map(|x| x * x).sum::<f32>().sqrt();
    std::array::from_fn(|n| numbers[n] * TOKEN / length)
}

/// Numbers from -`most` to `most` that belong to a name.
fn random(name: &str, count: usize, most: f32) -> Vec<f32> {
    let seed =
        name.bytes().fold(7_u64, |sum, b| sum.wrapping_mul(1_000_003).wrapping_add(u64::from(b)));
    let unit = |at: u64| whisper::random::word(seed, at) as f64 / u64::MAX as f64;
    (0..count as u64).map(|at| (unit(at) * 2.0 - 1.0) as f32 * most).collect()
}
