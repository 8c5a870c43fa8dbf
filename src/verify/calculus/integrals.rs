//! Integrals of what has a textbook antiderivative, term by term.
//!
//! Between bounds an antiderivative serves only where the integrand has no pole and is real: each term
//! says of which linear or quadratic expression that depends, and its sign at the two ends decides.

use dashu::Rational;

use crate::calculus::build::{call, e, negative, number, power, product, quotient, sum};
use crate::calculus::derivatives::depends;
use crate::calculus::rational::{self, Polynomial};
use crate::expr::{Const, Func, Id, Name, Node};
use crate::linear;
use crate::replace;
use crate::values::enclosures;
use crate::work::Work;

/// A term of an antiderivative.
struct Term {
    value: Id,
    domain: Domain,
    /// Its limits at infinity, above and below, where it has them.
    far: [Option<Id>; 2],
}

/// Where a term is an antiderivative.
#[derive(Clone, Copy)]
enum Domain {
    Everywhere,
    /// Where this has one sign from end to end.
    OneSign(Id),
    /// Where this is positive, or zero at an end.
    NotNegative(Id),
}

/// `\int f dx` with the constant of integration.
pub(crate) fn indefinite(work: &mut Work<'_>, body: Id, name: Name) -> Option<Id> {
    let mut total = number(work.arena, 0)?;
    for term in terms(work, body, name)? {
        total = sum(work.arena, total, term.value)?;
    }
    let constant = work.arena.name("C");
    let constant = work.arena.push(Node::Symbol(constant))?;
    sum(work.arena, total, constant)
}

/// The integral between two bounds.
pub(crate) fn definite(work: &mut Work<'_>, body: Id, name: Name, from: Id, to: Id) -> Option<Id> {
    if let Some(value) = gaussian(work, body, name, from, to) {
        return Some(value);
    }
    let mut total = number(work.arena, 0)?;
    for term in terms(work, body, name)? {
        holds(work, &term, name, from, to).then_some(())?;
        let upper = end(work, &term, name, to)?;
        let lower = end(work, &term, name, from)?;
        let part = work.arena.difference(upper, lower)?;
        total = sum(work.arena, total, part)?;
    }
    Some(total)
}

/// The sign of infinity that a bound is.
fn infinity(work: &Work<'_>, id: Id) -> Option<bool> {
    let endless = |id: Id| *work.arena.node(id) == Node::Constant(Const::Infinity);
    match *work.arena.node(id) {
        Node::Negative(inner) if endless(inner) => Some(false),
        _ => endless(id).then_some(true),
    }
}

/// A term at a bound.
fn end(work: &mut Work<'_>, term: &Term, name: Name, bound: Id) -> Option<Id> {
    match infinity(work, bound) {
        Some(above) => term.far[usize::from(!above)],
        None => replace::replaced(work.arena, term.value, name, bound),
    }
}

/// Whether a term is an antiderivative from one bound to the other.
fn holds(work: &mut Work<'_>, term: &Term, name: Name, from: Id, to: Id) -> bool {
    let sign = |work: &mut Work<'_>, inner: Id, bound: Id| match infinity(work, bound) {
        // The inner expression is linear: what it is far out, it is at the other end, or it was refused.
        Some(_) => None,
        None => replace::replaced(work.arena, inner, name, bound).and_then(|id| signum(work, id)),
    };
    match term.domain {
        Domain::Everywhere => true,
        Domain::OneSign(inner) => {
            let signs = [sign(work, inner, from), sign(work, inner, to)];
            let far = infinity(work, from).is_some() || infinity(work, to).is_some();
            match signs {
                [Some(one), Some(other)] => one == other && one != 0,
                // Towards infinity a line grows: it has one sign where it is positive at the near end.
                [Some(1), None] if far => grows(work, inner, name),
                _ => false,
            }
        }
        Domain::NotNegative(inner) => {
            let signs = [sign(work, inner, from), sign(work, inner, to)];
            signs.iter().all(|sign| matches!(sign, Some(0 | 1)))
        }
    }
}

