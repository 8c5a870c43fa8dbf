//! The entries of a run, as its parts hold them.

use std::collections::HashSet;

use arrow::array::RecordBatch;

use super::ahead;
use super::companions::Joined;
use super::held::{Filling, Held, Slot};
use super::settings::{Settings, Watch};
use crate::ids::Id;
use crate::plan::Plan;
use crate::pool::tables::{PROBLEMS, TRAJECTORIES};
use crate::pool::{Entries, Lock, load};
use crate::schema::Misfit;
use crate::{Error, Result, memory};

/// The entries of a run, completed by its companions: what screening and recipes read texts beside.
pub(super) struct Loaded<'p> {
    pub plan: &'p Plan,
    pub entries: Entries,
    pub parts: Vec<RunPart>,
    /// The companions as they were joined, in the order of the plan.
    pub companions: Vec<Joined>,
    /// The parts stay in the pool as long as it is held.
    pub lock: Option<Lock>,
}

impl Loaded<'_> {
    /// Hands over every batch of the problems' tables with these columns, in the order of the run.
    pub(super) fn each_problem_batch(
        &self,
        settings: &Settings<'_>,
        columns: &[&str],
        mut take: impl FnMut(&RecordBatch) -> Result<(), Misfit>,
    ) -> Result<()> {
        let unpack = |put: &mut dyn FnMut((usize, RecordBatch)) -> bool| {
            for (index, part) in self.parts.iter().enumerate() {
                settings.check_stop()?;
                for batch in part.held.read(PROBLEMS, columns)? {
                    if !put((index, batch?)) {
                        return Ok(());
                    }
                }
            }
            Ok(())
        };
        ahead::each(unpack, |(index, batch)| {
            let misread = |misfit| self.parts[index].held.misread(&misfit);
            take(&batch).map_err(misread)
        })
    }
}

/// A part's place in the run.
pub(crate) struct RunPart {
    /// Indices of the source and of the file in it.
    pub source: usize,
    pub file: usize,
    /// The file's content; none where it could not be read.
    pub content: Option<Id>,
    pub held: Held,
    /// Its entries, as a range of the run's.
    pub entries: std::ops::Range<usize>,
}

/// Ends the run for unreadable files whose source does not go on without them; notes the others.
pub(super) fn refuse_unreadable(plan: &Plan, slots: &[Slot], watch: &dyn Watch) -> Result<()> {
    let (mut bad, mut passed) = (Vec::new(), Vec::new());
    for slot in slots {
        let Filling::Unreadable(why) = &slot.filling else {
            continue;
        };
        let source = &plan.sources[slot.source];
        let name = format!("{}/{}", source.name, source.files[slot.file].file.name);
        let list = if source.source.skip_unreadable {
            &mut passed
        } else {
            &mut bad
        };
        list.push((name, why.clone()));
    }
    bad.dedup_by(|a, b| a.0 == b.0);
    passed.dedup_by(|a, b| a.0 == b.0);
    for (name, why) in passed {
        watch.note(&format!("{name} cannot be read and is passed over: {why}"));
    }
    if bad.is_empty() {
        Ok(())
    } else {
        Err(Error::Unreadable(bad))
    }
}

/// Reads the entries of every slot, in their order. One entry stands for a file that cannot be read: none of
/// those that other units of it gave can be trusted to be all there are.
pub(super) fn load_all(slots: Vec<Slot>) -> Result<(Entries, Vec<RunPart>)> {
    let mut parts = held(slots);
    let mut all = Entries::default();
    let count: usize = parts.iter().map(|part| part.held.entries()).sum();
    memory::check_entries(count as u64, 0)?;
    // Growing by doubling would hold them one and a half times.
    all.rows.reserve_exact(count);
    let mut ends = vec![0; parts.len()];
    let take = |(index, batch): (u32, Option<RecordBatch>)| {
        let part = &parts[index as usize];
        match batch {
            Some(batch) => {
                let added = all.add(index, &batch);
                added.map_err(|misfit| part.held.misread(&misfit))?;
            }
            None => all.add_unreadable(index),
        }
        ends[index as usize] = all.rows.len();
        memory::check_entries(count as u64, all.trajectories())
    };
    ahead::each(|put| unpack(&parts, put), take)?;
    let mut start = 0;
    for (part, end) in parts.iter_mut().zip(ends) {
        part.entries = start..end.max(start);
        start = part.entries.end;
    }
    all.count_verdicts();
    Ok((all, parts))
}

/// Hands over the batches of each part, by its index; none stands for a file that cannot be read.
fn unpack(
    parts: &[RunPart],
    put: &mut dyn FnMut((u32, Option<RecordBatch>)) -> bool,
) -> Result<()> {
    let columns = load::columns();
    for (index, part) in (0_u32..).zip(parts) {
        if matches!(part.held, Held::Unreadable) && !put((index, None)) {
            return Ok(());
        }
        for batch in part.held.read(TRAJECTORIES, &columns)? {
            if !put((index, Some(batch?))) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The part of each slot, one alone for an unreadable file; its entries are not counted yet.
fn held(slots: Vec<Slot>) -> Vec<RunPart> {
    let place = |slot: &Slot| (slot.source, slot.file);
    let is_bad = |slot: &&Slot| matches!(slot.filling, Filling::Unreadable(_));
    let unreadable: HashSet<(usize, usize)> = slots.iter().filter(is_bad).map(place).collect();
    let mut told = HashSet::new();
    let mut parts = Vec::with_capacity(slots.len());
    for slot in slots {
        let held = match slot.filling {
            _ if unreadable.contains(&(slot.source, slot.file)) => {
                if !told.insert((slot.source, slot.file)) {
                    continue;
                }
                Held::Unreadable
            }
            Filling::Held(held) => held,
            Filling::Awaited | Filling::OfOthers | Filling::Unreadable(_) => {
                unreachable!("a pass over the whole fills every slot of a file that can be read")
            }
        };
        parts.push(RunPart {
            source: slot.source,
            file: slot.file,
            content: slot.content,
            held,
            entries: 0..0,
        });
    }
    parts
}
