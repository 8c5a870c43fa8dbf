//! Limits: where a quotient is continuous, by the rule of L'Hôpital, of rational functions at infinity, and
//! of powers that tend to one to the infinity.

use dashu::Rational;

use crate::calculus::build::{call, e, number, power, product, quotient, sum};
use crate::calculus::derivatives::derivative;
use crate::calculus::rational;
use crate::decision::Decision;
use crate::expr::{Const, Func, Id, Name, Node};
use crate::replace;
use crate::values::{self, enclosures};
use crate::work::Work;

/// The limit of an expression as a name tends to a point.
pub(crate) fn limit(work: &mut Work<'_>, body: Id, name: Name, point: Id) -> Option<Id> {
    if jumps(work, body) {
        return None;
    }
    if *work.arena.node(point) == Node::Constant(Const::Infinity) {
        return at_infinity(work, body, name);
    }
    if let Node::Power(base, exponent) = *work.arena.node(body)
        && let Some(value) = of_power(work, base, exponent, name, point)
    {
        return Some(value);
    }
    let (above, below) = as_quotient(work, body)?;
    of_quotient(work, above, below, name, point, 0)
}

/// Whether an expression jumps anywhere, so that its value at a point is not its limit there.
fn jumps(work: &Work<'_>, body: Id) -> bool {
    work.arena.any(body, |node| match node {
        Node::Call(func, _) => !matches!(
            func,
            Func::Sin
                | Func::Cos
                | Func::Tan
                | Func::Exp
                | Func::Ln
                | Func::Sqrt
                | Func::Asin
                | Func::Acos
                | Func::Atan
                | Func::Sinh
                | Func::Cosh
        ),
        Node::Number(_) | Node::Symbol(_) | Node::Constant(_) | Node::Sum(_) | Node::Product(_) => {
            false
        }
        Node::Negative(_) | Node::Quotient(..) | Node::Power(..) => false,
        _ => true,
    })
}

/// An expression as one quotient.
fn as_quotient(work: &mut Work<'_>, id: Id) -> Option<(Id, Id)> {
    let one = number(work.arena, 1)?;
    match work.arena.node(id).clone() {
        Node::Quotient(above, below) => Some((above, below)),
        Node::Negative(inner) => {
            let (above, below) = as_quotient(work, inner)?;
            Some((work.arena.push(Node::Negative(above))?, below))
        }
        Node::Product(factors) => {
            let (mut above, mut below) = (one, one);
            for factor in factors {
                let (up, down) = as_quotient(work, factor)?;
                above = product(work.arena, above, up)?;
                below = product(work.arena, below, down)?;
            }
            Some((above, below))
        }
        _ => Some((id, one)),
    }
}

/// How often the rule of L'Hôpital is applied. By hand.
const RULE_MAX: u32 = 4;

fn of_quotient(
    work: &mut Work<'_>,
    above: Id,
    below: Id,
    name: Name,
    point: Id,
    applied: u32,
) -> Option<Id> {
    let up = replace::replaced(work.arena, above, name, point)?;
    let down = replace::replaced(work.arena, below, name, point)?;
    let is_zero = |work: &mut Work<'_>, id: Id| {
        let zero = number(work.arena, 0)?;
        match values::compare(work, id, zero) {
            Decision::Equal(_) => Some(true),
            Decision::Different(_) => Some(false),
            Decision::Unknown(_) => None,
        }
    };
    match (is_zero(work, up), is_zero(work, down)?) {
        (_, false) if has_value(work, up) => quotient(work.arena, up, down),
        (Some(true), true) if applied < RULE_MAX => {
            let above = derivative(work.arena, above, name)?;
            let below = derivative(work.arena, below, name)?;
            of_quotient(work, above, below, name, point, applied + 1)
        }
        _ => None,
    }
}

/// Whether an expression without names has a value.
fn has_value(work: &mut Work<'_>, id: Id) -> bool {
    let names = !work.arena.symbols(id).is_empty();
    names || enclosures::constant(work, id, false, enclosures::COARSE, false).is_ok()
}

/// `(1 + x)^{1/x}`: e to the limit of the exponent times the logarithm of the base.
fn of_power(work: &mut Work<'_>, base: Id, exponent: Id, name: Name, point: Id) -> Option<Id> {
    let start = replace::replaced(work.arena, base, name, point)?;
    let one = number(work.arena, 1)?;
    matches!(values::compare(work, start, one), Decision::Equal(_)).then_some(())?;
    let (above, below) = as_quotient(work, exponent)?;
    let log = call(work.arena, Func::Ln, base)?;
    let above = product(work.arena, above, log)?;
    let exponent = of_quotient(work, above, below, name, point, 0)?;
    let base = e(work.arena)?;
    power(work.arena, base, exponent)
}

/// The limit at infinity of a rational function, or of a power whose base tends to one.
fn at_infinity(work: &mut Work<'_>, body: Id, name: Name) -> Option<Id> {
    if let Node::Power(base, exponent) = *work.arena.node(body)
        && work.arena.symbols(exponent).contains(&name)
    {
        let one = number(work.arena, 1)?;
        let excess = work.arena.difference(base, one)?;
        let tends = rational_limit(work, excess, name)?;
        tends.is_zero().then_some(())?;
        // ln(1 + h) is h and less than h² besides, which vanishes as h times the exponent has a limit.
        let exponent = product(work.arena, exponent, excess)?;
        let exponent = rational_limit(work, exponent, name)?;
        let exponent = work.arena.number(exponent)?;
        let base = e(work.arena)?;
        return power(work.arena, base, exponent);
    }
    if let Some(limit) = rational_limit(work, body, name) {
        return work.arena.number(limit);
    }
    in_parts(work, body, name)
}

/// A sum or product of parts that all have limits.
fn in_parts(work: &mut Work<'_>, body: Id, name: Name) -> Option<Id> {
    let (parts, adds) = match work.arena.node(body).clone() {
        Node::Sum(parts) => (parts, true),
        Node::Product(parts) => (parts, false),
        _ => return None,
    };
    let mut total = number(work.arena, i32::from(!adds))?;
    for part in parts {
        let part = if work.arena.symbols(part).contains(&name) {
            at_infinity(work, part, name)?
        } else {
            part
        };
        total = if adds {
            sum(work.arena, total, part)?
        } else {
            product(work.arena, total, part)?
        };
    }
    Some(total)
}

/// The limit at infinity of a quotient of polynomials.
fn rational_limit(work: &mut Work<'_>, body: Id, name: Name) -> Option<Rational> {
    let (above, below) = rational::ratio(work, body, name)?;
    let lead = below.last()?;
    match above.len().cmp(&below.len()) {
        std::cmp::Ordering::Less => Some(Rational::ZERO),
        std::cmp::Ordering::Equal => Some(above.last()? / lead),
        std::cmp::Ordering::Greater => None,
    }
}
