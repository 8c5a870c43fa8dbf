//! Compares functions that are given case by case.

use crate::decision::Decision;
use crate::expr::{Arena, Id, Node};
use crate::verdict::Reason;
use crate::work::{Work, compare};

/// Rows of a value and its condition, in any order; nothing where the second column holds no
/// conditions. A difference is sure only where every condition has its twin.
pub(crate) fn piecewise(
    work: &mut Work<'_>,
    columns: u32,
    left: &[Id],
    right: &[Id],
) -> Option<Decision> {
    let conditions = |work: &Work<'_>, cells: &[Id]| {
        cells
            .iter()
            .skip(1)
            .step_by(2)
            .all(|cell| is_condition(work.arena, *cell))
    };
    if columns != 2 || !conditions(work, left) || !conditions(work, right) {
        return None;
    }
    if left.len() != right.len() {
        return Some(Decision::Unknown(Reason::Doubtful));
    }
    let mut total = Decision::Equal(Reason::Items);
    for row in left.chunks(2) {
        let twin = right
            .chunks(2)
            .find(|other| matches!(compare(work, row[1], other[1]), Decision::Equal(_)));
        let Some(twin) = twin else {
            return Some(Decision::Unknown(Reason::Doubtful));
        };
        total = total.and(compare(work, row[0], twin[0]));
    }
    Some(total)
}

/// Whether a cell says when its value holds.
fn is_condition(arena: &Arena, id: Id) -> bool {
    match arena.node(id) {
        Node::Chain(..) | Node::Words(_) => true,
        Node::Unit(inner, _) => matches!(arena.node(*inner), Node::Symbol(_)),
        Node::List(items) | Node::Cases(items) => {
            items.iter().all(|item| is_condition(arena, *item))
        }
        _ => false,
    }
}
