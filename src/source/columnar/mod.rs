//! Files whose columns lie apart: Parquet, and Arrow's own forms. Both are decoded into Arrow's arrays, of which
//! cells are made.

pub(super) mod encrypted;
pub(super) mod ipc;
pub mod parquet;
pub(crate) mod quiet;
pub(super) mod value;
