//! A model's parameters while it is trained. In: values by name, a recipe. Out: a network for each step,
//! the trained values, an average of old and new. Left to others: gradients (`train`), files (the caller).

use std::collections::BTreeMap;

use candle_core::{DType, Device, Result, Tensor, Var};

use super::ops::numbers;
use super::recipe::Recipe;
use crate::random;

/// Scale of the adapters' product: alpha / rank of "LoRA" (Hu et al. 2021) with alpha twice the rank.
const ADAPTER_SCALE: f64 = 2.0;

/// One parameter; copies share the numbers.
#[derive(Clone, Debug)]
pub struct Parameter(Tensor);

impl Parameter {
    /// Of sizes, slowest first (outputs before inputs, as numpy and PyTorch have them), and numbers, row after row.
    ///
    /// # Errors
    /// Sizes that do not fit the numbers.
    pub fn new(dims: Vec<usize>, values: Vec<f32>) -> Result<Self> {
        Tensor::from_vec(values, dims, &Device::Cpu).map(Self)
    }

    /// The numbers, row after row.
    pub fn values(&self) -> Result<Vec<f32>> {
        numbers(&self.0)
    }

    /// As candle has it; shared.
    pub fn tensor(&self) -> &Tensor {
        &self.0
    }
}

/// Parameters by the names of OpenAI's checkpoint (`decoder.blocks.0.attn.query.weight`).
pub type Parameters = BTreeMap<String, Parameter>;

/// What is trained, and what is not.
pub struct Weights {
    frozen: BTreeMap<String, Tensor>,
    /// Trained as they are.
    whole: BTreeMap<String, Var>,
    /// (rank, inputs) and (outputs, rank) beside a frozen matrix.
    adapters: BTreeMap<String, (Var, Var)>,
}

impl Weights {
    /// Of a model with `audio_layers` encoder layers, at the start of a training.
    pub fn new(parameters: &Parameters, recipe: &Recipe, audio_layers: usize) -> Result<Self> {
        let mut weights =
            Self { frozen: BTreeMap::new(), whole: BTreeMap::new(), adapters: BTreeMap::new() };
        for (place, (name, parameter)) in parameters.iter().enumerate() {
            let tensor = parameter.tensor();
            if !recipe.part.trains(name, audio_layers) {
                weights.frozen.insert(name.clone(), tensor.clone());
            } else if recipe.adapter_rank == 0 {
                weights.whole.insert(name.clone(), Var::from_tensor(tensor)?);
            } else {
                if let [outputs, inputs] = *tensor.dims() {
                    let rank = recipe.adapter_rank;
                    let seed = random::word(recipe.seed, place as u64);
                    let down = (rank, inputs, uniform(rank * inputs, inputs, seed));
                    let down = Tensor::from_vec(down.2, (down.0, down.1), &Device::Cpu)?;
                    let up = Var::zeros((outputs, rank), DType::F32, &Device::Cpu)?;
                    weights.adapters.insert(name.clone(), (Var::from_tensor(&down)?, up));
                }
                weights.frozen.insert(name.clone(), tensor.clone());
            }
        }
        Ok(weights)
    }

    /// What the optimiser changes, by name.
    pub fn variables(&self) -> Vec<(String, Var)> {
        let whole = self.whole.iter().map(|(name, var)| (name.clone(), var.clone()));
        let adapters = self.adapters.iter().flat_map(|(name, (down, up))| {
            [(format!("{name}.down"), down.clone()), (format!("{name}.up"), up.clone())]
        });
        whole.chain(adapters).collect()
    }

    /// Every parameter as it is now; gradients reach the variables.
    pub fn now(&self) -> Result<BTreeMap<String, Tensor>> {
        let mut all = self.frozen.clone();
        for (name, var) in &self.whole {
            all.insert(name.clone(), var.as_tensor().clone());
        }
        for (name, (down, up)) in &self.adapters {
            let change = (up.matmul(down.as_tensor())? * ADAPTER_SCALE)?;
            if let Some(frozen) = self.frozen.get(name) {
                all.insert(name.clone(), frozen.add(&change)?);
            }
        }
        Ok(all)
    }

    /// The trained parameters, adapters added to their matrices.
    pub fn trained(&self) -> Result<BTreeMap<String, Vec<f32>>> {
        let now = self.now()?;
        let names = self.whole.keys().chain(self.adapters.keys());
        names.map(|name| Ok((name.clone(), numbers(&now[name].detach())?))).collect()
    }
}

/// Uniform in +-sqrt(3 / inputs): variance 1 / inputs.
fn uniform(count: usize, inputs: usize, seed: u64) -> Vec<f32> {
    let bound = (3.0 / inputs as f64).sqrt();
    let unit = |i| (random::word(seed, i) >> 11) as f64 / (1u64 << 53) as f64;
    (0..count as u64).map(|i| ((2.0 * unit(i) - 1.0) * bound) as f32).collect()
}

/// share * new + (1 - share) * old, number by number: between two models of one ancestor lies a model
/// that keeps most of what the new one learnt and most of what it forgot (Wortsman et al., "Robust
/// fine-tuning of zero-shot models", 2022).
pub fn average(old: &[f32], new: &[f32], share: f32) -> Vec<f32> {
    old.iter().zip(new).map(|(old, new)| old + share * (new - old)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::recipe::Part;
    use super::*;

    #[test]
    fn an_average_lies_between_and_ends_at_both() {
        let (old, new) = ([1.0, -2.0], [3.0, 2.0]);
        assert_eq!(average(&old, &new, 0.0), old);
        assert_eq!(average(&old, &new, 1.0), new);
        assert_eq!(average(&old, &new, 0.5), [2.0, 0.0]);
    }

    #[test]
    fn fresh_adapters_change_nothing() {
        let name = "decoder.blocks.0.mlp.0.weight".to_string();
        let matrix = Parameter::new(vec![3, 2], vec![1., 2., 3., 4., 5., 6.]).unwrap();
        let parameters = Parameters::from([(name.clone(), matrix.clone())]);
        let recipe = Recipe { adapter_rank: 2, ..Recipe::of(Part::Decoder, 1) };
        let weights = Weights::new(&parameters, &recipe, 6).unwrap();
        assert_eq!(weights.variables().len(), 2);
        assert_eq!(weights.trained().unwrap()[&name], matrix.values().unwrap());
        let again = Weights::new(&parameters, &recipe, 6).unwrap();
        let first = |w: &Weights| numbers(w.variables()[0].1.as_tensor()).unwrap();
        assert_eq!(first(&weights), first(&again));
    }
}
