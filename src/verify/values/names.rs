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

/// No answer has more constants of its own. By hand.
const CONSTANTS_MAX: usize = 3;

/// The right side with its constants called as those of the left side, in every order: `A e^x + B e^{-x}`
/// and `C_1 e^x + C_2 e^{-x}`. One side's have to be called as nothing else is.
pub(crate) fn free_constants(
    arena: &mut Arena,
    (left_names, right): (&[Name], Id),
    right_names: &[Name],
) -> Vec<Id> {
    let own = |names: &[Name], others: &[Name]| -> Vec<Name> {
        names
            .iter()
            .filter(|name| !others.contains(name))
            .copied()
            .collect()
    };
    let numbered = |arena: &Arena, names: &[Name]| {
        names
            .iter()
            .all(|name| is_constant(arena.text(*name), true))
    };
    let lettered = |arena: &Arena, names: &[Name]| {
        names
            .iter()
            .all(|name| is_constant(arena.text(*name), false))
    };
    let (mut to, mut from) = (own(left_names, right_names), own(right_names, left_names));
    if to.is_empty() && from.is_empty() {
        // The same constants may stand in another order.
        to = left_names
            .iter()
            .filter(|name| is_constant(arena.text(**name), true))
            .copied()
            .collect();
        from.clone_from(&to);
    }
    let named = numbered(arena, &to) && lettered(arena, &from)
        || lettered(arena, &to) && numbered(arena, &from);
    if to.len() != from.len() || !(2..=CONSTANTS_MAX).contains(&to.len()) || !named {
        return Vec::new();
    }
    orders(&to)
        .into_iter()
        .filter_map(|order| renamed(arena, right, &from, &order))
        .collect()
}

/// Whether a name is one that stands for any constant: `C_1`, and where nothing better is known `A`.
fn is_constant(name: &str, numbered: bool) -> bool {
    let (base, below) = name.split_once('_').unwrap_or((name, ""));
    let index = below.is_empty() || below.bytes().all(|byte| byte.is_ascii_digit());
    let letters = if numbered { "Cc" } else { "CcABDKkab" };
    let known = base.len() == 1 && letters.contains(base);
    known && index && (!numbered || !below.is_empty())
}

/// The orders of some names.
fn orders(names: &[Name]) -> Vec<Vec<Name>> {
    let Some((first, rest)) = names.split_first() else {
        return vec![Vec::new()];
    };
    let mut all = Vec::new();
    for order in orders(rest) {
        for place in 0..=order.len() {
            let mut longer = order.clone();
            longer.insert(place, *first);
            all.push(longer);
        }
    }
    all
}

/// An expression with names called otherwise, all at once.
fn renamed(arena: &mut Arena, id: Id, from: &[Name], to: &[Name]) -> Option<Id> {
    let mut id = id;
    let between: Vec<Name> = (0..from.len())
        .map(|place| arena.name(&format!("\\constant{place}")))
        .collect();
    for (from, between) in from.iter().zip(&between) {
        id = replace::substituted(arena, id, *from, *between)?;
    }
    for (between, to) in between.iter().zip(to) {
        id = replace::substituted(arena, id, *between, *to)?;
    }
    Some(id)
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
