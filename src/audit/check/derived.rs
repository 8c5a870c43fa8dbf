//! Every file that follows from ledger, pipeline and texts, written again and compared byte for byte.

use std::path::Path;
use std::sync::Arc;

use fs_err as fs;
use serde_json::Value;

use super::files::Folder;
use super::manifest::{Stored, name};
use super::replay::{CONTRADICTS, Replay};
use super::{card, difference};
use crate::emit::derived::Derived;
use crate::emit::{self, Written, subset};
use crate::folder::{self, AUDIT, CARD, FINDINGS, RUN_FOLDER};
use crate::manifest::{FileRecord, Manifest, SubsetRecord};
use crate::measure::tokens::Tokenizer;
use crate::plan::Plan;
use crate::select::size::{Size, SizeUnit};
use crate::select::{Derivation, Matching, Selection, Subset, Thin};
use crate::source::quietly;
use crate::{Error, Result};

/// Files that a run or an audit writes and that do not follow from others.
const GIVEN: [&str; 5] = [
    "ledger.parquet",
    folder::MANIFEST,
    folder::SUMS,
    AUDIT,
    FINDINGS,
];

/// Makes the files again and notes which are others; fails where there is no place to make them.
pub(super) fn check(folder: &mut Folder<'_>, replay: &Replay<'_>) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    fs::create_dir_all(scratch.path().join(RUN_FOLDER))?;
    let made = quietly(|| make(folder, replay, scratch.path()));
    let manifest = match made {
        Some(Some(manifest)) => manifest?,
        Some(None) => return Ok(()),
        None => {
            folder
                .findings
                .broken(format!("what follows cannot be derived: {CONTRADICTS}"));
            return Ok(());
        }
    };
    let mut differences = compare_manifest(replay.stored, manifest);
    differences.extend(compare_leakage(replay));
    let written = &replay.stored.manifest.program;
    if *written != program() {
        let count = compare_files(folder, replay, scratch.path(), &mut differences);
        folder.findings.note(format!(
            "{written} wrote it, and this is {}: of {count} files that follow from others {} places differ, which \
             is no proof of a change",
            program(),
            differences.len()
        ));
        let told = differences.into_iter().take(NOTED_MAX);
        told.for_each(|what| folder.findings.note(what));
        return Ok(());
    }
    compare_files(folder, replay, scratch.path(), &mut differences);
    for what in differences {
        folder.findings.broken(what);
    }
    if let Ok(text) = fs::read_to_string(scratch.path().join(CARD)) {
        card::check(folder, &text);
    }
    Ok(())
}

/// As many differences from what another version made are told.
const NOTED_MAX: usize = 20;

/// This program as a manifest names it.
pub(super) fn program() -> String {
    format!("gradatim {}", env!("CARGO_PKG_VERSION"))
}

/// Writes the files into a folder of their own; returns the manifest that goes with them, or nothing, which is noted,
/// where a subset's file cannot be described.
fn make(folder: &mut Folder<'_>, replay: &Replay<'_>, scratch: &Path) -> Option<Result<Manifest>> {
    let experiment = &replay.experiment;
    let recorded = &replay.stored.manifest;
    let selects = experiment.plan.asked_beside_entries().is_empty();
    let selection = match selects {
        true => experiment.select(&replay.fates),
        false => {
            folder.findings.note(
                "the selection is taken as it stands: a grid asks for texts, similarities or joined columns, which \
                 no file of the folder holds",
            );
            restored(recorded, experiment.plan, replay)
        }
    };
    let written = match written(folder, replay, &selection) {
        Ok(written) => written,
        Err(why) => {
            let what = format!("what follows is not derived: {why}");
            folder.findings.broken(what);
            return None;
        }
    };
    let counted_by = replay.tokenizer.as_ref().map(Tokenizer::counts_by);
    let mut manifest =
        emit::manifest::manifest(experiment, &replay.fates, &selection, &written, counted_by);
    if let Err(error) = take_recorded(&mut manifest, &replay.stored.text, selects) {
        return Some(Err(error));
    }
    emit::manifest::name_lock(&mut manifest, &experiment.plan.written);
    let derived = Derived {
        experiment,
        fates: &replay.fates,
        selection: &selection,
        written: &written,
        manifest: &manifest,
        leakage: replay.leakage.as_ref(),
    };
    let done = derived.write(scratch);
    Some(done.map(|()| manifest))
}

