//! Trajectories to buckets: a category, a length, a style.
//!
//! A bucket is fixed before anything is drawn from it, and it does not depend on a subset's size: in
//! one draw 100 ⊂ 200 ⊂ 500 ⊂ 1000, and their number is all that differs between them.

pub(crate) mod category;
pub mod length;

/// One trajectory that stands for its problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Index in the run's problems.
    pub problem: u32,
    /// Index in the run's entries.
    pub entry: u32,
    /// Its length in tokens, of the whole reply or of its thinking.
    pub length: u32,
}
