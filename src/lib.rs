//! gradatim turns public collections of math-reasoning trajectories into the training sets of an
//! experiment, and shows that they are what they claim to be.
//!
//! # The data path
//!
//! ```text
//! pipeline file ─► plan ──┐
//!                         ▼
//!  source ─► verify ─► measure ─►  POOL  ─► screen ─► bucket ─► select ─► emit ─► subsets, controls,
//!  entry    +verdict   +tokens              +fate     +bucket   +rank             card, manifest, ledger
//!                      +style               (why, sql and check read what was emitted)
//! ```
//!
//! Text is read once to be measured, and again only for what was selected. In between stands the pool:
//! one narrow row an entry, kept on disk between runs. A whole experiment is a query over the pool.
//!
//! # Truths, each with a test (`tests/promises/truths.rs`)
//!
//! 1. Entries in = kept + dropped, for each source, file and reason.
//! 2. The same pipeline, inputs, seed and version give the same bytes, for any number of threads, any
//!    batch size, and however often the run was killed and resumed.
//! 3. Smaller sizes are prefixes of larger ones.
//! 4. A pipeline that cannot run is refused before a row is read, and says which key, where, and the mend.
//! 5. Verifying, measuring, bucketing and selecting do no I/O.
//! 6. No row, however malformed, ends a run; no run hides one.
//! 7. Nothing is left half-written: a file or part that stands under its final name is whole.
//!
//! # The modules, in reading order
//!
//! | module | what it does |
//! |---|---|
//! | [`pipeline`] | a pipeline file, as written |
//! | [`plan`] | a pipeline checked against its sources |
//! | [`run`] | takes the shards of a plan through the stages |
//! | [`source`] | files to trajectories |
//! | [`verify`] | response and gold answer to a verdict; knows no Arrow and works alone |
//! | [`measure`] | a trajectory to its measurements |
//! | [`pool`] | the measured trajectories and their problems |
//! | [`screen`] | entries to their fate |
//! | [`bucket`] | trajectories to buckets |
//! | [`select`] | the pool to subsets and controls |
//! | [`emit`] | subsets to files, card, manifest, ledger |
//! | [`audit`] | reads an output folder again: `check`, `why`, `balance`; what subsets share; power |
//! | [`engine`] | the DataFusion session with our functions |
//! | [`schema`], [`table`], [`ids`], [`error`] | columns, Parquet files, names and hashes, failures |

#![forbid(unsafe_code)]

pub mod audit;
pub mod bucket;
pub mod emit;
pub mod engine;
pub mod error;
pub mod ids;
pub mod measure;
pub mod pipeline;
pub mod plan;
pub mod pool;
pub mod run;
pub mod schema;
pub mod screen;
pub mod select;
pub mod source;
pub mod table;
pub mod verify;

pub use error::{Error, Result};