/// What was written of each subset that the pipeline emits, read from its file.
fn written(
    folder: &mut Folder<'_>,
    replay: &Replay<'_>,
    selection: &Selection,
) -> Result<Vec<Option<Written>>> {
    let emits = |subset: &&Subset| replay.experiment.plan.emits(subset);
    let describe = |subset: &Subset| {
        if !emits(&subset) {
            return Ok(None);
        }
        let path = subset::path_of(subset);
        match folder.path(&path) {
            Some(file) => subset::describe(subset, &file).map(Some),
            None => Err(Error::usage(format!("{path} is missing"), "")),
        }
    };
    selection.subsets.iter().map(describe).collect()
}

/// Takes into a derived manifest what no other file of the folder tells.
fn take_recorded(derived: &mut Manifest, text: &str, selects: bool) -> Result<()> {
    let recorded: Manifest = serde_json::from_str(text).map_err(std::io::Error::from)?;
    derived.companions = recorded.companions;
    derived.lookups = recorded.lookups;
    derived.seals = recorded.seals;
    if derived.counted_by.is_none() || recorded.counted_by.is_none() {
        derived.counted_by = recorded.counted_by;
    }
    if is_part(&derived.warnings, &recorded.warnings) {
        // Columns of the sources that nothing reads are warned of by a look at the files.
        derived.warnings = recorded.warnings;
    }
    if let (Some(derived), Some(recorded)) =
        (&mut derived.near_duplicates, recorded.near_duplicates)
    {
        derived.disagreeing_count = recorded.disagreeing_count;
    }
    let is_it = |a: &FileRecord, b: &FileRecord| (&a.source, &a.file) == (&b.source, &b.file);
    let files = derived.files.iter_mut().zip(recorded.files);
    for (file, recorded) in files.filter(|(file, recorded)| is_it(file, recorded)) {
        (file.bytes, file.blake3) = (recorded.bytes, recorded.blake3);
        (file.hub, file.object) = (recorded.hub, recorded.object);
    }
    if !selects {
        derived.recipes = recorded.recipes;
        derived.pairs = recorded.pairs;
        derived.shortfalls = recorded.shortfalls;
    }
    Ok(())
}

/// Whether all of the lines stand among others, in their order.
fn is_part(lines: &[String], of: &[String]) -> bool {
    let mut of = of.iter();
    lines.iter().all(|line| of.any(|other| other == line))
}

/// The selection as the manifest and its table have it.
fn restored(recorded: &Manifest, plan: &Plan, replay: &Replay<'_>) -> Selection {
    let mut subsets: Vec<Subset> = Vec::with_capacity(recorded.subsets.len());
    for record in recorded.subsets.iter().rev() {
        let last = subsets.last();
        let larger = last.filter(|last| record.prefix_of.as_ref() == Some(&last.name));
        let (order, family) = match larger {
            Some(larger) => (larger.order.clone(), larger.family),
            None => (
                Arc::new(replay.chosen.of(&record.name).to_vec()),
                last.map_or(0, |last| last.family + 1),
            ),
        };
        subsets.push(subset(record, plan, order, family));
    }
    subsets.reverse();
    let mut selection = Selection::default();
    selection.subsets = subsets;
    selection.warnings.clone_from(&recorded.warnings);
    selection
}

/// How the rows of a derived control were made.
pub(super) fn derivation(record: &SubsetRecord) -> Option<Derivation> {
    let derived = record.derived.as_ref()?;
    Some(Derivation {
        percent: derived.percent,
        seed: derived.seed,
    })
}

