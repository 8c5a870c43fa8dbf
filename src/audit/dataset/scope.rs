//! The entries that are audited, among those of a run that may hold another source to compare them with.

use std::collections::HashSet;

use crate::Result;
use crate::emit::texts;
use crate::pool::entries::{Body, Entry};
use crate::run::{Experiment, RunPart};
use crate::schema::Misfit;
use crate::source::Trajectory;
use arrow::array::RecordBatch;

/// Some sources of a run.
pub(in crate::audit) struct Scope<'e> {
    pub experiment: &'e Experiment<'e>,
    /// For each source of the plan, whether it is one of them.
    sources: Vec<bool>,
}

impl<'e> Scope<'e> {
    /// The sources of the run by name: those that `names` has.
    pub(in crate::audit) fn new(experiment: &'e Experiment<'_>, names: &HashSet<String>) -> Self {
        let sources = experiment.plan.sources.iter();
        Self {
            experiment,
            sources: sources.map(|source| names.contains(&source.name)).collect(),
        }
    }

    /// The same run's other sources.
    pub(in crate::audit) fn others(&self) -> Self {
        Self {
            experiment: self.experiment,
            sources: self.sources.iter().map(|is_in| !is_in).collect(),
        }
    }

    pub(in crate::audit) fn is_empty(&self) -> bool {
        !self.sources.contains(&true)
    }

    /// Whether the source of that index in the plan is one of them.
    pub(in crate::audit) fn has(&self, source: usize) -> bool {
        self.sources[source]
    }

    /// The indices of its sources in the plan.
    pub(in crate::audit) fn sources(&self) -> impl Iterator<Item = usize> {
        let indices = self.sources.iter().enumerate();
        indices.filter_map(|(index, is_in)| is_in.then_some(index))
    }

    pub(in crate::audit) fn parts(&self) -> impl Iterator<Item = &'e RunPart> {
        let parts = self.experiment.parts.iter();
        parts.filter(|part| self.sources[part.source])
    }

    /// Its entries with their indices in the run, in the order of source, file and row.
    pub(in crate::audit) fn entries(&self) -> impl Iterator<Item = (u32, &'e Entry)> {
        let rows = &self.experiment.entries.rows;
        let of_part = |part: &'e RunPart| {
            let entries = part.entries.clone();
            entries.map(|at| (at as u32, &rows[at]))
        };
        self.parts().flat_map(of_part)
    }

    /// Those that are trajectories.
    pub(in crate::audit) fn trajectories(&self) -> impl Iterator<Item = (u32, &'e Body)> {
        let bodies = self.entries();
        bodies.filter_map(|(at, entry)| Some((at, entry.body.as_deref().ok()?)))
    }

    /// Each trajectory once: the first of its exact copies.
    pub(in crate::audit) fn distinct(&self) -> Vec<u32> {
        let mut seen = HashSet::new();
        let first = self
            .trajectories()
            .filter(|(_, body)| seen.insert(body.trajectory_id));
        first.map(|(at, _)| at).collect()
    }

    /// For each problem of the run, whether one of the trajectories answers it.
    pub(in crate::audit) fn problems(&self) -> Vec<bool> {
        let mut problems = vec![false; self.experiment.entries.problems.len()];
        for (_, body) in self.trajectories() {
            problems[body.problem as usize] = true;
        }
        problems
    }

    /// Hands over the texts of some entries, which are read from their files once more.
    pub(in crate::audit) fn each_text(
        &self,
        entries: &[u32],
        mut take: impl FnMut(u32, Trajectory<'_>) -> Result<()>,
    ) -> Result<()> {
        for of_part in self.by_part(entries) {
            texts::each(self.experiment, of_part, &mut take)?;
        }
        Ok(())
    }

    /// Hands over problems and gold answers of some entries, which are read from their files once more, without the rest of
    /// their rows; tells of which that rest has to be read.
    pub(in crate::audit) fn each_problem_text(
        &self,
        entries: &[u32],
        mut take: impl FnMut(u32, Trajectory<'_>) -> Result<()>,
    ) -> Result<Vec<u32>> {
        let mut left = Vec::new();
        for of_part in self.by_part(entries) {
            left.extend(texts::each_problem(self.experiment, of_part, &mut take)?);
        }
        Ok(left)
    }

    /// Entries in their order, those of each part together.
    fn by_part<'n>(&self, entries: &'n [u32]) -> impl Iterator<Item = &'n [u32]> {
        let part = |entry: u32| self.experiment.entries.rows[entry as usize].part;
        entries.chunk_by(move |a, b| part(*a) == part(*b))
    }

    /// Where an entry stands: its source, file and row.
    pub(in crate::audit) fn place(&self, entry: u32) -> String {
        let row = &self.experiment.entries.rows[entry as usize];
        let source = &self.experiment.source_of(row.part).name;
        let file = &self.experiment.file_of(row.part).file.name;
        format!("{source}/{file}:{}", row.row)
    }

    /// Hands over every batch of its parts' problems with these columns.
    pub(in crate::audit) fn each_problem_batch(
        &self,
        columns: &[&str],
        mut take: impl FnMut(&RecordBatch) -> Result<(), Misfit>,
    ) -> Result<()> {
        for part in self.parts() {
            for batch in part.held.read(crate::pool::tables::PROBLEMS, columns)? {
                take(&batch?).map_err(|misfit| part.held.misread(&misfit))?;
            }
        }
        Ok(())
    }
}
