//! Which tensors a Whisper model has. In: a header. Out: their names, shapes and roles, in the
//! order in which they are written. Left to others: their numbers.

use super::{Header, Storage};

/// How a tensor is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// As the header says: the matrices, most of the file.
    Matrix,
    /// Convolution kernels: f16, or f32 when everything is.
    Kernel,
    /// Biases, norms and positions: always f32.
    Plain,
}

/// A tensor that whisper.cpp expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its name in the file.
    pub name: String,
    /// Sizes, fastest first (the reverse of a numpy shape).
    pub dims: Vec<u64>,
    /// How it is stored.
    pub role: Role,
}

impl Slot {
    /// Numbers in it.
    pub fn count(&self) -> u64 {
        self.dims.iter().product()
    }

    /// Its storage when the matrices are stored as `matrices`.
    pub fn storage(&self, matrices: Storage) -> Storage {
        match self.role {
            Role::Matrix => matrices,
            Role::Kernel if matrices == Storage::F32 => Storage::F32,
            Role::Kernel => Storage::F16,
            Role::Plain => Storage::F32,
        }
    }
}

/// Every tensor of a model of this shape.
pub fn slots(header: &Header) -> Vec<Slot> {
    let state = u64::from(header.n_audio_state);
    let mut list = List(Vec::new());
    list.add("encoder.positional_embedding", &[state, header.n_audio_ctx.into()], Role::Plain);
    for (name, inputs) in [("conv1", header.n_mels.into()), ("conv2", state)] {
        list.add(format!("encoder.{name}.weight"), &[3, inputs, state], Role::Kernel);
        list.add(format!("encoder.{name}.bias"), &[1, state], Role::Plain);
    }
    for i in 0..header.n_audio_layer {
        let block = format!("encoder.blocks.{i}");
        list.attention(&format!("{block}.attn"), state);
        list.feed_forward(&block, state);
    }
    for i in 0..header.n_text_layer {
        let block = format!("decoder.blocks.{i}");
        list.attention(&format!("{block}.attn"), state);
        list.attention(&format!("{block}.cross_attn"), state);
        list.feed_forward(&block, state);
    }
    list.norm("encoder.ln_post", state);
    list.add("decoder.positional_embedding", &[state, header.n_text_ctx.into()], Role::Plain);
    list.add("decoder.token_embedding.weight", &[state, header.n_vocab.into()], Role::Matrix);
    list.norm("decoder.ln", state);
    list.0
}

struct List(Vec<Slot>);

impl List {
    fn add(&mut self, name: impl Into<String>, dims: &[u64], role: Role) {
        self.0.push(Slot { name: name.into(), dims: dims.to_vec(), role });
    }

    fn norm(&mut self, name: &str, state: u64) {
        self.add(format!("{name}.weight"), &[state], Role::Plain);
        self.add(format!("{name}.bias"), &[state], Role::Plain);
    }

    fn linear(&mut self, name: &str, inputs: u64, outputs: u64) {
        self.add(format!("{name}.weight"), &[inputs, outputs], Role::Matrix);
        self.add(format!("{name}.bias"), &[outputs], Role::Plain);
    }

    fn attention(&mut self, name: &str, state: u64) {
        self.norm(&format!("{name}_ln"), state);
        self.linear(&format!("{name}.query"), state, state);
        // A bias of the keys would change no attention weight: Whisper has none.
        self.add(format!("{name}.key.weight"), &[state, state], Role::Matrix);
        self.linear(&format!("{name}.value"), state, state);
        self.linear(&format!("{name}.out"), state, state);
    }

    fn feed_forward(&mut self, block: &str, state: u64) {
        self.norm(&format!("{block}.mlp_ln"), state);
        self.linear(&format!("{block}.mlp.0"), state, 4 * state);
        self.linear(&format!("{block}.mlp.2"), 4 * state, state);
    }
}
