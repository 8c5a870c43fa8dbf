//! Compares sets of real numbers.

use crate::decision::Decision;
use crate::expr::{Arena, Const, Id, Node, Rel};
use crate::kinds::pieces::{self, Piece};
use crate::kinds::regions;
use crate::values;
use crate::verdict::Reason;
use crate::work::Work;

/// Compares where one side at least can only be a set.
pub(crate) fn by_tree(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    if !is_surely_set(work.arena, left) && !is_surely_set(work.arena, right) {
        return None;
    }
    if let Some(decision) = number_sets(work.arena, left, right) {
        return Some(decision);
    }
    let left_pieces = regions::pieces_of(work, left);
    let right_pieces = regions::pieces_of(work, right);
    let (Some(left_pieces), Some(right_pieces)) = (left_pieces, right_pieces) else {
        return None;
    };
    // The left side is the gold answer wherever a whole answer is compared.
    let relation = |work: &Work<'_>, id| match work.arena.node(id) {
        Node::Chain(_, relations) => relations.iter().all(|rel| rel.is_order()),
        _ => false,
    };
    if !work.options.allow_set_relation_comp && relation(work, right) && !relation(work, left) {
        return Some(Decision::Unknown(Reason::Unlike));
    }
    if let (Some(left), Some(right)) = (
        regions::variable_of(work.arena, left),
        regions::variable_of(work.arena, right),
    ) && !work.arena.same(left, right)
    {
        return Some(Decision::Unknown(Reason::Names));
    }
    let decision = same_numbers(work, left_pieces, right_pieces);
    // A bracketed pair may be a point; a relation may count only integers.
    let bracketed = |work: &Work<'_>, id| {
        is_surely_set(work.arena, id) || matches!(work.arena.node(id), Node::Group(..))
    };
    let both = bracketed(work, left) && bracketed(work, right);
    Some(if both { decision } else { decision.doubted() })
}

/// Compares two sets that have names of their own.
fn number_sets(arena: &Arena, left: Id, right: Id) -> Option<Decision> {
    let set = |id| match arena.node(id) {
        Node::Constant(
            constant @ (Const::EmptySet
            | Const::Naturals
            | Const::Integers
            | Const::Rationals
            | Const::Reals
            | Const::Complexes),
        ) => Some(*constant),
        _ => None,
    };
    let (left, right) = (set(left)?, set(right)?);
    Some(if left == right {
        Decision::Equal(Reason::Items)
    } else {
        Decision::Different(Reason::Items)
    })
}

/// Whether a node can only be a set of reals: `[0, 1)`, a union, `x > 5`.
fn is_surely_set(arena: &Arena, id: Id) -> bool {
    match arena.node(id) {
        Node::SetOp(..) | Node::SetBuilder(..) => true,
        Node::Constant(
            Const::Reals
            | Const::EmptySet
            | Const::Integers
            | Const::Naturals
            | Const::Rationals
            | Const::Complexes,
        ) => true,
        Node::Group(open, items, close) => {
            let infinite = items.iter().any(|item| {
                let node = arena.node(*item);
                let inner = if let Node::Negative(inner) = node {
                    arena.node(*inner)
                } else {
                    node
                };
                matches!(inner, Node::Constant(Const::Infinity))
            });
            items.len() == 2 && (open != close || infinite)
        }
        Node::Chain(_, relations) => relations
            .iter()
            .all(|rel| rel.is_order() || *rel == Rel::Ne),
        Node::List(items) | Node::Cases(items) => {
            let relations = |item: &Id| match arena.node(*item) {
                Node::Chain(_, relations) => relations.clone(),
                _ => Vec::new(),
            };
            let order = |item: &Id| {
                let relations = relations(item);
                !relations.is_empty() && relations.iter().all(|rel| rel.is_order())
            };
            // `a = 1 \text{ or } a > 2`
            let cases = matches!(arena.node(id), Node::Cases(_));
            items.iter().any(order)
                && items
                    .iter()
                    .all(|item| order(item) || cases && relations(item) == [Rel::Eq])
        }
        _ => false,
    }
}

/// Whether two sets hold the same numbers.
fn same_numbers(work: &mut Work<'_>, left: Vec<Piece>, right: Vec<Piece>) -> Decision {
    let (Some(left), Some(right)) = (pieces::merged(work, left), pieces::merged(work, right))
    else {
        return Decision::Unknown(Reason::Unproven);
    };
    if left.len() != right.len() {
        return Decision::Different(Reason::Items);
    }
    let mut decision = Decision::Equal(Reason::Items);
    for (left, right) in left.iter().zip(&right) {
        let ends = [
            (left.low, right.low, left.low_closed, right.low_closed),
            (left.high, right.high, left.high_closed, right.high_closed),
        ];
        for (left, right, left_closed, right_closed) in ends {
            let steps = left_closed != right_closed;
            let end = match (left, right) {
                (Some(left), Some(right)) if steps && is_one_apart(work, left, right) => {
                    Decision::Unknown(Reason::Doubtful)
                }
                (None, None) => Decision::Equal(Reason::Items),
                (Some(left), Some(right)) => values::compare(work, left, right),
                _ => Decision::Different(Reason::Items),
            };
            let end = match end {
                Decision::Equal(_) if steps => Decision::Different(Reason::Items),
                end => end,
            };
            decision = decision.and(end);
        }
    }
    decision
}

/// Whether two ends are one apart: `n > 5` and `n \ge 6` hold the same integers.
fn is_one_apart(work: &mut Work<'_>, left: Id, right: Id) -> bool {
    let one = work.arena.number(dashu::Rational::ONE);
    let sides = [(left, right), (right, left)];
    sides.into_iter().any(|(low, high)| {
        let next = one.and_then(|one| work.arena.push(Node::Sum(vec![low, one])));
        next.is_some_and(|next| matches!(values::compare(work, next, high), Decision::Equal(_)))
    })
}
