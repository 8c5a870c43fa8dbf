//! What a recipe is asked, and what it is told.

use super::mix::Mix;
use super::s1::draw::S1;
use crate::bucket::Candidate;
use crate::bucket::length::Length;
use crate::error::Refusal;
use crate::pool::entries::Problem;
use crate::select::difficulty::Difficulty;
use crate::select::knowledge::TextRule;
use crate::select::scope::Scope;
use crate::select::similar::Similar;
use crate::select::stratum::Stratum;

/// What a recipe answers. What it leaves out is as for `random`: all problems, and the draw's hash.
pub(crate) trait Criterion: Sync {
    /// As the pipeline spells it.
    fn name(&self) -> &'static str;

    /// The table of the grid that it reads.
    fn table(&self) -> Option<&'static str> {
        None
    }

    /// What it cannot stand beside, or misses; asked while planning.
    fn refuse(&self, _beside: &Beside<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    /// How many problems it can select of a benchmark with so many questions; none where nothing bounds it.
    fn most(&self, _similar: &Similar, _questions: usize) -> Option<u64> {
        None
    }

    /// Whether trajectories must be measured with their behaviours.
    fn counts_words(&self) -> bool {
        false
    }

    /// What its rules ask of a problem and its text, as the end of a sentence; none where it takes any.
    fn asks(&self) -> Option<&'static str> {
        None
    }

    /// The rule for a problem's text, where it has one.
    fn text_rule(&self) -> Option<TextRule> {
        None
    }

    /// Which problems it may select, by what is known of them; all where none.
    fn admits(&self) -> Option<fn(&Problem) -> bool> {
        None
    }

    /// Whether it ranks, so that every draw is the same set.
    fn ranks(&self) -> bool {
        false
    }

    /// What a matched control must not match on, since the recipe decides it.
    fn decides(&self) -> &'static [Stratum] {
        &[]
    }

    /// The trajectory that stands for each problem of the scope, where the recipe says; else the length
    /// rule and the draw do.
    fn stands(&self, _scope: &Scope<'_>) -> Option<Vec<Candidate>> {
        None
    }

    /// The candidates of one group of problems in the recipe's own order; none where the draw's hash orders
    /// them.
    fn order(
        &self,
        _scope: &Scope<'_>,
        _beside: &Beside<'_>,
        _candidates: &[Candidate],
    ) -> Option<InOrder> {
        None
    }
}

/// What stands beside the recipes of a grid, as far as one of them looks at it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Beside<'g> {
    pub lengths: &'g [Length],
    pub categories: &'g [String],
    /// The most rows that are asked for; none where a budget of tokens decides.
    pub rows_max: Option<u32>,
    pub per_problem: u32,
    pub difficulty: Option<&'g Difficulty>,
    pub similar: Option<&'g Similar>,
    pub s1: Option<&'g S1>,
    pub mix: Option<&'g Mix>,
}

/// Each step of a recipe with the problems that it left or added, in order.
pub(crate) type StepCounts = Vec<(&'static str, u64)>;

/// An order that a recipe gives.
#[derive(Default)]
pub(crate) struct InOrder {
    pub candidates: Vec<Candidate>,
    /// Whether it is the draw's hash alone that gives it.
    pub is_by_hash: bool,
    /// What its steps added, where it has some.
    pub steps: StepCounts,
    /// What was asked for and met nothing, or means something else than it seems.
    pub warnings: Vec<String>,
}
