//! Whisper's forward pass for training. In: a model's parameters, sounds, token sequences. Out: encoder
//! frames, the loss, log-probabilities of given tokens. Left to others: steps and schedules (`train`).

use std::collections::BTreeMap;

use candle_core::{Device, Result, Tensor, bail};

use super::ops::{self, GradientSink, Mask, Targets};

/// Sizes that the numbers alone do not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Attention heads of the encoder.
    pub audio_heads: usize,
    /// Layers of the encoder.
    pub audio_layers: usize,
    /// Attention heads of the decoder.
    pub text_heads: usize,
    /// Layers of the decoder.
    pub text_layers: usize,
}

/// A model's parameters by the names of OpenAI's checkpoint, and what is computed with them.
pub struct Network {
    shape: Shape,
    parameters: BTreeMap<String, Tensor>,
    sink: GradientSink,
}

/// Encoder frames of a batch.
pub struct EncoderOutput {
    /// (batch, frames, state), padded with zeros.
    pub frames: Tensor,
    /// Frames of each item.
    pub lengths: Vec<usize>,
}

/// Token sequences of a batch: what goes in, what should come out.
pub struct Texts {
    /// Input tokens of each item, padded to one length: (batch, positions).
    pub inputs: Vec<Vec<u32>>,
    /// What should follow each input token; padding and prompt weigh nothing.
    pub targets: Targets,
}

/// Items of different lengths, (frames, state) each, as one batch.
pub fn padded(items: &[Tensor]) -> Result<EncoderOutput> {
    let lengths = items.iter().map(|item| item.dim(0)).collect::<Result<Vec<_>>>()?;
    let longest = lengths.iter().copied().max().unwrap_or(0);
    let padded = items.iter().zip(&lengths).map(|(item, n)| item.pad_with_zeros(0, 0, longest - n));
    let frames = Tensor::stack(&padded.collect::<Result<Vec<_>>>()?, 0)?;
    Ok(EncoderOutput { frames, lengths })
}

impl Network {
    /// Of these parameters (numpy shapes: outputs before inputs).
    pub fn new(shape: Shape, parameters: BTreeMap<String, Tensor>) -> Self {
        Self { shape, parameters, sink: GradientSink::default() }
    }

    /// Where gradients of matrices come out; all others do in candle's store.
    pub fn sink(&self) -> GradientSink {
        self.sink.clone()
    }

    fn get(&self, name: &str) -> Result<&Tensor> {
        match self.parameters.get(name) {
            Some(tensor) => Ok(tensor),
            None => bail!("the model has no parameter {name}"),
        }
    }

    fn linear(&self, x: &Tensor, name: &str) -> Result<Tensor> {
        let bias = self.parameters.get(&format!("{name}.bias"));
        ops::linear(x, self.get(&format!("{name}.weight"))?, bias, &self.sink)
    }

    fn norm(&self, x: &Tensor, name: &str) -> Result<Tensor> {
        let (weight, bias) = (format!("{name}.weight"), format!("{name}.bias"));
        ops::layer_norm(x, self.get(&weight)?, self.get(&bias)?)
    }

    /// The convolutions and positions of one sound, (bands, 2 * frames) -> (frames, state). Frozen.
    pub fn stem(&self, mel: &[f32], frames: usize) -> Result<Tensor> {
        let bands = mel.len() / (2 * frames);
        let mut x = Tensor::from_slice(mel, (1, bands, 2 * frames), &Device::Cpu)?;
        for (name, stride) in [("encoder.conv1", 1), ("encoder.conv2", 2)] {
            let bias = self.get(&format!("{name}.bias"))?.flatten_all()?;
            let bias = bias.reshape((1, (), 1))?;
            x = x.conv1d(self.get(&format!("{name}.weight"))?, 1, stride, 1, 1)?;
            x = ops::gelu(&x.broadcast_add(&bias)?)?;
        }
        let positions = self.get("encoder.positional_embedding")?.narrow(0, 0, frames)?;
        x.squeeze(0)?.t()?.contiguous()?.add(&positions)
    }

