//! Runs and arms against each other.
//!
//! [`pair`] compares two runs on the same questions, [`contrast`] and [`weigh`] arms of several draws, also with one model that is meant itself. Where many are compared at
//! once [`holm`] keeps the chance that any of them is called by mistake, for whatever figures; [`max_t`] does so where draws are
//! paired, by what the draws themselves show of how the comparisons hang together.
//! [`arms_spread`] says how far arms of one kind differ at most, [`passes`] whether one has reached a bar.

mod contrast;
mod flips;
mod many;
mod pairs;
mod passes;
mod spread;

pub(crate) use contrast::of_draws;
pub use contrast::{Arm, Block, Contrast, contrast, over_arms, weigh};
pub use flips::{mcnemar, sign_flip};
pub use many::{DRAWS_MIN, holm, max_t};
pub use pairs::{Pair, VERDICT_MIN, pair, this_pair};
pub use passes::{MEDIUM_BAR, Passes, Rung, SmallestPassing, passes, smallest_passing};
pub use spread::{ArmsSpread, arms_spread};
