//! What selects inside a bucket: the draw's hash, or somebody's rule.
//!
//! A recipe is the criterion under test. It may leave problems out, it may say which trajectory stands
//! for a problem, and it gives an order; category, length, style and acceptance are fixed before, and
//! controls are drawn without it. So every recipe stands beside the same controls as every other.
//!
//! Each is a file here that answers as a `Criterion`, and a line of [`Recipe`] and of its match. Nobody
//! outside asks which recipe one is.

mod by_length;
pub(crate) mod criterion;
mod dissimilar;
mod light_r1;
mod limo;
pub(crate) mod mix;
mod openthoughts;
mod random;
pub(crate) mod s1;
mod similar;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use criterion::Criterion;

/// A named recipe.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Recipe {
    /// The smallest hash: every problem of the bucket has the same chance.
    #[default]
    Random,
    /// Most similar to a benchmark's questions, in turn (Sun et al., arXiv 2504.11741): the table
    /// `[grid.similar]`.
    Similar,
    /// Least similar to any of the benchmark's questions.
    Dissimilar,
    /// s1 (Muennighoff et al., arXiv 2501.19393): quality, difficulty, then domains uniformly and
    /// 2^(-rank) by length. What is hard says `[grid.difficulty]`.
    S1,
    /// LIMO (Ye et al., arXiv 2502.03387): the trajectory with the highest lexical score, best problems
    /// first. What is hard says `[grid.difficulty]`.
    Limo,
    /// Light-R1's second stage (Wen et al., arXiv 2503.10460): problems that the teacher gets neither
    /// always right nor always wrong.
    LightR1,
    /// The rules that OpenThoughts-114k has for problems.
    Openthoughts,
    /// Mix Distillation (Li et al., arXiv 2502.12143): the longest trajectory of some problems among the shortest of the
    /// others. How many are long says `[grid.mix]`.
    Mix,
}

impl Recipe {
    /// The name of its rule for problems' texts, under which [`Knowledge`](super::Knowledge) has who passes it;
    /// none where it has no rule.
    pub fn text_rule(self) -> Option<&'static str> {
        self.criterion().text_rule().map(|rule| rule.name)
    }

    /// What it does: the file that answers for it.
    pub(crate) fn criterion(self) -> &'static dyn Criterion {
        match self {
            Self::Random => &random::Random,
            Self::Similar => &similar::MostSimilar,
            Self::Dissimilar => &dissimilar::LeastSimilar,
            Self::S1 => &s1::Domains,
            Self::Limo => &limo::Limo,
            Self::LightR1 => &light_r1::LightR1,
            Self::Openthoughts => &openthoughts::Openthoughts,
            Self::Mix => &mix::Mixed,
        }
    }

    /// As the pipeline spells it.
    pub(crate) fn as_str(self) -> &'static str {
        self.criterion().name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_is_called_in_its_file_as_the_pipeline_spells_it() {
        let schema = serde_json::to_value(schemars::schema_for!(Recipe)).unwrap();
        let words = schema["oneOf"].as_array().unwrap();
        assert!(!words.is_empty());
        for word in words {
            let word = &word["const"];
            let recipe: Recipe = serde_json::from_value(word.clone()).unwrap();
            assert_eq!(word, recipe.as_str());
        }
    }
}
