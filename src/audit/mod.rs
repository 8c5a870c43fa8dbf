//! Reads an output folder again: is it what it says, can its subsets be compared, and why is a row where
//! it is?

pub mod balance;
pub mod check;
mod ledger;
pub mod why;
