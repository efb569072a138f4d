//! Layer norm. In: rows, gains, offsets. Out: rows. Left to others: nothing.

use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use super::{numbers, read, slice, trains};

/// Added to the variance: Whisper's.
const EPSILON: f32 = 1e-5;

/// y = (x - mean) / sqrt(variance + 1e-5) * weight + bias over the last dimension.
pub fn layer_norm(x: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op3(weight, bias, LayerNorm)
}

struct LayerNorm;

/// Mean and 1 / standard deviation.
fn moments(row: &[f32]) -> (f32, f32) {
    let n = row.len() as f32;
    let mean = row.iter().sum::<f32>() / n;
    let variance = row.iter().map(|v| (v - mean) * (v - mean)).sum::<f32>() / n;
    (mean, 1.0 / (variance + EPSILON).sqrt())
}

impl CustomOp3 for LayerNorm {
    fn name(&self) -> &'static str {
        "layer-norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        lx: &Layout,
        weight: &CpuStorage,
        lw: &Layout,
        bias: &CpuStorage,
        lb: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, weight, bias) = (slice(x, lx)?, slice(weight, lw)?, slice(bias, lb)?);
        let width = weight.len();
        let mut out = vec![0.0f32; x.len()];
        out.par_chunks_mut(width * 16).zip(x.par_chunks(width * 16)).for_each(|(out, x)| {
            for (out, x) in out.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
                let (mean, scale) = moments(x);
                for (i, o) in out.iter_mut().enumerate() {
                    *o = (x[i] - mean) * scale * weight[i] + bias[i];
                }
            }
        });
        Ok((CpuStorage::F32(out), lx.shape().clone()))
    }

    /// With n = (x - mean) / sd and g = grad * weight:
    /// dx = (g - mean(g) - n mean(g n)) / sd, dweight = sum of grad n, dbias = sum of grad.
    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let ws = numbers(weight)?;
        let width = ws.len();
        let mut dx = vec![0.0f32; x.elem_count()];
        let block = width * 64;
        let rows = |(dx, (xs, gs)): (&mut [f32], (&[f32], &[f32]))| {
            let mut sums = vec![0.0f32; 2 * width];
            let (dw, db) = sums.split_at_mut(width);
            let rows = xs.chunks_exact(width).zip(gs.chunks_exact(width));
            for (dx, (x, g)) in dx.chunks_exact_mut(width).zip(rows) {
                let (mean, scale) = moments(x);
                let (mut mean_g, mut mean_gn) = (0.0f32, 0.0f32);
                for i in 0..width {
                    let n = (x[i] - mean) * scale;
                    mean_g += g[i] * ws[i];
                    mean_gn += g[i] * ws[i] * n;
                    dw[i] += g[i] * n;
                    db[i] += g[i];
                }
                mean_g /= width as f32;
                mean_gn /= width as f32;
                for i in 0..width {
                    let n = (x[i] - mean) * scale;
                    dx[i] = (g[i] * ws[i] - mean_g - n * mean_gn) * scale;
                }
            }
            sums
        };
        let parts: Vec<Vec<f32>> = read(x, |xs| {
            read(grad, |gs| {
                let both = xs.par_chunks(block).zip(gs.par_chunks(block));
                dx.par_chunks_mut(block).zip(both).map(rows).collect()
            })
        })??;
        let sums = super::added(&parts, 2 * width);
        let device = x.device();
        let dx = if trains(x) { Some(Tensor::from_vec(dx, x.shape(), device)?) } else { None };
        let part = |t: &Tensor, sums: &[f32]| {
            if trains(t) { Tensor::new(sums, device).map(Some) } else { Ok(None) }
        };
        Ok((dx, part(weight, &sums[..width])?, part(bias, &sums[width..])?))
    }
}
