//! Kinds of answers, a file each: what is the same in it, what is different, and what stays open.
//!
//! `by_text` decides between two clean texts, `by_tree` between two trees. A kind says nothing of
//! what is not of its kind; `decide` has the order in which they are asked.

pub(crate) mod bases;
pub(crate) mod choices;
pub(crate) mod congruences;
pub(crate) mod dates;
pub(crate) mod families;
pub(crate) mod figures;
pub(crate) mod floors;
pub(crate) mod fractions;
pub(crate) mod items;
pub(crate) mod labelled;
pub(crate) mod marks;
pub(crate) mod matrices;
pub(crate) mod quantities;
pub(crate) mod ratios;
pub(crate) mod relations;
pub(crate) mod sets;
pub(crate) mod times;
pub(crate) mod vectors;
pub(crate) mod wording;

mod assignments;
mod inequalities;
mod named;
mod pieces;
mod piecewise;
mod regions;
