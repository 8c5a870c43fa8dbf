//! A dataset held against a source that it may be made from: which of its rows are rows of that source, and how it
//! compares with random draws of its size.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::findings::{Example, FIRST, Measures, TELLING_TOKENS, measures};
use super::lengths::share;
use super::queries::AGAINST;
use super::rows::Rows;
use super::scope::Scope;
use crate::Result;
use crate::compare::balance::Accepted;
use crate::compare::null::{Null, null};
use crate::ids::Id;
use crate::pool::entries::Body;

/// What a dataset shares with a source, and how it differs from random draws of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Against {
    /// The source's tables.
    pub sources: Vec<String>,
    /// Its trajectories; exact copies are one.
    pub trajectories: u64,
    pub problems: u64,
    /// Each trajectory of the dataset, exact copies too, is in one of these.
    pub matches: Vec<Match>,
    /// How it compares with random draws; null where the source has fewer than the dataset.
    pub null: Option<Null>,
}

/// How a trajectory meets the source, the closest way first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Meeting {
    /// The same problem and the same response.
    Trajectory,
    /// A near duplicate of the problem, with a response of the same bytes, tokens and repetition.
    TrajectoryOfNearProblem,
    /// The same problem, with another response.
    Problem,
    /// A near duplicate of the problem, with another response.
    NearProblem,
    /// The source has neither.
    Neither,
}

impl Meeting {
    const ALL: [Self; 5] = [
        Self::Trajectory,
        Self::TrajectoryOfNearProblem,
        Self::Problem,
        Self::NearProblem,
        Self::Neither,
    ];

    /// Its word, as JSON has it.
    pub(crate) fn as_str(self) -> &'static str {
        &self.kind()[AGAINST.len()..]
    }

    /// What its rows stand under in `findings.parquet`.
    fn kind(self) -> &'static str {
        match self {
            Self::Trajectory => "against_trajectory",
            Self::TrajectoryOfNearProblem => "against_trajectory_of_near_problem",
            Self::Problem => "against_problem",
            Self::NearProblem => "against_near_problem",
            Self::Neither => "against_neither",
        }
    }

    /// What the rows are, as a sentence goes on behind their count.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::Trajectory => "are its trajectories: problem and response",
            Self::TrajectoryOfNearProblem => {
                "have a near duplicate of its problem, and a response of the same measures"
            }
            Self::Problem => "answer its problems with other responses",
            Self::NearProblem => "answer near duplicates of its problems",
            Self::Neither => "answer problems that it does not have",
        }
    }
}

/// Trajectories that meet the source in one way.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Match {
    pub meeting: Meeting,
    pub rows: u64,
    pub share: f64,
    /// The first of them, with where the source has it.
    pub examples: Vec<Example>,
}

/// The seed of the draws: an audit of the same data says the same.
const SEED: u64 = 0;

/// Holds the dataset against the run's other sources; how each trajectory meets them goes to `rows`.
pub(super) fn against(scope: &Scope<'_>, rows_of: &mut Rows<'_>) -> Result<Against> {
    let source = scope.others();
    let distinct = source.distinct();
    let held = Held::of(&source, &distinct);
    let mut met: HashMap<Meeting, (u64, Vec<Example>)> = HashMap::new();
    let mut all = 0;
    for (entry, body) in scope.trajectories() {
        let (meeting, there) = held.meets(body);
        let told = || there.map(|there| scope.place(there));
        rows_of.add(meeting.kind(), entry, told);
        rows_of.flush_if_many()?;
        let (rows, examples) = met.entry(meeting).or_default();
        (*rows, all) = (*rows + 1, all + 1);
        if examples.len() < FIRST {
            examples.push(Example::of(
                scope,
                entry,
                told().map(|place| format!("there {place}")),
            ));
        }
    }
    let experiment = scope.experiment;
    let of_plan = |index: usize| experiment.plan.sources[index].name.clone();
    let matches = Meeting::ALL.into_iter().map(|meeting| {
        let (rows, examples) = met.remove(&meeting).unwrap_or_default();
        Match {
            meeting,
            rows,
            share: share(rows, all),
            examples,
        }
    });
    Ok(Against {
        sources: source.sources().map(of_plan).collect(),
        trajectories: distinct.len() as u64,
        problems: source
            .problems()
            .iter()
            .filter(|is_there| **is_there)
            .count() as u64,
        matches: matches.collect(),
        null: compared(scope, &distinct),
    })
}

/// The dataset beside random draws of the source's trajectories.
fn compared(scope: &Scope<'_>, source: &[u32]) -> Option<Null> {
    let own = scope.distinct();
    let mut both = [own.as_slice(), source].concat();
    both.sort_unstable();
    let accepted = Accepted::new(&scope.experiment.entries, both);
    null(&accepted, &own, source, SEED)
}

/// What the source has, by what it is looked for.
struct Held<'s> {
    clusters: Option<&'s [u32]>,
    trajectories: HashMap<Id, u32>,
    problems: HashMap<u32, u32>,
    near: HashMap<u32, u32>,
    measured: HashMap<(u32, Measures), u32>,
}

impl<'s> Held<'s> {
    fn of(source: &Scope<'s>, distinct: &[u32]) -> Self {
        let clusters = source.experiment.screened.clusters.as_ref();
        let mut held = Self {
            clusters: clusters.map(|clusters| clusters.first.as_slice()),
            trajectories: HashMap::with_capacity(distinct.len()),
            problems: HashMap::new(),
            near: HashMap::new(),
            measured: HashMap::new(),
        };
        for &entry in distinct {
            let body = source.experiment.entries.body_of(entry);
            let cluster = held.cluster(body.problem);
            held.trajectories.entry(body.trajectory_id).or_insert(entry);
            held.problems.entry(body.problem).or_insert(entry);
            held.near.entry(cluster).or_insert(entry);
            held.measured
                .entry((cluster, measures(body)))
                .or_insert(entry);
        }
        held
    }

    fn cluster(&self, problem: u32) -> u32 {
        self.clusters
            .map_or(problem, |first| first[problem as usize])
    }

    /// How a trajectory meets the source, and in which of its entries.
    fn meets(&self, body: &Body) -> (Meeting, Option<u32>) {
        let cluster = self.cluster(body.problem);
        let is_telling = body.tokens >= TELLING_TOKENS;
        let measured = self.measured.get(&(cluster, measures(body)));
        let measured =
            measured.filter(|_| is_telling && !self.problems.contains_key(&body.problem));
        let ways = [
            (
                Meeting::Trajectory,
                self.trajectories.get(&body.trajectory_id),
            ),
            (Meeting::TrajectoryOfNearProblem, measured),
            (Meeting::Problem, self.problems.get(&body.problem)),
            (Meeting::NearProblem, self.near.get(&cluster)),
        ];
        let found = ways
            .into_iter()
            .find_map(|(meeting, there)| Some((meeting, Some(*there?))));
        found.unwrap_or((Meeting::Neither, None))
    }
}
