//! Puts one node in the place of a name.

use crate::expr::{Arena, Id, Name, Node};

/// An expression with another name in the place of a name.
pub(crate) fn substituted(arena: &mut Arena, id: Id, from: Name, to: Name) -> Option<Id> {
    let symbol = arena.push(Node::Symbol(to))?;
    replaced(arena, id, from, symbol)
}

/// An expression with a value in the place of a name; nothing where a sum binds the name, or
/// where the expression is of a kind that has no parts to replace.
pub(crate) fn replaced(arena: &mut Arena, id: Id, from: Name, with: Id) -> Option<Id> {
    let all = |arena: &mut Arena, items: &[Id]| -> Option<Vec<Id>> {
        items
            .iter()
            .map(|item| replaced(arena, *item, from, with))
            .collect()
    };
    let node = match arena.node(id).clone() {
        Node::Symbol(name) if name == from => return Some(with),
        Node::Number(_)
        | Node::Based(..)
        | Node::Constant(_)
        | Node::Symbol(_)
        | Node::Mixed(..) => {
            return Some(id);
        }
        Node::Sum(items) => Node::Sum(all(arena, &items)?),
        Node::Product(items) => Node::Product(all(arena, &items)?),
        Node::Ratio(items) => Node::Ratio(all(arena, &items)?),
        Node::List(items) => Node::List(all(arena, &items)?),
        Node::Cases(items) => Node::Cases(all(arena, &items)?),
        Node::Call(func, items) => Node::Call(func, all(arena, &items)?),
        Node::Apply(name, items) => Node::Apply(name, all(arena, &items)?),
        Node::Group(open, items, close) => Node::Group(open, all(arena, &items)?, close),
        Node::Matrix(columns, items) => Node::Matrix(columns, all(arena, &items)?),
        Node::Chain(items, relations) => Node::Chain(all(arena, &items)?, relations),
        Node::Negative(inner) => Node::Negative(replaced(arena, inner, from, with)?),
        Node::Percent(inner) => Node::Percent(replaced(arena, inner, from, with)?),
        Node::Degrees(inner) => Node::Degrees(replaced(arena, inner, from, with)?),
        Node::Unit(inner, unit) => Node::Unit(replaced(arena, inner, from, with)?, unit),
        Node::Quotient(a, b) => Node::Quotient(
            replaced(arena, a, from, with)?,
            replaced(arena, b, from, with)?,
        ),
        Node::Power(a, b) => Node::Power(
            replaced(arena, a, from, with)?,
            replaced(arena, b, from, with)?,
        ),
        Node::SetOp(op, a, b) => Node::SetOp(
            op,
            replaced(arena, a, from, with)?,
            replaced(arena, b, from, with)?,
        ),
        Node::PlusMinus(left, right, upper) => {
            let left = match left {
                Some(left) => Some(replaced(arena, left, from, with)?),
                None => None,
            };
            Node::PlusMinus(left, replaced(arena, right, from, with)?, upper)
        }
        Node::Words(_) | Node::SetBuilder(..) | Node::Repeat { .. } => return None,
    };
    arena.push(node)
}
