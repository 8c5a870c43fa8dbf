//! Joins the companions: which of their units the pool lacks, the reading of those, and the join.

use rayon::prelude::*;

use super::shards::sound_part;

use super::{Amount, Settings, Timings};
use crate::ids::Id;
use crate::plan::{Plan, PlannedCompanion, PlannedFile};
use crate::pool::companions::{self, CompanionCounts, CompanionJoin};
use crate::pool::identity::{self, Made};
use crate::pool::tables::{self, COMPANION};
use crate::pool::{Aside, Entries, Part, PartWriter};
use crate::source::{self, Unit, layout};
use crate::{Error, Result};

/// A companion as it was joined.
pub(crate) struct Joined {
    pub counts: CompanionCounts,
    /// Each file's content, in the order of the plan.
    pub contents: Vec<Id>,
}

/// A unit of a companion that is read side by side with others.
struct CompanionJob<'p> {
    file: &'p PlannedFile,
    unit: Unit,
    made: Made,
}

/// Completes the entries with what the plan's companions know, in order of name.
pub(super) fn join(
    plan: &Plan,
    entries: &mut Entries,
    settings: &Settings<'_>,
    timings: &mut Timings,
) -> Result<Vec<Joined>> {
    let started = std::time::Instant::now();
    let mut all = Vec::new();
    for companion in &plan.companions {
        all.push(join_one(companion, entries, settings)?);
    }
    if !all.is_empty() {
        let seconds = started.elapsed().as_secs_f64();
        timings.wall_s.insert("companions", seconds);
    }
    Ok(all)
}

fn join_one(
    companion: &PlannedCompanion,
    entries: &mut Entries,
    settings: &Settings<'_>,
) -> Result<Joined> {
    let bytes = companion.files.iter().map(|file| file.bytes).sum();
    let total = Amount::files(companion.files.len() as u64, bytes);
    settings.watch.begin("companion", total);
    let (jobs, contents) = jobs(companion, settings)?;
    let parts = parts(&jobs, companion, settings)?;
    let mut join = CompanionJoin::new(entries);
    for part in parts {
        for batch in part.read(COMPANION, &companions::columns())? {
            let added = join.add(entries, &batch?);
            added.map_err(|misfit| part.misread(&misfit))?;
        }
    }
    Ok(Joined {
        counts: join.finish(entries, companion.category),
        contents,
    })
}

/// Every unit of the companion, and its files' contents.
fn jobs<'p>(
    companion: &'p PlannedCompanion,
    settings: &Settings<'_>,
) -> Result<(Vec<CompanionJob<'p>>, Vec<Id>)> {
    let (mut jobs, mut contents) = (Vec::new(), Vec::new());
    let source = &companion.source;
    for file in &companion.files {
        settings.check_stop()?;
        let units = file
            .units
            .as_ref()
            .map_err(|why| unreadable(companion, file, why.clone()))?;
        let content = identity::content(&file.file)?;
        file.hold(&layout::columns(source), source.row_bytes_max)?;
        contents.push(content);
        for &unit in units {
            // Nothing of a companion is tokenised or counted.
            let made = Made::of(content, &file.file, unit, source, "", false);
            jobs.push(CompanionJob { file, unit, made });
        }
    }
    Ok((jobs, contents))
}

fn unreadable(companion: &PlannedCompanion, file: &PlannedFile, why: String) -> Error {
    Error::Unreadable(vec![(
        format!("{}/{}", companion.name, file.file.name),
        why,
    )])
}

/// Each unit's table: the pool's, or read now. A pool that holds all may be read-only.
fn parts(
    jobs: &[CompanionJob<'_>],
    companion: &PlannedCompanion,
    settings: &Settings<'_>,
) -> Result<Vec<Part>> {
    let held = jobs
        .iter()
        .map(|job| sound_part(settings, &job.made.name()));
    let held: Vec<Option<Part>> = held.collect::<Result<_>>()?;
    if held.iter().all(Option::is_some) {
        return Ok(held.into_iter().flatten().collect());
    }
    let aside = Aside::open(&settings.pool)?;
    let filled = jobs.par_iter().zip(held).map(|(job, held)| match held {
        Some(part) => Ok(part),
        None => read(job, companion, settings, &aside),
    });
    filled.collect()
}

fn read(
    job: &CompanionJob<'_>,
    companion: &PlannedCompanion,
    settings: &Settings<'_>,
    aside: &Aside,
) -> Result<Part> {
    let name = &job.file.file.name;
    let made = job.made.clone();
    let mut part = PartWriter::new(&settings.pool, aside, made, name, &[COMPANION])?;
    for batch in source::read(&job.file.file, job.unit, &companion.source, settings.batch)? {
        settings.check_stop()?;
        let batch = batch?;
        let mut problems = Vec::with_capacity(batch.len());
        for index in 0..batch.len() {
            let mut entries = Vec::new();
            layout::entries(&companion.source, batch.row(index), &mut entries);
            problems.extend(entries.into_iter().map(|entry| entry.body.ok()));
        }
        part.add(problems.len() as u64, vec![tables::companion(&problems)])?;
        settings.watch.advance(Amount::rows(problems.len() as u64));
    }
    job.file.file.place.held()?;
    part.finish()
}
