//! What a set of files is as a dataset: its configs, their splits, and which of them is meant.
//!
//! A repository of the hub and a folder on this disk are told apart by nobody here: both are paths with a
//! card beside them, read by the conventions of `datasets`, so that a clone means what its hub means.

pub(crate) mod card;
mod choice;
pub(crate) mod left;
pub(crate) mod splits;

pub(crate) use choice::{Asked, Chosen, Config, Unmet, choose};
