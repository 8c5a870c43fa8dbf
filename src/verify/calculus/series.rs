//! Endless sums: geometric ones with a polynomial beside, of powers, telescoping ones, and e.

use dashu::Rational;

use crate::calculus::build::{call, e, number, power, product, quotient, sum as plus};
use crate::calculus::derivatives::depends;
use crate::calculus::rational::{self, Polynomial};
use crate::expr::{Const, Func, Id, Name, Node};
use crate::linear;
use crate::replace;
use crate::work::Work;

/// The sum from a whole number on.
pub(crate) fn sum(work: &mut Work<'_>, body: Id, name: Name, from: Id) -> Option<Id> {
    let from = rational::exact(work, from)?;
    from.is_int().then_some(())?;
    let from = i32::try_from(from.numerator()).ok()?;
    (from.unsigned_abs() <= START_MAX).then_some(())?;
    if let Some((above, below)) = rational::ratio(work, body, name) {
        return of_rational(work, &above, &below, from);
    }
    let mut parts = Parts::default();
    split(work, body, name, true, &mut parts)?;
    match (&parts.factorials[..], parts.rational) {
        ([], Some((above, below))) if below.len() == 1 => {
            let polynomial: Polynomial = above.iter().map(|it| it / &below[0]).collect();
            geometric(work, &parts.geometric, &polynomial, name, from)
        }
        ([], Some((above, below))) => {
            alternating(work, &parts.geometric, &above, &below, name, from)
        }
        ([], None) => geometric(work, &parts.geometric, &vec![Rational::ONE], name, from),
        ([inner], None) => exponential(work, &parts.geometric, *inner, name, from),
        _ => None,
    }
}

/// A sum that starts further from zero is not worked out. By hand.
const START_MAX: u32 = 50;

/// The factors of a term.
#[derive(Default)]
struct Parts {
    /// Constants, and powers of a constant to something linear, with their side of the bar.
    geometric: Vec<(Id, bool)>,
    /// What stands in factorials below the bar.
    factorials: Vec<Id>,
    rational: Option<(Polynomial, Polynomial)>,
}

/// Splits a term into its factors; nothing where one is of no kind.
fn split(work: &mut Work<'_>, id: Id, name: Name, above: bool, parts: &mut Parts) -> Option<()> {
    work.fuel.burn(50).ok()?;
    if !depends(work.arena, id, name) {
        parts.geometric.push((id, above));
        return Some(());
    }
    match work.arena.node(id).clone() {
        Node::Product(factors) => {
            for factor in factors {
                split(work, factor, name, above, parts)?;
            }
            Some(())
        }
        Node::Quotient(up, down) => {
            split(work, up, name, above, parts)?;
            split(work, down, name, !above, parts)
        }
        Node::Negative(inner) => {
            let minus = number(work.arena, -1)?;
            parts.geometric.push((minus, true));
            split(work, inner, name, above, parts)
        }
        Node::Call(Func::Factorial, args) if !above => {
            parts.factorials.push(*args.first()?);
            Some(())
        }
        Node::Power(base, exponent) if !depends(work.arena, base, name) => {
            linear::linear(work, exponent, name)?;
            parts.geometric.push((id, above));
            Some(())
        }
        _ => {
            let (up, down) = rational::ratio(work, id, name)?;
            parts.rational.is_none().then_some(())?;
            parts.rational = Some(if above { (up, down) } else { (down, up) });
            Some(())
        }
    }
}

/// The product of factors at a whole number.
fn at(work: &mut Work<'_>, factors: &[(Id, bool)], name: Name, place: i32) -> Option<Id> {
    let place = number(work.arena, place)?;
    let (mut above, mut below) = (number(work.arena, 1)?, number(work.arena, 1)?);
    for (factor, up) in factors {
        let value = replace::replaced(work.arena, *factor, name, place)?;
        if *up {
            above = product(work.arena, above, value)?;
        } else {
            below = product(work.arena, below, value)?;
        }
    }
    quotient(work.arena, above, below)
}

/// What one term of a geometric sum is of the term before.
fn ratio_of(work: &mut Work<'_>, factors: &[(Id, bool)], name: Name) -> Option<(Id, Rational)> {
    let (first, next) = (at(work, factors, name, 0)?, at(work, factors, name, 1)?);
    let ratio = quotient(work.arena, next, first)?;
    let value = rational::exact(work, ratio)?;
    Some((first, value))
}

/// `\sum p(n) r^n` for a polynomial of degree two at most, and a ratio that is less than one.
fn geometric(
    work: &mut Work<'_>,
    factors: &[(Id, bool)],
    polynomial: &Polynomial,
    name: Name,
    from: i32,
) -> Option<Id> {
    let (scale, ratio) = ratio_of(work, factors, name)?;
    let one = Rational::ONE;
    (ratio < one && ratio > -one.clone() && polynomial.len() <= 3).then_some(())?;
    let rest = &one - &ratio;
    // The sums of r^n, n r^n and n² r^n from zero on.
    let sums = [
        &one / &rest,
        &ratio / (&rest * &rest),
        &ratio * (&one + &ratio) / (&rest * &rest * &rest),
    ];
    let whole = polynomial
        .iter()
        .zip(&sums)
        .map(|(coefficient, sum)| coefficient * sum);
    let mut total = whole.fold(Rational::ZERO, |total, part| total + part);
    (ratio != Rational::ZERO).then_some(())?;
    for place in from.min(0)..from.max(0) {
        let value =
            rational::at(polynomial, &Rational::from(place)) * ratio.clone().pow(place as isize);
        total = if from > 0 {
            total - value
        } else {
            total + value
        };
    }
    let total = work.arena.number(total)?;
    product(work.arena, scale, total)
}

