//! Cross-entropy against the tied, frozen token embedding. In: hidden states, targets. Out: the loss, or
//! log-probabilities. Left to others: which tokens count.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::numbers;

/// What the loss is taken of: the token that should come at each position, and what it weighs (0: not
/// learnt from).
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// Token ids, one per position.
    pub ids: Vec<u32>,
    /// Weights, one per position.
    pub weights: Vec<f32>,
    /// Share of each target that is spread evenly over the vocabulary (label smoothing: Szegedy et al., "Rethinking the
    /// Inception architecture", 2016).
    pub smoothing: f32,
}

/// Log-probability of each target: `hidden` (positions, state), `embedding` (vocabulary, state), frozen.
pub fn log_probabilities(hidden: &Tensor, embedding: &Tensor, ids: &[u32]) -> Result<Vec<f32>> {
    let logits = numbers(&hidden.detach().matmul(&embedding.detach().t()?)?)?;
    let vocabulary = embedding.dim(0)?;
    Ok(logits
        .par_chunks(vocabulary)
        .zip(ids)
        .map(|(row, id)| row[*id as usize] - log_sum_exp(row))
        .collect())
}

fn log_sum_exp(row: &[f32]) -> f32 {
    let most = row.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
    let sum: f32 = row.iter().map(|v| (v - most).exp()).sum();
    most + sum.ln()
}

/// Sum over positions of weight times cross-entropy, divided by the sum of weights; the output matrix is
/// the token embedding, which stays frozen. A scalar.
pub fn cross_entropy(hidden: &Tensor, embedding: &Tensor, targets: &Targets) -> Result<Tensor> {
    let kept: Vec<u32> =
        (0..targets.ids.len() as u32).filter(|i| targets.weights[*i as usize] > 0.0).collect();
    let rows = hidden.index_select(&Tensor::new(kept.as_slice(), hidden.device())?, 0)?;
    let ids: Vec<u32> = kept.iter().map(|i| targets.ids[*i as usize]).collect();
    let weights: Vec<f32> = kept.iter().map(|i| targets.weights[*i as usize]).collect();
    let total: f32 = weights.iter().sum();
    let vocabulary = embedding.dim(0)?;
    let mut logits = numbers(&rows.detach().matmul(&embedding.detach().t()?)?)?;
    // from logits to their gradient, in place: weight (softmax - target) / total
    let losses: Vec<f64> = logits
        .par_chunks_mut(vocabulary)
        .zip(ids.par_iter().zip(&weights))
        .map(|(row, (id, weight))| {
            let all = log_sum_exp(row);
            let scale = weight / total;
            let smooth = targets.smoothing;
            let mean = if smooth > 0.0 { row.iter().sum::<f32>() / vocabulary as f32 } else { 0.0 };
            let sure = 1.0 - smooth;
            let loss = all - sure * row[*id as usize] - smooth * mean;
            let even = smooth / vocabulary as f32;
            row.iter_mut().for_each(|v| *v = ((*v - all).exp() - even) * scale);
            row[*id as usize] -= sure * scale;
            f64::from(loss * weight)
        })
        .collect();
    let loss: f64 = losses.iter().sum();
    let logits = Tensor::from_vec(logits, (kept.len(), vocabulary), hidden.device())?;
    let to_rows = logits.matmul(&embedding.detach())?;
    rows.apply_op1(KnownGradient { value: (loss / f64::from(total)) as f32, gradient: to_rows })
}

/// A scalar whose gradient is known already.
struct KnownGradient {
    value: f32,
    gradient: Tensor,
}

impl CustomOp1 for KnownGradient {
    fn name(&self) -> &'static str {
        "cross-entropy"
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        Ok((CpuStorage::F32(vec![self.value]), Shape::from(())))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some((&self.gradient * f64::from(grad.to_scalar::<f32>()?))?))
    }
}
