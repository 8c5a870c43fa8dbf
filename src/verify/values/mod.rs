//! Compares two values: numbers and expressions.
//!
//! Exactly where both are rational (`rounding` says what a decimal stands for), by residues where that
//! proves an identity (`identity`), else by enclosures: of constants, or of functions at points.

pub(crate) mod enclosures;
pub(crate) mod functions;

mod antiderivatives;
mod constants;
mod identity;
pub(crate) mod names;
mod rounding;

use dashu::Rational;

use crate::decision::Decision::{self, Different, Equal, Unknown};
use crate::expr::{Arena, Const, Id, Name, Node};
use crate::numbers::eval::{self, Stop};
use crate::numbers::exact::Exact;
use crate::replace;
use crate::verdict::Reason;
use crate::work::Work;

/// Compares two values; nothing where either is none.
pub(crate) fn by_tree(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    (work.arena.is_scalar(left) && work.arena.is_scalar(right)).then(|| compare(work, left, right))
}

/// Whether two values are the same.
pub(crate) fn compare(work: &mut Work<'_>, left: Id, right: Id) -> Decision {
    let (left_percent, right_percent) = (percent(work.arena, left), percent(work.arena, right));
    match (left_percent, right_percent) {
        (Some(bare), None) if work.options.bare_percent => {
            return values(work, bare, right, false).or_else(|| values(work, left, right, false));
        }
        (None, Some(bare)) if work.options.bare_percent => {
            return values(work, left, bare, false).or_else(|| values(work, left, right, false));
        }
        _ => {}
    }
    let degrees = |work: &Work<'_>, id| work.arena.any(id, |node| matches!(node, Node::Degrees(_)));
    match (degrees(work, left), degrees(work, right)) {
        (false, false) => values(work, left, right, false),
        (true, true) => values(work, left, right, true),
        _ => values(work, left, right, true).or_else(|| values(work, left, right, false)),
    }
}

/// What stands before a percent sign.
fn percent(arena: &mut Arena, id: Id) -> Option<Id> {
    match *arena.node(id) {
        Node::Percent(inner) => Some(inner),
        Node::Negative(inner) => {
            let inner = percent(arena, inner)?;
            arena.push(Node::Negative(inner))
        }
        _ => None,
    }
}

/// Compares two values, with degrees left out or turned to radians.
fn values(work: &mut Work<'_>, left: Id, right: Id, plain_degrees: bool) -> Decision {
    if let Some(decision) = infinite(work, left, right) {
        return decision;
    }
    let exact = |work: &mut Work<'_>, id| {
        let mut field = Exact::new(&mut work.fuel);
        eval::eval(work.arena, id, &mut field, plain_degrees)
    };
    let (left_exact, right_exact) = (exact(work, left), exact(work, right));
    if let (Ok(left_exact), Ok(right_exact)) = (&left_exact, &right_exact) {
        return rounding::compare(work, left, left_exact, right, right_exact);
    }
    if [&left_exact, &right_exact]
        .iter()
        .any(|value| matches!(value, Err(Stop::Fuel)))
    {
        return Unknown(Reason::OutOfFuel);
    }
    if [&left_exact, &right_exact]
        .iter()
        .any(|value| matches!(value, Err(Stop::Undefined)))
    {
        return Unknown(Reason::Unproven);
    }
    let (left_names, right_names) = (work.arena.symbols(left), work.arena.symbols(right));
    let identity = identity::compare(work, left, right, plain_degrees);
    if let Equal(_) = identity {
        return identity;
    }
    if left_names.is_empty() && right_names.is_empty() {
        let decision = constants::compare(work, left, right, plain_degrees);
        return match decision {
            Unknown(Reason::Rounding) => decision,
            Unknown(_) => identity,
            _ => decision,
        };
    }
    for renamed in names::free_constants(work.arena, (&left_names, right), &right_names) {
        if matches!(
            identity::compare(work, left, renamed, plain_degrees),
            Equal(_)
        ) {
            return Equal(Reason::Identity);
        }
    }
    if let Some(decision) = antiderivatives::compare(work, left, right, plain_degrees) {
        return decision;
    }
    if !names::comparable(&left_names, &right_names) {
        return by_order_of_names(work, left, &left_names, right, &right_names);
    }
    let decision = match identity {
        Different(_) => identity,
        _ => functions::compare(work, left, right, plain_degrees),
    };
    match decision {
        Different(_) if names::maybe_units(work.arena, left, right, &left_names, &right_names) => {
            without_metres(work, left, right).unwrap_or(Unknown(Reason::Names))
        }
        Different(_)
            if rounding::rounded_parts(work.arena, left, right)
                && !left_names.is_empty()
                && !right_names.is_empty() =>
        {
            Unknown(Reason::Rounding)
        }
        other => other,
    }
}

