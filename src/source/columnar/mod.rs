//! Files whose columns lie apart: Parquet, and Arrow's own forms. Both are decoded into Arrow's arrays, of which
//! cells are made.

mod cut;
pub(super) mod encrypted;
mod footer_size;
pub(super) mod ipc;
mod pages;
pub mod parquet;
pub(crate) mod quiet;
mod thrift;
mod unpacked;
pub(super) mod value;
mod weight;

pub(crate) use cut::{Cuts, Piece};
