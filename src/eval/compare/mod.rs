//! Runs and arms against each other.
//!
//! [`pair`] compares two runs on the same questions, [`contrast`] and [`weigh`] arms of several draws. Where many are compared at once
//! [`holm`] keeps the chance that any of them is called by mistake, for whatever figures; [`dunnett`] does so where arms
//! share a control, [`max_t`] where draws are paired, by what the draws themselves show of how the comparisons hang together.

mod contrast;
mod flips;
mod many;
mod pairs;
mod spread;

pub(crate) use contrast::of_draws;
pub use contrast::{Arm, Block, Contrast, contrast, weigh};
pub use flips::{mcnemar, sign_flip};
pub use many::{DRAWS_MIN, dunnett, holm, max_t};
pub use pairs::{Pair, pair, this_pair};
pub use spread::{ArmsSpread, arms_spread};