/// Whether what is linear in a name has a positive step.
fn grows(work: &mut Work<'_>, id: Id, name: Name) -> bool {
    let step = linear::linear(work, id, name).map(|(_, step)| step);
    step.and_then(|step| signum(work, step)) == Some(1)
}

/// The sign of a constant: -1, 0 or 1.
fn signum(work: &mut Work<'_>, id: Id) -> Option<i32> {
    if let Some(value) = rational::exact(work, id) {
        return Some(value.cmp(&Rational::ZERO) as i32);
    }
    let zero = number(work.arena, 0)?;
    let below = enclosures::is_below(work, id, zero)?;
    Some(if below { -1 } else { 1 })
}

/// The integral of `e^{-ax^2}` over all numbers, or over half of them.
fn gaussian(work: &mut Work<'_>, body: Id, name: Name, from: Id, to: Id) -> Option<Id> {
    let exponent = match work.arena.node(body).clone() {
        Node::Power(base, exponent) if *work.arena.node(base) == Node::Constant(Const::E) => {
            exponent
        }
        Node::Call(Func::Exp, args) => *args.first()?,
        _ => return None,
    };
    (infinity(work, to) == Some(true)).then_some(())?;
    let half = match infinity(work, from) {
        Some(false) => false,
        None => rational::exact(work, from)?.is_zero(),
        Some(true) => return None,
    };
    (half || infinity(work, from).is_some()).then_some(())?;
    let (above, below) = rational::ratio(work, exponent, name)?;
    let [zero, one, square] = &above[..] else {
        return None;
    };
    (below.len() == 1 && zero.is_zero() && one.is_zero()).then_some(())?;
    let width = -(square / &below[0]);
    (width > Rational::ZERO).then_some(())?;
    let pi = work.arena.push(Node::Constant(Const::Pi))?;
    let width = work.arena.number(width)?;
    let inner = quotient(work.arena, pi, width)?;
    let value = call(work.arena, Func::Sqrt, inner)?;
    let two = number(work.arena, 2)?;
    if half {
        quotient(work.arena, value, two)
    } else {
        Some(value)
    }
}

/// The terms of an antiderivative.
fn terms(work: &mut Work<'_>, body: Id, name: Name) -> Option<Vec<Term>> {
    work.fuel.burn(100).ok()?;
    if let Some(terms) = of_rational(work, body, name) {
        return Some(terms);
    }
    match work.arena.node(body).clone() {
        Node::Sum(parts) => {
            let mut all = Vec::new();
            for part in parts {
                all.extend(terms(work, part, name)?);
            }
            Some(all)
        }
        Node::Negative(inner) => {
            let minus = number(work.arena, -1)?;
            let inner = terms(work, inner, name)?;
            inner
                .into_iter()
                .map(|term| scaled(work, term, minus))
                .collect()
        }
        _ => with_factor(work, body, name),
    }
}

/// A constant factor, a polynomial and one function of something linear.
fn with_factor(work: &mut Work<'_>, body: Id, name: Name) -> Option<Vec<Term>> {
    let one = number(work.arena, 1)?;
    let (factors, below) = match work.arena.node(body).clone() {
        Node::Product(factors) => (factors, one),
        Node::Quotient(above, below) if !depends(work.arena, below, name) => (vec![above], below),
        _ => (vec![body], one),
    };
    let (constants, rest): (Vec<Id>, Vec<Id>) = factors
        .into_iter()
        .partition(|factor| !depends(work.arena, *factor, name));
    let mut constant = quotient(work.arena, one, below)?;
    for factor in constants {
        constant = product(work.arena, constant, factor)?;
    }
    let found = match rest[..] {
        [only] if only == body => vec![of_function(work, only, name)?],
        [only] => terms(work, only, name)?,
        _ => by_parts(work, &rest, name)?,
    };
    found
        .into_iter()
        .map(|term| scaled(work, term, constant))
        .collect()
}