/// Where names do not count, the first name of one side is the first of the other.
fn by_order_of_names(
    work: &mut Work<'_>,
    left: Id,
    left_names: &[Name],
    right: Id,
    right_names: &[Name],
) -> Decision {
    if let Some(renamed) = names::free_constant(work.arena, left, right)
        && matches!(compare(work, left, renamed), Equal(_))
    {
        return Equal(Reason::Identity);
    }
    if work.options.strict || left_names.len() != right_names.len() {
        return Unknown(Reason::Names);
    }
    let mut renamed = Some(right);
    for (to, from) in left_names.iter().zip(right_names) {
        renamed = renamed.and_then(|id| replace::substituted(work.arena, id, *from, *to));
    }
    match renamed {
        Some(renamed) => compare(work, left, renamed).doubted(),
        None => Unknown(Reason::Names),
    }
}

/// Compares where one side is a number with square or cubic metres behind it: `5 m^2`.
fn without_metres(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    let mut bare = |id: Id| {
        let Node::Product(factors) = work.arena.node(id) else {
            return None;
        };
        let (last, rest) = factors.split_last()?;
        let Node::Power(base, exponent) = *work.arena.node(*last) else {
            return None;
        };
        let metre =
            matches!(work.arena.node(base), Node::Symbol(name) if work.arena.text(*name) == "m");
        let power = matches!(work.arena.node(exponent), Node::Number(literal)
            if [2u8, 3].map(Rational::from).contains(&literal.value));
        let rest = rest.to_vec();
        (metre && power).then(|| work.arena.push(Node::Product(rest)))?
    };
    let (bare_left, bare_right) = (bare(left), bare(right));
    let (left, right) = match (bare_left, bare_right) {
        (Some(left), None) => (left, right),
        (None, Some(right)) => (left, right),
        _ => return None,
    };
    Some(compare(work, left, right).doubted())
}

/// Infinity is equal to itself and to nothing else.
fn infinite(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    let sign = |work: &Work<'_>, id: Id| match work.arena.node(id) {
        Node::Constant(Const::Infinity) => Some(true),
        Node::Negative(inner) => {
            matches!(work.arena.node(*inner), Node::Constant(Const::Infinity)).then_some(false)
        }
        _ => None,
    };
    match (sign(work, left), sign(work, right)) {
        (None, None) => None,
        (Some(left), Some(right)) if left == right => Some(Equal(Reason::Exact)),
        (Some(_), Some(_)) => Some(Different(Reason::Exact)),
        (Some(_), None) => finite(work, right),
        (None, Some(_)) => finite(work, left),
    }
}

/// What is known of a value against infinity.
fn finite(work: &mut Work<'_>, id: Id) -> Option<Decision> {
    let mut field = Exact::new(&mut work.fuel);
    let value = eval::eval(work.arena, id, &mut field, true);
    Some(if value.is_ok() {
        Different(Reason::Exact)
    } else {
        Unknown(Reason::Unlike)
    })
}
