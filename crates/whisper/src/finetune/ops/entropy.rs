//! Cross-entropy against the tied, frozen token embedding. In: hidden states, targets. Out: the loss, or
//! log-probabilities. Left to others: which tokens count.

use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::numbers;

/// What the loss is taken of: the token that should come at each position, and what it weighs (0: not
/// learnt from).
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// Token ids, one a position.
    pub ids: Vec<u32>,
    /// Weights, one a position.
    pub weights: Vec<f32>,
    /// Share of each target that is spread evenly over the vocabulary (label smoothing: Szegedy et al., "Rethinking the
    /// Inception architecture", 2016).
    pub smoothing: f32,
    /// What a teacher expects at each position: tokens and their probabilities, which sum to 1 (or none).
    pub teacher: Vec<Expected>,
    /// Share of each target that follows the teacher.
    pub teaching: f32,
}

/// The tokens that a model finds likeliest at a position, with their probabilities.
pub type Expected = Vec<(u32, f32)>;

/// The `most` likeliest tokens at each position, their probabilities made to sum to 1: `hidden` (positions, state),
/// `embedding` (vocabulary, state).
pub fn expected(hidden: &Tensor, embedding: &Tensor, most: usize) -> Result<Vec<Expected>> {
    let logits = numbers(&hidden.detach().matmul(&embedding.detach().t()?)?)?;
    let vocabulary = embedding.dim(0)?;
    let of = |row: &[f32]| {
        let mut ids: Vec<u32> = (0..row.len() as u32).collect();
        let greater =
            |a: &u32, b: &u32| row[*b as usize].total_cmp(&row[*a as usize]).then(a.cmp(b));
        ids.select_nth_unstable_by(most.min(row.len()) - 1, greater);
        ids.truncate(most);
        ids.sort_unstable();
        let kept: Vec<f32> = ids.iter().map(|id| row[*id as usize]).collect();
        let all = log_sum_exp(&kept);
        ids.into_iter().zip(kept).map(|(id, z)| (id, (z - all).exp())).collect()
    };
    Ok(logits.par_chunks(vocabulary).map(of).collect())
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
    let none = Expected::new();
    let teachers: Vec<&Expected> =
        kept.iter().map(|i| targets.teacher.get(*i as usize).unwrap_or(&none)).collect();
    let total: f32 = weights.iter().sum();
    let vocabulary = embedding.dim(0)?;
    let mut logits = numbers(&rows.detach().matmul(&embedding.detach().t()?)?)?;
    // from logits to their gradient, in place: weight (softmax - target) / total
    let losses: Vec<f64> = logits
        .par_chunks_mut(vocabulary)
        .zip(ids.par_iter().zip(&weights).zip(teachers))
        .map(|(row, ((id, weight), teacher))| {
            let all = log_sum_exp(row);
            let scale = weight / total;
            let smooth = targets.smoothing;
            let mean = if smooth > 0.0 { row.iter().sum::<f32>() / vocabulary as f32 } else { 0.0 };
            let teach = if teacher.is_empty() { 0.0 } else { targets.teaching };
            let taught: f32 = teacher.iter().map(|(id, p)| p * row[*id as usize]).sum();
            let sure = 1.0 - smooth - teach;
            let loss = all - sure * row[*id as usize] - smooth * mean - teach * taught;
            let even = smooth / vocabulary as f32;
            row.iter_mut().for_each(|v| *v = ((*v - all).exp() - even) * scale);
            row[*id as usize] -= sure * scale;
            teacher.iter().for_each(|(id, p)| row[*id as usize] -= teach * p * scale);
            f64::from(loss * weight)
        })
        .collect();
    let loss: f64 = losses.iter().sum();
    let logits = Tensor::from_vec(logits, (kept.len(), vocabulary), hidden.device())?;
    let to_rows = logits.matmul(&embedding.detach())?;
    rows.apply_op1(Known { value: (loss / f64::from(total)) as f32, gradient: to_rows })
}

/// A scalar whose gradient is known already.
struct Known {
    value: f32,
    gradient: Tensor,
}

impl CustomOp1 for Known {
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
