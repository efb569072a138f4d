//! Multi-head attention. In: queries, keys, values, who may look at what. Out: what each query takes from the values.
//! Left to others: the matrices before and after.
//!
//! One operation, head by head: as a dozen of candle's, each has a gradient of its own to be filled with zeros and added to.

use std::sync::Mutex;

use candle_core::{CpuStorage, CustomOp3, Device, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

use super::{numbers, read};

/// Which keys a query may look at.
#[derive(Clone, Debug)]
pub struct Mask {
    /// Query i sees the keys 0 to i only.
    pub causal: bool,
    /// Of each item of the batch, how many keys are there; the rest is padding.
    pub keys: Vec<usize>,
}

/// softmax(q k' / sqrt(width of a head)) v, masked, head by head (Vaswani et al., "Attention is all you need", 2017):
/// `q` (batch, queries, state), `k` and `v` (batch, keys, state) -> (batch, queries, state).
pub fn attention(q: &Tensor, k: &Tensor, v: &Tensor, heads: usize, mask: &Mask) -> Result<Tensor> {
    let (batch, queries, state) = q.dims3()?;
    let size = Size { batch, queries, keys: k.dim(1)?, state, heads };
    let [q, k, v] = [q.contiguous()?, k.contiguous()?, v.contiguous()?];
    let [qs, ks, vs] = [size.cut(&q, queries)?, size.cut(&k, size.keys)?, size.cut(&v, size.keys)?];
    let one = |n: usize| {
        let seen = mask.keys[n / heads];
        let (key, value) = (ks[n].narrow(0, 0, seen)?, vs[n].narrow(0, 0, seen)?);
        let mut weights = numbers(&qs[n].matmul(&key.t()?)?)?;
        for (query, row) in weights.chunks_exact_mut(seen).enumerate() {
            softmax(row, if mask.causal { seen.min(query + 1) } else { seen }, size.scale());
        }
        let weights = Tensor::from_vec(weights, (queries, seen), &Device::Cpu)?;
        Ok((numbers(&weights.matmul(&value)?)?, weights))
    };
    let done = (0..batch * heads).into_par_iter().map(one).collect::<Result<Vec<_>>>()?;
    let (taken, weights): (Vec<_>, Vec<_>) = done.into_iter().unzip();
    let taken = Mutex::new(Some(size.joined(&taken, queries)));
    q.apply_op3(&k, &v, Attention { size, taken, weights })
}

/// Turns a row of products into weights: the first `seen` sum to 1, the others are 0.
fn softmax(row: &mut [f32], seen: usize, scale: f32) {
    let (row, hidden) = row.split_at_mut(seen);
    let most = row.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
    let mut sum = 0.0;
    for value in row.iter_mut() {
        *value = ((*value - most) * scale).exp();
        sum += *value;
    }
    row.iter_mut().for_each(|value| *value /= sum);
    hidden.fill(0.0);
}

#[derive(Clone, Copy)]
struct Size {
    batch: usize,
    queries: usize,
    keys: usize,
    state: usize,
    heads: usize,
}

impl Size {
    fn width(&self) -> usize {
        self.state / self.heads
    }

    fn scale(&self) -> f32 {
        (self.width() as f32).powf(-0.5)
    }

    /// The heads of (batch, rows, state): (rows, width) each, item by item.
    fn cut(&self, t: &Tensor, rows: usize) -> Result<Vec<Tensor>> {
        let width = self.width();
        let of = |values: &[f32]| {
            let head = |n: usize| {
                let (item, column) = (n / self.heads, n % self.heads * width);
                let item = &values[item * rows * self.state..][..rows * self.state];
                let rows = item.chunks_exact(self.state);
                rows.flat_map(|row| &row[column..column + width]).copied().collect::<Vec<f32>>()
            };
            (0..self.batch * self.heads).into_par_iter().map(head).collect::<Vec<_>>()
        };
        let heads = read(t, of)?.into_iter();
        heads.map(|head| Tensor::from_vec(head, (rows, width), &Device::Cpu)).collect()
    }

    /// The reverse of `cut`; rows that a head lacks are zero.
    fn joined(&self, heads: &[Vec<f32>], rows: usize) -> Vec<f32> {
        let width = self.width();
        let mut all = vec![0.0; self.batch * rows * self.state];
        let items = all.par_chunks_mut(rows * self.state).zip(heads.par_chunks(self.heads));
        items.for_each(|(item, heads)| {
            for (n, head) in heads.iter().enumerate() {
                let rows = item.chunks_exact_mut(self.state).zip(head.chunks_exact(width));
                rows.for_each(|(row, head)| row[n * width..][..width].copy_from_slice(head));
            }
        });
        all
    }
}

struct Attention {
    size: Size,
    /// What comes out, computed before; taken by the forward pass, so that it is held once.
    taken: Mutex<Option<Vec<f32>>>,
    /// (queries, keys seen) of each head, item by item.
    weights: Vec<Tensor>,
}

impl CustomOp3 for Attention {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        layout: &Layout,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let taken = self.taken.lock().ok().and_then(|mut taken| taken.take());
        let Some(taken) = taken else { bail!("an attention was run twice") };
        Ok((CpuStorage::F32(taken), layout.shape().clone()))
    }

    /// With weights w = softmax(s q k'), y = w v and g the gradient of y: dv = w' g; with p = g v' and
    /// d = s w (p - sum of w p over keys): dq = d k, dk = d' q.
    fn bwd(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        _: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let Size { batch, queries, keys, state, heads } = self.size;
        let (qs, gs) = (self.size.cut(q, queries)?, self.size.cut(grad, queries)?);
        let (ks, vs) = (self.size.cut(k, keys)?, self.size.cut(v, keys)?);
        let one = |n: usize| {
            let (w, g) = (&self.weights[n], &gs[n]);
            let seen = w.dim(1)?;
            let (key, value) = (ks[n].narrow(0, 0, seen)?, vs[n].narrow(0, 0, seen)?);
            let mut d = numbers(&g.matmul(&value.t()?)?)?;
            read(w, |w| {
                for (d, w) in d.chunks_exact_mut(seen).zip(w.chunks_exact(seen)) {
                    let dot: f32 = d.iter().zip(w).map(|(d, w)| d * w).sum();
                    let scale = self.size.scale();
                    d.iter_mut().zip(w).for_each(|(d, w)| *d = scale * w * (*d - dot));
                }
            })?;
            let d = Tensor::from_vec(d, (queries, seen), &Device::Cpu)?;
            Ok([
                numbers(&d.matmul(&key)?)?,
                numbers(&d.t()?.matmul(&qs[n])?)?,
                numbers(&w.t()?.matmul(g)?)?,
            ])
        };
        let all = (0..batch * heads).into_par_iter().map(one).collect::<Result<Vec<_>>>()?;
        let (mut dq, mut dk, mut dv) = (Vec::new(), Vec::new(), Vec::new());
        for [q, k, v] in all {
            dq.push(q);
            dk.push(k);
            dv.push(v);
        }
        let tensor = |heads: Vec<Vec<f32>>, rows: usize| {
            let joined = self.size.joined(&heads, rows);
            Tensor::from_vec(joined, (batch, rows, state), &Device::Cpu).map(Some)
        };
        Ok((tensor(dq, queries)?, tensor(dk, keys)?, tensor(dv, keys)?))
    }
}
