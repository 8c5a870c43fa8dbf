//! What the names of two expressions may stand for: a unit, a constant of integration.

use dashu::Rational;

use crate::expr::{Arena, Id, Name, Node};
use crate::{commands, replace, units};

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
    let (mut to, mut from) = own_names(left_names, right_names);
    if to.is_empty() && from.is_empty() {
        // The same constants may stand in another order.
        to = numbered(arena, left_names);
        from.clone_from(&to);
    }
    let constants = match to.len() {
        1 => are_one_constant(arena, &to, &from) && to.len() < left_names.len(),
        _ => are_constants(arena, &to, &from),
    };
    if to.len() != from.len() || to.len() > CONSTANTS_MAX || !constants {
        return Vec::new();
    }
    called_otherwise(arena, right, &from, &to)
}

/// The right side of two values of one function, `f(x) = cx` and `f(x) = kx`, with its parameters called as
/// those of the left side, in every order: all that is no argument is one.
pub(crate) fn free_parameters(arena: &mut Arena, left: Id, right: Id) -> Vec<Id> {
    let (to, from) = own_names(&arena.symbols(left), &arena.symbols(right));
    let single = |name: &Name| is_constant(arena.text(*name), false);
    let free = |name: &Name| is_free(arena.text(*name));
    let parameters = to.iter().chain(&from).all(single) && to.iter().chain(&from).any(free);
    if to.len() != from.len() || !(1..=CONSTANTS_MAX).contains(&to.len()) || !parameters {
        return Vec::new();
    }
    called_otherwise(arena, right, &from, &to)
}

/// The names of each side that the other one does not have.
fn own_names(left: &[Name], right: &[Name]) -> (Vec<Name>, Vec<Name>) {
    let own = |names: &[Name], others: &[Name]| {
        let own = names.iter().filter(|name| !others.contains(name));
        own.copied().collect()
    };
    (own(left, right), own(right, left))
}

/// The constants with a number among some names.
fn numbered(arena: &Arena, names: &[Name]) -> Vec<Name> {
    let numbered = |name: &&Name| is_constant(arena.text(**name), true);
    names.iter().filter(numbered).copied().collect()
}

/// Whether the names of one side are constants with numbers, and those of the other any constants.
fn are_constants(arena: &Arena, to: &[Name], from: &[Name]) -> bool {
    let all = |names: &[Name], numbered: bool| {
        names
            .iter()
            .all(|name| is_constant(arena.text(*name), numbered))
    };
    !to.is_empty() && (all(to, true) && all(from, false) || all(to, false) && all(from, true))
}

/// Whether a single name on each side is a constant, one of them `C`, as one of integration is called.
fn are_one_constant(arena: &Arena, to: &[Name], from: &[Name]) -> bool {
    let ([to], [from]) = (to, from) else {
        return false;
    };
    let names = [arena.text(*to), arena.text(*from)];
    names.iter().all(|name| is_constant(name, false))
        && names.iter().any(|name| name.starts_with('C'))
}

/// Whether a name is what a parameter is called that nothing has determined.
fn is_free(name: &str) -> bool {
    matches!(name, "c" | "C" | "k" | "K") || is_constant(name, true)
}

/// An expression with some names called as others, in every order.
fn called_otherwise(arena: &mut Arena, id: Id, from: &[Name], to: &[Name]) -> Vec<Id> {
    orders(to)
        .into_iter()
        .filter_map(|order| renamed(arena, id, from, &order))
        .collect()
}

/// Two functions without the constant of integration that stood in both.
pub(crate) struct Antiderivatives {
    pub left: Id,
    pub right: Id,
    /// What they may be integrals over, in both: `x` alone where it is one of them.
    pub variables: Vec<Name>,
    /// Whether nothing speaks against that: the constant is called `C`, no name of that kind stands on one side only,
    /// and no coefficient is called as the constant is (`Ax + By + C`).
    pub certain: bool,
}

/// Two functions without the constant of integration that stands for itself in both.
pub(crate) fn antiderivatives(arena: &mut Arena, left: Id, right: Id) -> Option<Antiderivatives> {
    let constants = [added_constant(arena, left)?, added_constant(arena, right)?];
    let called = |letter: char| {
        let mut constants = constants.iter();
        constants.any(|name| arena.text(*name).starts_with(letter))
    };
    let (capital, small) = (called('C'), called('c'));
    let right = free_constant(arena, left, right).unwrap_or(right);
    let (name, other) = (added_constant(arena, left)?, added_constant(arena, right)?);
    let zero = arena.number(Rational::ZERO).filter(|_| name == other)?;
    let left = replace::replaced(arena, left, name, zero)?;
    let right = replace::replaced(arena, right, name, zero)?;

    let (left_names, right_names) = (arena.symbols(left), arena.symbols(right));
    let either = |known: &[&str]| {
        let mut names = left_names.iter().chain(&right_names);
        names.any(|name| known.contains(&arena.text(*name)))
    };
    let (variables, shared) = integrated_over(arena, &left_names, &right_names);
    // A small `c` is mostly one of integration, and may be a coefficient or a name as any other.
    let small = small && !variables.is_empty() && !either(&["a", "b", "d"]);
    let certain = capital && shared && !either(&["A", "B", "D"]);
    (capital || small).then_some(Antiderivatives {
        left,
        right,
        variables,
        certain,
    })
}

/// The names of both sides that integrals are taken over, and whether no such name stands on one side only. Among
/// several it is `x`.
fn integrated_over(arena: &Arena, left: &[Name], right: &[Name]) -> (Vec<Name>, bool) {
    let integrated = |names: &[Name]| -> Vec<Name> {
        let names = names.iter().copied();
        names
            .filter(|name| is_integrated(arena.text(*name)))
            .collect()
    };
    let (mut names, others) = (integrated(left), integrated(right));
    // Both are sorted.
    let shared = names == others;
    names.retain(|name| others.contains(name));
    if let Some(x) = names.iter().find(|name| arena.text(**name) == "x") {
        names = vec![*x];
    }
    (names, shared)
}

/// Whether a name is one that integrals are taken over: a letter from the end of the alphabet, or a small Greek one.
fn is_integrated(name: &str) -> bool {
    match name.strip_prefix('\\') {
        Some(letter) => {
            commands::is_greek(letter) && letter.starts_with(|c: char| c.is_ascii_lowercase())
        }
        None => matches!(name.as_bytes(), [b'r'..=b'z']),
    }
}

/// Whether a name is one that stands for any constant: `C_1`, and where nothing better is known `A`.
fn is_constant(name: &str, numbered: bool) -> bool {
    let (base, below) = name.split_once('_').unwrap_or((name, ""));
    let index = below.is_empty() || below.bytes().all(|byte| byte.is_ascii_digit());
    let letters = if numbered { "Cc" } else { "CcABDKkabdm" };
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

/// Letters that are seldom units, and may be: molar, dalton, debye, henry, siemens, solar masses.
const RARE_UNITS: [&str; 7] = ["M", "u", "D", "H", "S", "l", "M_\\odot"];

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
        behind && {
            let name = arena.text(*name);
            units::is_upright_unit(name) || RARE_UNITS.contains(&name)
        }
    };
    left_names.is_empty() && unit(right, right_names)
        || right_names.is_empty() && unit(left, left_names)
}
