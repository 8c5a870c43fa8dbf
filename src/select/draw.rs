//! A draw is the smallest hash.
//!
//! The key of a problem is `H(seed, role, draw, family, problem)`. The role keeps a control from sharing its
//! subset's winners; the family's name keeps every other family from sharing them, so that draws that are
//! compared as if they were independent are; the size is not in it, so that sizes are prefixes of one order;
//! and a problem is drawn once, whatever its number of trajectories. Which of its trajectories stands for it
//! is drawn with the name that families of one grid share whose lengths differ: the same for each of them. The
//! order depends on nothing else: not on batches, threads, files or machines.

use crate::ids::{Id, IdHasher};
use crate::pool::Entries;

/// What a draw is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    Subset,
    Random,
    Matched,
    Validation,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subset => "subset",
            Self::Random => "random",
            Self::Matched => "matched",
            Self::Validation => "validation",
        }
    }
}

/// One draw: of a role, with a number, for a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Draw<'n> {
    pub role: Role,
    pub number: u32,
    /// Names the family that problems are drawn for.
    pub family: &'n str,
    /// Names the families for which one trajectory stands for a problem.
    pub standing: &'n str,
}

/// The keys of a run's problems and trajectories.
#[derive(Clone, Copy)]
pub(crate) struct Keys<'e> {
    entries: &'e Entries,
    seed: u64,
}

impl<'e> Keys<'e> {
    pub(crate) fn new(entries: &'e Entries, seed: u64) -> Self {
        Self { entries, seed }
    }

    /// The key of each problem by its index. What they have in common is hashed once.
    pub(crate) fn problems(self, draw: Draw<'_>) -> impl Fn(u32) -> u128 + Sync + use<'e> {
        let entries = self.entries;
        let hasher = hasher(PROBLEM, self.seed, draw, draw.family);
        move |problem| {
            let id = entries.problems[problem as usize].id;
            hasher.clone().part(id.to_bytes()).finish().0
        }
    }

    /// The keys by which one of a problem's trajectories is chosen, by entry.
    pub(crate) fn trajectories(self, draw: Draw<'_>) -> impl Fn(u32) -> u128 + Sync + use<'e> {
        let entries = self.entries;
        let hasher = hasher(TRAJECTORY, self.seed, draw, draw.standing);
        move |entry| {
            let id = entries.body_of(entry).trajectory_id;
            hasher.clone().part(id.to_bytes()).finish().0
        }
    }

    /// A hash for one step of a recipe that draws step by step, and for one try in it.
    pub(crate) fn step(self, draw: Draw<'_>, what: &'static str, step: u64, turn: u64) -> u128 {
        let mut bytes = what.as_bytes().to_vec();
        bytes.extend(step.to_le_bytes());
        bytes.extend(turn.to_le_bytes());
        key(
            "gradatim draw of a step v2",
            self.seed,
            draw,
            draw.family,
            &bytes,
        )
    }

    /// The key by which one of a problem's trajectories is chosen.
    pub(crate) fn trajectory(self, draw: Draw<'_>, entry: u32) -> u128 {
        trajectory_key(self.seed, draw, self.entries.body_of(entry).trajectory_id)
    }

    /// The key by which categories take turns.
    pub(crate) fn turn(self, draw: Draw<'_>, category: &str) -> u128 {
        key(
            "gradatim draw of a turn v2",
            self.seed,
            draw,
            draw.family,
            category.as_bytes(),
        )
    }
}

/// `H(seed, role, draw, family, problem)`.
pub fn problem_key(seed: u64, draw: Draw<'_>, problem: Id) -> u128 {
    key(PROBLEM, seed, draw, draw.family, &problem.to_bytes())
}

/// `H(seed, role, draw, standing, trajectory)`: the smallest of a problem's trajectories stands for it.
pub fn trajectory_key(seed: u64, draw: Draw<'_>, trajectory: Id) -> u128 {
    key(
        TRAJECTORY,
        seed,
        draw,
        draw.standing,
        &trajectory.to_bytes(),
    )
}

const PROBLEM: &str = "gradatim draw of a problem v2";
const TRAJECTORY: &str = "gradatim draw of a trajectory v2";

fn key(context: &'static str, seed: u64, draw: Draw<'_>, name: &str, what: &[u8]) -> u128 {
    hasher(context, seed, draw, name).part(what).finish().0
}

/// A key's hash before what is drawn is fed to it.
fn hasher(context: &'static str, seed: u64, draw: Draw<'_>, name: &str) -> IdHasher {
    IdHasher::new(context)
        .part(seed.to_le_bytes())
        .part(draw.role.as_str())
        .part(draw.number.to_le_bytes())
        .part(name)
}
