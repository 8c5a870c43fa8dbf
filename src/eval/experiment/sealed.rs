//! What is read of an output folder: its manifest, the lines of `runs.csv`, and what its subsets share with benchmarks.
//!
//! Each file is held against its seal, so that figures are joined to no line that the run did not write. Whether all else of
//! the folder is as it was is for `gradatim check`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::csv::Csv;
use super::design::{Design, Leak, Line, Shared};
use crate::emit::leakage::Leakage;
use crate::folder::{self, RUN_FOLDER};
use crate::manifest::Manifest;
use crate::screen::contamination::Outcome;
use crate::source::disk_file::open_regular;
use crate::{Error, Result};

/// Reads the design of the experiment that a folder was made for.
pub(super) fn design(out: &Path) -> Result<Design> {
    let manifest = folder::manifest(out)?;
    let sha256 = folder::sha256(&out.join(RUN_FOLDER).join(folder::MANIFEST))?;
    listed_as(out, &sha256)?;
    let lines = lines(&sealed(out, &manifest, "runs.csv")?)?;
    let mut design = Design::of_manifest(&manifest, &lines);
    design.origin.manifest_sha256 = Some(sha256);
    design.leak = leak(out, &manifest)?;
    Ok(design)
}

/// The text of a file of the run's folder, as it was sealed.
pub(crate) fn sealed(out: &Path, manifest: &Manifest, name: &str) -> Result<String> {
    let path = out.join(RUN_FOLDER).join(name);
    is_as_sealed(out, manifest, name)?;
    crate::disk::read_own_text(&path).map_err(|error| Error::no_output(out, &error))
}

fn is_as_sealed(out: &Path, manifest: &Manifest, name: &str) -> Result<()> {
    let own = format!("{RUN_FOLDER}/{name}");
    let path = out.join(RUN_FOLDER).join(name);
    let Some(seal) = manifest.seals.get(&own) else {
        return Ok(());
    };
    // A pipe in its place would never end.
    if !path.is_file() || folder::sha256(&path)? != *seal {
        return Err(changed(out, &own));
    }
    Ok(())
}

/// Holds the manifest against the list of all files, where there is one.
fn listed_as(out: &Path, sha256: &str) -> Result<()> {
    let own = format!("{RUN_FOLDER}/manifest.json");
    let Ok(list) = crate::disk::read_own_text(&out.join(RUN_FOLDER).join(folder::SUMS)) else {
        return Ok(());
    };
    let listed = list
        .lines()
        .find_map(|line| line.strip_suffix(own.as_str()));
    match listed {
        Some(line) if line.split_whitespace().next() != Some(sha256) => Err(changed(out, &own)),
        _ => Ok(()),
    }
}

fn changed(out: &Path, own: &str) -> Error {
    Error::usage(
        format!("`{own}` of `{}` is not as the run wrote it", out.display()),
        "see what else changed with `gradatim check`",
    )
}

/// A line of `runs.csv` as it stands there.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub line: Line,
    pub budget: String,
    pub steps: Option<u64>,
}

fn lines(text: &str) -> Result<Vec<Listed>> {
    let bad = |why: String| {
        Error::usage(
            format!("`{RUN_FOLDER}/runs.csv`: {why}"),
            "see what changed with `gradatim check`",
        )
    };
    let csv = Csv::read(text).map_err(bad)?;
    let needed = ["run", "subset", "draw", "training_seed"];
    if let Some(column) = csv.lacks(&needed) {
        return Err(bad(format!("it has no column `{column}`")));
    }
    let mut names = HashSet::new();
    let mut lines = Vec::new();
    for (at, row) in csv.rows().enumerate() {
        let get = |name| {
            row.get(name)
                .ok_or_else(|| bad(format!("row {} has no `{name}`", at + 2)))
        };
        let bad_number = |name| bad(format!("row {}: `{name}` is no number", at + 2));
        let run = get("run")?.to_owned();
        if !names.insert(run.clone()) {
            return Err(bad(format!("two lines are called `{run}`")));
        }
        lines.push(Listed {
            line: Line {
                run,
                subset: get("subset")?.to_owned(),
                arm: 0,
                draw: get("draw")?.parse().map_err(|_| bad_number("draw"))?,
                seed: get("training_seed")?
                    .parse()
                    .map_err(|_| bad_number("training_seed"))?,
            },
            budget: row.get("budget").unwrap_or("epochs").to_owned(),
            steps: row.get("steps").and_then(|steps| steps.parse().ok()),
        });
    }
    Ok(lines)
}

/// What the problems of each subset share with benchmarks, where the run looked.
fn leak(out: &Path, manifest: &Manifest) -> Result<Leak> {
    if !out.join(RUN_FOLDER).join("leakage.json").exists() {
        return Ok(Leak::default());
    }
    let text = sealed(out, manifest, "leakage.json")?;
    let leakage: Leakage = serde_json::from_str(&text).map_err(|error| {
        Error::usage(
            format!("`{RUN_FOLDER}/leakage.json` cannot be read: {error}"),
            "check it with the version that wrote it",
        )
    })?;
    let looked_for = leakage
        .benchmarks
        .iter()
        .map(|benchmark| benchmark.name.clone())
        .collect();
    let mut met: HashMap<&str, Vec<(&str, bool)>> = HashMap::new();
    for hit in &leakage.hits {
        let sure = hit.outcome == Outcome::Contaminated;
        met.entry(&hit.problem_id)
            .or_default()
            .push((&hit.benchmark, sure));
    }
    let mut shared: BTreeMap<(String, String), Shared> = BTreeMap::new();
    if !met.is_empty() {
        is_as_sealed(out, manifest, "selection.parquet")?;
        each_selected(out, |subset, problem| {
            for (benchmark, sure) in met.get(problem).into_iter().flatten() {
                let shared = shared
                    .entry((subset.to_owned(), (*benchmark).to_owned()))
                    .or_default();
                shared.contaminated += u32::from(*sure);
                shared.suspect += u32::from(!*sure);
            }
        })?;
    }
    Ok(Leak {
        looked_for: Some(looked_for),
        shared,
    })
}

/// Every subset's problems.
fn each_selected(out: &Path, mut each: impl FnMut(&str, &str)) -> Result<()> {
    use arrow::array::{AsArray, StringArray};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    let path = out.join(RUN_FOLDER).join("selection.parquet");
    let failed = |error| Error::parquet(&path, error);
    let file = open_regular(&path).map_err(|error| Error::no_output(out, &error))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file.into_parts().0).map_err(failed)?;
    for batch in reader.build().map_err(failed)? {
        let batch = batch.map_err(|error| failed(error.into()))?;
        let column =
            |name| -> Option<&StringArray> { batch.column_by_name(name)?.as_string_opt::<i32>() };
        let (Some(subsets), Some(problems)) = (column("subset"), column("problem_id")) else {
            return Err(Error::usage(
                format!("`{RUN_FOLDER}/selection.parquet` has no `subset` and `problem_id`"),
                "see what changed with `gradatim check`",
            ));
        };
        for (subset, problem) in subsets.iter().zip(problems) {
            if let (Some(subset), Some(problem)) = (subset, problem) {
                each(subset, problem);
            }
        }
    }
    Ok(())
}
