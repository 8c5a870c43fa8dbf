//! Reads an output folder again: is it what it says, and why is a row where it is?

pub mod check;
pub mod why;
