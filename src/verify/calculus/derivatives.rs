//! Derivatives, by the rules of sums, products, quotients, powers and chains.

use dashu::Rational;

use crate::calculus::build::{call, e, negative, number, power, product, quotient, sum};
use crate::expr::{Arena, Const, Func, Id, Name, Node};

/// The derivative by a name; nothing where an expression has a part without a rule.
pub(crate) fn derivative(arena: &mut Arena, id: Id, name: Name) -> Option<Id> {
    if !depends(arena, id, name) {
        return number(arena, 0);
    }
    match arena.node(id).clone() {
        Node::Symbol(_) => number(arena, 1),
        Node::Negative(inner) => {
            let inner = derivative(arena, inner, name)?;
            negative(arena, inner)
        }
        Node::Sum(terms) => {
            let mut total = number(arena, 0)?;
            for term in terms {
                let term = derivative(arena, term, name)?;
                total = sum(arena, total, term)?;
            }
            Some(total)
        }
        Node::Product(factors) => of_product(arena, &factors, name),
        Node::Quotient(above, below) => of_quotient(arena, above, below, name),
        Node::Power(base, exponent) => of_power(arena, base, exponent, name),
        Node::Call(func, args) => match args[..] {
            [inner] => {
                let outer = outer(arena, func, inner)?;
                let inner = derivative(arena, inner, name)?;
                product(arena, outer, inner)
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether a name stands anywhere in an expression.
pub(crate) fn depends(arena: &Arena, id: Id, name: Name) -> bool {
    arena.any(id, |node| *node == Node::Symbol(name))
}

fn of_product(arena: &mut Arena, factors: &[Id], name: Name) -> Option<Id> {
    let (first, rest) = factors.split_first()?;
    let Some((second, _)) = rest.split_first() else {
        return derivative(arena, *first, name);
    };
    let rest_id = if rest.len() == 1 {
        *second
    } else {
        arena.push(Node::Product(rest.to_vec()))?
    };
    let (left, right) = (
        derivative(arena, *first, name)?,
        of_product(arena, rest, name)?,
    );
    let left = product(arena, left, rest_id)?;
    let right = product(arena, *first, right)?;
    sum(arena, left, right)
}

fn of_quotient(arena: &mut Arena, above: Id, below: Id, name: Name) -> Option<Id> {
    let slope = derivative(arena, above, name)?;
    if !depends(arena, below, name) {
        return quotient(arena, slope, below);
    }
    let below_slope = derivative(arena, below, name)?;
    let left = product(arena, slope, below)?;
    let right = product(arena, above, below_slope)?;
    let right = negative(arena, right)?;
    let above = sum(arena, left, right)?;
    let two = number(arena, 2)?;
    let below = power(arena, below, two)?;
    quotient(arena, above, below)
}

/// `u^v`: by the power, by the exponent, or by both.
fn of_power(arena: &mut Arena, base: Id, exponent: Id, name: Name) -> Option<Id> {
    let whole = power(arena, base, exponent)?;
    if !depends(arena, exponent, name) {
        let lower = lowered(arena, base, exponent)?;
        let outer = product(arena, exponent, lower)?;
        let inner = derivative(arena, base, name)?;
        return product(arena, outer, inner);
    }
    let rate = derivative(arena, exponent, name)?;
    if *arena.node(base) == Node::Constant(Const::E) {
        return product(arena, whole, rate);
    }
    let log = call(arena, Func::Ln, base)?;
    let mut factor = product(arena, rate, log)?;
    if depends(arena, base, name) {
        let inner = derivative(arena, base, name)?;
        let part = product(arena, exponent, inner)?;
        let part = quotient(arena, part, base)?;
        factor = sum(arena, factor, part)?;
    }
    product(arena, whole, factor)
}

/// A power with an exponent that is one less; `u^0` is one also where u is zero.
fn lowered(arena: &mut Arena, base: Id, exponent: Id) -> Option<Id> {
    let exact = match arena.node(exponent) {
        Node::Number(literal) => Some(&literal.value - Rational::ONE),
        _ => None,
    };
    let exponent = match exact {
        Some(value) if value.is_zero() => return number(arena, 1),
        Some(value) => arena.number(value)?,
        None => {
            let one = number(arena, 1)?;
            arena.difference(exponent, one)?
        }
    };
    power(arena, base, exponent)
}

/// The derivative of a function at its argument.
fn outer(arena: &mut Arena, func: Func, x: Id) -> Option<Id> {
    match func {
        Func::Sin => call(arena, Func::Cos, x),
        Func::Cos => {
            let sine = call(arena, Func::Sin, x)?;
            negative(arena, sine)
        }
        Func::Exp => {
            let base = e(arena)?;
            power(arena, base, x)
        }
        Func::Sinh => call(arena, Func::Cosh, x),
        Func::Cosh => call(arena, Func::Sinh, x),
        Func::Acos => {
            let slope = reciprocal(arena, Func::Asin, x)?;
            negative(arena, slope)
        }
        _ => reciprocal(arena, func, x),
    }
}

/// The derivative of a function at its argument, where it is one above something.
fn reciprocal(arena: &mut Arena, func: Func, x: Id) -> Option<Id> {
    let (one, two) = (number(arena, 1)?, number(arena, 2)?);
    let below = match func {
        Func::Ln => x,
        Func::Tan => {
            let cosine = call(arena, Func::Cos, x)?;
            power(arena, cosine, two)?
        }
        Func::Sqrt => {
            let root = call(arena, Func::Sqrt, x)?;
            product(arena, two, root)?
        }
        Func::Asin => {
            let square = power(arena, x, two)?;
            let inner = arena.difference(one, square)?;
            call(arena, Func::Sqrt, inner)?
        }
        Func::Atan => {
            let square = power(arena, x, two)?;
            sum(arena, one, square)?
        }
        _ => return None,
    };
    quotient(arena, one, below)
}
