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
//! 7. Nothing is left half-written: a file or part that stands under its final name is whole, and on the disk.
//!
//! # The modules, in the order of their layers
//!
//! Each knows those above it and none below; a test (`tests/promises/repo.rs`) holds this table and the
//! imports against each other.
//!
//! | module | what it does |
//! |---|---|
//! | [`error`], `memory` | failures; what may be held |
//! | `disk` | what is written: whose it is, and that it stays |
//! | [`sample`] | the sources that the quickstart and the tests run on, made |
//! | [`ids`], `schema`, `table` | names and hashes, columns, Parquet files |
//! | `svg` | a drawing |
//! | [`rules`] | what the pipeline file and the stages both say |
//! | [`verify`] | response and gold answer to a verdict; a package of its own, which knows no Arrow |
//! | [`count`] | a text to how many tokens it has; a package of its own |
//! | [`source`] | files to trajectories |
//! | [`measure`] | a trajectory to its measurements |
//! | [`pool`] | the measured trajectories and their problems |
//! | [`screen`] | entries to their fate |
//! | [`bucket`] | trajectories to buckets |
//! | [`select`] | the pool to subsets and controls |
//! | `manifest` | what a run says of itself |
//! | `compare` | statistics over subsets: balance, overlap, power |
//! | `folder` | an output folder, read again |
//! | [`templates`] | a conversation in a model's chat template |
//! | [`pipeline`] | a pipeline file, as written |
//! | [`plan`] | a pipeline checked against its sources |
//! | `run` | takes the shards of a plan through the stages |
//! | `emit` | subsets to files, card, manifest, ledger |
//! | [`job`] | measure, select, emit: the main job |
//! | [`engine`] | the DataFusion session with our functions |
//! | `cluster` | the job's units on many machines, by Ballista (cargo feature `cluster`) |
//! | `audit` | reads output folders: `check` and `why` (which make a run again from its folder), `balance`, `diff`; and what others made |
//! | [`eval`] | graded attempts to what an experiment shows |
//! | [`train`] | what a trainer makes of a folder's rows |
//! | `view` | the report and the viewer: pages to look at |
//! | [`cli`] | the terminal: one file a command |

#![forbid(unsafe_code)]
// What others wrote acts on no terminal: `cli` has one place that prints.
#![warn(clippy::print_stderr, clippy::print_stdout)]
// `pub` means that others may use it.
#![warn(unreachable_pub)]

mod audit;
pub mod bucket;
pub mod cli;
#[cfg(feature = "cluster")]
mod cluster;
mod compare;
mod disk;
mod emit;
pub mod engine;
pub mod error;
pub mod eval;
mod folder;
pub mod ids;
pub mod job;
mod manifest;
pub mod measure;
mod memory;
pub mod pipeline;
pub mod plan;
pub mod pool;
pub mod rules;
mod run;
pub mod sample;
mod schema;
pub mod screen;
pub mod select;
pub mod source;
mod svg;
mod table;
pub mod templates;
pub mod train;
mod view;

pub use error::{Error, Result};
pub use gradatim_count as count;
pub use gradatim_verify as verify;

/// What `pool check` finds damaged, a line each, for the fuzz targets: parsing a command line takes longer than this.
#[doc(hidden)]
pub fn damaged_parts(pool: &std::path::Path) -> Result<Vec<String>> {
    let pool = pool::Pool::open(Some(pool))?;
    let damaged = pool
        .parts()?
        .into_iter()
        .filter_map(|part| match part.checked() {
            pool::PartFolder::Whole(_) => None,
            pool::PartFolder::Damaged { why, .. } => Some(why),
        });
    let kept = pool.vocabularies()?.into_iter().chain(pool.readings(&[])?);
    let unsound = kept.filter(|kept| kept.state == pool::kept::State::Damaged);
    let unsound = unsound.map(|kept| format!("{} is not what was kept", kept.path().display()));
    Ok(damaged.chain(unsound).collect())
}

/// The formulas of a text as they stand in it, and whether each is rendered on a page, for `benches/formulas.rs`.
#[doc(hidden)]
pub fn formulas(text: &str) -> Vec<(String, bool)> {
    let found = view::text::formulas(text).into_iter();
    found
        .map(|formula| (formula.source, formula.is_rendered))
        .collect()
}

/// What `check` finds broken, a line each, for the fuzz targets.
#[doc(hidden)]
pub fn broken_promises(out: &std::path::Path) -> Result<Vec<String>> {
    Ok(audit::check::check(out, None, &())?.broken)
}
