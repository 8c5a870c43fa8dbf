//! What a dataset of somebody else's is: what was found in its rows, each kind with rows to look at, how long they are,
//! what they consist of, what they share with benchmarks, and with a source that they may be made from.
//!
//! Everything is asked of what the measuring pass and the screens know of each entry; nothing here reads a response.
//! Only gold answers that are written in several ways, and the words of problems, are read again.

mod against;
mod answers;
mod findings;
mod folder;
mod golds;
mod kinds;
mod language;
mod lengths;
mod mixes;
mod queries;
mod rows;
mod scope;
mod stated;
mod texts;
mod unclosed;

use std::collections::HashSet;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::Result;
use crate::emit::leakage::Leakage;
use crate::plan::PlannedSource;
use crate::pool::entries::Body;
use crate::run::{Amount, Experiment, Settings};
use crate::source::{Columns, Void, column_kinds, layout};
use crate::verify::Outcome;
pub(crate) use against::{Against, Match};
pub(crate) use answers::without_middle;
pub(crate) use findings::{Example, Finding, Unsought, Unspoiled};
use findings::{Findings, Known, is_problem_alone};
pub(crate) use folder::{rows_path, write};
pub(crate) use golds::GoldDisagreement;
pub(crate) use kinds::{Section, missed, untold};
use lengths::Reply;
pub(crate) use lengths::{Lengths, Quantiles, Wall};
pub(crate) use mixes::Mix;
pub(crate) use queries::{Asked, query, unspoiled};
use rows::Rows;
pub(crate) use rows::columns;
pub(in crate::audit) use scope::Scope;
use texts::Texts;
pub(crate) use texts::reader;

/// Version of an audit's form.
const VERSION: u32 = 1;

/// What a dataset is, and what was found in it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Audit {
    /// Version of this report's form.
    pub audit_version: u32,
    /// The program and its version.
    pub program: String,
    /// What was asked for.
    pub asked: Request,
    pub sources: Vec<SourceRecord>,
    /// Columns that nothing reads, and what they may hold; files that were passed over; what is guessed.
    pub notes: Vec<String>,
    /// Rows and the trajectories of rows: what was read.
    pub entries: u64,
    /// Those that are trajectories, and problems that have no response in their source.
    pub trajectories: u64,
    /// How many of them are such problems alone, as those of a benchmark or a set of prompts.
    pub problems_alone: u64,
    /// The same with exact copies as one.
    pub distinct: u64,
    /// Problems that they answer, by their texts.
    pub problems: u64,
    /// The same with near duplicates as one.
    pub clusters: u64,
    /// By section; kinds of which there are none have no rows.
    pub findings: Vec<Finding>,
    /// Kinds that could not be looked for, as no row has what they need; they are none of the findings.
    pub not_looked_for: Vec<Unsought>,
    /// Trajectories that nothing makes useless to train on; null where there is no response.
    pub unspoiled: Option<Unspoiled>,
    /// Our verdicts beside those that the dataset records.
    pub verdicts: Vec<VerdictRecord>,
    pub lengths: Lengths,
    /// Trajectories that have a thinking part.
    pub thinking: u64,
    /// What they consist of: categories, origins, styles, the languages of their problems, which are guessed, and the
    /// licences and models that rows state.
    pub mixes: Vec<Mix>,
    /// Gold answers that disagree, the first problem first.
    pub gold_disagreements: Vec<GoldDisagreement>,
    /// What the problems share with benchmarks: the certificate that a run writes as `leakage.json`.
    pub contamination: Option<Leakage>,
    /// Null where it is held against nothing.
    pub against: Option<Against>,
}

/// A source of the dataset.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SourceRecord {
    pub name: String,
    /// How its columns were read.
    pub layout: String,
    /// The columns that were taken for problem, response and the rest, of layout `columns`.
    pub columns: Option<Columns>,
    /// Columns of its first file that were read, each with what as, in the words of the keys of `[sources.NAME.columns]`;
    /// of a file that cannot be looked into those that the layout reads where they are there.
    pub columns_read: Vec<ColumnRead>,
    /// Columns of its first file that nothing reads but what rows state of their licence and model; null where it cannot be
    /// looked into.
    pub columns_unread: Option<Vec<String>>,
    pub files: u64,
    /// Files that could not be read.
    pub files_unreadable: u64,
    /// Of its card; null where that says none.
    pub license: Option<String>,
    pub entries: u64,
}

