//! Reads an output folder again: is it what it says, can its subsets be compared, and why is a row where
//! it is? And says what a dataset is that somebody else made.

pub(crate) mod balance;
pub(crate) mod check;
pub(crate) mod dataset;
pub(crate) mod diff;
mod ledger;
pub(crate) mod why;
