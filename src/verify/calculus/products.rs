//! Endless products of a rational function that telescope: `\\prod_{n\\ge2} (1 - 1/n^2)`, Wallis's.
//!
//! The product of `(n - a)/(n - b)` over factors converges where above and below there are as many of them,
//! with the same sum of their roots, and is a quotient of values of the gamma function, which are known at whole
//! numbers and at halves. A quadratic factor without real roots is left where the same stands on the
//! other side some steps on: `n^2 + n + 1` is `n^2 - n + 1` of the next number.

use dashu::Rational;

use crate::calculus::build;
use crate::calculus::rational::{self, Polynomial};
use crate::expr::{Const, Id, Name, Node};
use crate::work::Work;

/// The product from a whole number on.
pub(crate) fn product(work: &mut Work<'_>, body: Id, name: Name, from: Id) -> Option<Id> {
    let from = rational::exact(work, from)?;
    from.is_int().then_some(())?;
    let (above, below) = rational::ratio(work, body, name)?;
    (above.len() > 1 && above.last() == below.last()).then_some(())?;
    // The sums of the roots are told by the second coefficients.
    let converges = above.len() == below.len() && above[above.len() - 2] == below[below.len() - 2];
    converges.then_some(())?;
    work.fuel.burn(PRODUCT_FUEL).ok()?;
    let (above, below) = (Factors::of(above, &from)?, Factors::of(below, &from)?);
    let shift = shift(&above.rest, &below.rest, &from)?;
    let value = below.gammas.clone() / above.gammas * shift;
    (below.halves % 2 == above.halves % 2).then_some(())?;
    let value = work.arena.number(value)?;
    let powers = (below.halves - above.halves) / 2;
    let pi = work.arena.push(Node::Constant(Const::Pi))?;
    let exponent = build::number(work.arena, powers)?;
    let pis = build::power(work.arena, pi, exponent)?;
    build::product(work.arena, value, pis)
}

/// What the search for the roots of both sides costs.
const PRODUCT_FUEL: u64 = 5_000;

/// Roots are looked for up to here. By hand.
const ROOT_MAX: i32 = 20;

/// A polynomial by its roots.
struct Factors {
    /// The product of the gamma function's values at the start less each root, without the roots of pi.
    gammas: Rational,
    /// How many of those values have the root of pi.
    halves: i32,
    /// What has none of the roots that were looked for.
    rest: Polynomial,
}

impl Factors {
    /// Parts a polynomial; nothing where a root is met on the way.
    fn of(polynomial: Polynomial, from: &Rational) -> Option<Self> {
        let mut factors = Self {
            gammas: Rational::ONE,
            halves: 0,
            rest: polynomial,
        };
        for twice in -2 * ROOT_MAX..=2 * ROOT_MAX {
            let root = Rational::from(twice) / Rational::from(2);
            while factors.rest.len() > 1 && rational::at(&factors.rest, &root).is_zero() {
                factors.rest = divided(&factors.rest, &root);
                factors.gammas *= gamma(&(from - &root))?;
                factors.halves += twice.rem_euclid(2);
            }
        }
        Some(factors)
    }
}

/// A polynomial divided by `n` less one of its roots.
fn divided(polynomial: &Polynomial, root: &Rational) -> Polynomial {
    let mut quotient: Polynomial = Vec::with_capacity(polynomial.len());
    let mut carried = Rational::ZERO;
    for coefficient in polynomial.iter().skip(1).rev() {
        carried = carried * root + coefficient;
        quotient.push(carried.clone());
    }
    quotient.reverse();
    quotient
}

/// The gamma function at a positive whole number or half, without the root of pi that it has at halves.
fn gamma(place: &Rational) -> Option<Rational> {
    let within = *place > Rational::ZERO && *place <= Rational::from(4 * ROOT_MAX);
    within.then_some(())?;
    let mut value = Rational::ONE;
    let mut place = place - Rational::ONE;
    while place > Rational::ZERO {
        value *= &place;
        place -= Rational::ONE;
    }
    Some(value)
}

/// What is left of two quadratic factors of which one is the other some steps on.
fn shift(above: &Polynomial, below: &Polynomial, from: &Rational) -> Option<Rational> {
    if above.len() == 1 && below.len() == 1 {
        return Some(Rational::ONE);
    }
    let ([above_c, above_b, above_a], [_, below_b, below_a]) = (&above[..], &below[..]) else {
        return None;
    };
    let four = Rational::from(4);
    let real = above_b * above_b >= &four * above_a * above_c;
    (!real && above_a == below_a).then_some(())?;
    // a(n + k)^2 + b(n + k) + c has the second coefficient b + 2ak.
    let steps = (above_b - below_b) / (above_a * Rational::from(2));
    (steps.is_int() && steps <= ROOT_MAX.into() && steps >= (-ROOT_MAX).into()).then_some(())?;
    let steps = i32::try_from(steps.numerator()).ok()?;
    let moved = rational::at(below, &Rational::from(steps)) == *above_c;
    moved.then_some(())?;
    let first = if steps > 0 { below } else { above };
    let left = (0..steps.unsigned_abs())
        .map(|step| rational::at(first, &(from + Rational::from(step))))
        .fold(Rational::ONE, |total, it| total * it);
    Some(if steps > 0 {
        Rational::ONE / left
    } else {
        left
    })
}
