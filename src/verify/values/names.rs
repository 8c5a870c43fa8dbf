//! What the names of two expressions may stand for: a unit, a constant of integration.

use crate::expr::{Arena, Id, Name, Node};
use crate::{replace, units};

/// Whether one side's names are all on the other: else a variable may have been renamed.
pub(crate) fn comparable(left: &[Name], right: &[Name]) -> bool {
    left.iter().all(|name| right.contains(name)) || right.iter().all(|name| left.contains(name))
}

/// The right side with the constant of integration that the left side has: `+ C` and `+ c`.
pub(crate) fn free_constant(arena: &mut Arena, left: Id, right: Id) -> Option<Id> {
    let (to, from) = (added_constant(arena, left)?, added_constant(arena, right)?);
    let capital = |name: Name| arena.text(name) == "C";
    if to == from || !(capital(to) || capital(from)) || arena.symbols(right).contains(&to) {
        return None;
    }
    replace::substituted(arena, right, from, to)
}

/// The letter that stands for any constant, where it is a term of its own and nothing else.
fn added_constant(arena: &Arena, id: Id) -> Option<Name> {
    let Node::Sum(terms) = arena.node(id) else {
        return None;
    };
    let mut found = terms.iter().filter_map(|term| match arena.node(*term) {
        Node::Symbol(name) if matches!(arena.text(*name), "C" | "c" | "K" | "k" | "C_1") => {
            Some(*name)
        }
        _ => None,
    });
    let only = found.next()?;
    let mut count = 0;
    arena.each(id, &mut |node| {
        count += u32::from(*node == Node::Symbol(only))
    });
    (found.next().is_none() && count == 1).then_some(only)
}

/// Whether one side is the other with a letter behind it that may be a unit: `5 m`, `5 m^2`.
pub(crate) fn maybe_units(
    arena: &Arena,
    left: Id,
    right: Id,
    left_names: &[Name],
    right_names: &[Name],
) -> bool {
    let unit = |id: Id, names: &[Name]| {
        let [name] = names else {
            return false;
        };
        let Node::Product(factors) = arena.node(id) else {
            return false;
        };
        let behind = factors.split_last().is_some_and(|(last, others)| {
            let letter = match *arena.node(*last) {
                Node::Power(base, _) => base,
                _ => *last,
            };
            matches!(arena.node(letter), Node::Symbol(_))
                && others.iter().all(|other| arena.symbols(*other).is_empty())
        });
        behind && units::is_upright_unit(arena.text(*name))
    };
    left_names.is_empty() && unit(right, right_names)
        || right_names.is_empty() && unit(left, left_names)
}
