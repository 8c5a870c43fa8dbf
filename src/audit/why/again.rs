//! Where entries stand, by the run made again: from the folder alone, or, where its grids ask for what stands in no file of
//! it, from the run's pool and sources.

use std::collections::BTreeMap;
use std::path::Path;

use super::decisions::Row;
use super::standing::{Standing, Standings};
use super::texts::{Measuring, Sources};
use crate::Result;
use crate::audit::check::replay::{self, Replayed};
use crate::error::listed;
use crate::folder::RUN_FOLDER;
use crate::pipeline::PipelineFile;
use crate::plan::Plan;
use crate::run::{Timings, measure};

/// Where each trajectory stands, by id.
type Known = BTreeMap<String, Vec<Standing>>;

/// What is known of where entries stand.
pub(super) enum Again {
    Known(Known),
    /// Nothing, and why, where there is something to know.
    Unknown(Option<String>),
}

/// Where each of the rows stands.
pub(super) fn standings(out: &Path, rows: &[Row<'_>], sources: &Sources<'_>) -> Result<Again> {
    let ids = rows.iter().filter_map(|row| row.text("trajectory_id"));
    let ids: Vec<&str> = ids.collect();
    if ids.is_empty() {
        return Ok(Again::Unknown(None));
    }
    let found = replay::with(out, |replayed| known(replayed, &ids))?;
    Ok(match (found, sources.settings) {
        (replay::Again::Taken(known), _) => Again::Known(known),
        (replay::Again::Asks(_), Some(measuring)) => {
            Again::Known(measured(out, &ids, sources, measuring)?)
        }
        (replay::Again::Asks(asked), None) => Again::Unknown(Some(asks(&asked))),
        (replay::Again::Contradicts, _) => Again::Unknown(Some(CONTRADICTS.to_owned())),
    })
}

const CONTRADICTS: &str =
    "the files of the folder do not give its run again, which `gradatim check` explains";

/// What the folder alone does not tell, and how it is found.
fn asks(asked: &[String]) -> String {
    format!(
        "its grids ask for {}, which no file of the folder holds: name the pool of the run by `--pool DIR`, and the run \
         is made again from it and from the sources",
        listed(asked.iter().map(String::as_str))
    )
}

/// Where the trajectories stand by the run as its pool and its sources give it.
fn measured(
    out: &Path,
    ids: &[&str],
    sources: &Sources<'_>,
    measuring: Measuring<'_>,
) -> Result<Known> {
    let lock = out.join(RUN_FOLDER).join("pipeline.lock.toml");
    let file = PipelineFile::read(&lock)?.with_base(sources.base);
    let plan = Plan::new(&file, &sources.overrides, sources.connect)?;
    let experiment = measure(&plan, &measuring(&plan)?, &mut Timings::default())?;
    let fates = experiment.fates();
    let selection = experiment.select(&fates);
    let replayed = Replayed {
        experiment,
        fates,
        selection,
    };
    Ok(known(&replayed, ids))
}

/// Where the trajectories stand.
fn known(replayed: &Replayed<'_>, ids: &[&str]) -> Known {
    let standings = Standings::new(replayed, ids);
    let each = ids.iter().map(|id| ((*id).to_owned(), standings.of(id)));
    each.collect()
}
