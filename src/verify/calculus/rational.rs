//! Polynomials and their quotients in one name, over the rational numbers.

use dashu::Rational;

use crate::calculus::derivatives::depends;
use crate::expr::{Id, Name, Node};
use crate::numbers::eval;
use crate::numbers::exact::Exact;
use crate::work::Work;

/// Coefficients from the constant on, without zeros at the end.
pub(crate) type Polynomial = Vec<Rational>;

/// No polynomial here has a higher degree. By hand.
const DEGREE_MAX: usize = 24;

/// The value of an expression without names.
pub(crate) fn exact(work: &mut Work<'_>, id: Id) -> Option<Rational> {
    let mut field = Exact::new(&mut work.fuel);
    eval::eval(work.arena, id, &mut field, false).ok()
}

/// The quotient of two polynomials that an expression is.
pub(crate) fn ratio(work: &mut Work<'_>, id: Id, name: Name) -> Option<Ratio> {
    work.fuel.burn(50).ok()?;
    let one = || vec![Rational::ONE];
    if !depends(work.arena, id, name) {
        return Some((trimmed(vec![exact(work, id)?]), one()));
    }
    match work.arena.node(id).clone() {
        Node::Symbol(_) => Some((vec![Rational::ZERO, Rational::ONE], one())),
        Node::Negative(inner) => {
            let (above, below) = ratio(work, inner, name)?;
            Some((above.into_iter().map(|it| -it).collect(), below))
        }
        Node::Sum(terms) => of_sum(work, &terms, name),
        Node::Product(factors) => of_product(work, &factors, name),
        Node::Quotient(above, below) => of_quotient(work, above, below, name),
        Node::Power(base, exponent) => {
            let exponent = exact(work, exponent)?;
            let base = ratio(work, base, name)?;
            raised(base, &exponent)
        }
        _ => None,
    }
}

/// A polynomial above another one.
type Ratio = (Polynomial, Polynomial);

fn of_sum(work: &mut Work<'_>, terms: &[Id], name: Name) -> Option<Ratio> {
    let mut total = (Vec::new(), vec![Rational::ONE]);
    for term in terms {
        let term = ratio(work, *term, name)?;
        total = (
            plus(&times(&total.0, &term.1)?, &times(&term.0, &total.1)?),
            times(&total.1, &term.1)?,
        );
    }
    Some(total)
}

fn of_product(work: &mut Work<'_>, factors: &[Id], name: Name) -> Option<Ratio> {
    let mut total = (vec![Rational::ONE], vec![Rational::ONE]);
    for factor in factors {
        let factor = ratio(work, *factor, name)?;
        total = (times(&total.0, &factor.0)?, times(&total.1, &factor.1)?);
    }
    Some(total)
}

fn of_quotient(work: &mut Work<'_>, above: Id, below: Id, name: Name) -> Option<Ratio> {
    let (above, below) = (ratio(work, above, name)?, ratio(work, below, name)?);
    (!below.0.is_empty()).then_some(())?;
    Some((times(&above.0, &below.1)?, times(&above.1, &below.0)?))
}

/// A quotient to a whole power.
fn raised(base: (Polynomial, Polynomial), exponent: &Rational) -> Option<(Polynomial, Polynomial)> {
    exponent.is_int().then_some(())?;
    let exponent = i32::try_from(exponent.numerator()).ok()?;
    let (mut above, mut below) = (vec![Rational::ONE], vec![Rational::ONE]);
    for _ in 0..exponent.unsigned_abs().min(DEGREE_MAX as u32 + 1) {
        above = times(&above, &base.0)?;
        below = times(&below, &base.1)?;
    }
    match exponent {
        ..0 => (!above.is_empty()).then_some((below, above)),
        _ => Some((above, below)),
    }
}

/// A polynomial without zeros at its end.
fn trimmed(mut polynomial: Polynomial) -> Polynomial {
    while polynomial.last().is_some_and(Rational::is_zero) {
        polynomial.pop();
    }
    polynomial
}

fn plus(left: &Polynomial, right: &Polynomial) -> Polynomial {
    let length = left.len().max(right.len());
    let at = |of: &Polynomial, place: usize| of.get(place).cloned().unwrap_or(Rational::ZERO);
    trimmed(
        (0..length)
            .map(|place| at(left, place) + at(right, place))
            .collect(),
    )
}

fn times(left: &Polynomial, right: &Polynomial) -> Option<Polynomial> {
    if left.is_empty() || right.is_empty() {
        return Some(Vec::new());
    }
    let length = left.len() + right.len() - 1;
    (length <= DEGREE_MAX + 1).then_some(())?;
    let mut product = vec![Rational::ZERO; length];
    for (one, left) in left.iter().enumerate() {
        for (other, right) in right.iter().enumerate() {
            product[one + other] += left * right;
        }
    }
    Some(trimmed(product))
}

/// The value of a polynomial at a point.
pub(crate) fn at(polynomial: &Polynomial, point: &Rational) -> Rational {
    let start = Rational::ZERO;
    polynomial
        .iter()
        .rev()
        .fold(start, |total, coefficient| total * point + coefficient)
}

/// The derivative of a polynomial.
pub(crate) fn slope(polynomial: &Polynomial) -> Polynomial {
    let terms = polynomial.iter().enumerate().skip(1);
    terms
        .map(|(power, it)| it * Rational::from(power))
        .collect()
}
