//! What selects inside a bucket: the draw's hash, or somebody's rule.
//!
//! A recipe is the criterion under test. It may leave problems out, it may say which trajectory stands
//! for a problem, and it gives an order; category, length, style and acceptance are fixed before, and
//! controls are drawn without it. So every recipe stands beside the same controls as every other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Knowledge;
use super::grid::{Grid, Stratum};
use super::text_rules::TextRule;
use crate::pool::Entries;
use crate::pool::entries::Problem;

/// A named recipe.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Recipe {
    /// The smallest hash: every problem of the bucket has the same chance.
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
}

impl Recipe {
    /// As the pipeline spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Similar => "similar",
            Self::Dissimilar => "dissimilar",
            Self::S1 => "s1",
            Self::Limo => "limo",
            Self::LightR1 => "light-r1",
            Self::Openthoughts => "openthoughts",
        }
    }

    /// The recipe of that name.
    pub fn parse(name: &str) -> Option<Self> {
        let all = [
            Self::Random,
            Self::Similar,
            Self::Dissimilar,
            Self::S1,
            Self::Limo,
            Self::LightR1,
            Self::Openthoughts,
        ];
        all.into_iter().find(|recipe| recipe.as_str() == name)
    }

    /// What a matched control must not match on, since the recipe decides it.
    pub fn decides(self) -> &'static [Stratum] {
        match self {
            Self::Random | Self::Similar | Self::Dissimilar | Self::Openthoughts => &[],
            Self::S1 => &[Stratum::Category, Stratum::Length],
            Self::Limo => &[Stratum::Length],
            Self::LightR1 => &[Stratum::PassRate],
        }
    }

    /// Whether it ranks, so that every draw is the same set.
    pub fn ranks(self) -> bool {
        matches!(self, Self::Similar | Self::Dissimilar | Self::Limo)
    }

    /// The rule for the problem's text, where it has one.
    pub fn text_rule(self) -> Option<TextRule> {
        match self {
            Self::S1 => Some(TextRule::S1),
            Self::Openthoughts => Some(TextRule::Openthoughts),
            _ => None,
        }
    }

    fn admits(self, problem: &Problem) -> bool {
        self != Self::LightR1
            || (problem.decided >= 2 && problem.correct > 0 && problem.correct < problem.decided)
    }
}

/// Which problems a recipe may select under the grid's difficulty; none where it may select all.
pub(super) fn admitted(
    entries: &Entries,
    knowledge: &Knowledge,
    grid: &Grid,
    recipe: Recipe,
) -> Option<Vec<bool>> {
    let rule = recipe.text_rule();
    if grid.difficulty.is_none() && rule.is_none() && recipe != Recipe::LightR1 {
        return None;
    }
    let hard = |index: usize| {
        let difficulty = grid.difficulty.as_ref();
        difficulty.is_none_or(|difficulty| difficulty.admits(entries, knowledge, index))
    };
    let sound = |index: usize| rule.is_none_or(|rule| knowledge.passes(rule, index));
    let problems = entries.problems.iter().enumerate();
    Some(
        problems
            .map(|(index, problem)| recipe.admits(problem) && sound(index) && hard(index))
            .collect(),
    )
}
