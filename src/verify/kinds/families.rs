//! Compares answers with a parameter that runs through the integers: `\frac{\pi}{4} + k\pi`.
//!
//! The letter means nothing, and neither does where the count starts: `2k + 1` and `2n - 1` are the
//! same numbers. Only what is linear in its parameter is compared by what it counts; anything else
//! has to be the same expression after the letter is renamed.

use dashu::Rational;

use crate::decision::Decision;
use crate::expr::{Arena, Const, Func, Id, Name, Node, Rel};
use crate::kinds::floors;
use crate::verdict::Reason;
use crate::work::{Work, compare};
use crate::{declared, linear, replace};

/// An answer without the item that says what its parameter is.
#[derive(Debug, Clone)]
struct Family {
    body: Id,
    /// The parameters that are said to be integers.
    declared: Vec<Name>,
}

/// Compares where both sides have one integer parameter; nothing where they do not.
pub(crate) fn by_tree(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    let left = family(work.arena, left, declared::is_integers);
    let right = family(work.arena, right, declared::is_integers);
    if left.declared.is_empty()
        && right.declared.is_empty()
        && !both_turn(work.arena, &left, &right)
    {
        return None;
    }
    let (to, from) = (
        parameter(work.arena, &left)?,
        parameter(work.arena, &right)?,
    );
    let declared = !left.declared.is_empty() && !right.declared.is_empty();
    let counts = declared || is_count(work, left.body, to) && is_count(work, right.body, from);
    if !counts {
        return None;
    }
    let body = if to == from {
        right.body
    } else {
        if work.arena.symbols(right.body).contains(&to) {
            return None;
        }
        replace::substituted(work.arena, right.body, from, to)?
    };
    let same = compare(work, left.body, body);
    if let Decision::Equal(_) = same {
        return Some(same);
    }
    if same_count(work, left.body, body, to) {
        return Some(Decision::Equal(Reason::Items));
    }
    Some(same.doubted())
}

/// Whether two expressions that round are equal at every integer that their name stands for, where either
/// side says that it is one, or `said` does.
pub(crate) fn are_same_at_integers(
    work: &mut Work<'_>,
    left: Id,
    right: Id,
    said: Option<Name>,
) -> bool {
    let rounds = |node: &Node| matches!(node, Node::Call(Func::Floor | Func::Ceil, _));
    if !work.arena.any(left, rounds) && !work.arena.any(right, rounds) {
        return false;
    }
    let left = family(work.arena, left, is_whole);
    let right = family(work.arena, right, is_whole);
    let declared = left.declared.first().or(right.declared.first());
    let Some(name) = said.or(declared.copied()) else {
        return false;
    };
    floors::are_same(work, left.body, right.body, name)
}

/// Whether a node is the set of integers, or of those that count.
fn is_whole(arena: &Arena, id: Id) -> bool {
    *arena.node(id) == Node::Constant(Const::Naturals) || declared::is_integers(arena, id)
}

/// Whether both sides are angles with a letter that may count their turns.
fn both_turn(arena: &Arena, left: &Family, right: &Family) -> bool {
    let turns = |node: &Node| matches!(node, Node::Constant(Const::Pi) | Node::Degrees(_));
    let counts = |family: &Family| {
        let names = arena.symbols(family.body);
        let index = |name: &Name| matches!(arena.text(*name), "k" | "n" | "m" | "l");
        arena.any(family.body, turns) && names.iter().any(index)
    };
    counts(left) && counts(right)
}

/// Whether a parameter that nobody declared can only count: what is said is linear in it, and
/// holds no other name.
fn is_count(work: &mut Work<'_>, body: Id, name: Name) -> bool {
    let parts = match work.arena.node(body).clone() {
        Node::Chain(sides, relations) => match (&sides[..], &relations[..]) {
            ([_, value], [Rel::Eq]) => vec![*value],
            _ => return false,
        },
        Node::Group(_, items, _) | Node::List(items) | Node::Cases(items) => items,
        _ => vec![body],
    };
    parts.iter().all(|part| match counted(work.arena, *part) {
        Some((value, _)) => {
            work.arena.symbols(value) == [name] && linear::linear(work, value, name).is_some()
        }
        None => false,
    })
}

