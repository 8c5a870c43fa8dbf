//! The pool of one run in memory: what screening and selecting need of every entry, and nothing else.
//!
//! About 130 bytes an entry: a million trajectories fit where their text would take 17 GB.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use foldhash::fast::RandomState;
use indexmap::IndexSet;
use rayon::prelude::*;

use crate::ids::Id;
use crate::source::{GoldKind, Remarks, Void};
use crate::verify::Outcome;

/// Index of a name in [`Entries::names`].
pub(crate) type NameIndex = u32;

/// One entry; those of a run stand in the order of source, file, row and generation.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Index of the part that holds it.
    pub part: u32,
    pub row: u64,
    pub generation: Option<u32>,
    pub offset: Option<u64>,
    /// Aside, so that rows that yield nothing, of which a file may have any number, take little.
    pub body: Result<Box<Body>, Void>,
}

/// What is known of a trajectory.
#[derive(Clone, Debug)]
pub struct Body {
    /// Index in [`Entries::problems`].
    pub problem: u32,
    pub trajectory_id: Id,
    /// Names problem and gold answer as they are written.
    pub text_id: Id,
    pub fields_id: Id,
    /// What was done to it when it was read.
    pub remarks: Remarks,
    pub outcome: Outcome,
    /// Right by one of the source's verdicts, wrong by all it has, or none recorded.
    pub recorded: Option<bool>,
    pub finished: Option<bool>,
    pub tokens: u32,
    pub thinking_tokens: u32,
    pub bytes: u32,
    pub repeated_share: f32,
    /// How often it has words of verification, tentative words and connectives.
    pub words: [u32; 3],
    /// The source's style where it is known, else the text's.
    pub style: NameIndex,
    pub category: Option<NameIndex>,
    pub origin: Option<NameIndex>,
    /// Index of what is known of its problem beside that.
    pub(crate) facts: u32,
}

/// What the source or a companion knows of a problem; what nobody says is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ProblemFacts {
    pub question_type: Option<NameIndex>,
    pub gold_kind: Option<GoldKind>,
    pub problem_is_valid: Option<NameIndex>,
    pub solution_is_valid: Option<NameIndex>,
    pub synthetic: Option<bool>,
}

impl ProblemFacts {
    /// Adds what another says and this does not.
    pub(crate) fn complete(&mut self, other: Self) {
        *self = Self {
            question_type: self.question_type.or(other.question_type),
            gold_kind: self.gold_kind.or(other.gold_kind),
            problem_is_valid: self.problem_is_valid.or(other.problem_is_valid),
            solution_is_valid: self.solution_is_valid.or(other.solution_is_valid),
            synthetic: self.synthetic.or(other.synthetic),
        };
    }
}

/// One problem, over all its entries.
#[derive(Clone, Debug)]
pub struct Problem {
    pub id: Id,
    /// The category that most of its trajectories have, exact copies being one; of equals the first by name. That of
    /// some entry before [`Entries::count_verdicts`].
    pub category: Option<NameIndex>,
    /// Trajectories that our verifier called correct, and those that it could decide; exact copies are one. None
    /// before [`Entries::count_verdicts`].
    pub correct: u32,
    pub decided: u32,
}

impl Problem {
    /// The share right of those that were decided; none below two of them.
    pub(crate) fn pass_rate(&self) -> Option<f64> {
        (self.decided >= 2).then(|| f64::from(self.correct) / f64::from(self.decided))
    }
}

/// Every entry of a run.
#[derive(Debug, Default)]
pub struct Entries {
    pub rows: Vec<Entry>,
    pub problems: Vec<Problem>,
    names: Vec<String>,
    name_index: HashMap<String, NameIndex, RandomState>,
    problem_index: HashMap<Id, u32, RandomState>,
    /// For each problem the bytes of its text; none where that is not known.
    problem_bytes: Vec<Option<u32>>,
    trajectory_count: u64,
    /// The problems whose entries are of different categories.
    conflicts: HashSet<u32>,
    /// Every combination that some entry has: a few dozen.
    facts: IndexSet<ProblemFacts, RandomState>,
    /// Sorted once for all that ask.
    by_trajectory: OnceLock<ByTrajectory>,
}

/// The entries of each trajectory.
#[derive(Debug)]
struct ByTrajectory {
    /// In the order of the trajectories' ids; of exact copies, in their own.
    entries: Vec<u32>,
    /// Where those of each trajectory begin; behind the last the end.
    starts: Vec<u32>,
}

