//! Whisper's numbers by CTranslate2, in 8-bit integers; the only file that names its crate. In: samples, tokens.
//! Out: logits.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use second_ear_ctranslate2 as engine;

use super::heads;
use super::runtime::{Model, State};
use crate::log_mel;
use crate::models::as_ct2;

/// Mel frames for an encoder frame.
const STRIDE: usize = 2;

struct Loaded {
    model: engine::Model,
    filters: Arc<[f32]>,
    bands: usize,
    tokens: usize,
    heads: Vec<(usize, usize)>,
}

struct Buffers {
    worker: engine::Worker,
    filters: Arc<[f32]>,
    bands: usize,
    tokens: usize,
    texts: usize,
    heads: usize,
    /// Encoder frames of each clip.
    frames: usize,
    logits: Vec<f32>,
    /// Logits of a whole text, and its attention.
    read: Vec<f32>,
    attention: Vec<f32>,
}

/// A step reads the decoder's matrices once for all texts: at eight a text costs a quarter of what it costs alone
/// (docs/lab/speed.md).
const TOGETHER: usize = 8;

/// Loads a sound, unquantised model file.
pub fn load(path: &Path) -> Result<Box<dyn Model>> {
    let as_ct2::Model { header, filters, bytes } = as_ct2::read(path)?;
    let model = engine::Model::load_int8(&bytes).context("CTranslate2")?;
    let (bands, tokens) = (header.n_mels as usize, header.n_vocab as usize);
    let heads = heads::following(&header);
    Ok(Box::new(Loaded { model, filters: filters.into(), bands, tokens, heads }))
}

impl Model for Loaded {
    fn state(&self) -> Result<Box<dyn State>> {
        let mut worker = self.model.worker().context("CTranslate2")?;
        let (layers, heads): (Vec<_>, Vec<_>) = self.heads.iter().copied().unzip();
        worker.attend(&layers, &heads).context("CTranslate2")?;
        Ok(Box::new(Buffers {
            worker,
            filters: Arc::clone(&self.filters),
            bands: self.bands,
            tokens: self.tokens,
            texts: 0,
            heads: heads.len(),
            frames: 0,
            logits: vec![0.0; TOGETHER * self.tokens],
            read: Vec::new(),
            attention: Vec::new(),
        }))
    }

    fn reads(&self) -> bool {
        true
    }

    fn together(&self) -> usize {
        TOGETHER
    }
}

impl State for Buffers {
    fn encode(&mut self, clips: &[&[f32]], context: u32) -> Result<()> {
        self.frames = context as usize;
        let mut mels = Vec::new();
        for samples in clips {
            mels.extend_from_slice(&log_mel(samples, &self.filters, STRIDE * context as usize));
        }
        self.worker.encode(&mels, clips.len(), self.bands).context("encoder")
    }

    fn begin(&mut self, clips: &[usize]) -> Result<()> {
        self.texts = clips.len();
        self.worker.begin(clips).context("decoder")
    }

    fn keep(&mut self, rows: &[usize]) -> Result<()> {
        self.texts = rows.len();
        self.worker.keep(rows).context("decoder")
    }

    fn step(&mut self, tokens: &[i32], past: usize) -> Result<&[f32]> {
        let size = if tokens.len() == self.texts { self.texts * self.tokens } else { 0 };
        let logits = &mut self.logits[..size];
        self.worker.feed(tokens, past, logits).context("decoder")?;
        Ok(logits)
    }

    fn write(&mut self, end: usize, never: &[usize], never_first: &[usize]) -> Result<()> {
        self.worker.write(end, never, never_first).context("CTranslate2")
    }

    fn search(
        &mut self,
        last: i32,
        past: usize,
        beams: usize,
        most: usize,
    ) -> Result<Vec<Vec<usize>>> {
        self.worker.search(last as u32, past, beams, most).context("beam search")
    }

    fn read(&mut self, clip: usize, tokens: &[i32]) -> Result<(&[f32], &[f32])> {
        self.read.resize(tokens.len() * self.tokens, 0.0);
        self.attention.resize(tokens.len() * self.heads * self.frames, 0.0);
        self.worker.read(clip, tokens, &mut self.read, &mut self.attention).context("decoder")?;
        Ok((&self.read, &self.attention))
    }
}
