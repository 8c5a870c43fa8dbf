//! Greatest common divisors of expressions, read as polynomials in whatever they contain.
//!
//! `\gcd(x, y)` of two names is 1 as polynomials are divided, and may be anything once the names
//! stand for integers: this reading is asked for, and no verdict rests on it.

use dashu::Rational;

use crate::eval::{Field, Scope, Stop};
use crate::expr::{Func, Id, Node};

/// A product of a number and powers of what cannot be taken apart.
struct Monomial {
    content: Rational,
    factors: Vec<(Id, u32)>,
}

impl<F: Field> Scope<'_, F> {
    /// The divisor or multiple of expressions that are no numbers.
    pub(crate) fn divisors(&mut self, func: Func, args: &[Id]) -> Result<F::Value, Stop> {
        let mut monomials = Vec::new();
        for arg in args {
            let mut monomial = Monomial {
                content: Rational::ONE,
                factors: Vec::new(),
            };
            self.take_apart(*arg, &mut monomial)?;
            monomials.push(monomial);
        }
        let common = func == Func::Gcd;
        let mut total = self.content(func, &monomials)?;
        let mut seen: Vec<Id> = Vec::new();
        for (factor, _) in monomials.iter().flat_map(|monomial| &monomial.factors) {
            if seen.iter().any(|known| self.same_factor(*known, *factor)) {
                continue;
            }
            seen.push(*factor);
            let powers = monomials
                .iter()
                .map(|monomial| self.power_in(monomial, *factor));
            let power = if common { powers.min() } else { powers.max() };
            let base = self.eval(*factor)?;
            let power = Rational::from(power.unwrap_or(0));
            let value = self.field.power_exact(&base, &power)?;
            total = self.field.multiply(&total, &value)?;
        }
        Ok(total)
    }

    /// The numbers' part: over the integers as usual, over the rationals every number divides.
    fn content(&mut self, func: Func, monomials: &[Monomial]) -> Result<F::Value, Stop> {
        let one = self.field.number(&Rational::ONE)?;
        if monomials.iter().any(|monomial| !monomial.content.is_int()) {
            return Ok(one);
        }
        let contents = monomials
            .iter()
            .map(|monomial| self.field.number(&monomial.content));
        let contents = contents.collect::<Result<Vec<_>, _>>()?;
        self.field.call(func, &contents)
    }

    fn power_in(&self, monomial: &Monomial, factor: Id) -> u32 {
        let found = monomial
            .factors
            .iter()
            .find(|(other, _)| self.same_factor(*other, factor));
        found.map_or(0, |(_, power)| *power)
    }

    fn same_factor(&self, left: Id, right: Id) -> bool {
        left == right || self.arena.node(left) == self.arena.node(right)
    }

    fn take_apart(&mut self, id: Id, into: &mut Monomial) -> Result<(), Stop> {
        if let Ok(number) = self.exact(id) {
            into.content *= number;
            return Ok(());
        }
        match self.arena.node(id).clone() {
            Node::Product(items) => items
                .iter()
                .try_for_each(|item| self.take_apart(*item, into)),
            Node::Negative(inner) => {
                into.content = -into.content.clone();
                self.take_apart(inner, into)
            }
            _ => {
                let known = into
                    .factors
                    .iter()
                    .position(|(other, _)| self.same_factor(*other, id));
                match known {
                    Some(at) => into.factors[at].1 += 1,
                    None => into.factors.push((id, 1)),
                }
                Ok(())
            }
        }
    }
}
