//! What a list only says of a letter: `k \in \mathbb{Z}` behind `k\pi`.

use crate::expr::{Arena, Const, Id, Node, Rel};

/// A list without the item that says what its index is: `k\pi, k \in \mathbb{Z}`.
pub(crate) fn without_index(arena: &mut Arena, id: Id) -> Id {
    let Node::List(items) = arena.node(id) else {
        return id;
    };
    let numbers =
        |set: Id| is_integers(arena, set) || *arena.node(set) == Node::Constant(Const::Reals);
    let says = |item: &Id| match arena.node(*item) {
        Node::Chain(sides, relations) => {
            let numbers = sides.get(1).is_some_and(|set| numbers(*set));
            relations[..] == [Rel::In] && numbers || is_quantified(arena, *item)
        }
        _ => is_quantified(arena, *item),
    };
    let rest: Vec<Id> = items.iter().filter(|item| !says(item)).copied().collect();
    let named = |id: Id| match arena.node(id) {
        Node::Chain(sides, _) => sides.first().copied(),
        _ => Some(id),
    };
    let value = |id: Id| match arena.node(id) {
        Node::Chain(sides, relations) if relations[..] == [Rel::Eq] => sides.last().copied(),
        _ => None,
    };
    let values = rest.iter().map(|id| value(*id).unwrap_or(*id));
    let used: Vec<_> = values.flat_map(|id| arena.symbols(id)).collect();
    let declared = items.iter().filter(|item| says(item));
    let known = |name| used.contains(&name) || arena.text(name) == "\\forall";
    if !declared
        .filter_map(|item| named(*item))
        .flat_map(|name| arena.symbols(name))
        .all(known)
    {
        return id;
    }
    if rest.is_empty() || rest.len() == items.len() {
        return id;
    }
    match rest[..] {
        [only] => only,
        _ => arena.push(Node::List(rest)).unwrap_or(id),
    }
}

/// Whether an item only says for what something holds: `\forall x`.
fn is_quantified(arena: &Arena, item: Id) -> bool {
    let name = match arena.node(item) {
        Node::Chain(sides, relations) if relations[..] == [Rel::In] => sides.first(),
        _ => Some(&item),
    };
    let factors = match name.map(|id| arena.node(*id)) {
        Some(Node::Product(factors)) => &factors[..],
        _ => return false,
    };
    matches!(factors, [first, _]
        if matches!(arena.node(*first), Node::Symbol(name) if arena.text(*name) == "\\forall"))
}

/// Whether a node is the set of integers; a plain `Z` is, where a name is said to be in it.
pub(crate) fn is_integers(arena: &Arena, id: Id) -> bool {
    match arena.node(id) {
        Node::Constant(Const::Integers) => true,
        Node::Symbol(name) => arena.text(*name) == "Z",
        _ => false,
    }
}
