//! Subsets to files: the dataset folder, its card, its manifest, its ledger.
//!
//! The folder is built inside of `OUT.partial` and renamed when it is whole, so that a folder under its final
//! name is never half-written. Nothing in it depends on threads, batches, the clock or where files lie.

pub(crate) mod appendix;
pub(crate) mod balance;
pub(crate) mod card;
pub(crate) mod chat;
mod comparisons;
pub(crate) mod csv;
pub(crate) mod derived;
mod features;
pub(crate) mod leakage;
pub(crate) mod ledger;
mod lock;
pub(crate) mod manifest;
mod markdown;
mod picture;
pub(crate) mod preview;
pub(crate) mod published;
pub(crate) mod runs;
pub(crate) mod selection;
pub(crate) mod shuffled;
pub(crate) mod subset;
pub(crate) mod sums;
pub(crate) mod texts;

use std::cmp::Reverse;
use std::path::Path;

use indexmap::IndexMap;
use rayon::prelude::*;
use serde::Serialize;

use crate::Result;
use crate::disk::{self, Over, Partial};
use crate::folder::{MANIFEST, RUN_FOLDER, SUMS};
use crate::measure::tokens::Tokenizer;
use crate::run::{Amount, Experiment, Settings};
use crate::screen::Fate;
use crate::select::{Selection, Subset, SubsetRole};
use sums::Sums;
use texts::Texts;

/// The split that a subset is: `validation` for the one that is set aside, else `train`.
fn split(subset: &Subset) -> &'static str {
    match subset.role {
        SubsetRole::Validation => "validation",
        _ => "train",
    }
}

/// A subset whose text was written.
pub(crate) struct Written {
    pub rows: u32,
    /// Relative to the output folder, with `/`.
    pub path: String,
    pub sha256: String,
    /// Tokens of each row's conversation, in order of rank.
    pub conversation_tokens: Vec<u32>,
    /// Of a derived control.
    pub derived: Option<DerivedRows>,
}

/// What the rows of a derived control say that no other file does.
pub(crate) struct DerivedRows {
    /// Of each reply, in order of rank.
    pub tokens: Vec<u32>,
    /// Rows in which there was nothing to change.
    pub unchanged: u32,
}

/// Writes everything that was selected into a folder, which gets its name when it is whole.
pub(crate) fn emit(
    experiment: &Experiment<'_>,
    fates: &[Fate],
    selection: &Selection,
    partial: Partial,
    settings: &Settings<'_>,
) -> Result<()> {
    let root = &partial.built();
    let run = root.join(RUN_FOLDER);
    disk::create_folders(&run)?;
    // One after the other: beside the fetching of texts the ledger's forty columns would add to the peak.
    settings.watch.begin("ledger", Amount::default());
    ledger::write(experiment, fates, &run.join("ledger.parquet"), settings)?;
    let (written, tokenizer) = write_subsets(experiment, selection, &partial, settings)?;
    settings.watch.begin("leakage", Amount::default());
    let leakage = leakage::Leakage::new(experiment);
    if let Some(leakage) = &leakage {
        write_json(&run.join("leakage.json"), leakage)?;
    }
    settings.watch.begin("balance", Amount::default());
    let counted_by = tokenizer.counts_by();
    let mut manifest = manifest::manifest(experiment, fates, selection, &written, Some(counted_by));
    let derived = derived::Derived {
        experiment,
        fates,
        selection,
        written: &written,
        manifest: &manifest,
        leakage: leakage.as_ref(),
    };
    derived.write(root)?;
    settings.watch.begin("sums", Amount::default());
    let sums = Sums::of(root, &written)?;
    manifest.seals = sums.seals(root, &written)?;
    write_json(&run.join(MANIFEST), &manifest)?;
    let manifest = format!("{RUN_FOLDER}/{MANIFEST}");
    sums.write(root, &manifest, &run.join(SUMS))?;
    settings.check_stop()?;
    partial.finish(Over::Nothing)
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_string_pretty(value).map_err(std::io::Error::from)?;
    text.push('\n');
    disk::write(path, text)
}

/// Writes the text of the subsets that the pipeline emits; none for the others. Also what counted their tokens.
fn write_subsets(
    experiment: &Experiment<'_>,
    selection: &Selection,
    partial: &Partial,
    settings: &Settings<'_>,
) -> Result<(Vec<Option<Written>>, Tokenizer)> {
    let root = &partial.built();
    let plan = experiment.plan;
    let emitted: Vec<bool> = selection
        .subsets
        .iter()
        .map(|subset| plan.emits(subset))
        .collect();
    let wanted = selection
        .subsets
        .iter()
        .zip(&emitted)
        .filter(|(_, emitted)| **emitted)
        .flat_map(|(subset, _)| subset.entries().iter().copied());
    let scratch = partial.scratch("texts");
    // A vocabulary of the user's takes half a second, and the texts as long.
    let (texts, tokenizer) = rayon::join(
        || {
            let texts = Texts::gather(experiment, wanted, &scratch, settings);
            settings.watch.begin("tokenizer", Amount::default());
            texts
        },
        || plan.load_tokenizer(&settings.pool),
    );
    let (texts, tokenizer) = (texts?, tokenizer?);
    let wanted: Vec<(usize, &Subset)> = selection
        .subsets
        .iter()
        .enumerate()
        .filter(|(at, _)| emitted[*at])
        .collect();
    let rows = wanted.iter().map(|(_, subset)| u64::from(subset.size));
    settings.watch.begin("write", Amount::rows(rows.sum()));
    let written: Result<Vec<Vec<(usize, Written)>>> = by_order(wanted)
        .par_iter()
        .map(|nested| {
            settings.check_stop()?;
            let subsets: Vec<&Subset> = nested.iter().map(|(_, subset)| *subset).collect();
            let pens = subset::Pens {
                experiment,
                texts: &texts,
                tokenizer: &tokenizer,
                watch: settings.watch,
            };
            let written = subset::write(&pens, &subsets, root)?;
            let places = nested.iter().map(|(at, _)| *at);
            Ok(places.zip(written).collect())
        })
        .collect();
    texts.remove()?;
    let mut all: Vec<Option<Written>> = emitted.iter().map(|_| None).collect();
    for (at, written) in written?.into_iter().flatten() {
        all[at] = Some(written);
    }
    Ok((all, tokenizer))
}

/// Subsets that are prefixes of one order, together; those with the largest first, so that no thread is left alone with one.
fn by_order(subsets: Vec<(usize, &Subset)>) -> Vec<Vec<(usize, &Subset)>> {
    let mut families: IndexMap<u32, Vec<(usize, &Subset)>> = IndexMap::new();
    for (at, subset) in subsets {
        let family = families.entry(subset.family).or_default();
        family.push((at, subset));
    }
    let mut families: Vec<_> = families.into_values().collect();
    let largest = |family: &Vec<(usize, &Subset)>| family.iter().map(|(_, one)| one.size).max();
    families.sort_by_key(|family| Reverse(largest(family)));
    families
}