impl Entries {
    pub(crate) fn name(&self, name: NameIndex) -> &str {
        &self.names[name as usize]
    }

    /// The index of a name that some entry has.
    pub(crate) fn find_name(&self, name: &str) -> Option<NameIndex> {
        self.name_index.get(name).copied()
    }

    /// How many entries are trajectories.
    pub(crate) fn trajectories(&self) -> u64 {
        self.trajectory_count
    }

    /// The index of a problem that some entry answers.
    pub fn find_problem(&self, id: Id) -> Option<u32> {
        self.problem_index.get(&id).copied()
    }

    /// The bytes of a problem's canonical text; none where a ledger does not say.
    pub(crate) fn problem_bytes(&self, problem: u32) -> Option<u32> {
        self.problem_bytes.get(problem as usize).copied().flatten()
    }

    pub(super) fn set_problem_bytes(&mut self, problem: u32, bytes: Option<u32>) {
        let problems = self.problem_bytes.len().max(problem as usize + 1);
        self.problem_bytes.resize(problems, None);
        self.problem_bytes[problem as usize] = bytes;
    }

    pub(crate) fn intern(&mut self, name: &str) -> NameIndex {
        if let Some(&known) = self.name_index.get(name) {
            return known;
        }
        let next = self.names.len() as NameIndex;
        self.names.push(name.to_owned());
        self.name_index.insert(name.to_owned(), next);
        next
    }

    /// What is known of a trajectory's problem.
    pub(crate) fn facts_of(&self, body: &Body) -> &ProblemFacts {
        &self.facts[body.facts as usize]
    }

    /// Changes trajectories and what is known of their problems.
    pub(super) fn complete(&mut self, mut change: impl FnMut(&mut Body, &mut ProblemFacts)) {
        for row in &mut self.rows {
            let Ok(body) = &mut row.body else { continue };
            let mut facts = self.facts[body.facts as usize];
            change(body, &mut facts);
            body.facts = self.facts.insert_full(facts).0 as u32;
        }
    }

    /// An entry that stands for a whole file that could not be read.
    pub(crate) fn add_unreadable(&mut self, part: u32) {
        self.rows.push(Entry {
            part,
            row: 0,
            generation: None,
            offset: None,
            body: Err(Void::UnreadableFile),
        });
    }

    /// The index of these facts among those that entries have.
    pub(crate) fn index_facts(&mut self, facts: ProblemFacts) -> u32 {
        self.facts.insert_full(facts).0 as u32
    }

    /// The index of the problem that a trajectory answers, which is new where no other answers it.
    pub(super) fn index_problem(&mut self, id: Id, category: Option<NameIndex>) -> u32 {
        self.trajectory_count += 1;
        self.by_trajectory.take();
        let next = self.problems.len() as u32;
        let index = *self.problem_index.entry(id).or_insert(next);
        if index == next {
            self.problems.push(Problem {
                id,
                category: None,
                correct: 0,
                decided: 0,
            });
        }
        let known = &mut self.problems[index as usize].category;
        *known = known.or(category);
        index
    }

    /// Whether the problem's entries are of different categories.
    pub(crate) fn categories_conflict(&self, problem: u32) -> bool {
        self.conflicts.contains(&problem)
    }

    /// How many problems have entries of different categories.
    pub(crate) fn conflict_count(&self) -> usize {
        self.conflicts.len()
    }

    /// Makes the category of each problem what its entries say by now: a ledger, which has theirs, then tells it.
    pub(super) fn settle_categories(&mut self) {
        let mut categories = vec![None; self.problems.len()];
        let mut conflicts = HashSet::new();
        for body in self.rows.iter().filter_map(|row| row.body.as_ref().ok()) {
            let Some(category) = body.category else {
                continue;
            };
            if *categories[body.problem as usize].get_or_insert(category) != category {
                conflicts.insert(body.problem);
            }
        }
        for (problem, category) in self.most_common(&conflicts) {
            categories[problem as usize] = Some(category);
        }
        for (problem, category) in self.problems.iter_mut().zip(categories) {
            problem.category = category;
        }
        self.conflicts = conflicts;
    }

