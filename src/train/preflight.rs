//! What a trainer makes of each subset of a folder, beside its controls; or of any files.
//!
//! A subset is compared with its control, so what is lost of the one must be lost of the other: two sets of the same size
//! of which a trainer drops different rows are no longer of the same size, and one of which it cuts more ends is trained
//! on other answers.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use super::Beyond;
use super::asked::Asked;
use super::findings::{Finding, Kind, findings};
use super::rows;
use super::tally::Tally;
use super::trainers::Trainer;
use crate::compare::balance::{Intended, Relation};
use crate::error::did_you_mean;
use crate::folder::{self, RUN_FOLDER, shard};
use crate::manifest::{Manifest, SubsetRecord};
use crate::pipeline::{PipelineFile, Runs};
use crate::run::{Amount, Watch};
use crate::source::SourceFile;
use crate::{Error, Result};

/// What a trainer makes of a folder's subsets, or of files.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Preflight {
    pub trainer: Trainer,
    /// The version of the trainer that was read, and whose rows were held against ours.
    pub trainer_version: &'static str,
    /// What it renders the rows with.
    pub template: String,
    /// Tokens that a row may have.
    pub length_max: usize,
    /// What the trainer's configuration calls that.
    pub length_key: &'static str,
    /// What the trainer takes where its configuration says nothing; none where it takes any length.
    pub length_default: Option<usize>,
    /// What becomes of a row that is longer.
    pub beyond: Beyond,
    /// Rows of a step, as `[runs]` of the pipeline says.
    pub batch_size: u32,
    /// Each with its own controls behind it; controls of several stand last.
    pub subsets: Vec<Subset>,
    pub pairs: Vec<Pair>,
    /// What is lost, and what else is to be known.
    pub findings: Vec<Finding>,
    /// Whether something is lost, or a comparison broken: the command ends with 1.
    pub is_lost: bool,
}

/// What it makes of a subset or control, or of a file.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Subset {
    pub name: String,
    /// The subsets that it is a control of.
    pub control_of: Vec<String>,
    #[serde(flatten)]
    pub tally: Tally,
    /// The share of what is trained on that the loss is on.
    pub trained_share: Option<f64>,
    /// How long the rows that are left are trained, as `[runs]` of the pipeline says.
    pub budgets: Vec<Budget>,
}

/// Epochs and optimiser's steps.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Budget {
    pub name: &'static str,
    pub epochs: f64,
    pub steps: u64,
}

/// A subset and what it is compared with.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Pair {
    pub subset: String,
    pub control: String,
    /// What the second is to the first: the kind of its control, or `style`.
    pub relation: &'static str,
    /// What they differ in on purpose.
    pub intended: Vec<&'static str>,
    /// What becomes of other shares of rows in the one than in the other.
    pub differs: Vec<Difference>,
    /// Whether the comparison is no longer one of what was selected.
    pub is_broken: bool,
}

/// What becomes of other shares of rows in a subset than in its control.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Difference {
    pub kind: Kind,
    pub subset: Share,
    pub control: Share,
}

/// Rows among those of which it could be so: all, or those that are trained on.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub(crate) struct Share {
    pub rows: u64,
    pub of: u64,
    pub share: f64,
}

impl Share {
    fn new(rows: u64, of: u64) -> Self {
        let share = if of == 0 {
            0.0
        } else {
            rows as f64 / of as f64
        };
        Self { rows, of, share }
    }

    fn is_as(self, other: Self) -> bool {
        u128::from(self.rows) * u128::from(other.of) == u128::from(other.rows) * u128::from(self.of)
    }
}

/// How the subsets of a folder will be trained, as its pipeline says.
pub(crate) fn runs(out: &Path) -> Result<Runs> {
    let lock = out.join(RUN_FOLDER).join("pipeline.lock.toml");
    let mut runs = PipelineFile::read(&lock)?.pipeline.runs;
    runs.settle();
    Ok(runs)
}

/// How any rows are trained where nobody says otherwise.
pub(crate) fn usual_runs() -> Runs {
    let mut runs = Runs::default();
    runs.settle();
    runs
}

/// Some subsets of a folder, and how they are trained.
pub(crate) struct Folder {
    out: PathBuf,
    records: Vec<SubsetRecord>,
    pub runs: Runs,
}

