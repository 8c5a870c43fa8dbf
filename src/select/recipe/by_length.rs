//! What `s1` and `limo` have in common: they begin with what is hard, and choose by length themselves.

use super::criterion::Beside;
use crate::bucket::length::Length;
use crate::error::Refusal;

/// Refuses what contradicts that.
pub(super) fn refuse(beside: &Beside<'_>) -> Result<(), Refusal> {
    Refusal::when(
        beside.per_problem > 1,
        "per_problem",
        "is more than 1 beside the recipes `s1` and `limo`, where a problem has one trajectory",
        "leave one of them out",
    )?;
    Refusal::when(
        beside.difficulty.is_none(),
        "recipe",
        "has `s1` or `limo`, which begin with what small models cannot solve",
        "write a table `[grid.difficulty]` that says what stands for it, as `pass_rate = { max = 0.5 }`",
    )?;
    Refusal::when(
        beside.lengths != [Length::Normal],
        "length",
        "cannot be an axis of `s1` and `limo`, which choose by length themselves",
        "leave the table out",
    )
}
