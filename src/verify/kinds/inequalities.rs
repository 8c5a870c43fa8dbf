//! Solves inequalities in one name that are linear or quadratic: `x^2 < 4` is `-2 < x < 2`.

use std::cmp::Ordering;

use dashu::Rational;

use crate::decision::Decision;
use crate::expr::{Arena, Func, Id, Node, Rel};
use crate::kinds::pieces::{self, Piece, point, ray};
use crate::work::Work;
use crate::{replace, values};

/// `ax^2 + bx + c`.
#[derive(Debug, Clone, Copy)]
struct Quadratic {
    a: Id,
    b: Id,
    c: Id,
}

/// The reals for which `left rel right` holds, where both sides are polynomials of degree two
/// or less in one name, with constants whose signs can be told.
pub(crate) fn solved(work: &mut Work<'_>, left: Id, rel: Rel, right: Id) -> Option<Vec<Piece>> {
    if !work.arena.is_scalar(left) || !work.arena.is_scalar(right) {
        return None;
    }
    let form = work.arena.difference(left, right)?;
    let quadratic = quadratic(work, form)?;
    let zero = work.arena.number(Rational::ZERO)?;
    match pieces::ordered(work, quadratic.a, zero)? {
        Ordering::Equal => solved_line(work, quadratic, rel),
        Ordering::Greater => solved_upwards(work, quadratic, rel),
        Ordering::Less => {
            let turned = Quadratic {
                a: work.arena.push(Node::Negative(quadratic.a))?,
                b: work.arena.push(Node::Negative(quadratic.b))?,
                c: work.arena.push(Node::Negative(quadratic.c))?,
            };
            solved_upwards(work, turned, rel.flipped())
        }
    }
}

/// The coefficients of an expression in one name, read off at -1, 0 and 1 and then proven.
fn quadratic(work: &mut Work<'_>, form: Id) -> Option<Quadratic> {
    let [name] = work.arena.symbols(form)[..] else {
        return None;
    };
    let mut at = |value: i32| {
        let value = work.arena.number(Rational::from(value))?;
        replace::replaced(work.arena, form, name, value)
    };
    let (below, c, above) = (at(-1)?, at(0)?, at(1)?);
    let half = work.arena.number(Rational::ONE / Rational::from(2))?;
    let rise = work.arena.difference(above, below)?;
    let b = work.arena.push(Node::Product(vec![half, rise]))?;
    let sides = work.arena.push(Node::Sum(vec![above, below]))?;
    let middle = work.arena.push(Node::Product(vec![half, sides]))?;
    let a = work.arena.difference(middle, c)?;
    let x = work.arena.push(Node::Symbol(name))?;
    let square = work.arena.push(Node::Product(vec![a, x, x]))?;
    let linear = work.arena.push(Node::Product(vec![b, x]))?;
    let curve = work.arena.push(Node::Sum(vec![square, linear, c]))?;
    let proven = matches!(values::compare(work, curve, form), Decision::Equal(_));
    proven.then_some(Quadratic { a, b, c })
}

/// The solutions where the form is linear.
fn solved_line(work: &mut Work<'_>, line: Quadratic, rel: Rel) -> Option<Vec<Piece>> {
    let zero = work.arena.number(Rational::ZERO)?;
    let above = work.arena.push(Node::Negative(line.c))?;
    let root = work.arena.push(Node::Quotient(above, line.b))?;
    match pieces::ordered(work, line.b, zero)? {
        Ordering::Equal => None,
        Ordering::Greater => Some(vec![ray(rel, root)]),
        Ordering::Less => Some(vec![ray(rel.flipped(), root)]),
    }
}

/// The solutions where the parabola opens upwards.
fn solved_upwards(work: &mut Work<'_>, parabola: Quadratic, rel: Rel) -> Option<Vec<Piece>> {
    let Quadratic { a, b, c } = parabola;
    let zero = work.arena.number(Rational::ZERO)?;
    let four = work.arena.number(Rational::from(4))?;
    let square = work.arena.push(Node::Product(vec![b, b]))?;
    let product = work.arena.push(Node::Product(vec![four, a, c]))?;
    let discriminant = work.arena.difference(square, product)?;
    let below = matches!(rel, Rel::Lt | Rel::Le);
    let closed = matches!(rel, Rel::Le | Rel::Ge);
    // What holds nowhere or everywhere is a statement, and no set that anyone would write so.
    if pieces::ordered(work, discriminant, zero)? == Ordering::Less {
        return None;
    }
    let (low, high) = (
        root(work.arena, parabola, discriminant, false)?,
        root(work.arena, parabola, discriminant, true)?,
    );
    if pieces::ordered(work, discriminant, zero)? == Ordering::Equal {
        return Some(match (below, closed) {
            (true, true) => vec![point(low)],
            (true, false) => Vec::new(),
            (false, true) => vec![Piece::default()],
            (false, false) => vec![ray(Rel::Lt, low), ray(Rel::Gt, low)],
        });
    }
    Some(if below {
        vec![Piece {
            low: Some(low),
            low_closed: closed,
            high: Some(high),
            high_closed: closed,
        }]
    } else {
        vec![ray(rel.flipped(), low), ray(rel, high)]
    })
}

/// The lower or the upper root.
fn root(arena: &mut Arena, parabola: Quadratic, discriminant: Id, upper: bool) -> Option<Id> {
    let mut step = arena.push(Node::Call(Func::Sqrt, vec![discriminant]))?;
    if !upper {
        step = arena.push(Node::Negative(step))?;
    }
    let above = arena.difference(step, parabola.b)?;
    let below = arena.push(Node::Sum(vec![parabola.a, parabola.a]))?;
    arena.push(Node::Quotient(above, below))
}
