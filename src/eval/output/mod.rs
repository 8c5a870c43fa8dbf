//! What `gradatim eval` leaves beside the screen: plots, tables, and the folder that holds them.

pub(crate) mod folder;
mod json;
mod latex;
mod plots;
pub(crate) mod tables;

pub(crate) use json::{Evaluation, object};
use plots::plots;