    /// Encodes a batch of stems, each on as many frames as it has.
    pub fn encode(&self, stems: &[Tensor]) -> Result<EncoderOutput> {
        let EncoderOutput { frames: mut x, lengths } = padded(stems)?;
        let mask = Mask { causal: false, keys: lengths.clone() };
        for i in 0..self.shape.audio_layers {
            let block = format!("encoder.blocks.{i}");
            let normed = self.norm(&x, &format!("{block}.attn_ln"))?;
            let heads = self.shape.audio_heads;
            x = (x + self.attention(&normed, &normed, &format!("{block}.attn"), heads, &mask)?)?;
            x = self.feed_forward(x, &block)?;
        }
        Ok(EncoderOutput { frames: self.norm(&x, "encoder.ln_post")?, lengths })
    }

    /// Runs the decoder over a batch: hidden states (batch * positions, state) after the last norm.
    fn decode(&self, encoded: &EncoderOutput, inputs: &[Vec<u32>]) -> Result<Tensor> {
        let (batch, positions) = (inputs.len(), inputs.first().map_or(0, Vec::len));
        let ids: Vec<u32> = inputs.iter().flatten().copied().collect();
        let embedding = self.get("decoder.token_embedding.weight")?;
        let x = embedding.index_select(&Tensor::new(ids, &Device::Cpu)?, 0)?;
        let x = x.reshape((batch, positions, ()))?;
        let places = self.get("decoder.positional_embedding")?.narrow(0, 0, positions)?;
        let mut x = x.broadcast_add(&places)?;
        let own = Mask { causal: true, keys: vec![positions; batch] };
        let cross = Mask { causal: false, keys: encoded.lengths.clone() };
        let heads = self.shape.text_heads;
        for i in 0..self.shape.text_layers {
            let block = format!("decoder.blocks.{i}");
            let normed = self.norm(&x, &format!("{block}.attn_ln"))?;
            x = (x + self.attention(&normed, &normed, &format!("{block}.attn"), heads, &own)?)?;
            let normed = self.norm(&x, &format!("{block}.cross_attn_ln"))?;
            let name = format!("{block}.cross_attn");
            x = (x + self.attention(&normed, &encoded.frames, &name, heads, &cross)?)?;
            x = self.feed_forward(x, &block)?;
        }
        let x = self.norm(&x, "decoder.ln")?;
        x.reshape((batch * positions, ()))
    }

    /// Weighted cross-entropy of the targets, a scalar.
    pub fn loss(&self, encoded: &EncoderOutput, texts: &Texts) -> Result<Tensor> {
        let hidden = self.decode(encoded, &texts.inputs)?;
        ops::cross_entropy(&hidden, self.get("decoder.token_embedding.weight")?, &texts.targets)
    }

    /// ln p of each target token.
    pub fn log_probabilities(&self, encoded: &EncoderOutput, texts: &Texts) -> Result<Vec<f32>> {
        let hidden = self.decode(encoded, &texts.inputs)?;
        let embedding = self.get("decoder.token_embedding.weight")?;
        ops::log_probabilities(&hidden, embedding, &texts.targets.ids)
    }

    fn feed_forward(&self, x: Tensor, block: &str) -> Result<Tensor> {
        let inner =
            self.linear(&self.norm(&x, &format!("{block}.mlp_ln"))?, &format!("{block}.mlp.0"))?;
        let inner = self.linear(&ops::gelu(&inner)?, &format!("{block}.mlp.2"))?;
        x + inner
    }

    /// Queries from `x`, keys and values from `other`.
    fn attention(
        &self,
        x: &Tensor,
        other: &Tensor,
        name: &str,
        heads: usize,
        mask: &Mask,
    ) -> Result<Tensor> {
        let q = self.linear(x, &format!("{name}.query"))?;
        let k = self.linear(other, &format!("{name}.key"))?;
        let v = self.linear(other, &format!("{name}.value"))?;
        let mixed = ops::attention(&q, &k, &v, heads, mask)?;
        self.linear(&mixed, &format!("{name}.out"))
    }
}