impl Folder {
    /// The subsets of these names and their controls; all whose rows are written, where no name is given. Names may have
    /// stars.
    pub(crate) fn open(out: &Path, names: &[String]) -> Result<Self> {
        let manifest = folder::manifest(out)?;
        let records = ordered(chosen(out, &manifest, names)?);
        let order: Vec<String> = records.iter().map(|record| record.name.clone()).collect();
        let all = manifest.subsets.into_iter();
        let mut all: HashMap<String, SubsetRecord> =
            all.map(|record| (record.name.clone(), record)).collect();
        Ok(Self {
            out: out.to_owned(),
            records: order.iter().filter_map(|name| all.remove(name)).collect(),
            runs: runs(out)?,
        })
    }
}

/// What a trainer makes of a folder's subsets, each beside its controls.
pub(crate) fn of_folder(
    folder: &Folder,
    asked: &Asked<'_>,
    watch: &dyn Watch,
) -> Result<Preflight> {
    let rows = folder.records.iter().map(|record| u64::from(record.size));
    watch.begin("preflight", amount(folder.records.len(), rows.sum()));
    let mut subsets = Vec::new();
    for record in &folder.records {
        let files = rows::find(&file(&folder.out, record))?;
        let tally = tally(&files, asked, watch)?;
        let of = record.control_of.clone();
        subsets.push(subset(&record.name, of, tally, &folder.runs));
    }
    let pairs = pairs(&folder.records, &subsets, asked);
    Ok(preflight(subsets, pairs, asked, &folder.runs))
}

/// What a trainer makes of files, folders of files or globs, each for itself.
pub(crate) fn of_files(
    paths: &[PathBuf],
    asked: &Asked<'_>,
    runs: &Runs,
    watch: &dyn Watch,
) -> Result<Preflight> {
    let found: Result<Vec<_>> = paths
        .iter()
        .map(|path| Ok((path, rows::find(path)?)))
        .collect();
    let found = found?;
    watch.begin(
        "preflight",
        amount(found.iter().map(|(_, files)| files.len()).sum(), 0),
    );
    let mut subsets = Vec::new();
    for (path, files) in &found {
        let tally = tally(files, asked, watch)?;
        subsets.push(subset(&path.to_string_lossy(), Vec::new(), tally, runs));
    }
    Ok(preflight(subsets, Vec::new(), asked, runs))
}

fn preflight(subsets: Vec<Subset>, pairs: Vec<Pair>, asked: &Asked<'_>, runs: &Runs) -> Preflight {
    let findings = findings(&subsets, asked);
    let lost = findings.iter().any(|finding| finding.is_loss);
    Preflight {
        trainer: asked.trainer,
        trainer_version: asked.trainer.version(),
        template: asked.trainer.template(asked.model, &asked.settings),
        length_max: asked.settings.length_max,
        length_key: asked.trainer.length_key(),
        length_default: asked.trainer.length_max(),
        beyond: asked.beyond(),
        batch_size: runs.batch_size.get(),
        is_lost: lost || pairs.iter().any(|pair| pair.is_broken),
        subsets,
        pairs,
        findings,
    }
}

fn amount(files: usize, rows: u64) -> Amount {
    Amount {
        files: files as u64,
        rows,
        ..Amount::default()
    }
}

fn file(out: &Path, record: &SubsetRecord) -> PathBuf {
    out.join(&record.name).join(shard("train"))
}

/// Counts the rows of files, some at a time.
fn tally(files: &[SourceFile], asked: &Asked<'_>, watch: &dyn Watch) -> Result<Tally> {
    let mut tally = Tally::default();
    for file in files {
        rows::each(file, |rows| {
            tally.add(&rows, asked);
            watch.advance(amount(0, rows.len() as u64));
        })?;
        watch.advance(amount(1, 0));
    }
    tally.finish();
    Ok(tally)
}

/// The records that are asked about, whose rows are written.
fn chosen<'m>(
    out: &Path,
    manifest: &'m Manifest,
    names: &[String],
) -> Result<Vec<&'m SubsetRecord>> {
    let mut wanted = vec![names.is_empty(); manifest.subsets.len()];
    for name in names {
        let pattern = glob::Pattern::new(name).map_err(|error| {
            Error::usage(format!("`{name}`: {error}"), "write a name, or stars")
        })?;
        let all = manifest.subsets.iter().zip(&mut wanted);
        let mut is_any = false;
        for (record, wanted) in all {
            let of_it = record.control_of.iter().any(|of| pattern.matches(of));
            is_any |= pattern.matches(&record.name);
            *wanted |= of_it || pattern.matches(&record.name);
        }
        if !is_any {
            return Err(unknown(name, manifest));
        }
    }
    let all = manifest.subsets.iter().zip(wanted);
    let wanted = all.filter(|(record, wanted)| *wanted && file(out, record).is_file());
    let wanted: Vec<_> = wanted.map(|(record, _)| record).collect();
    match wanted.is_empty() {
        true => Err(Error::usage(
            "none of these subsets has rows in the folder",
            "name others, or run the pipeline again with `[emit]` writing them",
        )),
        false => Ok(wanted),
    }
}

