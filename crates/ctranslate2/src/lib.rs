//! Whisper's encoder and single decoder steps, computed by CTranslate2 in 8-bit integers on the CPU.
//! In: the bytes of a CTranslate2 `model.bin`, spectrograms, tokens. Out: logits. Left to others: what
//! tokens mean and which is chosen (second-ear's `hypotheses`), files.
//!
//! CTranslate2 is the library that `scripts/setup-ctranslate2` fetches, or is built from source by `ct2rs` (feature
//! `source`). `ct2rs` shows whole generations only, without the distribution of each step; so this bridges to the
//! layers themselves (`ctranslate2/layers/whisper.h`). It is a crate of its own because second-ear forbids unsafe code.

#[cfg(feature = "source")]
use ct2rs as _; // its libraries are linked

#[cxx::bridge(namespace = "second_ear")]
mod ffi {
    unsafe extern "C++" {
        include!("second-ear-ctranslate2/src/whisper.h");

        type Model;
        type Worker;

        fn load(file: &[u8], compute_type: &str, avx512: bool) -> Result<SharedPtr<Model>>;
        fn worker(model: &SharedPtr<Model>) -> Result<UniquePtr<Worker>>;
        fn encode(self: Pin<&mut Worker>, mels: &[f32], clips: usize, bands: usize) -> Result<()>;
        fn begin(self: Pin<&mut Worker>, clips: &[usize]) -> Result<()>;
        fn keep(self: Pin<&mut Worker>, rows: &[usize]) -> Result<()>;
        fn attend(self: Pin<&mut Worker>, layers: &[usize], heads: &[usize]) -> Result<()>;
        fn feed(
            self: Pin<&mut Worker>,
            tokens: &[i32],
            past: usize,
            logits: &mut [f32],
        ) -> Result<()>;
        fn write(
            self: Pin<&mut Worker>,
            end: usize,
            never: &[usize],
            never_first: &[usize],
        ) -> Result<()>;
        fn search(
            self: Pin<&mut Worker>,
            last: u32,
            past: usize,
            beams: usize,
            most: usize,
        ) -> Result<Vec<u32>>;
        fn read(
            self: Pin<&mut Worker>,
            clip: usize,
            tokens: &[i32],
            logits: &mut [f32],
            attention: &mut [f32],
        ) -> Result<()>;
    }
}

// SAFETY: a model's weights do not change once it is loaded, and CTranslate2 itself lets its threads share them.
unsafe impl Send for ffi::Model {}
// SAFETY: as above.
unsafe impl Sync for ffi::Model {}
// SAFETY: a worker owns its layers and buffers; it is used through `&mut` by one thread at a time.
unsafe impl Send for ffi::Worker {}

/// Whether CTranslate2's kernels for AVX-512 run here: those beside its matrix products, a tenth of the time.
fn avx512() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512cd")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512bw");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

/// What CTranslate2 threw.
pub type Error = cxx::Exception;

/// A loaded model, shared by its workers.
pub struct Model(cxx::SharedPtr<ffi::Model>);

/// Layers and buffers of one thread.
pub struct Worker(cxx::UniquePtr<ffi::Worker>);

impl Model {
    /// Loads the bytes of a `model.bin` of float numbers (they are not kept), and holds its matrices in
    /// 8-bit integers with a scale for each row.
    ///
    /// # Errors
    /// The bytes are no such model, or the processor cannot multiply 8-bit integers.
    pub fn load_int8(file: &[u8]) -> Result<Self, Error> {
        ffi::load(file, "int8_float32", avx512()).map(Self)
    }

    /// A worker, for one thread.
    ///
    /// # Errors
    /// The model lacks a part of Whisper, or memory ran out.
    pub fn worker(&self) -> Result<Worker, Error> {
        ffi::worker(&self.0).map(Worker)
    }
}

impl Worker {
    /// Encodes log-mel spectrograms, one after the other: `clips` of them, each `bands` rows of as many frames, 100 a
    /// second, at most 3000, an even number. One encoder frame comes of two.
    ///
    /// # Errors
    /// A shape that the model does not take.
    pub fn encode(&mut self, mels: &[f32], clips: usize, bands: usize) -> Result<(), Error> {
        self.0.pin_mut().encode(mels, clips, bands)
    }

    /// Begins texts for some of the encoded clips, by their numbers.
    ///
    /// # Errors
    /// No such clip.
    pub fn begin(&mut self, clips: &[usize]) -> Result<(), Error> {
        self.0.pin_mut().begin(clips)
    }

    /// Goes on with some of the texts, by their rows among those that are going on.
    ///
    /// # Errors
    /// No such row.
    pub fn keep(&mut self, rows: &[usize]) -> Result<(), Error> {
        self.0.pin_mut().keep(rows)
    }

    /// Feeds as many tokens for each text, text after text, after `past` earlier ones. The logits of one token each,
    /// for all of the vocabulary, row by row, are written to `logits`; of several tokens none are had, and `logits`
    /// is empty.
    ///
    /// # Errors
    /// Tokens out of turn, a vocabulary of another size.
    pub fn feed(&mut self, tokens: &[i32], past: usize, logits: &mut [f32]) -> Result<(), Error> {
        self.0.pin_mut().feed(tokens, past, logits)
    }

    /// What [`Self::search`] may write: the token that ends a text, those that it never writes, those that do not come first.
    ///
    /// # Errors
    /// None that is known.
    pub fn write(
        &mut self,
        end: usize,
        never: &[usize],
        never_first: &[usize],
    ) -> Result<(), Error> {
        self.0.pin_mut().write(end, never, never_first)
    }

    /// The texts that are likeliest as a whole after `last`, which follows the tokens fed so far, among those that a beam
    /// search finds that follows `beams` at once; without the end, `most` tokens at most. What was begun is over then.
    ///
    /// # Errors
    /// A search out of turn, or before [`Self::write`].
    pub fn search(
        &mut self,
        last: u32,
        past: usize,
        beams: usize,
        most: usize,
    ) -> Result<Vec<Vec<usize>>, Error> {
        let found = self.0.pin_mut().search(last, past, beams, most)?;
        let (mut texts, mut rest) = (Vec::new(), &found[..]);
        while let Some((&count, after)) = rest.split_first() {
            let (text, after) = after.split_at(count as usize);
            texts.push(text.iter().map(|&id| id as usize).collect());
            rest = after;
        }
        Ok(texts)
    }

    /// Chooses the heads whose attention [`Self::read`] tells: the layer and the head of each, sorted by layer.
    ///
    /// # Errors
    /// None that is known.
    pub fn attend(&mut self, layers: &[usize], heads: &[usize]) -> Result<(), Error> {
        self.0.pin_mut().attend(layers, heads)
    }

    /// Reads a whole text, prompt included, after an encoded clip: for each token the logits of the next one, and its attention:
    /// for each chosen head a score for each encoder frame, before the softmax.
    ///
    /// # Errors
    /// No such clip, a vocabulary or heads of another size.
    pub fn read(
        &mut self,
        clip: usize,
        tokens: &[i32],
        logits: &mut [f32],
        attention: &mut [f32],
    ) -> Result<(), Error> {
        self.0.pin_mut().read(clip, tokens, logits, attention)
    }
}
