//! The main job: measure, select, emit.

use std::path::Path;

use crate::emit;
use crate::plan::Plan;
use crate::rules::OnShortfall;
use crate::run::{Amount, Settings, Timings, measure};
use crate::screen::Tally;
use crate::select::size::Size;
use crate::select::{self, Selection};
use crate::{Error, Result};

/// What a run did.
pub struct Report {
    pub selection: Selection,
    pub ledger: Vec<(String, Tally)>,
    pub timings: Timings,
}

/// Runs a plan into the folder `out`, which must not exist.
pub fn run(plan: &Plan, out: &Path, settings: &Settings<'_>) -> Result<Report> {
    if out.exists() {
        return Err(Error::OutputExists(out.to_owned()));
    }
    let mut timings = Timings::default();
    let experiment = measure(plan, settings, true, &mut timings)?;
    settings.watch.begin("select", Amount::default());
    let (fates, selection) = timings.stage("select", || {
        let fates = experiment.fates();
        let selection = experiment.select(&fates);
        (fates, selection)
    });
    if plan.on_shortfall == OnShortfall::Refuse && !selection.shortfalls.is_empty() {
        return Err(Error::Shortfall {
            table: shortfall_table(&selection.shortfalls),
        });
    }
    for warning in &selection.warnings {
        settings.watch.note(warning);
    }
    timings.stage("emit", || {
        emit::emit(&experiment, &fates, &selection, out, settings)
    })?;
    let ledger = experiment.ledger(&fates);
    Ok(Report {
        selection,
        ledger,
        timings,
    })
}

/// Asked against available, one line for each family of sizes.
pub fn shortfall_table(shortfalls: &[select::Shortfall]) -> String {
    let family = |shortfall: &select::Shortfall| shortfall.asked.starred(&shortfall.name);
    let mut lines: Vec<[String; 4]> =
        vec![["subset", "asked", "available", "why"].map(str::to_owned)];
    let unit = |shortfall: &select::Shortfall| match shortfall.asked {
        Size::Tokens(_) => " tokens",
        Size::Rows(_) => "",
    };
    let same = |a: &select::Shortfall, b: &select::Shortfall| {
        family(a) == family(b) && a.available == b.available && a.reason == b.reason
    };
    for sizes in shortfalls.chunk_by(same) {
        let asked: Vec<String> = sizes
            .iter()
            .map(|one| one.asked.count().to_string())
            .collect();
        let first = &sizes[0];
        lines.push([
            family(first),
            format!("{}{}", asked.join(" "), unit(first)),
            format!("{}{}", first.available, unit(first)),
            first.reason.clone(),
        ]);
    }
    let width = |at: usize| {
        lines
            .iter()
            .map(|line| line[at].len())
            .max()
            .unwrap_or_default()
    };
    let [a, b, c] = [width(0), width(1), width(2)];
    let shown = lines.iter().map(|[name, asked, available, why]| {
        format!("  {name:a$}  {asked:b$}  {available:>c$}  {why}")
    });
    shown.collect::<Vec<_>>().join("\n")
}