fn unknown(name: &str, manifest: &Manifest) -> Error {
    let known = manifest.subsets.iter().map(|record| record.name.as_str());
    Error::usage(
        format!("the folder has no subset `{name}`"),
        format!("{}see its names in `README.md`", did_you_mean(name, known)),
    )
}

/// Each subset with its own controls behind it, in the order of the manifest; controls of several stand last.
fn ordered(records: Vec<&SubsetRecord>) -> Vec<&SubsetRecord> {
    let names: HashSet<&str> = records.iter().map(|record| record.name.as_str()).collect();
    let mut subsets = Vec::new();
    let mut own: BTreeMap<&str, Vec<&SubsetRecord>> = BTreeMap::new();
    let mut of_several = Vec::new();
    for record in records {
        let of = record.control_of.iter().map(String::as_str);
        let of: Vec<&str> = of.filter(|of| names.contains(of)).collect();
        match of.as_slice() {
            [] => subsets.push(record),
            [of] => own.entry(of).or_default().push(record),
            _ => of_several.push(record),
        }
    }
    let mut in_order = Vec::new();
    for record in subsets {
        in_order.push(record);
        in_order.extend(own.remove(record.name.as_str()).unwrap_or_default());
    }
    // Controls of controls, if ever there are.
    in_order.extend(of_several);
    in_order.extend(own.into_values().flatten());
    in_order
}

fn subset(name: &str, control_of: Vec<String>, tally: Tally, runs: &Runs) -> Subset {
    let budgets = runs.budgets(u32::try_from(tally.left()).unwrap_or(u32::MAX));
    let budgets = budgets.into_iter().filter(|_| tally.left() > 0);
    let budgets = budgets.map(|one| Budget {
        name: one.name,
        epochs: one.epochs,
        steps: one.steps,
    });
    Subset {
        name: name.to_owned(),
        control_of,
        trained_share: tally.trained_share(),
        budgets: budgets.collect(),
        tally,
    }
}

/// Each subset beside each of its controls and the other style of its pair, of those that were looked at.
fn pairs(records: &[SubsetRecord], subsets: &[Subset], asked: &Asked<'_>) -> Vec<Pair> {
    let all: Vec<_> = records.iter().zip(subsets).collect();
    let mut pairs = Vec::new();
    for (at, first) in all.iter().enumerate() {
        for (other, second) in all.iter().enumerate() {
            let relation = relation(first.0, second.0, at < other);
            pairs.extend(relation.map(|relation| pair(*first, *second, relation, asked)));
        }
    }
    pairs
}

/// What the second is to the first; none where they are not compared.
fn relation(
    first: &SubsetRecord,
    second: &SubsetRecord,
    stands_first: bool,
) -> Option<&'static str> {
    if second.control_of.contains(&first.name) {
        return Some(second.role.as_str());
    }
    let is_pair = second.pair_of.contains(&first.name);
    (is_pair && stands_first).then(|| Relation::Style.as_str())
}

fn pair(
    (first, of_first): (&SubsetRecord, &Subset),
    (second, of_second): (&SubsetRecord, &Subset),
    relation: &'static str,
    asked: &Asked<'_>,
) -> Pair {
    let lost = Kind::ALL.into_iter().filter(|kind| kind.is_loss(asked));
    let differs = lost.filter_map(|kind| {
        let [subset, control] = [of_first, of_second]
            .map(|one| Share::new(kind.rows(&one.tally), kind.among(&one.tally)));
        (!subset.is_as(control)).then_some(Difference {
            kind,
            subset,
            control,
        })
    });
    let differs: Vec<Difference> = differs.collect();
    Pair {
        subset: first.name.clone(),
        control: second.name.clone(),
        relation,
        intended: Intended::between(first, second).words(),
        is_broken: !differs.is_empty(),
        differs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_compared_exactly() {
        assert!(Share::new(1, 3).is_as(Share::new(2, 6)));
        assert!(!Share::new(1, 3).is_as(Share::new(1, 4)));
        assert!(Share::new(0, 0).is_as(Share::new(0, 9)));
        assert_eq!(Share::new(1, 4).share, 0.25);
    }
}
