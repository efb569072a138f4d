//! Attention weights. In: scores, who may look at what. Out: weights. Left to others: the products.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::{numbers, slice};

/// Which keys a query may look at.
#[derive(Clone, Debug)]
pub struct Mask {
    /// Query i sees the keys 0 to i only.
    pub causal: bool,
    /// Of each item of the batch, how many keys are there; the rest is padding.
    pub keys: Vec<usize>,
}

/// Softmax over the last dimension of scores (batch * heads, queries, keys), masked.
pub fn masked_softmax(scores: &Tensor, mask: Mask) -> Result<Tensor> {
    scores.contiguous()?.apply_op1(Softmax(mask))
}

struct Softmax(Mask);

impl CustomOp1 for Softmax {
    fn name(&self) -> &'static str {
        "masked-softmax"
    }

    fn cpu_fwd(&self, scores: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (planes, queries, keys) = layout.shape().dims3()?;
        let heads = planes / self.0.keys.len();
        let scores = slice(scores, layout)?;
        let mut out = vec![0.0f32; scores.len()];
        out.par_chunks_mut(keys * queries)
            .zip(scores.par_chunks(keys * queries))
            .enumerate()
            .for_each(|(plane, (out, scores))| {
                let valid = self.0.keys[plane / heads];
                let rows = out.chunks_exact_mut(keys).zip(scores.chunks_exact(keys));
                for (query, (out, scores)) in rows.enumerate() {
                    let seen = if self.0.causal { valid.min(query + 1) } else { valid };
                    let most = scores[..seen].iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
                    let mut sum = 0.0;
                    for (o, s) in out[..seen].iter_mut().zip(scores) {
                        *o = (s - most).exp();
                        sum += *o;
                    }
                    out[..seen].iter_mut().for_each(|o| *o /= sum);
                }
            });
        Ok((CpuStorage::F32(out), layout.shape().clone()))
    }

    /// ds = y (g - sum of g y); zero where y is masked to 0.
    fn bwd(&self, _: &Tensor, y: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        let keys = y.dim(2)?;
        let (ys, mut gs) = (numbers(y)?, numbers(grad)?);
        gs.par_chunks_mut(keys * 16).zip(ys.par_chunks(keys * 16)).for_each(|(g, y)| {
            for (g, y) in g.chunks_exact_mut(keys).zip(y.chunks_exact(keys)) {
                let dot: f32 = g.iter().zip(y).map(|(g, y)| g * y).sum();
                g.iter_mut().zip(y).for_each(|(g, y)| *g = y * (*g - dot));
            }
        });
        Ok(Some(Tensor::from_vec(gs, y.shape(), y.device())?))
    }
}
