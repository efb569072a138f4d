//! A model's parameters while it is trained. In: values by name, a recipe. Out: a network for each step,
//! the trained values, an average of old and new. Left to others: gradients (`train`), files (the caller).

use std::collections::BTreeMap;

use candle_core::{Device, Result, Tensor, Var};

use super::ops::numbers;
use super::recipe::Recipe;

/// One parameter; copies share the numbers.
#[derive(Clone, Debug)]
pub struct Parameter(pub(super) Tensor);

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
}

/// Parameters by the names of OpenAI's checkpoint (`decoder.blocks.0.attn.query.weight`).
pub type Parameters = BTreeMap<String, Parameter>;

/// What is trained, and what is not.
pub struct Weights {
    frozen: BTreeMap<String, Tensor>,
    trained: BTreeMap<String, Var>,
}

impl Weights {
    /// At the start of a training.
    pub fn new(parameters: &Parameters, recipe: &Recipe) -> Result<Self> {
        let mut weights = Self { frozen: BTreeMap::new(), trained: BTreeMap::new() };
        for (name, Parameter(tensor)) in parameters {
            if recipe.part.trains(name) {
                weights.trained.insert(name.clone(), Var::from_tensor(tensor)?);
            } else {
                weights.frozen.insert(name.clone(), tensor.clone());
            }
        }
        Ok(weights)
    }

    /// What the optimiser changes, by name.
    pub fn variables(&self) -> Vec<(String, Var)> {
        self.trained.iter().map(|(name, var)| (name.clone(), var.clone())).collect()
    }

    /// Every parameter as it is now; gradients reach the variables.
    pub fn now(&self) -> BTreeMap<String, Tensor> {
        let trained =
            self.trained.iter().map(|(name, var)| (name.clone(), var.as_tensor().clone()));
        self.frozen.clone().into_iter().chain(trained).collect()
    }

    /// The trained parameters.
    pub fn trained(&self) -> Result<BTreeMap<String, Vec<f32>>> {
        let of =
            |(name, var): (&String, &Var)| Ok((name.clone(), numbers(&var.as_detached_tensor())?));
        self.trained.iter().map(of).collect()
    }
}

/// share * new + (1 - share) * old, number by number: between two models of one ancestor lies a model
/// that keeps most of what the new one learnt and most of what it forgot (Wortsman et al., "Robust
/// fine-tuning of zero-shot models", 2022).
pub fn average(old: &[f32], new: &[f32], share: f32) -> Vec<f32> {
    old.iter().zip(new).map(|(old, new)| old + share * (new - old)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_lies_between_and_ends_at_both() {
        let (old, new) = ([1.0, -2.0], [3.0, 2.0]);
        assert_eq!(average(&old, &new, 0.0), old);
        assert_eq!(average(&old, &new, 1.0), new);
        assert_eq!(average(&old, &new, 0.5), [2.0, 0.0]);
    }
}