/// A term times a constant.
fn scaled(work: &mut Work<'_>, term: Term, factor: Id) -> Option<Term> {
    let mut far = [None, None];
    for (place, value) in far.iter_mut().zip(term.far) {
        *place = match value {
            Some(value) => Some(product(work.arena, factor, value)?),
            None => None,
        };
    }
    Some(Term {
        value: product(work.arena, factor, term.value)?,
        domain: term.domain,
        far,
    })
}

/// A polynomial times a function whose antiderivatives go on for ever, by parts.
fn by_parts(work: &mut Work<'_>, factors: &[Id], name: Name) -> Option<Vec<Term>> {
    let (mut polynomial, mut function) = polynomial_and_function(work, factors, name)?;
    let mut all = Vec::new();
    let mut minus = false;
    while !polynomial.is_empty() {
        let next = of_function(work, function, name)?;
        matches!(next.domain, Domain::Everywhere).then_some(())?;
        let mut factor = written(work, &polynomial, name)?;
        if minus {
            factor = negative(work.arena, factor)?;
        }
        // What vanishes far out does so faster than any power.
        all.push(Term {
            value: product(work.arena, factor, next.value)?,
            ..next
        });
        function = next.value;
        polynomial = rational::slope(&polynomial);
        minus = !minus;
    }
    Some(all)
}

/// The factors of a product that are polynomials, in one, and the one that is another function.
fn polynomial_and_function(
    work: &mut Work<'_>,
    factors: &[Id],
    name: Name,
) -> Option<(Polynomial, Id)> {
    let is_polynomial = |factor: &Id| {
        rational::ratio(work, *factor, name).is_some_and(|(_, below)| below.len() == 1)
    };
    let (polynomials, others): (Vec<Id>, Vec<Id>) =
        factors.iter().copied().partition(is_polynomial);
    let ([function], false) = (&others[..], polynomials.is_empty()) else {
        return None;
    };
    let polynomial = work.arena.push(Node::Product(polynomials))?;
    let (above, below) = rational::ratio(work, polynomial, name)?;
    let polynomial = above.iter().map(|it| it / &below[0]).collect();
    Some((polynomial, *function))
}

/// A polynomial as an expression.
fn written(work: &mut Work<'_>, polynomial: &Polynomial, name: Name) -> Option<Id> {
    let symbol = work.arena.push(Node::Symbol(name))?;
    let mut total = number(work.arena, 0)?;
    for (degree, coefficient) in polynomial.iter().enumerate() {
        let coefficient = work.arena.number(coefficient.clone())?;
        let one = number(work.arena, 1)?;
        let exponent = number(work.arena, i32::try_from(degree).ok()?)?;
        // x^0 is one also where x is zero.
        let raised = match degree {
            0 => one,
            _ => power(work.arena, symbol, exponent)?,
        };
        let term = product(work.arena, coefficient, raised)?;
        total = sum(work.arena, total, term)?;
    }
    Some(total)
}

/// The antiderivative of one function of something linear, or of a constant times one.
fn of_function(work: &mut Work<'_>, id: Id, name: Name) -> Option<Term> {
    match work.arena.node(id).clone() {
        Node::Negative(inner) => {
            let minus = number(work.arena, -1)?;
            let term = of_function(work, inner, name)?;
            scaled(work, term, minus)
        }
        Node::Product(factors) => of_scaled(work, factors, name),
        Node::Quotient(above, below) if !depends(work.arena, below, name) => {
            let one = number(work.arena, 1)?;
            let constant = quotient(work.arena, one, below)?;
            let term = of_function(work, above, name)?;
            scaled(work, term, constant)
        }
        Node::Quotient(above, below) if !depends(work.arena, above, name) => {
            let term = of_reciprocal(work, below, name)?;
            scaled(work, term, above)
        }
        Node::Call(Func::Exp, args) => {
            let base = e(work.arena)?;
            of_exponential(work, base, *args.first()?, name)
        }
        Node::Call(func, args) => of_call(work, func, *args.first()?, name),
        Node::Power(base, exponent) if !depends(work.arena, base, name) => {
            of_exponential(work, base, exponent, name)
        }
        Node::Power(base, exponent) => {
            let exponent = rational::exact(work, exponent)?;
            of_power(work, base, exponent, name)
        }
        _ => None,
    }
}