    /// For each of the problems the category that most of its trajectories have, of equals the first by name. A
    /// trajectory is counted once, so that a file that is given twice outvotes nobody.
    fn most_common(&self, problems: &HashSet<u32>) -> Vec<(u32, NameIndex)> {
        let bodies = self.rows.iter().filter_map(|row| row.body.as_ref().ok());
        let bodies = bodies.filter(|body| problems.contains(&body.problem));
        let vote = |body: &Body| Some((body.problem, body.category?, body.trajectory_id));
        let mut votes: Vec<(u32, NameIndex, Id)> = bodies.filter_map(|body| vote(body)).collect();
        votes.sort_unstable();
        votes.dedup();
        let mut counted: Vec<(u32, NameIndex, usize)> = votes
            .chunk_by(|a, b| (a.0, a.1) == (b.0, b.1))
            .map(|votes| (votes[0].0, votes[0].1, votes.len()))
            .collect();
        counted.sort_unstable_by_key(|&(problem, category, count)| {
            (problem, Reverse(count), self.name(category))
        });
        let first = counted.chunk_by(|a, b| a.0 == b.0).map(|counts| counts[0]);
        first
            .map(|(problem, category, _)| (problem, category))
            .collect()
    }

    /// Counts for each problem what our verifier says of its trajectories, once all of them are here, and settles its
    /// category.
    ///
    /// A trajectory is counted once: the same words again, of a file that was given twice or a row that was copied,
    /// are no second try. One that is called both correct and wrong, since the gold answers of its copies contradict
    /// each other, is not decided.
    pub fn count_verdicts(&mut self) {
        let mut counts = vec![(0, 0); self.problems.len()];
        self.each_trajectory(|copies| {
            let is = |outcome| {
                let mut copies = copies.iter();
                copies.any(|&copy| self.body_of(copy).outcome == outcome)
            };
            let (correct, wrong) = (is(Outcome::Correct), is(Outcome::Wrong));
            let count = &mut counts[self.body_of(copies[0]).problem as usize];
            count.0 += u32::from(correct && !wrong);
            count.1 += u32::from(correct != wrong);
        });
        for (problem, (correct, decided)) in self.problems.iter_mut().zip(counts) {
            (problem.correct, problem.decided) = (correct, decided);
        }
        self.settle_categories();
    }

    /// Hands over the entries of each trajectory: one alone in nearly every case, its exact copies in the others.
    ///
    /// What is evidence is counted so, and never by entries.
    pub(crate) fn each_trajectory(&self, mut take: impl FnMut(&[u32])) {
        let all = self.by_trajectory.get_or_init(|| self.sorted());
        for bounds in all.starts.windows(2) {
            take(&all.entries[bounds[0] as usize..bounds[1] as usize]);
        }
    }

    fn sorted(&self) -> ByTrajectory {
        let id = |entry: u32| self.body_of(entry).trajectory_id;
        // Sorted, since a map of all ids would take ten times the memory; by a half of the id that lies beside the entry,
        // which nearly always decides: to look each up takes five times as long.
        let rows = (0..).zip(&self.rows);
        let bodies = rows.filter_map(|(entry, row)| Some((entry, row.body.as_ref().ok()?)));
        let half = |body: &Body| (body.trajectory_id.0 >> 64) as u64;
        let mut order: Vec<(u64, u32)> = bodies.map(|(entry, body)| (half(body), entry)).collect();
        order.par_sort_unstable_by(|a, b| {
            let ids = || id(a.1).cmp(&id(b.1));
            a.0.cmp(&b.0).then_with(ids).then(a.1.cmp(&b.1))
        });
        let mut starts = Vec::with_capacity(order.len() + 1);
        starts.push(0);
        for same in order.chunk_by(|a, b| a.0 == b.0 && id(a.1) == id(b.1)) {
            starts.push(starts[starts.len() - 1] + same.len() as u32);
        }
        ByTrajectory {
            entries: order.into_iter().map(|(_, entry)| entry).collect(),
            starts,
        }
    }

    /// The one that stands for exact copies where they differ: the first by what is said of them, so that it does not
    /// depend on their places.
    pub(crate) fn witness(&self, copies: &[u32]) -> &Body {
        let said = |body: &Body| {
            let category = body.category.map(|name| self.name(name));
            let style = self.name(body.style);
            let outcome = body.outcome.as_str();
            (outcome, body.recorded, body.finished, category, style)
        };
        let bodies = copies.iter().map(|&copy| self.body_of(copy));
        let first = bodies.min_by(|a, b| said(a).cmp(&said(b)));
        match first {
            Some(body) => body,
            None => unreachable!("a trajectory has an entry"),
        }
    }

    /// The body of an entry that is known to be a trajectory.
    pub fn body_of(&self, entry: u32) -> &Body {
        match &self.rows[entry as usize].body {
            Ok(body) => body,
            Err(void) => unreachable!("entry {entry} was kept though it is {void}"),
        }
    }
}
