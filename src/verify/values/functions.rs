//! Compares two functions at points, real ones and whole ones.

use dashu::Rational;

use crate::decision::Decision::{self, Different, Equal, Unknown};
use crate::expr::{Arena, Const, Func, Id, Node};
use crate::numbers::eval::{self, Stop};
use crate::numbers::exact::Exact;
use crate::numbers::numeric::Numeric;
use crate::values::enclosures::{self, Closeness, closeness, precision};
use crate::verdict::Reason;
use crate::work::Work;

/// The precision at sample points. By hand.
const POINT_BITS: usize = 320;

/// The agreement that counts as equal there, in bits.
/// By hand: with 400, 5 verdicts change and 1 known case is won; none with 100.
const POINT_AGREEMENT: i64 = 200;

/// How many points are tried.
/// By hand: with 4, 3 verdicts change and 7 known cases are lost; none with 16.
const SAMPLES: u64 = 8;

/// The same where a value is one of several, depending on where its variables are.
/// By hand: no verdict changes with 24 or 96.
const PIECEWISE_SAMPLES: u64 = 48;

/// The first points are positive: where they differ, no convention about signs can help.
/// By hand: with 3, 3 verdicts change; with 8, 12 verdicts change; none with 5.
const POSITIVE_SAMPLES: u64 = 4;

/// So many points that agree, and none that does not, show two functions equal.
/// By hand: with 4, 1 known case is won; with 6, 1 known case is won; none with 2.
const AGREE_MIN: u32 = 3;

/// So many points at which two functions differ show them different: at one, either may be out of its
/// domain in a way that went unnoticed.
/// By hand: with 1, 9 verdicts change; with 3, 4 verdicts change; with 4, 18 verdicts change.
const DIFFER_MIN: u32 = 2;

/// The same for whole points, at which fewer functions have a value.
/// By hand: with 10, 6 known cases are lost; none with 4 or 6.
const WHOLE_AGREE_MIN: u32 = 5;

/// What the samples showed.
#[derive(Default)]
struct Tally {
    agree: u32,
    differ_positive: u32,
    differ_signed: u32,
    unknown: u32,
    /// Where one side has a real value and the other has none.
    beyond: u32,
}

/// Compares two functions at real points, and at integers where reals do not do.
pub(crate) fn compare(work: &mut Work<'_>, left: Id, right: Id, plain_degrees: bool) -> Decision {
    let mut decision = Unknown(Reason::Unproven);
    let mut sampled = false;
    for log in enclosures::log_bases(work.arena, left, right) {
        let tally = match sample(work, left, right, plain_degrees, *log) {
            Ok(tally) => tally,
            Err(_) => return Unknown(Reason::OutOfFuel),
        };
        sampled |= tally.agree + tally.differ_positive + tally.differ_signed > 0;
        decision = tally.decision();
        if tally.beyond > 0 && has_size(work.arena, left) != has_size(work.arena, right) {
            // `\ln|x|` and `\ln x`: the one was written to hold below zero.
            decision = decision.hedged();
        }
        if matches!(decision, Equal(_)) {
            return match steps(work.arena, left) || steps(work.arena, right) {
                true => decision.and(at_integers(work, left, right, plain_degrees)),
                false => decision,
            };
        }
    }
    if sampled {
        decision
    } else {
        at_integers(work, left, right, plain_degrees)
    }
}

/// Whether a value jumps where its variables do not: few points show little of it.
fn steps(arena: &Arena, id: Id) -> bool {
    arena.any(id, |node| {
        matches!(
            node,
            Node::Call(
                Func::Floor | Func::Ceil | Func::Factorial | Func::Binomial | Func::Mod,
                _
            )
        )
    })
}

/// Whether an absolute value is taken.
pub(crate) fn has_size(arena: &Arena, id: Id) -> bool {
    arena.any(id, |node| matches!(node, Node::Call(Func::Abs, _)))
}