/// A product of constants and of one factor that is none.
fn of_scaled(work: &mut Work<'_>, factors: Vec<Id>, name: Name) -> Option<Term> {
    let (constants, rest): (Vec<Id>, Vec<Id>) = factors
        .into_iter()
        .partition(|factor| !depends(work.arena, *factor, name));
    let [only] = rest[..] else {
        return None;
    };
    let constant = work.arena.push(Node::Product(constants))?;
    let term = of_function(work, only, name)?;
    scaled(work, term, constant)
}

/// `a^u`, which vanishes on the side where it decays.
fn of_exponential(work: &mut Work<'_>, base: Id, exponent: Id, name: Name) -> Option<Term> {
    let (_, step) = linear::linear(work, exponent, name)?;
    let natural = *work.arena.node(base) == Node::Constant(Const::E);
    let whole = power(work.arena, base, exponent)?;
    let mut rate = step;
    if !natural {
        let above_one = rational::exact(work, base)?;
        (above_one > Rational::ZERO).then_some(())?;
        let log = call(work.arena, Func::Ln, base)?;
        rate = product(work.arena, rate, log)?;
    }
    let zero = number(work.arena, 0)?;
    let far = match signum(work, rate) {
        Some(-1) => [Some(zero), None],
        Some(1) => [None, Some(zero)],
        _ => [None, None],
    };
    Some(Term {
        value: quotient(work.arena, whole, rate)?,
        domain: Domain::Everywhere,
        far,
    })
}

/// `u^p` for a rational exponent.
fn of_power(work: &mut Work<'_>, base: Id, exponent: Rational, name: Name) -> Option<Term> {
    let (_, step) = linear::linear(work, base, name)?;
    let next = &exponent + Rational::ONE;
    if next.is_zero() {
        let size = call(work.arena, Func::Abs, base)?;
        let log = call(work.arena, Func::Ln, size)?;
        return Some(Term {
            value: quotient(work.arena, log, step)?,
            domain: Domain::OneSign(base),
            far: [None, None],
        });
    }
    let domain = match (exponent.is_int(), next > Rational::ZERO) {
        (true, true) => Domain::Everywhere,
        (false, true) => Domain::NotNegative(base),
        _ => Domain::OneSign(base),
    };
    let zero = number(work.arena, 0)?;
    let vanishes = next < Rational::ZERO;
    let factor = work.arena.number(next.clone())?;
    let below = product(work.arena, factor, step)?;
    let exponent = work.arena.number(next)?;
    let above = power(work.arena, base, exponent)?;
    Some(Term {
        value: quotient(work.arena, above, below)?,
        domain,
        far: [vanishes.then_some(zero), None],
    })
}

/// A function of something linear.
fn of_call(work: &mut Work<'_>, func: Func, inner: Id, name: Name) -> Option<Term> {
    if func == Func::Sqrt {
        return of_power(work, inner, Rational::ONE / Rational::from(2), name);
    }
    let (_, step) = linear::linear(work, inner, name)?;
    let (value, domain) = match func {
        Func::Sin => {
            let cosine = call(work.arena, Func::Cos, inner)?;
            (negative(work.arena, cosine)?, Domain::Everywhere)
        }
        Func::Cos => (call(work.arena, Func::Sin, inner)?, Domain::Everywhere),
        Func::Sinh => (call(work.arena, Func::Cosh, inner)?, Domain::Everywhere),
        Func::Cosh => (call(work.arena, Func::Sinh, inner)?, Domain::Everywhere),
        Func::Ln => {
            let log = call(work.arena, Func::Ln, inner)?;
            let whole = product(work.arena, inner, log)?;
            (work.arena.difference(whole, inner)?, Domain::OneSign(inner))
        }
        _ => return None,
    };
    Some(Term {
        value: quotient(work.arena, value, step)?,
        domain,
        far: [None, None],
    })
}

