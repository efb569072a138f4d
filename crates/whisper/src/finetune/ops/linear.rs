//! A matrix with its bias. In: rows, weights. Out: rows. Left to others: nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use candle_core::{CpuStorage, CustomOp3, D, DType, Layout, Result, Shape, Tensor, TensorId, bail};
use rayon::prelude::*;

use super::{read, slice, trains};

/// Where the gradients of matrices that are variables come out: candle's own store would fill as much memory with zeros
/// first, and add to it.
#[derive(Clone, Default)]
pub struct GradientSink(Arc<Mutex<HashMap<TensorId, Tensor>>>);

impl GradientSink {
    /// The gradient of a variable that a backward pass has found; it is not kept here.
    pub fn take(&self, variable: &Tensor) -> Option<Tensor> {
        self.0.lock().ok()?.remove(&variable.id())
    }

    fn add(&self, id: TensorId, gradient: Tensor) -> Result<()> {
        let Ok(mut all) = self.0.lock() else { bail!("another thread failed") };
        let sum = match all.remove(&id) {
            Some(before) => (before + gradient)?,
            None => gradient,
        };
        all.insert(id, sum);
        Ok(())
    }
}

/// `x` (.., inputs), `weight` (outputs, inputs), `bias` (outputs) -> (.., outputs). Gradients are
/// computed for what can be trained alone; that of a variable `weight` goes to `sink`.
pub fn linear(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    sink: &GradientSink,
) -> Result<Tensor> {
    let zero = Tensor::zeros(weight.dim(0)?, DType::F32, x.device())?;
    let done = rows(x)?.matmul(&weight.detach().t()?)?;
    let op = Linear {
        done: Mutex::new(Some(done)),
        bias: bias.is_some(),
        needs: [x, weight, bias.unwrap_or(&zero)].map(trains),
        sink: weight.is_variable().then(|| sink.clone()),
    };
    x.apply_op3(weight, bias.unwrap_or(&zero), op)
}

/// (.., inputs) -> (all, inputs), for products alone: nothing flows back.
fn rows(x: &Tensor) -> Result<Tensor> {
    x.detach().contiguous()?.reshape(((), x.dim(D::Minus1)?))
}

struct Linear {
    /// The product, computed before; taken by the forward pass, so that it is held once.
    done: Mutex<Option<Tensor>>,
    bias: bool,
    needs: [bool; 3],
    sink: Option<GradientSink>,
}

impl CustomOp3 for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        x: &Layout,
        _: &CpuStorage,
        _: &Layout,
        bias: &CpuStorage,
        layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let done = self.done.lock().ok().and_then(|mut done| done.take());
        let Some(done) = done else { bail!("a linear layer was run twice") };
        let bias = slice(bias, layout)?;
        let mut out = vec![0.0f32; done.elem_count()];
        let part = bias.len() * 32;
        read(&done, |done| {
            out.par_chunks_mut(part).zip(done.par_chunks(part)).for_each(|(out, done)| {
                let rows = out.chunks_exact_mut(bias.len()).zip(done.chunks_exact(bias.len()));
                for (out, done) in rows {
                    out.iter_mut().zip(done.iter().zip(bias)).for_each(|(o, (d, b))| *o = d + b);
                }
            });
        })?;
        let mut dims = x.dims().to_vec();
        if let Some(last) = dims.last_mut() {
            *last = bias.len();
        }
        Ok((CpuStorage::F32(out), Shape::from(dims)))
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        _: &Tensor,
        _: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let grad = rows(grad)?;
        let [to_x, to_weight, to_bias] = self.needs;
        let dx = if to_x { Some(grad.matmul(&weight.detach())?.reshape(x.shape())?) } else { None };
        let dw = if to_weight { Some(grad.t()?.matmul(&rows(x)?)?) } else { None };
        let dw = match (dw, &self.sink) {
            (Some(dw), Some(sink)) => {
                sink.add(weight.id(), dw)?;
                None
            }
            (dw, _) => dw,
        };
        let db = if to_bias && self.bias {
            let width = weight.dim(0)?;
            let sums = read(&grad, |grad| column_sums(grad, width))?;
            Some(Tensor::new(sums, grad.device())?)
        } else {
            None
        };
        Ok((dx, dw, db))
    }
}

/// The sums of the columns, of rows of `width`. Parts are added in order: the same bits every time.
fn column_sums(values: &[f32], width: usize) -> Vec<f32> {
    let parts: Vec<Vec<f32>> = values
        .par_chunks(width * 64)
        .map(|rows| {
            let mut sums = vec![0.0f32; width];
            for row in rows.chunks_exact(width) {
                sums.iter_mut().zip(row).for_each(|(s, v)| *s += v);
            }
            sums
        })
        .collect();
    super::added(&parts, width)
}
