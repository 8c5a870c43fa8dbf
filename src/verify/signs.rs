//! Writes out `\pm`: both values of an expression.

use crate::expr::{Arena, Id, Node};

/// `a ± b` as two values; the signs of one expression go together.
pub(crate) fn both_signs(arena: &mut Arena, id: Id) -> Option<Vec<Id>> {
    if !arena.any(id, |node| matches!(node, Node::PlusMinus(..))) || !signs_go_together(arena, id) {
        return None;
    }
    let upper = with_sign(arena, id, true)?;
    let lower = with_sign(arena, id, false)?;
    // A sign that could not be written out would be met again for ever.
    let left_over = |node: &Node| matches!(node, Node::PlusMinus(..));
    (!arena.any(upper, left_over)).then(|| vec![upper, lower])
}

/// Two signs of one expression may or may not go together: only one is sure.
fn signs_go_together(arena: &Arena, id: Id) -> bool {
    let mut count = 0;
    arena.each(id, &mut |node| {
        count += u32::from(matches!(node, Node::PlusMinus(..)))
    });
    count == 1 || matches!(arena.node(id), Node::Group(..))
}

/// An expression with one of its two signs.
fn with_sign(arena: &mut Arena, id: Id, upper: bool) -> Option<Id> {
    match arena.node(id).clone() {
        Node::PlusMinus(left, right, minus_first) => {
            let right = with_sign(arena, right, upper)?;
            let right = if upper == minus_first {
                arena.push(Node::Negative(right))?
            } else {
                right
            };
            match left {
                Some(left) => {
                    let left = with_sign(arena, left, upper)?;
                    arena.push(Node::Sum(vec![left, right]))
                }
                None => Some(right),
            }
        }
        node @ (Node::Sum(_)
        | Node::Product(_)
        | Node::Call(..)
        | Node::Group(..)
        | Node::Chain(..)
        | Node::Negative(_)
        | Node::Degrees(_)
        | Node::Quotient(..)
        | Node::Power(..)) => arena.push_with(node, |arena, child| with_sign(arena, child, upper)),
        _ => Some(id),
    }
}
