//! Compares two constants by enclosures.

use dashu::Rational;

use crate::decision::Decision::{self, Different, Equal, Unknown};
use crate::expr::{Arena, Const, Func, Id, Literal, Node};
use crate::numbers::ball::Ball;
use crate::numbers::eval::{self, Stop};
use crate::numbers::exact::Exact;
use crate::numbers::numeric::Complex;
use crate::values::enclosures::{self, AGREEMENT, COARSE, Closeness, FINE, closeness};
use crate::values::rounding::{self, DECIMALS_MAX, better, unit, within};
use crate::verdict::Reason;
use crate::work::Work;

/// Compares two constants, first coarsely.
pub(crate) fn compare(work: &mut Work<'_>, left: Id, right: Id, plain_degrees: bool) -> Decision {
    let coarse = constants_at(work, left, right, plain_degrees, COARSE);
    match coarse {
        Err(Stop::Fuel) => return Unknown(Reason::OutOfFuel),
        Ok(Closeness::Apart) => return apart(work, left, right, plain_degrees),
        _ => {}
    }
    match constants_at(work, left, right, plain_degrees, FINE) {
        Err(Stop::Fuel) => Unknown(Reason::OutOfFuel),
        Ok(Closeness::Apart) => apart(work, left, right, plain_degrees),
        Ok(Closeness::Within(bits)) if bits >= AGREEMENT => Equal(Reason::Numeric),
        _ => Unknown(Reason::Unproven),
    }
}

/// How close two constants are at one precision.
fn constants_at(
    work: &mut Work<'_>,
    left: Id,
    right: Id,
    degrees: bool,
    bits: usize,
) -> Result<Closeness, Stop> {
    let mut best = None;
    for log in enclosures::log_bases(work.arena, left, right) {
        let (left, left_hidden) = enclosures::enclosed(work, left, degrees, bits, *log)?;
        let (right, right_hidden) = enclosures::enclosed(work, right, degrees, bits, *log)?;
        match closeness(&left, &right, bits) {
            Closeness::Within(_) if left_hidden || right_hidden => {
                return Ok(Closeness::Within(0));
            }
            Closeness::Within(bits) => return Ok(Closeness::Within(bits)),
            apart => best = Some(apart),
        }
    }
    best.ok_or(Stop::Unsupported)
}

/// Whether a sine of a whole number is written, which may be meant in degrees.
fn may_be_degrees(arena: &Arena, id: Id) -> bool {
    let whole = |id: &Id| match arena.node(*id) {
        Node::Number(literal) => literal.value.is_int() && literal.value >= Rational::from(5),
        _ => false,
    };
    arena.any(id, |node| match node {
        Node::Call(func, args) => {
            let circular = matches!(
                func,
                Func::Sin | Func::Cos | Func::Tan | Func::Cot | Func::Sec | Func::Csc
            );
            circular && args.iter().all(whole)
        }
        _ => false,
    })
}

/// Whether a value is not real although it is written without `i`: a logarithm or root of a
/// negative number, which has several values.
fn off_the_reals(work: &mut Work<'_>, id: Id, plain_degrees: bool) -> bool {
    let imaginary = |node: &Node| matches!(node, Node::Constant(Const::I));
    let value = enclosures::constant(work, id, plain_degrees, COARSE, false);
    !work.arena.any(id, imaginary) && value.is_ok_and(|value| !value.is_real())
}

/// Whether two constants are equal at the decimals that the options give: rounded to them where
/// one side is a decimal, closer than them where neither is a number.
fn close_at_decimals(work: &mut Work<'_>, left: Id, right: Id, plain_degrees: bool) -> bool {
    let margin =
        if rounding::has_decimal(work.arena, left) || rounding::has_decimal(work.arena, right) {
            work.options
                .float_rounding
                .map(|decimals| unit(decimals.min(DECIMALS_MAX)) / Rational::from(2))
        } else if is_rational(work, left) || is_rational(work, right) {
            None
        } else {
            work.options
                .numeric_precision
                .map(|decimals| unit(decimals.min(DECIMALS_MAX)))
        };
    let Some(margin) = margin else {
        return false;
    };
    let value =
        |work: &mut Work<'_>, id| enclosures::constant(work, id, plain_degrees, COARSE, false);
    let (Ok(left), Ok(right)) = (value(work, left), value(work, right)) else {
        return false;
    };
    let Ok(difference) = left.re.subtract(&right.re, COARSE).abs() else {
        return false;
    };
    let margin = Ball::rational(&margin, COARSE);
    left.is_real() && right.is_real() && difference.is_below(&margin, COARSE) == Some(true)
}

