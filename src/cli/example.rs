//! `gradatim example`: complete pipelines.

use clap::{Args, ValueEnum};
use gradatim::Result;

use super::print;

/// Prints a complete pipeline, to start from.
#[derive(Args)]
#[command(after_help = "\
Example:
  gradatim example ladder > my-experiment.toml")]
pub struct Arguments {
    /// Which one.
    #[arg(value_enum, default_value = "quickstart")]
    name: Name,
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// A small experiment over the sample in `data/`.
    Quickstart,
    /// The paper's grid over OpenR1.
    Ladder,
    /// R1 against Gemini on the same problems.
    Styles,
    /// Many subsets, text for few: what the benchmarks run.
    Bench,
}

pub fn example(arguments: &Arguments) -> Result<u8> {
    print(match arguments.name {
        Name::Quickstart => include_str!("../../pipelines/quickstart.toml"),
        Name::Ladder => include_str!("../../pipelines/ladder.toml"),
        Name::Styles => include_str!("../../pipelines/styles.toml"),
        Name::Bench => include_str!("../../pipelines/bench.toml"),
    })?;
    Ok(0)
}
