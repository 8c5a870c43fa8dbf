//! The benchmarks of `[screen.contamination]`: those that come with the program, fingerprints on disk, and
//! files with problems, of which the fingerprint is made here.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::Overrides;
use crate::error::{did_you_mean, listed};
use crate::pipeline::{Pipeline, PipelineFile};
use crate::pool::identity;
use crate::screen::contamination::Fingerprint;
use crate::screen::contamination::fingerprint::{Item, MadeFrom, Unread};
use crate::screen::contamination::shipped::{names, shipped};
use crate::source::benchmark::{BenchmarkRow, ProblemColumns, problems};
use crate::source::disk_file::read_small;
use crate::source::{Asked, Location, Place, SourceFile, files};
use crate::{Error, Result};

/// A benchmark whose problems are looked for.
#[derive(Clone, Debug)]
pub struct SoughtBenchmark {
    pub fingerprint: Fingerprint,
    /// The texts of its items, where its file has them.
    pub texts: Option<Vec<String>>,
}

impl SoughtBenchmark {
    /// The benchmark of files with problems, under a name.
    pub(crate) fn of_files(
        name: &str,
        found: &[SourceFile],
        columns: &ProblemColumns,
    ) -> Result<Self> {
        let (mut items, mut texts, mut made_from) = (Vec::new(), Vec::new(), Vec::new());
        for file in found {
            // First: what is read then is held against it.
            let content = identity::content(file)?;
            let found = problems(file, columns)?;
            for BenchmarkRow {
                row,
                problem,
                id,
                answer,
                ..
            } in found.rows
            {
                let id = id.unwrap_or_else(|| row.to_string());
                items.push(Item::of(&id, &problem, answer.as_deref()));
                texts.push(problem);
            }
            made_from.push(MadeFrom {
                file: file.name.clone(),
                unread: found.unread.into_iter().map(Unread::from).collect(),
                blake3: match &file.place {
                    Place::Disk(_) => Some(content.to_string()),
                    // Small, and read as a whole.
                    Place::Store(object) => Some(object.hash()?.to_string()),
                    Place::Hub(_) => None,
                },
                hub: match &file.place {
                    Place::Disk(_) | Place::Store(_) => None,
                    Place::Hub(remote) => {
                        Some(format!("{}@{}", remote.file.repo, remote.file.commit))
                    }
                },
            });
        }
        Ok(Self {
            fingerprint: Fingerprint {
                name: name.to_owned(),
                files: made_from,
                items,
                measured: None,
            },
            texts: Some(texts),
        })
    }

    /// What the user should know: the rows of its files whose problems are not looked for.
    pub(crate) fn notes(&self) -> Vec<String> {
        let files = self.fingerprint.files.iter();
        let notes = files.flat_map(|file| {
            file.unread.iter().map(|Unread { row, why }| {
                format!(
                    "{}: row {row}, counted from 0, {why}: its problem is not looked for",
                    file.file
                )
            })
        });
        notes.collect()
    }

    fn of_fingerprint(bytes: &[u8]) -> Result<Self, String> {
        Ok(Self {
            fingerprint: Fingerprint::from_bytes(bytes)?,
            texts: None,
        })
    }
}

/// The ending of a fingerprint's file.
pub(crate) const FINGERPRINT: &str = "fingerprint";

/// The pipeline's benchmarks, in its order.
///
/// Adds to `notes` what the user should know of their files.
pub(super) fn check(
    file: &PipelineFile,
    pipeline: &Pipeline,
    overrides: &Overrides,
    notes: &mut Vec<String>,
) -> Result<Vec<SoughtBenchmark>> {
    let Some(table) = &pipeline.screen.contamination else {
        return Ok(Vec::new());
    };
    let key = "screen.contamination.benchmarks";
    if table.benchmarks.is_empty() {
        let mend = "name at least one, or leave the table out";
        return Err(file.error(key, "is empty", mend));
    }
    let mut found = Vec::new();
    let mut known = HashSet::new();
    for name in &table.benchmarks {
        let given = overrides.path_of(name);
        let benchmark = find(file.folder(), name, given, notes).map_err(|error| match error {
            Error::Usage { what, hint } => file.error(
                key,
                &format!("has `{name}`, which cannot be used: {what}"),
                &hint,
            ),
            other => other,
        })?;
        notes.extend(benchmark.notes());
        if !known.insert(benchmark.fingerprint.name.clone()) {
            let problem = format!("has `{}` twice", benchmark.fingerprint.name);
            return Err(file.error(key, &problem, "name each benchmark once"));
        }
        found.push(benchmark);
    }
    Ok(found)
}

/// Where nobody asks: that nothing is screened for, and how to ask.
pub(super) fn not_asked(pipeline: &Pipeline) -> Option<String> {
    let quoted: Vec<String> = names().map(|name| format!("\"{name}\"")).collect();
    pipeline.screen.contamination.is_none().then(|| {
        format!(
            "no benchmark is screened for; fingerprints of {} come with gradatim: write `benchmarks = [{}]` under \
             `[screen.contamination]`",
            quoted.len(),
            quoted.join(", ")
        )
    })
}

/// Whether a fingerprint of that name comes with the program.
pub(super) fn is_shipped(name: &str) -> bool {
    shipped(name).is_some()
}

fn find(
    folder: &Path,
    name: &str,
    given: Option<PathBuf>,
    notes: &mut Vec<String>,
) -> Result<SoughtBenchmark> {
    let damaged = |why: String| {
        Error::usage(
            format!("it is no fingerprint that can be read: {why}"),
            "make it again with `gradatim fingerprint`",
        )
    };
    if let Some(bytes) = shipped(name) {
        return SoughtBenchmark::of_fingerprint(bytes).map_err(damaged);
    }
    let written = Location::here(name).below(folder);
    let path = given.unwrap_or_else(|| written.clone());
    if path.extension().is_some_and(|ending| ending == FINGERPRINT) {
        return SoughtBenchmark::of_fingerprint(&read_small(&path)?).map_err(damaged);
    }
    let mut found = files::find_as(&path, Asked::usual("test")).map_err(|error| match error {
        Error::Usage { what, hint } => {
            let meant = did_you_mean(name, names());
            Error::usage(
                what,
                format!("{meant}{hint}, or one of {}", listed(names())),
            )
        }
        other => other,
    })?;
    notes.extend(found.notes.iter().map(|note| format!("{name}: {note}")));
    if let ([file], Some(name)) = (found.files.as_mut_slice(), written.file_name()) {
        // Wherever it lies, the certificate names it as the pipeline does.
        file.name = name.to_string_lossy().into_owned();
    }
    SoughtBenchmark::of_files(&stem(&written), &found.files, &ProblemColumns::default())
}

/// A file's name without its endings, which names its benchmark.
pub(crate) fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split('.').next().unwrap_or_default();
    stem.to_owned()
}