/// A column of a file that was read.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ColumnRead {
    /// Its name, with the way into it where a part of it was taken.
    pub column: String,
    /// `problem`, `response`, `answer` (the gold answer), `recorded` (the label), …
    pub read_as: &'static str,
}

/// What an audit was asked for: the words of the command that makes it again.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Request {
    /// As they were named; of what is named from a root or a home folder the name alone.
    pub sources: Vec<String>,
    /// What it was held against, named likewise.
    pub against: Vec<String>,
    pub config: Option<String>,
    pub split: Option<String>,
    /// Null where the columns suggested it.
    pub layout: Option<String>,
    /// Null where the one that is built in counted, or the pipeline's.
    pub tokenizer: Option<String>,
}

/// Trajectories of one of our verdicts, by what the dataset records.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct VerdictRecord {
    pub verdict: &'static str,
    pub recorded_right: u64,
    pub recorded_wrong: u64,
    pub not_recorded: u64,
}

/// Audits the sources of these names; the run's others are what they are held against. The row of each finding is
/// written to `rows`, where that is a file to be.
pub(crate) fn audit(
    experiment: &mut Experiment<'_>,
    names: &HashSet<String>,
    request: Request,
    rows: Option<&Path>,
    settings: &Settings<'_>,
) -> Result<Audit> {
    let asked = Scope::new(experiment, names).problems();
    let all = experiment
        .screened
        .keep_hits(&experiment.entries, |problem| asked[problem as usize]);
    let audit = of_scope(&Scope::new(experiment, names), &asked, rows, settings);
    experiment.screened.restore_hits(all);
    Ok(Audit {
        asked: request,
        ..audit?
    })
}

/// Audits sources of a run of whose problems `asked` holds which are theirs.
fn of_scope(
    scope: &Scope<'_>,
    asked: &[bool],
    rows: Option<&Path>,
    settings: &Settings<'_>,
) -> Result<Audit> {
    let experiment = scope.experiment;
    let mut rows = Rows::new(scope, rows)?;
    let texts = Texts::of(scope, count(asked), settings)?;
    settings.watch.begin("mixes", Amount::default());
    let mut mixes = mixes::mixes(scope, &texts.languages);
    mixes.extend(stated::stated(scope, &mut rows, settings)?);
    let golds = golds::golds(scope, settings)?;
    let answered = || {
        scope
            .trajectories()
            .filter(|(_, body)| !is_problem_alone(body))
    };
    let replies: Vec<Reply> = answered().map(|(_, body)| Reply::of(body)).collect();
    let thinking = replies.iter().filter(|reply| reply.thinking > 0).count() as u64;
    let language = mixes.iter().find(|mix| mix.variable == mixes::LANGUAGE);
    let language = language.and_then(Mix::first);
    let unclosed = unclosed::unclosed(scope, settings)?;
    let known = Known {
        golds: &golds,
        unclosed: &unclosed,
        languages: &texts.languages,
        language,
        basis: findings::basis(scope, language),
    };
    let Findings {
        findings,
        unsought,
        unspoiled,
    } = findings::findings(scope, &known, &mut rows, settings)?;
    let against = match scope.others().is_empty() {
        true => None,
        false => {
            settings.watch.begin("against", Amount::default());
            Some(against::against(scope, &mut rows)?)
        }
    };
    rows.finish()?;
    let trajectories = scope.trajectories().count() as u64;
    Ok(Audit {
        audit_version: VERSION,
        program: format!("gradatim {}", env!("CARGO_PKG_VERSION")),
        asked: Request::default(),
        sources: scope.sources().map(|index| source(scope, index)).collect(),
        notes: notes(scope),
        entries: scope.entries().count() as u64,
        trajectories,
        problems_alone: trajectories - replies.len() as u64,
        distinct: scope.distinct().len() as u64,
        problems: count(asked),
        clusters: clusters(experiment, asked),
        findings,
        not_looked_for: unsought,
        unspoiled,
        verdicts: verdicts(answered().map(|(_, body)| body)),
        thinking,
        lengths: lengths::lengths(&experiment.plan.tokenizer, texts.tokens_of(asked), &replies),
        mixes,
        gold_disagreements: golds.disagreements,
        contamination: Leakage::new(experiment),
        against,
    })
}

