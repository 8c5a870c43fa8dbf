//! What a comparison works on, and the one entry by which answers of any kind are compared.
//!
//! An item of a list is an answer of its own, and so is the value behind a name: most kinds of answer
//! come back here with their parts. They know this entry and not each other; which kinds there are,
//! and which is tried first, is handed down by `decide`.

use crate::decision::Decision;
use crate::declared;
use crate::expr::{Arena, Id};
use crate::fuel::Fuel;
use crate::options::Options;
use crate::verdict::Reason;

/// What a comparison works on: both answers in one arena, and what is left to spend.
pub(crate) struct Work<'a> {
    pub arena: &'a mut Arena,
    pub fuel: Fuel,
    pub options: &'a Options,
    /// The ways to decide, in the order in which they are tried.
    ways: &'static [Way],
    /// How many nodes were made for the gold answer, which is read first.
    golds: usize,
    /// How many comparisons are under way, each inside of the one before.
    depth: u32,
}

/// Decides between two answers of one kind; nothing where they are of another.
pub(crate) type Way = fn(&mut Work<'_>, Id, Id) -> Option<Decision>;

/// Comparisons nest no deeper than this, which bounds the recursion where one is turned into another.
/// By hand: no verdict changes with 50 or 200.
const COMPARISONS_MAX: u32 = 100;

impl<'a> Work<'a> {
    /// Work on an arena that holds the gold answer and nothing else so far.
    pub(crate) fn new(arena: &'a mut Arena, options: &'a Options, ways: &'static [Way]) -> Self {
        Self {
            fuel: Fuel::new(options.fuel),
            options,
            ways,
            golds: arena.len(),
            depth: 0,
            arena,
        }
    }

    /// Says that the nodes made so far are the gold answer's.
    pub(crate) fn end_golds(&mut self) {
        self.golds = self.arena.len();
    }

    /// Whether a node was read in the gold answer.
    pub(crate) fn is_gold(&self, id: Id) -> bool {
        id.place() < self.golds
    }
}

/// Compares two nodes of any kind.
pub(crate) fn compare(work: &mut Work<'_>, left: Id, right: Id) -> Decision {
    if work.fuel.burn(10).is_err() || work.depth >= COMPARISONS_MAX {
        return Decision::Unknown(Reason::OutOfFuel);
    }
    work.depth += 1;
    let decision = by_first_way(work, left, right);
    work.depth -= 1;
    decision
}

/// Compares by the first kind of answer that fits both.
fn by_first_way(work: &mut Work<'_>, left: Id, right: Id) -> Decision {
    if work.arena.same(left, right) {
        return Decision::Equal(Reason::SameText);
    }
    let left = declared::without_index(work.arena, left);
    let right = declared::without_index(work.arena, right);
    let ways = work.ways;
    ways.iter()
        .find_map(|way| way(work, left, right))
        .unwrap_or(Decision::Unknown(Reason::Unlike))
}
