//! Compares functions that are given case by case.

use super::{Decision, Judge};
use crate::Reason;
use crate::expr::{Id, Node};

impl Judge<'_> {
    /// Rows of a value and its condition, in any order; nothing where the second column holds no
    /// conditions. A difference is sure only where every condition has its twin.
    pub(super) fn piecewise(
        &mut self,
        columns: u32,
        left: &[Id],
        right: &[Id],
    ) -> Option<Decision> {
        let conditions = |judge: &Self, cells: &[Id]| {
            cells
                .iter()
                .skip(1)
                .step_by(2)
                .all(|cell| judge.is_condition(*cell))
        };
        if columns != 2 || !conditions(self, left) || !conditions(self, right) {
            return None;
        }
        if left.len() != right.len() {
            return Some(Decision::Unknown(Reason::Doubtful));
        }
        let mut total = Decision::Equal(Reason::Items);
        for row in left.chunks(2) {
            let twin = right
                .chunks(2)
                .find(|other| matches!(self.compare(row[1], other[1]), Decision::Equal(_)));
            let Some(twin) = twin else {
                return Some(Decision::Unknown(Reason::Doubtful));
            };
            total = total.and(self.compare(row[0], twin[0]));
        }
        Some(total)
    }

    /// Whether a cell says when its value holds.
    fn is_condition(&self, id: Id) -> bool {
        match self.arena.node(id) {
            Node::Chain(..) | Node::Words(_) => true,
            Node::Unit(inner, _) => matches!(self.arena.node(*inner), Node::Symbol(_)),
            Node::List(items) | Node::Cases(items) => {
                items.iter().all(|item| self.is_condition(*item))
            }
            _ => false,
        }
    }
}
