//! Solves inequalities in one name that are linear or quadratic: `x^2 < 4` is `-2 < x < 2`.

use std::cmp::Ordering;

use dashu::Rational;

use crate::decide::{Decision, Judge};
use crate::expr::{Func, Id, Node, Rel};
use crate::intervals::{Piece, point};

/// `ax^2 + bx + c`.
#[derive(Debug, Clone, Copy)]
struct Quadratic {
    a: Id,
    b: Id,
    c: Id,
}

impl Judge<'_> {
    /// The reals for which `left rel right` holds, where both sides are polynomials of degree two
    /// or less in one name, with constants whose signs can be told.
    pub(crate) fn solved(&mut self, left: Id, rel: Rel, right: Id) -> Option<Vec<Piece>> {
        if !self.is_scalar(left) || !self.is_scalar(right) {
            return None;
        }
        let form = self.difference(left, right)?;
        let quadratic = self.quadratic(form)?;
        let zero = self.number(Rational::ZERO)?;
        match self.ordered(quadratic.a, zero)? {
            Ordering::Equal => self.solved_line(quadratic, rel),
            Ordering::Greater => self.solved_upwards(quadratic, rel),
            Ordering::Less => {
                let turned = Quadratic {
                    a: self.arena.push(Node::Negative(quadratic.a))?,
                    b: self.arena.push(Node::Negative(quadratic.b))?,
                    c: self.arena.push(Node::Negative(quadratic.c))?,
                };
                self.solved_upwards(turned, rel.flipped())
            }
        }
    }

    /// The coefficients of an expression in one name, read off at -1, 0 and 1 and then proven.
    fn quadratic(&mut self, form: Id) -> Option<Quadratic> {
        let [name] = self.arena.symbols(form)[..] else {
            return None;
        };
        let mut at = |value: i32| {
            let value = self.number(Rational::from(value))?;
            self.replaced(form, name, value)
        };
        let (below, c, above) = (at(-1)?, at(0)?, at(1)?);
        let half = self.number(Rational::ONE / Rational::from(2))?;
        let rise = self.difference(above, below)?;
        let b = self.arena.push(Node::Product(vec![half, rise]))?;
        let sides = self.arena.push(Node::Sum(vec![above, below]))?;
        let middle = self.arena.push(Node::Product(vec![half, sides]))?;
        let a = self.difference(middle, c)?;
        let x = self.arena.push(Node::Symbol(name))?;
        let square = self.arena.push(Node::Product(vec![a, x, x]))?;
        let linear = self.arena.push(Node::Product(vec![b, x]))?;
        let curve = self.arena.push(Node::Sum(vec![square, linear, c]))?;
        let proven = matches!(self.scalars(curve, form), Decision::Equal(_));
        proven.then_some(Quadratic { a, b, c })
    }

    fn solved_line(&mut self, line: Quadratic, rel: Rel) -> Option<Vec<Piece>> {
        let zero = self.number(Rational::ZERO)?;
        let above = self.arena.push(Node::Negative(line.c))?;
        let root = self.arena.push(Node::Quotient(above, line.b))?;
        match self.ordered(line.b, zero)? {
            Ordering::Equal => None,
            Ordering::Greater => Some(vec![ray(rel, root)]),
            Ordering::Less => Some(vec![ray(rel.flipped(), root)]),
        }
    }

    /// The solutions where the parabola opens upwards.
    fn solved_upwards(&mut self, parabola: Quadratic, rel: Rel) -> Option<Vec<Piece>> {
        let Quadratic { a, b, c } = parabola;
        let zero = self.number(Rational::ZERO)?;
        let four = self.number(Rational::from(4))?;
        let square = self.arena.push(Node::Product(vec![b, b]))?;
        let product = self.arena.push(Node::Product(vec![four, a, c]))?;
        let discriminant = self.difference(square, product)?;
        let below = matches!(rel, Rel::Lt | Rel::Le);
        let closed = matches!(rel, Rel::Le | Rel::Ge);
        // What holds nowhere or everywhere is a statement, and no set that anyone would write so.
        if self.ordered(discriminant, zero)? == Ordering::Less {
            return None;
        }
        let (low, high) = (
            self.root(parabola, discriminant, false)?,
            self.root(parabola, discriminant, true)?,
        );
        if self.ordered(discriminant, zero)? == Ordering::Equal {
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

    fn root(&mut self, parabola: Quadratic, discriminant: Id, upper: bool) -> Option<Id> {
        let mut step = self
            .arena
            .push(Node::Call(Func::Sqrt, vec![discriminant]))?;
        if !upper {
            step = self.arena.push(Node::Negative(step))?;
        }
        let above = self.difference(step, parabola.b)?;
        let below = self.arena.push(Node::Sum(vec![parabola.a, parabola.a]))?;
        self.arena.push(Node::Quotient(above, below))
    }
}

/// All that stands on one side of an end.
fn ray(rel: Rel, end: Id) -> Piece {
    let closed = matches!(rel, Rel::Le | Rel::Ge);
    if matches!(rel, Rel::Lt | Rel::Le) {
        Piece {
            high: Some(end),
            high_closed: closed,
            ..Piece::default()
        }
    } else {
        Piece {
            low: Some(end),
            low_closed: closed,
            ..Piece::default()
        }
    }
}