fn subset(record: &SubsetRecord, plan: &Plan, order: Arc<Vec<u32>>, family: u32) -> Subset {
    let named = |(grid, _): &(crate::select::grid::Grid, _)| grid.name == record.grid;
    Subset {
        name: record.name.clone(),
        role: record.role,
        grid_index: plan.grids.iter().position(named),
        grid: record.grid.clone(),
        category: record.category.clone(),
        length: record.length.clone(),
        style: record.style.clone(),
        recipe: record.recipe,
        accept: record.accept,
        asked: match record.unit {
            SizeUnit::Rows => Size::Rows(record.asked.try_into().unwrap_or(u32::MAX)),
            SizeUnit::Tokens => Size::Tokens(record.asked),
            SizeUnit::TokensReached => Size::Reach(record.asked),
        },
        family,
        size: record.size.min(order.len() as u32),
        order,
        bucket: record.bucket,
        bucket_share: record.bucket_share,
        draws_overlap: record.draws_overlap,
        available: record.available,
        per_problem: record.per_problem,
        draw: record.draw,
        drawn_as: record.drawn_as.clone(),
        stands_as: record.stands_as.clone(),
        draw_kind: record.draw_kind,
        prefix_of: record.prefix_of.clone(),
        control_of: record.control_of.clone(),
        pair_of: record.pair_of.clone(),
        derivation: derivation(record),
        matched: record.matched.as_ref().map(|matched| Matching {
            strata: matched.strata.clone(),
            thin: matched
                .thin
                .iter()
                .map(|thin| Thin {
                    stratum: thin.stratum.clone(),
                    rows: thin.rows,
                    gave_up: thin.gave_up.clone(),
                })
                .collect(),
        }),
    }
}

/// Where the stored manifest is another than the one that follows.
fn compare_manifest(stored: &Stored, derived: Manifest) -> Vec<String> {
    let text = serde_json::to_string_pretty(&derived).unwrap_or_default() + "\n";
    if text == stored.text {
        return Vec::new();
    }
    let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let mut found = difference::of_json(&parsed(&stored.text), &parsed(&text));
    if found.is_empty() {
        found.push(difference::of_lines(&stored.text, &text));
    }
    let named = found.into_iter();
    named.map(|what| format!("{}: {what}", name())).collect()
}

/// Where the certificate is another than its hits and the pipeline give.
fn compare_leakage(replay: &Replay<'_>) -> Vec<String> {
    let Some(leakage) = &replay.leakage else {
        return Vec::new();
    };
    let derived = leakage.derived(&replay.experiment);
    let value = |value: &crate::emit::leakage::Leakage| serde_json::to_value(value);
    match (value(leakage), derived.as_ref().map(value)) {
        (Ok(is), Some(Ok(expected))) => difference::of_json(&is, &expected)
            .into_iter()
            .map(|what| format!("{RUN_FOLDER}/leakage.json: {what}"))
            .collect(),
        _ => vec![format!(
            "{RUN_FOLDER}/leakage.json is of no benchmark that was looked for"
        )],
    }
}

/// Compares each file that was made again with the folder's; returns how many there are.
fn compare_files(
    folder: &Folder<'_>,
    replay: &Replay<'_>,
    scratch: &Path,
    differences: &mut Vec<String>,
) -> usize {
    let mut made = Vec::new();
    if let Err(why) = folder::walk(scratch, &mut made) {
        differences.push(format!("what follows cannot be read again: {why}"));
    }
    for name in made.iter().filter(|name| *name != CARD) {
        let is = folder.files.get(name);
        let expected = folder::sha256(&scratch.join(name)).ok();
        if is != expected.as_ref() {
            differences.push(match folder.path(name) {
                None => format!("{name} is missing"),
                Some(path) => other(name, &path, &scratch.join(name)),
            });
        }
    }
    let records = &replay.stored.manifest.subsets;
    let given = |name: &str| {
        let own = name.strip_prefix(&format!("{RUN_FOLDER}/")).unwrap_or("");
        GIVEN.contains(&own)
            || (own == "leakage.json" && replay.leakage.is_some())
            || records
                .iter()
                .any(|record| record.path.as_deref() == Some(name))
    };
    let strange = folder.files.keys();
    let strange = strange.filter(|name| !made.contains(name) && !given(name));
    differences.extend(strange.map(|name| format!("{name} is no file that a run writes")));
    made.len()
}

fn other(name: &str, path: &Path, expected: &Path) -> String {
    let texts = (fs::read_to_string(path), fs::read_to_string(expected));
    match texts {
        (Ok(is), Ok(expected)) => {
            format!(
                "{name} is not what follows: {}",
                difference::of_lines(&is, &expected)
            )
        }
        _ => format!("{name} is not what follows from ledger and pipeline"),
    }
}
