//! Which trajectory stands for a problem, and which more of the problem stand behind it.

use rayon::prelude::*;

use super::kept::KeptEntry;
use super::scope::Scope;
use crate::bucket::Candidate;
use crate::bucket::category::ProblemGroup;
use crate::bucket::length::{Length, Of};

/// Which more trajectories of a problem are taken beside the one that stands for it. No length rule that
/// ranks is among them (the plan saw to it): the second shortest could be among the longest.
pub(super) struct More {
    pub per_problem: u32,
    pub length: Length,
    pub of: Of,
}

/// The trajectory that stands for each problem of any length, in the order of the draw's hash.
/// Of problems that `wants` does not want there is none.
pub(super) fn in_order(
    scope: &Scope<'_>,
    wants: impl Fn(u32) -> bool + Sync + Send,
) -> Vec<Candidate> {
    let key = scope.keys.trajectories(scope.draw);
    let stands = |problem: u32| by_hash(scope, &key, problem, Of::Reply, (0, u32::MAX));
    let problems = scope.problems().into_par_iter();
    let standing = problems
        .filter(|&problem| wants(problem))
        .filter_map(stands);
    by_draw(scope, standing.collect())
}

/// Candidates in the order of the draw's hash of their problems.
pub(super) fn by_draw(scope: &Scope<'_>, mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    let key = scope.keys.problems(scope.draw);
    candidates.par_sort_by_cached_key(|candidate| key(candidate.problem));
    candidates
}

/// The trajectory of a problem with the smallest hash, which is `key`, of those in the range of lengths.
pub(super) fn by_hash(
    scope: &Scope<'_>,
    key: &impl Fn(u32) -> u128,
    problem: u32,
    of: Of,
    range: (u32, u32),
) -> Option<Candidate> {
    let inside = |kept: &&KeptEntry| (range.0..range.1).contains(&kept.length(of));
    let mut entries = scope.kept_of(problem).filter(inside);
    let first = entries.next()?;
    let stands = match entries.next() {
        None => first,
        Some(second) => [first, second]
            .into_iter()
            .chain(entries)
            .min_by_key(|kept| key(kept.entry))?,
    };
    Some(candidate(problem, stands, of))
}

/// The shortest or longest trajectory of a problem; of equals the smallest id.
pub(super) fn by_length(
    scope: &Scope<'_>,
    problem: u32,
    of: Of,
    longest: bool,
) -> Option<Candidate> {
    let id = |kept: &KeptEntry| scope.body(kept.entry).trajectory_id;
    let stands = scope.kept_of(problem).min_by(|a, b| {
        let lengths = a.length(of).cmp(&b.length(of));
        let lengths = if longest { lengths.reverse() } else { lengths };
        lengths.then_with(|| id(a).cmp(&id(b)))
    })?;
    Some(candidate(problem, stands, of))
}

/// An entry as the one that stands for its problem.
fn candidate(problem: u32, kept: &KeptEntry, of: Of) -> Candidate {
    Candidate {
        problem,
        entry: kept.entry,
        length: kept.length(of),
    }
}

/// Whether the draw chooses which trajectory stands for some problem of the groups.
pub(super) fn is_drawn(scope: &Scope<'_>, groups: &[ProblemGroup]) -> bool {
    let mut inside = scope
        .problems()
        .filter(|&problem| scope.is_inside(groups, problem));
    inside.any(|problem| scope.entries_of(problem).nth(1).is_some())
}

/// Whether a problem has two trajectories of different length.
pub(super) fn has_two_lengths(scope: &Scope<'_>, problem: u32, of: Of) -> bool {
    let entries = scope.kept_of(problem);
    let mut lengths = entries.map(|kept| kept.length(of));
    let first = lengths.next();
    lengths.any(|length| Some(length) != first)
}

/// The entries of candidates, each followed by the next of its problem, by the draw's hash.
pub(super) fn with_more(scope: &Scope<'_>, candidates: &[Candidate], more: &More) -> Vec<u32> {
    let mut entries = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        entries.push(candidate.entry);
        if more.per_problem > 1 {
            entries.extend(others(scope, candidate, more));
        }
    }
    entries
}

/// The next trajectories of a candidate's problem, by the draw's hash.
fn others(scope: &Scope<'_>, candidate: &Candidate, more: &More) -> impl Iterator<Item = u32> {
    let others = scope.kept_of(candidate.problem);
    let mut others: Vec<u32> = others
        .filter(|other| other.entry != candidate.entry)
        .filter(|other| more.length.holds(other.length(more.of)))
        .map(|other| other.entry)
        .collect();
    others.sort_by_cached_key(|&entry| scope.keys.trajectory(scope.draw, entry));
    others.into_iter().take(more.per_problem as usize - 1)
}
