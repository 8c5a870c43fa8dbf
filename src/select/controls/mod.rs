//! Controls: subsets drawn without the criterion under test, comparable in all else.
//!
//! Each kind is in a file of its own. What pairs by style has no control beside it: the other style is one.

pub(super) mod matched;
pub(super) mod paired;
pub(crate) mod random;
