//! A plan, measured: every entry of its sources, with what the grids' recipes ask of their problems.

use super::companions::Joined;
use super::knowledge::Gathered;
use super::loaded::{Loaded, RunPart};
use super::{remarked, terms};
use crate::plan::{Plan, PlannedFile, PlannedSource};
use crate::pool::{Entries, Lock};
use crate::screen::{self, Bounds, Fate, Screened, Tally};
use crate::select::{self, JoinCounts, Knowledge, Selection};

/// As many configs the hub's viewer takes of a dataset.
const CONFIGS_MAX: usize = 3000;

/// A plan, measured: every entry of its sources.
pub(crate) struct Experiment<'p> {
    pub plan: &'p Plan,
    pub entries: Entries,
    pub parts: Vec<RunPart>,
    /// The companions as they were joined, in the order of the plan.
    pub companions: Vec<Joined>,
    /// What the texts of its problems say.
    pub screened: Screened,
    /// What the grids' recipes ask of problems.
    pub knowledge: Knowledge,
    /// For each joined column of the plan: its rows, and the problems of the run that it knows.
    pub joins: Vec<JoinCounts>,
    /// Its parts stay in the pool as long as it does.
    _lock: Option<Lock>,
}

impl<'p> Experiment<'p> {
    pub(super) fn new(loaded: Loaded<'p>, screened: Screened, gathered: Gathered) -> Self {
        Self {
            plan: loaded.plan,
            entries: loaded.entries,
            parts: loaded.parts,
            companions: loaded.companions,
            screened,
            knowledge: gathered.knowledge,
            joins: gathered.joins,
            _lock: loaded.lock,
        }
    }

    /// A run read again from its folder, where neither texts nor parts are: what only they tell is not known, but
    /// for what was found in problems and what joining did.
    pub(crate) fn recorded(
        plan: &'p Plan,
        entries: Entries,
        parts: Vec<RunPart>,
        screened: Screened,
        joins: Vec<JoinCounts>,
    ) -> Self {
        Self {
            plan,
            knowledge: Knowledge::of(&entries),
            entries,
            parts,
            companions: Vec::new(),
            screened,
            joins,
            _lock: None,
        }
    }

    pub(crate) fn source_of(&self, part: u32) -> &PlannedSource {
        &self.plan.sources[self.parts[part as usize].source]
    }

    pub(crate) fn file_of(&self, part: u32) -> &PlannedFile {
        &self.source_of(part).files[self.parts[part as usize].file]
    }

    pub(crate) fn fates(&self) -> Vec<Fate> {
        let accept = |part: u32| self.source_of(part).accept;
        let screen = &self.plan.screen;
        screen::fates(&self.entries, screen, &self.screened, accept)
    }

    pub(crate) fn select(&self, fates: &[Fate]) -> Selection {
        let plan = self.plan;
        let asked = select::Asked {
            grids: &plan.grids,
            validation: plan.validation.as_ref(),
            seed: plan.seed,
            on_shortfall: plan.on_shortfall,
        };
        let clusters = self.screened.clusters.as_ref();
        let templates = clusters.map(|clusters| clusters.template.as_slice());
        let mut selection =
            select::select(&self.entries, fates, templates, &self.knowledge, &asked);
        let bounds = Bounds::new(&plan.screen, &self.entries);
        select::controls::wrong::select(&self.entries, fates, &bounds, &asked, &mut selection);
        select::controls::shuffled::select(&asked, &mut selection);
        selection.warnings.extend(self.warnings(&selection));
        selection
    }

    /// The columns of some sources that nothing reads, and what they may hold, in sentences.
    pub(crate) fn unread_columns(&self, is_asked: impl Fn(usize) -> bool) -> Vec<String> {
        remarked::unread_columns(self, is_asked)
    }

    /// What was done to rows when they were read; what was asked for and met nothing.
    fn warnings(&self, selection: &Selection) -> Vec<String> {
        let mut warnings = remarked::sentences(self);
        warnings.extend(terms::sentence(self.plan));
        let of_all = self.entries.problems.len();
        let conflicts = self.entries.conflict_count();
        if conflicts > 0 {
            warnings.push(format!(
                "{conflicts} of {of_all} problems have entries of different categories: what most of their \
                 trajectories have counts; `categories_conflict` in the ledger names them"
            ));
        }
        for (join, counts) in self.plan.joins.iter().zip(&self.joins) {
            let name = &join.name;
            if counts.problems_known == 0 {
                warnings.push(format!(
                    "`[join.{name}]` knows none of {of_all} problems: of its {} rows {} have no value of the \
                     kind that is asked for, or no problem",
                    counts.rows, counts.rows_void
                ));
            } else if counts.rows_void > 0 {
                warnings.push(format!(
                    "`[join.{name}]`: {} of its {} rows have no value of the kind that is asked for, or no \
                     problem; it knows {} of {of_all} problems",
                    counts.rows_void, counts.rows, counts.problems_known
                ));
            }
        }
        let emitted = selection.subsets.iter();
        let configs = emitted.filter(|subset| self.plan.emits(subset)).count();
        if configs > CONFIGS_MAX {
            warnings.push(format!(
                "{configs} configs: the hub's viewer takes no dataset of more than {CONFIGS_MAX}, and loaders read the names \
                 of all for each; `[emit] subsets` writes fewer"
            ));
        }
        for pattern in self.plan.emits_nothing(&selection.subsets) {
            warnings.push(format!(
                "`[emit] subsets` has `{pattern}`, and no subset is called so: no text is written for it"
            ));
        }
        warnings
    }

    /// Each source's counts.
    pub(crate) fn ledger(&self, fates: &[Fate]) -> Vec<(String, Tally)> {
        let sources = self.plan.sources.iter();
        let mut ledger: Vec<(String, Tally)> = sources
            .map(|source| (source.name.clone(), Tally::default()))
            .collect();
        for (part, tally) in self.parts.iter().zip(self.tallies(fates)) {
            ledger[part.source].1.merge(&tally);
        }
        ledger
    }

    /// The counts of each part, which must balance.
    pub(crate) fn tallies(&self, fates: &[Fate]) -> Vec<Tally> {
        let tally = |part: &RunPart| {
            let mut tally = Tally::default();
            for fate in &fates[part.entries.clone()] {
                tally.add(*fate);
            }
            assert!(tally.balances(), "entries in = kept + dropped");
            tally
        };
        self.parts.iter().map(tally).collect()
    }
}
