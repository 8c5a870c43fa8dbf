//! Encloses constants, and tells how close two enclosures are.

use std::sync::OnceLock;

use crate::expr::{Arena, Func, Id, Node};
use crate::numbers::ball::Precision;
use crate::numbers::eval::{self, Stop};
use crate::numbers::numeric::{Complex, Numeric};
use crate::work::Work;

/// The precision at which values are enclosed first, in bits. By hand.
pub(crate) const COARSE: usize = 128;

/// The same, where the coarse one leaves a doubt. By hand.
pub(crate) const FINE: usize = 640;

/// Two enclosures that agree to this many bits are the same value.
/// By hand: with 1,000, 8 verdicts change and 5 known cases are lost; none with 250.
pub(crate) const AGREEMENT: i64 = 500;

/// The constants of a precision, worked out once.
pub(crate) fn precision(bits: usize) -> &'static Precision {
    static COARSE_CONSTANTS: OnceLock<Precision> = OnceLock::new();
    static POINT_CONSTANTS: OnceLock<Precision> = OnceLock::new();
    static FINE_CONSTANTS: OnceLock<Precision> = OnceLock::new();
    let cell = match bits {
        COARSE => &COARSE_CONSTANTS,
        FINE => &FINE_CONSTANTS,
        _ => &POINT_CONSTANTS,
    };
    cell.get_or_init(|| Precision::new(bits))
}

/// How two enclosed values compare.
pub(crate) enum Closeness {
    Apart,
    /// They agree to this many bits, relative to the larger, or to one where both may be zero.
    Within(i64),
}

/// A constant, enclosed.
pub(crate) fn constant(
    work: &mut Work<'_>,
    id: Id,
    degrees: bool,
    bits: usize,
    log: bool,
) -> Result<Complex, Stop> {
    enclosed(work, id, degrees, bits, log).map(|(value, _)| value)
}

/// A constant, and whether the precision may hide a part of it.
pub(crate) fn enclosed(
    work: &mut Work<'_>,
    id: Id,
    degrees: bool,
    bits: usize,
    log: bool,
) -> Result<(Complex, bool), Stop> {
    let mut field = Numeric::constants(&mut work.fuel, precision(bits), log);
    let value = eval::eval(work.arena, id, &mut field, degrees)?;
    Ok((value, field.hidden))
}

/// `log` without a base is to ten or to e: both are tried where it occurs on one side only, and
/// where it occurs on both, since the two sides mean the same.
pub(crate) fn log_bases(arena: &Arena, left: Id, right: Id) -> &'static [bool] {
    let has_log = |id| arena.any(id, |node| matches!(node, Node::Call(Func::Log, _)));
    if has_log(left) || has_log(right) {
        &[false, true]
    } else {
        &[false]
    }
}

/// How close two enclosures are.
pub(crate) fn closeness(left: &Complex, right: &Complex, bits: usize) -> Closeness {
    let differences = [
        (left.re.subtract(&right.re, bits), &left.re, &right.re),
        (left.im.subtract(&right.im, bits), &left.im, &right.im),
    ];
    if differences
        .iter()
        .any(|(difference, ..)| !difference.has_zero())
    {
        return Closeness::Apart;
    }
    // The scale of a complex number is that of its larger part.
    let scale = [&left.re, &right.re, &left.im, &right.im]
        .iter()
        .filter(|ball| !ball.has_zero())
        .filter_map(|ball| ball.magnitude())
        .max()
        .unwrap_or(0);
    let error = differences
        .iter()
        .filter_map(|(difference, ..)| difference.magnitude())
        .max();
    // A value beyond the precision may hide a difference: `2^5000 + 1`.
    let huge = scale.abs() > AGREEMENT;
    match error {
        None => Closeness::Within(i64::MAX),
        Some(_) if huge => Closeness::Within(0),
        Some(error) => Closeness::Within(scale - error),
    }
}

/// The order of two real constants, where it can be told.
pub(crate) fn is_below(work: &mut Work<'_>, left: Id, right: Id) -> Option<bool> {
    let left = constant(work, left, false, COARSE, false).ok()?;
    let right = constant(work, right, false, COARSE, false).ok()?;
    if !left.is_real() || !right.is_real() {
        return None;
    }
    left.re.is_below(&right.re, COARSE)
}
