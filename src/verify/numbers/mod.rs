//! Numbers of three kinds that an expression can be evaluated in.
//!
//! Rationals are exact; residues modulo a prime tell two rational functions apart with certainty and
//! call them equal with an error below 2^-50; balls enclose any real or complex value.

pub(crate) mod ball;
pub(crate) mod eval;
pub(crate) mod exact;
pub(crate) mod modular;
pub(crate) mod numeric;

mod divisors;
mod field;