/// The one parameter of a family: the one that is declared, else the one letter that counts.
fn parameter(arena: &Arena, family: &Family) -> Option<Name> {
    let value = counted(arena, family.body).map_or(family.body, |(value, _)| value);
    let names = arena.symbols(value);
    if let [only] = family.declared[..] {
        return names.contains(&only).then_some(only);
    }
    let index = |name: &&Name| matches!(arena.text(**name), "k" | "n" | "m" | "l" | "t");
    let mut counting = names.iter().filter(index);
    let only = *counting.next()?;
    // `n = 3k`: the name that is given a value does not count.
    match counting.next() {
        None if family.declared.is_empty() => Some(only),
        _ => None,
    }
}

/// Tells whether a node is a set of whole numbers.
type Whole = fn(&Arena, Id) -> bool;

/// Takes `k \in \mathbb{Z}` off a list.
fn family(arena: &mut Arena, id: Id, whole: Whole) -> Family {
    let plain = Family {
        body: id,
        declared: Vec::new(),
    };
    let Node::List(items) = arena.node(id).clone() else {
        return plain;
    };
    let mut declared = Vec::new();
    let mut rest = Vec::new();
    for item in items {
        match declaration(arena, item, whole) {
            Some(name) => declared.push(name),
            None => rest.push(item),
        }
    }
    let body = match rest[..] {
        _ if declared.is_empty() => None,
        [] => None,
        [only] => Some(only),
        _ => arena.push(Node::List(rest)),
    };
    body.map_or(plain, |body| Family { body, declared })
}

/// The name that `k \in \mathbb{Z}` says something of.
fn declaration(arena: &Arena, id: Id, whole: Whole) -> Option<Name> {
    let Node::Chain(sides, relations) = arena.node(id) else {
        return None;
    };
    let ([element, set], [Rel::In]) = (&sides[..], &relations[..]) else {
        return None;
    };
    let integers = whole(arena, *set);
    match arena.node(*element) {
        Node::Symbol(name) if integers => Some(*name),
        _ => None,
    }
}

/// Whether two expressions take the same values: both are linear in the parameter, with one step
/// and with starts that are a whole number of steps apart.
fn same_count(work: &mut Work<'_>, left: Id, right: Id, name: Name) -> bool {
    count_shift(work, left, right, name).is_some()
}

/// Something where the starts of two counts are a whole number of steps apart.
fn count_shift(work: &mut Work<'_>, left: Id, right: Id, name: Name) -> Option<()> {
    let (left, right) = (counted(work.arena, left)?, counted(work.arena, right)?);
    if let (Some(one), Some(other)) = (left.1, right.1)
        && !work.arena.same(one, other)
    {
        return None;
    }
    let (left_start, left_step) = linear::linear(work, left.0, name)?;
    let (right_start, right_step) = linear::linear(work, right.0, name)?;
    let apart = work.arena.difference(right_start, left_start)?;
    let forward = matches!(compare(work, left_step, right_step), Decision::Equal(_));
    let back = work.arena.push(Node::Negative(right_step))?;
    if !forward && !matches!(compare(work, left_step, back), Decision::Equal(_)) {
        return None;
    }
    // How many steps apart: tried, since nothing far from zero is written.
    (-STEPS_MAX..=STEPS_MAX).find_map(|steps| {
        let count = work.arena.number(Rational::from(steps))?;
        let whole = work.arena.push(Node::Product(vec![count, left_step]))?;
        matches!(compare(work, whole, apart), Decision::Equal(_)).then_some(())
    })
}

/// What counts in `x = \frac{\pi}{4} + k\pi`, and the name that it is given to.
fn counted(arena: &Arena, id: Id) -> Option<(Id, Option<Id>)> {
    match arena.node(id) {
        Node::Chain(sides, relations) => match (&sides[..], &relations[..]) {
            ([label, value], [Rel::Eq]) => Some((*value, Some(*label))),
            _ => None,
        },
        _ => arena.is_scalar(id).then_some((id, None)),
    }
}

/// The name, the start and the step of `n = 6k + 1`.
pub(crate) fn stepped_value(work: &mut Work<'_>, id: Id) -> Option<(Id, Id, Id)> {
    let family = family(work.arena, id, declared::is_integers);
    let (value, label) = counted(work.arena, family.body)?;
    let label = label?;
    let names = work.arena.symbols(value);
    let [parameter] = names[..] else {
        return None;
    };
    let declared = family.declared.is_empty() || family.declared == [parameter];
    let symbol = matches!(work.arena.node(label), Node::Symbol(_));
    if !declared || !symbol {
        return None;
    }
    let (start, step) = linear::linear(work, value, parameter)?;
    Some((label, start, step))
}

/// Starts that are further apart are left undecided.
/// By hand: no verdict changes with 5,, 7 or 12.
const STEPS_MAX: i32 = 6;