/// What should be known of how the sources are read: files that were passed over, and columns that nothing reads.
fn notes(scope: &Scope<'_>) -> Vec<String> {
    let plan = &scope.experiment.plan;
    let of_files = plan.notes.iter().filter(|note| {
        let source = note.split_once(": ").map(|(source, _)| source);
        scope
            .sources()
            .any(|index| Some(plan.sources[index].name.as_str()) == source)
    });
    let of_columns = scope.experiment.unread_columns(|source| scope.has(source));
    of_files.cloned().chain(of_columns).collect()
}

fn count(set: &[bool]) -> u64 {
    set.iter().filter(|is_in| **is_in).count() as u64
}

/// How many clusters the problems asked for are of.
fn clusters(experiment: &Experiment<'_>, asked: &[bool]) -> u64 {
    let clusters = experiment.screened.clusters.as_ref();
    let cluster =
        |problem: usize| clusters.map_or(problem as u32, |clusters| clusters.first[problem]);
    let problems = (0..asked.len()).filter(|problem| asked[*problem]);
    problems.map(cluster).collect::<HashSet<u32>>().len() as u64
}

fn source(scope: &Scope<'_>, index: usize) -> SourceRecord {
    let source = &scope.experiment.plan.sources[index];
    let parts = scope.parts().filter(|part| part.source == index);
    let entries: Vec<_> = parts.map(|part| part.entries.clone()).collect();
    let rows = &scope.experiment.entries.rows;
    let is_file = |at: &usize| matches!(rows[*at].body, Err(Void::UnreadableFile));
    let unreadable = entries.iter().cloned().flatten().filter(is_file).count();
    let (columns_read, columns_unread) = columns_of(source);
    SourceRecord {
        name: source.name.clone(),
        layout: source.source.layout.name().to_owned(),
        columns: source.source.columns.clone(),
        columns_read,
        columns_unread,
        files: source.files.len() as u64,
        files_unreadable: unreadable as u64,
        license: source.terms.license.clone(),
        entries: entries.iter().map(|entries| entries.len() as u64).sum(),
    }
}

/// The columns of a source's first file: what those that are read are read as, and the others, where they are known.
fn columns_of(source: &PlannedSource) -> (Vec<ColumnRead>, Option<Vec<String>>) {
    let names = source.files.iter().find_map(|file| {
        let kinds = column_kinds(&file.file).ok()?;
        Some(kinds.into_iter().map(|(name, _)| name).collect::<Vec<_>>())
    });
    let read = layout::roles(&source.source, |column| {
        let is_there = |names: &Vec<String>| names.iter().any(|name| name == column);
        names.as_ref().is_none_or(is_there)
    });
    let needed = layout::columns(&source.source);
    let is_unread = |name: &String| needed.iter().all(|needed| needed.name != *name);
    let unread = names.map(|names| names.into_iter().filter(is_unread).collect());
    let read = read.into_iter();
    let read = read.map(|(read_as, column)| ColumnRead { column, read_as });
    (read.collect(), unread)
}

fn verdicts<'b>(bodies: impl Iterator<Item = &'b Body>) -> Vec<VerdictRecord> {
    let record = |outcome: Outcome| VerdictRecord {
        verdict: outcome.as_str(),
        recorded_right: 0,
        recorded_wrong: 0,
        not_recorded: 0,
    };
    let mut records = Outcome::ALL.map(record);
    for body in bodies {
        let at = Outcome::ALL
            .iter()
            .position(|outcome| *outcome == body.outcome);
        let record = &mut records[at.unwrap_or_default()];
        *match body.recorded {
            Some(true) => &mut record.recorded_right,
            Some(false) => &mut record.recorded_wrong,
            None => &mut record.not_recorded,
        } += 1;
    }
    records.into()
}
