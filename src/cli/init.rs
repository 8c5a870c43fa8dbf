//! `gradatim init`: a pipeline over one's own data, to start from.

use crate::Result;
use crate::run::Watch;
use clap::Args;

use super::inspect::Data;
use super::print_to_keep;
use super::progress::Progress;
use super::starter::Starter;

/// Writes a pipeline for a file, a folder, a glob or a dataset of the hub to stdout: how its columns are likely
/// read, tried on its first rows, and a small grid to begin with.
///
/// It is a guess by the columns' names and by what they hold. Where nothing looks like a problem with a response it is
/// refused, with what there is. Files of a folder that are not alike are a source each, as an audit of it reads them.
#[derive(Args)]
#[command(after_help = "\
Examples:
  gradatim init rows.jsonl > pipeline.toml
  gradatim init hub:open-r1/OpenR1-Math-220k > pipeline.toml")]
pub(super) struct Arguments {
    #[command(flatten)]
    data: Data,
}

pub(super) fn init(arguments: &Arguments) -> Result<u8> {
    let progress = Progress::new();
    if let Some(parted) = Starter::of_unlike(&arguments.data) {
        for note in &parted.notes {
            progress.note(note);
        }
        print_to_keep(&parted.pipeline())?;
        return Ok(0);
    }
    let (starter, place) = Starter::of_data(&arguments.data, &progress)?;
    if starter.trial.trajectories == 0 {
        progress.note(&format!(
            "as this pipeline reads it, {}: mend it first",
            starter.trial.told()
        ));
    }
    print_to_keep(&starter.pipeline(&place.name(), &place.keys()))?;
    Ok(0)
}