/// Whether a value is one of several, depending on where its variables are.
fn is_piecewise(arena: &Arena, id: Id) -> bool {
    arena.any(id, |node| {
        matches!(
            node,
            Node::Call(Func::Max | Func::Min | Func::Abs | Func::Sign, _)
        )
    })
}

/// Compares at real points.
fn sample(
    work: &mut Work<'_>,
    left: Id,
    right: Id,
    degrees: bool,
    log: bool,
) -> Result<Tally, Stop> {
    let mut tally = Tally::default();
    let many = is_piecewise(work.arena, left) || is_piecewise(work.arena, right);
    let samples = if many { PIECEWISE_SAMPLES } else { SAMPLES };
    for point in 0..samples {
        let mut hidden = false;
        let mut value = |id| {
            let mut field = Numeric::at(&mut work.fuel, precision(POINT_BITS), log, point);
            let value = eval::eval(work.arena, id, &mut field, degrees);
            hidden |= field.hidden;
            let complex = field.left_reals;
            let imaginary = |node: &Node| matches!(node, Node::Constant(Const::I));
            if complex && !work.arena.any(id, imaginary) {
                return Err(Stop::Undefined);
            }
            value
        };
        let (left, right) = (value(left), value(right));
        match (left, right) {
            (Err(Stop::Fuel), _) | (_, Err(Stop::Fuel)) => return Err(Stop::Fuel),
            (Ok(left), Ok(right)) if left.is_real() == right.is_real() => {
                match closeness(&left, &right, POINT_BITS) {
                    Closeness::Within(bits) if bits >= POINT_AGREEMENT && !hidden => {
                        tally.agree += 1;
                    }
                    Closeness::Within(_) => tally.unknown += 1,
                    // Two roots of a negative number, in two conventions.
                    Closeness::Apart if point < POSITIVE_SAMPLES && left.is_real() => {
                        tally.differ_positive += 1;
                    }
                    Closeness::Apart => tally.differ_signed += 1,
                }
            }
            // Outside of the domain of one side, as `2 ln x` below zero.
            (Ok(_), Ok(_)) => {}
            (Err(Stop::Undefined), other) | (other, Err(Stop::Undefined)) => {
                tally.beyond += u32::from(other.is_ok_and(|other| other.is_real()));
            }
            // Below zero one side may have no value that all conventions agree on.
            _ if point >= POSITIVE_SAMPLES => {}
            _ => tally.unknown += 1,
        }
        if tally.differ_positive >= DIFFER_MIN {
            break;
        }
    }
    Ok(tally)
}

/// Functions of integers: factorials, binomials, powers of minus one.
fn at_integers(work: &mut Work<'_>, left: Id, right: Id, plain_degrees: bool) -> Decision {
    let mut agree = 0;
    for seed in 0..SAMPLES {
        let mut value = |id| {
            let mut field = Exact::at_integers(&mut work.fuel, seed);
            eval::eval(work.arena, id, &mut field, plain_degrees)
        };
        match (value(left), value(right)) {
            (Ok(left), Ok(right)) if left == right => agree += 1,
            (Ok(_), Ok(_)) => return Different(Reason::Exact),
            (Err(Stop::Fuel), _) | (_, Err(Stop::Fuel)) => return Unknown(Reason::OutOfFuel),
            _ => {}
        }
    }
    if agree >= WHOLE_AGREE_MIN {
        Equal(Reason::Numeric)
    } else {
        Unknown(Reason::Unproven)
    }
}

impl Tally {
    fn decision(&self) -> Decision {
        let differ = self.differ_positive + self.differ_signed;
        if differ == 0 && self.agree >= AGREE_MIN && self.unknown == 0 {
            Equal(Reason::Numeric)
        } else if self.differ_positive >= DIFFER_MIN {
            Different(Reason::Numeric)
        } else {
            Unknown(Reason::Unproven)
        }
    }
}

/// The exact value at an integer point, for proportional relations.
pub(crate) fn at_point(work: &mut Work<'_>, id: Id, seed: u64) -> Option<Rational> {
    let mut field = Exact::at_integers(&mut work.fuel, seed);
    eval::eval(work.arena, id, &mut field, false).ok()
}
