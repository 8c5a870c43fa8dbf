//! The files of a plan: where each dataset lies, what it holds, and what of that is written down.

use std::path::Path;

use super::{Connect, Overrides, PlannedFile, lookups};
use crate::measure::TokenizerName;
use crate::pipeline::{Pipeline, PipelineFile};
use crate::source::hub::Address;
use crate::source::needed::Needed;
use crate::source::{self, HubMode, Layout, Source, SourceFile, files, layout};
use crate::{Error, Result};

/// What was found of a source.
pub(super) struct Found {
    pub files: Vec<SourceFile>,
    /// What a dataset's card on the hub says, where the pipeline does not.
    pub terms: Terms,
}

/// Under which terms texts are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// As the hub spells it; none where nobody says.
    pub license: Option<String>,
    /// Whom to name; none where nobody says.
    pub attribution: Option<String>,
}

/// The files of a source. One on the hub is pinned: the pipeline then names its commit. `usual_split` is meant
/// where a dataset has several splits and none is named.
pub(super) fn find(
    file: &PipelineFile,
    overrides: &Overrides,
    table: &str,
    name: &str,
    source: &mut Source,
    usual_split: &str,
    connect: Connect<'_>,
) -> Result<Found> {
    let given = overrides.sources.get(name);
    let key = |key: &str| format!("{table}.{key}");
    if let Some(address) = given.and_then(|given| given.to_str()?.strip_prefix("hub:")) {
        let address: Address = address.parse()?;
        // Another dataset has terms of its own.
        (source.license, source.attribution) = (None, None);
        (source.path, source.hub) = (None, Some(address.repo));
        source.revision = Some(address.revision);
    } else if given.is_some() {
        (source.hub, source.config, source.split, source.revision) = (None, None, None, None);
    } else if source.hub.is_none() {
        let only = [
            ("config", source.config.is_some()),
            ("split", source.split.is_some()),
            ("revision", source.revision.is_some()),
            ("hub_mode", source.hub_mode.is_some()),
        ];
        if let Some((alone, _)) = only.iter().find(|(_, is_there)| *is_there) {
            let mend = "name the dataset (`hub = \"NAMESPACE/NAME\"` in a source or a companion, \
                        `path = \"hub:NAMESPACE/NAME\"` elsewhere), or leave it out";
            return Err(file.error(&key(alone), "stands without a dataset of the hub", mend));
        }
    } else if source.path.is_some() {
        let mend = "keep one of them: a source is on this disk or on the hub";
        return Err(file.error(&key("hub"), "stands beside `path`", mend));
    }
    if source.hub.is_some() {
        return find_on_hub(source, usual_split, overrides.hub_mode, connect);
    }
    source.hub_mode = None;
    let path = match (given, &source.path) {
        (Some(path), _) => path.clone(),
        (None, Some(path)) => file.folder().join(path),
        (None, None) => {
            return Err(file.error(
                table,
                "has no `path` and no `hub`",
                &format!("write one, or name its files with `--source {name}=PATH`"),
            ));
        }
    };
    let files = files::find(&path).map_err(|error| match error {
        // A path that the file itself names is shown where it stands.
        Error::Usage { what, hint } if given.is_none() => file.error(
            &key("path"),
            &format!("cannot be used: {what}"),
            &format!("{hint}, from the pipeline's folder on; or give `--source {name}=PATH`"),
        ),
        other => other,
    })?;
    let terms = Terms {
        license: source.license.clone(),
        attribution: source.attribution.clone(),
    };
    Ok(Found { files, terms })
}

