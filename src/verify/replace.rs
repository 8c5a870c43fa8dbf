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
    match arena.node(id) {
        Node::Symbol(name) if *name == from => Some(with),
        Node::Number(_)
        | Node::Based(..)
        | Node::Constant(_)
        | Node::Symbol(_)
        | Node::Mixed(..) => Some(id),
        Node::Words(_) | Node::SetBuilder(..) | Node::Repeat { .. } => None,
        node => {
            let node = node.clone();
            arena.push_with(node, |arena, child| replaced(arena, child, from, with))
        }
    }
}
