//! What a decimal stands for: the value that is written, and those that round to it.

use dashu::base::Abs;
use dashu::{Natural, Rational};

use crate::decision::Decision::{self, Different, Equal, Unknown};
use crate::expr::{Arena, Id, Literal, Node};
use crate::verdict::Reason;
use crate::work::Work;

/// No option asks for more decimals than this.
/// By hand: no verdict changes with 150 or 600.
pub(crate) const DECIMALS_MAX: u32 = 300;

/// Compares two exact values, of which either may be written as a decimal.
pub(crate) fn compare(
    work: &mut Work<'_>,
    left: Id,
    left_value: &Rational,
    right: Id,
    right_value: &Rational,
) -> Decision {
    if left_value == right_value {
        return Equal(Reason::Exact);
    }
    if let Some(decision) = same_at_decimals(work, left, left_value, right, right_value) {
        return decision;
    }
    let difference = (left_value - right_value).abs();
    let gold = if work.is_gold(left) {
        left_value
    } else {
        right_value
    };
    if margin(work, gold).is_some_and(|margin| difference <= margin) {
        return Equal(Reason::Rounded);
    }
    let digits = |literal: Option<&Literal>, other: Option<&Literal>, value: &Rational| {
        literal.and_then(|literal| rounds(literal, other, value, &difference))
    };
    let (left_literal, right_literal) = (literal(work.arena, left), literal(work.arena, right));
    let close = [
        (left, digits(left_literal, right_literal, right_value)),
        (right, digits(right_literal, left_literal, left_value)),
    ];
    let close = close
        .into_iter()
        .filter_map(|(id, digits)| Some(rounded(work, id, digits?)));
    close.reduce(better).unwrap_or(Different(Reason::Exact))
}

/// How far from a gold value another may be, where the options allow a difference.
pub(crate) fn margin(work: &Work<'_>, gold: &Rational) -> Option<Rational> {
    let relative = work.options.rel_tol.as_ref();
    let relative = relative.map(|share| share.value() * gold.clone().abs());
    let absolute = work.options.abs_tol.as_ref().map(|it| it.value().clone());
    relative.into_iter().chain(absolute).max()
}

/// Whether two values, one of them a decimal, round to the same value at the decimals that the
/// options give.
fn same_at_decimals(
    work: &Work<'_>,
    left: Id,
    left_value: &Rational,
    right: Id,
    right_value: &Rational,
) -> Option<Decision> {
    let decimals = work.options.float_rounding?.min(DECIMALS_MAX);
    let scale = Rational::from(Natural::from(10u8).pow(decimals as usize));
    if !has_decimal(work.arena, left) && !has_decimal(work.arena, right) {
        return None;
    }
    let same = (left_value * &scale).round() == (right_value * &scale).round();
    same.then_some(Equal(Reason::Rounded))
}

/// Whether a decimal is written anywhere.
pub(crate) fn has_decimal(arena: &Arena, id: Id) -> bool {
    arena.any(
        id,
        |node| matches!(node, Node::Number(literal) if literal.decimals.is_some()),
    )
}

/// Whether either side holds a decimal that may be rounded, such as `3.14x`.
pub(crate) fn rounded_parts(arena: &Arena, left: Id, right: Id) -> bool {
    let rounded = |id| {
        arena.any(id, |node| {
            matches!(node, Node::Number(literal) if literal.decimals.is_some_and(|digits| digits >= 2))
        })
    };
    rounded(left) != rounded(right)
}

/// What to make of a decimal of so many digits that rounds right.
pub(crate) fn rounded(work: &Work<'_>, written: Id, digits: u32) -> Decision {
    let least = if work.is_gold(written) {
        work.options.rounding_digits
    } else {
        work.options.answer_rounding_digits
    };
    match least {
        Some(least) if digits >= least => Equal(Reason::Rounded),
        _ => Unknown(Reason::Rounding),
    }
}

/// The decimal that a value is written as.
pub(crate) fn literal(arena: &Arena, id: Id) -> Option<&Literal> {
    match arena.node(id) {
        Node::Number(literal) => Some(literal),
        Node::Negative(inner) | Node::Degrees(inner) => literal(arena, *inner),
        _ => None,
    }
}

/// A decimal of so many digits was worked out by a machine, whose last digits are noise: it stands for
/// what differs from it by less than one part in `NOISE`.
/// By hand: no verdict changes with 5 or 20.
const NOISE_DIGITS_MIN: u32 = 10;
/// By hand: no verdict changes with 500,000,000 or 2,000,000,000.
const NOISE: u64 = 1_000_000_000;

/// How many digits of a decimal count, where a value rounds to them; `difference` is exact.
fn rounds(
    literal: &Literal,
    other: Option<&Literal>,
    value: &Rational,
    difference: &Rational,
) -> Option<u32> {
    let decimals = literal.decimals?;
    // Two decimals of one length are two numbers; an integer is exact.
    let other_decimals = other.map_or(u32::MAX, |other| other.decimals.unwrap_or(0));
    let noise = literal.significant >= NOISE_DIGITS_MIN
        && *difference < value.clone().abs() / Rational::from(NOISE);
    if noise {
        // Two decimals of one length that differ in their last digit are near, and not the same.
        let alike = other_decimals == decimals;
        return Some(if alike { 0 } else { literal.significant });
    }
    if literal.open_ended && other_decimals != decimals && difference <= &unit(decimals) {
        return Some(literal.significant);
    }
    if other_decimals <= decimals || value.is_int() && other.is_some() {
        return None;
    }
    within(
        literal,
        difference <= &(unit(decimals) / Rational::from(2)),
        difference < &unit(decimals),
    )
}

/// A decimal of so many digits may have been cut off instead of rounded.
/// By hand: no verdict changes with 5,, 7 or 12.
const CUT_DIGITS_MIN: u32 = 6;

/// A decimal of so many digits that is off by less than a unit is near, and proves nothing.
/// By hand: with 4, 1 verdict changes; with 6, 1 verdict changes; none with 2.
const SLIGHT_DIGITS_MIN: u32 = 3;

/// The digits that count when the difference is at most half a unit, or less than one.
pub(crate) fn within(literal: &Literal, half: bool, whole: bool) -> Option<u32> {
    // Cut off instead of rounded: right to the last digit but one.
    let cut = whole && (literal.open_ended || literal.significant >= CUT_DIGITS_MIN);
    let slight = whole && literal.significant >= SLIGHT_DIGITS_MIN;
    if half || cut {
        Some(literal.significant)
    } else {
        slight.then_some(0)
    }
}

/// One unit of the last of so many decimals.
pub(crate) fn unit(decimals: u32) -> Rational {
    Rational::ONE / Rational::from(Natural::from(10u8).pow(decimals as usize))
}

/// The one that says more of two decisions on a rounded value.
pub(crate) fn better(one: Decision, other: Decision) -> Decision {
    if let Equal(_) = one { one } else { other }
}
