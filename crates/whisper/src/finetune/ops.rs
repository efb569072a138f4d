//! The operations of Whisper's blocks, with gradients of our own. In: candle tensors (f32, CPU). Out:
//! tensors that pass gradients back. Left to others: the blocks (`network`).
//!
//! Between them works candle's autograd. Ours are here for three reasons: candle's fused LayerNorm and
//! softmax have no backward and cut gradients without a word; composed ones walk the memory ten times;
//! and candle computes gradients of frozen matrices too, which for the rows of the vocabulary costs more
//! than the rest of the decoder.

mod attention;
mod entropy;
mod gelu;
mod linear;
mod norm;

use candle_core::{CpuStorage, Layout, Result, Storage, Tensor, bail};

pub use attention::{Mask, attention};
pub use entropy::{Targets, cross_entropy, log_probabilities};
pub use gelu::gelu;
pub use linear::{GradientSink, linear};
pub use norm::layer_norm;

/// The numbers of a tensor, copied, row after row.
pub fn numbers(t: &Tensor) -> Result<Vec<f32>> {
    t.flatten_all()?.to_vec1()
}

/// What `f` makes of the numbers of a tensor, where they are.
pub fn read<R>(t: &Tensor, f: impl FnOnce(&[f32]) -> R) -> Result<R> {
    let t = t.contiguous()?;
    let (storage, layout) = t.storage_and_layout();
    match &*storage {
        Storage::Cpu(storage) => Ok(f(slice(storage, layout)?)),
        _ => bail!("a tensor that is not in the processor's memory"),
    }
}

/// The numbers where they are.
fn slice<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    let Some((from, to)) = layout.contiguous_offsets() else { bail!("a tensor in pieces") };
    Ok(&storage.as_slice::<f32>()?[from..to])
}

/// Rows of `width` added up in their order.
fn added(rows: &[Vec<f32>], width: usize) -> Vec<f32> {
    let mut sums = vec![0.0f32; width];
    for row in rows {
        sums.iter_mut().zip(row).for_each(|(s, v)| *s += v);
    }
    sums
}

/// Whether a gradient has to reach this tensor.
fn trains(t: &Tensor) -> bool {
    t.track_op()
}

#[cfg(test)]
mod tests;
