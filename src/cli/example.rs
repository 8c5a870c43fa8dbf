//! `gradatim example`: complete pipelines.

use crate::Result;
use clap::{Args, ValueEnum};

use super::print_to_keep;

/// Prints a complete pipeline, to start from; its top says how to name your own data in it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  gradatim example columns > my-experiment.toml
  gradatim example ladder")]
pub(super) struct Arguments {
    /// Which one.
    #[arg(value_enum, default_value = "quickstart")]
    name: Name,
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// A small experiment over the sample in `data/`.
    Quickstart,
    /// Random sets over columns of your own, which no layout names.
    Columns,
    /// The paper's grid over OpenR1.
    Ladder,
    /// The paper's headline questions in 12 arms.
    Headline,
    /// s1's selection, step by step, beside its controls.
    S1,
    /// LIMO's lexical score, beside its controls.
    Limo,
    /// Light-R1's rule for a second stage, and OpenThoughts' rules for problems.
    #[value(alias = "light_r1")]
    LightR1,
    /// R1 against Gemini on the same problems.
    Styles,
    /// Long trajectories among short ones, one in five, half and four in five.
    Mix,
    /// The same reasoning in another order, a third, two thirds or all of its steps.
    Shuffled,
    /// Wrong trajectories of the same problems.
    Wrong,
    /// Easy, middling and hard problems, by another model's pass rate.
    Difficulty,
    /// Many subsets, text for few: what the benchmarks run.
    Bench,
}

pub(super) fn example(arguments: &Arguments) -> Result<u8> {
    let pipeline = match arguments.name {
        Name::Quickstart => include_str!("../../pipelines/quickstart.toml"),
        Name::Columns => include_str!("../../pipelines/columns.toml"),
        Name::Ladder => include_str!("../../pipelines/ladder.toml"),
        Name::Headline => include_str!("../../pipelines/headline.toml"),
        Name::S1 => include_str!("../../pipelines/s1.toml"),
        Name::Limo => include_str!("../../pipelines/limo.toml"),
        Name::LightR1 => include_str!("../../pipelines/light_r1.toml"),
        Name::Styles => include_str!("../../pipelines/styles.toml"),
        Name::Mix => include_str!("../../pipelines/mix.toml"),
        Name::Shuffled => include_str!("../../pipelines/shuffled.toml"),
        Name::Wrong => include_str!("../../pipelines/wrong.toml"),
        Name::Difficulty => include_str!("../../pipelines/difficulty.toml"),
        Name::Bench => include_str!("../../pipelines/bench.toml"),
    };
    print_to_keep(&(head(pipeline) + pipeline))?;
    Ok(0)
}

/// What to change where it is not in this repository: its paths lead to files that stand there.
fn head(pipeline: &str) -> String {
    let names = pipeline.lines().filter_map(|line| {
        let name = line.strip_prefix("[sources.")?;
        name.strip_suffix(']').filter(|name| !name.contains('.'))
    });
    let sources: String = names.map(|name| format!(" --source {name}=PATH")).collect();
    format!(
        "# To change first: a `path` below starts at the folder of this file. Write where your own data lies,\n\
         # or name it on the command line:\n#\n#   gradatim run THIS_FILE{sources}\n#\n"
    )
}