fn find_on_hub(
    source: &mut Source,
    usual_split: &str,
    mode: Option<HubMode>,
    connect: Connect<'_>,
) -> Result<Found> {
    let repo = source.hub.clone().unwrap_or_default();
    let address = Address::new(&repo, source.revision.as_deref())?;
    let hub = connect()?;
    let (config, split) = (source.config.as_deref(), source.split.as_deref());
    let dataset = hub
        .describe(&address)?
        .dataset(config, split, usual_split)?;
    let mode = mode.or(source.hub_mode).unwrap_or_default();
    let files = files::of_dataset(&hub, &dataset, mode);
    let named = source.attribution.clone();
    let terms = Terms {
        license: source.license.clone().or(dataset.license.clone()),
        attribution: Some(
            named.unwrap_or_else(|| format!("{} at {}", dataset.page(), dataset.commit)),
        ),
    };
    source.hub = Some(dataset.repo);
    source.config = Some(dataset.config);
    source.split = Some(dataset.split);
    source.revision = Some(dataset.commit);
    source.hub_mode = Some(mode);
    Ok(Found { files, terms })
}

pub(super) fn of_source(source: &Source, found: Vec<SourceFile>) -> Result<Vec<PlannedFile>> {
    let planned = with_columns(found, &layout::columns(source), source.row_bytes_max);
    planned.map_err(|error| match source.layout {
        Layout::Problems => error.without_layout(
            "a companion has the columns of NuminaMath-1.5; join any other with a table `[join.NAME]`",
        ),
        _ => error,
    })
}

pub(super) fn with_columns(
    found: Vec<SourceFile>,
    columns: &[Needed],
    row_bytes_max: u64,
) -> Result<Vec<PlannedFile>> {
    let mut planned = Vec::new();
    for file in &found {
        let bytes = file.place.bytes()?;
        let units = match source::units(file, columns, row_bytes_max) {
            Err(error @ (Error::Schema { .. } | Error::File { .. })) => {
                return Err(strayed(error, file, &found));
            }
            Err(error) => Err(unreadable(error)?),
            Ok(units) => Ok(units),
        };
        planned.push(PlannedFile {
            file: file.clone(),
            bytes,
            units,
        });
    }
    Ok(planned)
}

/// A file that does not fit, among files of another format. On the hub, where loaders do so, a config is the
/// files of one format; here every file is read, or refused: to guess would leave rows unread unseen.
fn strayed(error: Error, file: &SourceFile, found: &[SourceFile]) -> Error {
    let other = found.iter().find(|other| other.format != file.format);
    match other.and_then(|other| other.name.rsplit_once('.')) {
        Some((_, ending)) => error.or_else_mend(&format!(
            "where that file is none of its, write a glob of the others, as `path = \"…/**/*.{ending}\"`"
        )),
        None => error,
    }
}

/// Where files lie on this machine is no part of the experiment, and is not written to its folder.
pub(super) fn forget_places(pipeline: &mut Pipeline, overrides: &Overrides) {
    let sources = pipeline.sources.iter_mut();
    let paths = sources.map(|(name, source)| (name, &mut source.path));
    let companions = pipeline.companions.iter_mut();
    let more = companions.map(|(name, companion)| (name, &mut companion.path));
    let benchmarks = pipeline.benchmarks.iter_mut();
    let benchmarks = benchmarks.map(|(name, benchmark)| (name, &mut benchmark.path));
    let joins = pipeline.join.iter_mut();
    let joins = joins.map(|(name, join)| (name, &mut join.path));
    for (name, path) in paths.chain(more).chain(benchmarks).chain(joins) {
        let is_here = path.as_deref().is_some_and(|path| {
            Path::new(path).is_absolute()
                || (overrides.sources.contains_key(name) && !path.starts_with(lookups::ON_HUB))
        });
        if is_here {
            *path = None;
        }
    }
    if let Some(table) = &mut pipeline.screen.contamination {
        for name in &mut table.benchmarks {
            if Path::new(name).is_absolute() {
                // With its ending: the bare name could be that of a fingerprint that we ship.
                *name = placeless(name);
            }
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

/// Why a file cannot be read. What is no fault of the file (the hub, the user) ends the run instead.
pub fn unreadable(error: Error) -> Result<String> {
    match error {
        Error::Hub { .. } | Error::Interrupted { .. } => Err(error),
        error => Ok(reason(&error)),
    }
}

/// The innermost cause, in one line.
pub fn reason(error: &Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string().replace('\n', " ")
}
