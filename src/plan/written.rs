//! The pipeline as it is written to the folder: what ran, so that it can be run again anywhere.

use std::path::Path;

use super::{PlannedBenchmark, PlannedCompanion, PlannedJoin, PlannedSource};
use crate::measure::TokenizerName;
use crate::pipeline::{LOCK, Pipeline};
use crate::source::Located;
use crate::{Error, Result};

/// What was planned of the tables whose data was found.
pub(super) struct Pinned<'p> {
    pub sources: &'p [PlannedSource],
    pub companions: &'p [PlannedCompanion],
    pub benchmarks: &'p [PlannedBenchmark],
    pub joins: &'p [PlannedJoin],
}

/// Makes of the pipeline what is written to its folder: each table says where its data was found, and nothing
/// says where files lie on this machine, which is no part of the experiment.
pub(super) fn as_found(mut pipeline: Pipeline, pinned: &Pinned<'_>) -> Pipeline {
    for planned in pinned.sources {
        let sources = &mut pipeline.sources;
        sources.insert(planned.name.clone(), planned.source.clone());
    }
    for planned in pinned.companions {
        if let Some(table) = pipeline.companions.get_mut(&planned.name) {
            table.pin(&planned.source.location());
        }
    }
    for planned in pinned.benchmarks {
        if let Some(table) = pipeline.benchmarks.get_mut(&planned.name) {
            table.pin(&planned.location);
        }
    }
    for planned in pinned.joins {
        let joins = &mut pipeline.join;
        joins.insert(planned.name.clone(), planned.join.clone());
    }
    forget_places(&mut pipeline);
    pipeline
}

/// The text of `pipeline.lock.toml`.
pub(super) fn text(pipeline: &Pipeline) -> Result<String> {
    let text = toml::to_string_pretty(pipeline).map_err(|error| {
        Error::usage(
            format!("the pipeline cannot be written down as TOML: {error}"),
            "keep its numbers below 9223372036854775808, the largest that TOML has",
        )
    })?;
    Ok(format!(
        "{LOCK}, as gradatim {} read it.\n\
         # To run it again: `gradatim run FILE --out NEW` from the folder that the paths below start at, or with\n\
         # `--base DIR`. What lies elsewhere is named with `--source NAME=PATH`; contents are checked.\n{text}",
        env!("CARGO_PKG_VERSION")
    ))
}

/// Leaves the names alone of the files that absolute paths lead to.
fn forget_places(pipeline: &mut Pipeline) {
    if let Some(table) = &mut pipeline.screen.contamination {
        for name in &mut table.benchmarks {
            // With its ending: the bare name could be that of a fingerprint that we ship.
            *name = placeless(name);
        }
    }
    pipeline.measure.tokenizer = TokenizerName(placeless(&pipeline.measure.tokenizer.0));
    let similar = pipeline
        .grid
        .iter_mut()
        .filter_map(|grid| grid.similar.as_mut());
    for vectors in similar.filter_map(|similar| similar.vectors.as_mut()) {
        vectors.problems = placeless(&vectors.problems);
        vectors.questions = placeless(&vectors.questions);
    }
}

/// The name alone of a file that an absolute path leads to.
fn placeless(path: &str) -> String {
    let named = Path::new(path)
        .file_name()
        .filter(|_| Path::new(path).is_absolute());
    named.map_or_else(
        || path.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absolute_path_leaves_a_name_and_another_stays() {
        assert_eq!(placeless("/home/me/tokenizer.json"), "tokenizer.json");
        assert_eq!(placeless("models/tokenizer.json"), "models/tokenizer.json");
        assert_eq!(placeless("qwen2.5"), "qwen2.5");
    }
}
