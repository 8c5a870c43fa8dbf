//! Compares fractional parts: `\\{x\\}` and `x - \\lfloor x \\rfloor`.
//!
//! Braces around one expression are mostly a set of one. Where the other side rounds a name of that expression
//! down, they take its fractional part.

use crate::decision::Decision;
use crate::expr::{Arena, Bracket, Func, Id, Name, Node};
use crate::work::{Work, compare};

/// Compares where one side has braces around a name that the other rounds down.
pub(crate) fn by_tree(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    let meant = |work: &mut Work<'_>, side: Id, other: Id| {
        let names = braced_names(work.arena, side);
        let floors = |node: &Node| match node {
            Node::Call(Func::Floor, args) => args.first().copied(),
            _ => None,
        };
        let floor = work.arena.find(other, &|node| floors(node).is_some())?;
        let rounded = floors(work.arena.node(floor))?;
        let shared = work.arena.symbols(rounded);
        names
            .iter()
            .any(|name| shared.contains(name))
            .then_some(())?;
        work.fuel.burn(100).ok()?;
        with_parts(work.arena, side)
    };
    if let Some(left) = meant(work, left, right) {
        return Some(compare(work, left, right));
    }
    let right = meant(work, right, left)?;
    Some(compare(work, left, right))
}

/// What stands alone between braces.
fn braced(arena: &Arena, node: &Node) -> Option<Id> {
    match node {
        Node::Group(Bracket::Curly, items, Bracket::Curly) => match items[..] {
            [only] if arena.is_scalar(only) => Some(only),
            _ => None,
        },
        _ => None,
    }
}

/// The names of the first expression that stands alone between braces.
fn braced_names(arena: &Arena, id: Id) -> Vec<Name> {
    let found = arena.find(id, &|node| braced(arena, node).is_some());
    let inner = found.and_then(|found| braced(arena, arena.node(found)));
    inner.map_or_else(Vec::new, |inner| arena.symbols(inner))
}

/// An expression with the fractional part of what stands between braces in their place.
fn with_parts(arena: &mut Arena, id: Id) -> Option<Id> {
    let node = arena.node(id).clone();
    if let Some(inner) = braced(arena, &node) {
        let floor = arena.push(Node::Call(Func::Floor, vec![inner]))?;
        return arena.difference(inner, floor);
    }
    arena.push_with(node, with_parts)
}