/// `\sum x^n / n!`, which is e to the ratio.
fn exponential(
    work: &mut Work<'_>,
    factors: &[(Id, bool)],
    inner: Id,
    name: Name,
    from: i32,
) -> Option<Id> {
    let counts = matches!(work.arena.node(inner), Node::Symbol(symbol) if *symbol == name);
    (counts && from >= 0).then_some(())?;
    let (first, next) = (at(work, factors, name, 0)?, at(work, factors, name, 1)?);
    let ratio = quotient(work.arena, next, first)?;
    let base = e(work.arena)?;
    let mut total = power(work.arena, base, ratio)?;
    let mut factorial = Rational::ONE;
    for place in 0..from {
        factorial *= Rational::from(place.max(1));
        let exponent = number(work.arena, place)?;
        let term = work.arena.push(Node::Power(ratio, exponent))?;
        let below = work.arena.number(factorial.clone())?;
        let term = quotient(work.arena, term, below)?;
        total = work.arena.difference(total, term)?;
    }
    product(work.arena, first, total)
}

/// `\sum (-1)^n c/n`, the logarithm of two, and `\sum (-1)^n c/(2n+1)`, a quarter of pi.
fn alternating(
    work: &mut Work<'_>,
    factors: &[(Id, bool)],
    above: &Polynomial,
    below: &Polynomial,
    name: Name,
    from: i32,
) -> Option<Id> {
    let (scale, ratio) = ratio_of(work, factors, name)?;
    let ([c], [start, step]) = (&above[..], &below[..]) else {
        return None;
    };
    (ratio == -Rational::ONE).then_some(())?;
    let first = (start + step * Rational::from(from)) / step;
    let (value, sign) = if first.is_one() {
        let two = number(work.arena, 2)?;
        (call(work.arena, Func::Ln, two)?, from)
    } else if first == Rational::ONE / Rational::from(2) {
        let pi = work.arena.push(Node::Constant(Const::Pi))?;
        let two = number(work.arena, 2)?;
        (quotient(work.arena, pi, two)?, from)
    } else {
        return None;
    };
    let sign = if sign % 2 == 0 { 1 } else { -1 };
    let factor = work.arena.number(c / step * Rational::from(sign))?;
    let value = product(work.arena, factor, value)?;
    product(work.arena, scale, value)
}

/// A sum of a rational function: over a power, or over distinct linear factors.
fn of_rational(
    work: &mut Work<'_>,
    above: &Polynomial,
    below: &Polynomial,
    from: i32,
) -> Option<Id> {
    (above.len() + 2 <= below.len() && !above.is_empty()).then_some(())?;
    let lead = below.last()?.clone();
    let pure = below[..below.len() - 1].iter().all(|it| it.is_zero());
    if let ([c], true) = (&above[..], pure) {
        return zeta(work, &(c / &lead), below.len() - 1, from);
    }
    telescoping(work, above, below, from)
}

/// `\sum c/n^s` for an even power.
fn zeta(work: &mut Work<'_>, c: &Rational, power_of: usize, from: i32) -> Option<Id> {
    let below = match power_of {
        2 => 6,
        4 => 90,
        6 => 945,
        8 => 9450,
        _ => return None,
    };
    (from >= 1).then_some(())?;
    let pi = work.arena.push(Node::Constant(Const::Pi))?;
    let exponent = number(work.arena, i32::try_from(power_of).ok()?)?;
    let raised = power(work.arena, pi, exponent)?;
    let below = number(work.arena, below)?;
    let mut total = quotient(work.arena, raised, below)?;
    for place in 1..from {
        let term = -(Rational::ONE / Rational::from(place).pow(power_of as isize));
        let term = work.arena.number(term)?;
        total = plus(work.arena, total, term)?;
    }
    let c = work.arena.number(c.clone())?;
    product(work.arena, c, total)
}

/// Roots of the divisor are looked for up to here. By hand.
const ROOT_MAX: i32 = 20;

/// A sum whose partial fractions cancel but for their first terms.
fn telescoping(
    work: &mut Work<'_>,
    above: &Polynomial,
    below: &Polynomial,
    from: i32,
) -> Option<Id> {
    let is_root = |root: &i32| rational::at(below, &Rational::from(*root)).is_zero();
    let roots: Vec<i32> = (-ROOT_MAX..=ROOT_MAX).filter(is_root).collect();
    // As many roots as its degree: each is simple. None is met on the way.
    (roots.len() + 1 == below.len() && roots.iter().all(|root| *root < from)).then_some(())?;
    let slope = rational::slope(below);
    let last = *roots.iter().min()?;
    let mut total = Rational::ZERO;
    for root in &roots {
        let at_root = Rational::from(*root);
        let share = rational::at(above, &at_root) / rational::at(&slope, &at_root);
        for place in (from - root)..(from - last) {
            total += &share / Rational::from(place);
        }
    }
    work.arena.number(total)
}