/// Whether two real constants differ by no more than the options allow.
fn is_tolerated(work: &mut Work<'_>, left: Id, right: Id, plain_degrees: bool) -> bool {
    let (gold, other) = if work.is_gold(left) {
        (left, right)
    } else {
        (right, left)
    };
    let value =
        |work: &mut Work<'_>, id| enclosures::constant(work, id, plain_degrees, COARSE, false);
    let (Ok(gold), Ok(other)) = (value(work, gold), value(work, other)) else {
        return false;
    };
    let (Ok(difference), Ok(size)) = (
        gold.re.subtract(&other.re, COARSE).abs(),
        gold.re.clone().abs(),
    ) else {
        return false;
    };
    let below = |margin: Ball| difference.is_below(&margin, COARSE) == Some(true);
    let relative =
        work.options.rel_tol.as_ref().is_some_and(|share| {
            below(size.multiply(&Ball::rational(share.value(), COARSE), COARSE))
        });
    let absolute = work.options.abs_tol.as_ref();
    let absolute = absolute.is_some_and(|it| below(Ball::rational(it.value(), COARSE)));
    gold.is_real() && other.is_real() && (relative || absolute)
}

/// Whether a value is known exactly.
fn is_rational(work: &mut Work<'_>, id: Id) -> bool {
    let mut field = Exact::new(&mut work.fuel);
    eval::eval(work.arena, id, &mut field, false).is_ok()
}

/// Two constants are apart: different, unless one is written as a rounded decimal.
fn apart(work: &mut Work<'_>, left: Id, right: Id, plain_degrees: bool) -> Decision {
    if close_at_decimals(work, left, right, plain_degrees)
        || is_tolerated(work, left, right, plain_degrees)
    {
        return Equal(Reason::Rounded);
    }
    if may_be_degrees(work.arena, left) || may_be_degrees(work.arena, right) {
        return Unknown(Reason::Doubtful);
    }
    if off_the_reals(work, left, plain_degrees) || off_the_reals(work, right, plain_degrees) {
        return Unknown(Reason::Unproven);
    }
    let mut best: Option<Decision> = None;
    for (written, other) in [(left, right), (right, left)] {
        let in_degrees = |node: &Node| matches!(node, Node::Degrees(_));
        if !plain_degrees && work.arena.any(written, in_degrees) {
            continue;
        }
        let Some(literal) =
            rounding::literal(work.arena, written).filter(|literal| literal.decimals.is_some())
        else {
            continue;
        };
        let literal = literal.clone();
        // Four bits a digit, and some to spare.
        let needed = literal.decimals.unwrap_or(0) as usize * 4 + 32;
        let bits = if needed <= COARSE { COARSE } else { FINE };
        if needed > bits {
            return Unknown(Reason::Unproven);
        }
        for log in enclosures::log_bases(work.arena, left, right) {
            let value = enclosures::constant(work, other, plain_degrees, bits, *log);
            let written_value = enclosures::constant(work, written, plain_degrees, bits, *log);
            let digits = match (value, written_value) {
                (Ok(value), Ok(written)) => rounds_to(&literal, &written, &value, bits),
                _ => return Unknown(Reason::Unproven),
            };
            let decision = digits.map(|digits| rounding::rounded(work, written, digits));
            best = match (best, decision) {
                (Some(best), Some(decision)) => Some(better(best, decision)),
                (best, decision) => best.or(decision),
            };
        }
    }
    best.unwrap_or(Different(Reason::Numeric))
}

/// How many digits of a decimal count, where an enclosed value rounds to them.
fn rounds_to(literal: &Literal, written: &Complex, value: &Complex, bits: usize) -> Option<u32> {
    if !value.is_real() {
        return None;
    }
    let decimals = literal.decimals?;
    let difference = written.re.subtract(&value.re, bits).abs().ok()?;
    let below = |limit: &Rational| {
        difference
            .is_below(&Ball::rational(limit, bits), bits)
            .unwrap_or(false)
    };
    within(
        literal,
        below(&(unit(decimals) / Rational::from(2))),
        below(&unit(decimals)),
    )
}