/// `1/u^p`, and `1/\sqrt{k - a x^2}`.
fn of_reciprocal(work: &mut Work<'_>, below: Id, name: Name) -> Option<Term> {
    match work.arena.node(below).clone() {
        Node::Power(base, exponent) if *work.arena.node(base) != Node::Constant(Const::E) => {
            let exponent = rational::exact(work, exponent)?;
            of_power(work, base, -exponent, name)
        }
        Node::Power(base, exponent) => {
            let exponent = negative(work.arena, exponent)?;
            of_exponential(work, base, exponent, name)
        }
        Node::Call(Func::Sqrt, args) => {
            let inner = *args.first()?;
            let half = Rational::ONE / Rational::from(2);
            of_power(work, inner, -half, name).or_else(|| of_arc(work, inner, name))
        }
        _ => of_power(work, below, -Rational::ONE, name),
    }
}

/// `1/\sqrt{k - a x^2}`, an arc sine.
fn of_arc(work: &mut Work<'_>, inner: Id, name: Name) -> Option<Term> {
    let (above, below) = rational::ratio(work, inner, name)?;
    let [k, middle, square] = &above[..] else {
        return None;
    };
    (below.len() == 1 && middle.is_zero()).then_some(())?;
    let (k, a) = (k / &below[0], -(square / &below[0]));
    (k > Rational::ZERO && a > Rational::ZERO).then_some(())?;
    let symbol = work.arena.push(Node::Symbol(name))?;
    let scale = root(work, &a / &k)?;
    let argument = product(work.arena, symbol, scale)?;
    let arc = call(work.arena, Func::Asin, argument)?;
    let root = root(work, a)?;
    Some(Term {
        value: quotient(work.arena, arc, root)?,
        domain: Domain::NotNegative(inner),
        far: [None, None],
    })
}

/// The root of a number, as a number where it is one: an arc sine of exactly one has a value.
fn root(work: &mut Work<'_>, value: Rational) -> Option<Id> {
    let value = work.arena.number(value)?;
    let root = call(work.arena, Func::Sqrt, value)?;
    match rational::exact(work, root) {
        Some(exact) => work.arena.number(exact),
        None => Some(root),
    }
}

/// A polynomial, or a constant over a quadratic without real roots, over the rational numbers.
fn of_rational(work: &mut Work<'_>, body: Id, name: Name) -> Option<Vec<Term>> {
    let (above, below) = rational::ratio(work, body, name)?;
    match (&above[..], &below[..]) {
        (_, [constant]) => {
            let degrees = above.iter().enumerate();
            let raised = degrees.map(|(degree, it)| it / (constant * Rational::from(degree + 1)));
            let whole: Polynomial = [Rational::ZERO].into_iter().chain(raised).collect();
            Some(vec![Term {
                value: written(work, &whole, name)?,
                domain: Domain::Everywhere,
                far: [None, None],
            }])
        }
        ([c], [d, b, a]) => of_quadratic(work, name, c, [a, b, d]),
        _ => None,
    }
}

/// `c/(ax^2 + bx + d)` without real roots, an arc tangent.
fn of_quadratic(
    work: &mut Work<'_>,
    name: Name,
    c: &Rational,
    [a, b, d]: [&Rational; 3],
) -> Option<Vec<Term>> {
    let inside = Rational::from(4) * a * d - b * b;
    (inside > Rational::ZERO && *a > Rational::ZERO).then_some(())?;
    let inside = work.arena.number(inside)?;
    let root = call(work.arena, Func::Sqrt, inside)?;
    let line = written(work, &vec![b.clone(), Rational::from(2) * a], name)?;
    let argument = quotient(work.arena, line, root)?;
    let arc = call(work.arena, Func::Atan, argument)?;
    let factor = work.arena.number(Rational::from(2) * c)?;
    let factor = quotient(work.arena, factor, root)?;
    let pi = work.arena.push(Node::Constant(Const::Pi))?;
    let two = number(work.arena, 2)?;
    let quarter = quotient(work.arena, pi, two)?;
    let minus = negative(work.arena, quarter)?;
    let term = Term {
        value: arc,
        domain: Domain::Everywhere,
        far: [Some(quarter), Some(minus)],
    };
    Some(vec![scaled(work, term, factor)?])
}
