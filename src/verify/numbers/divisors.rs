//! Greatest common divisors of expressions, read as polynomials in whatever they contain.
//!
//! `\gcd(x, y)` of two names is 1 as polynomials are divided, and may be anything once the names
//! stand for integers: this reading is asked for, and no verdict rests on it.

use dashu::Rational;

use crate::expr::{Arena, Func, Id, Node};

/// Products of a number and powers of what cannot be taken apart.
pub(crate) struct Monomials<'a> {
    arena: &'a Arena,
    all: Vec<Monomial>,
}

struct Monomial {
    content: Rational,
    factors: Vec<(Id, u32)>,
}

impl<'a> Monomials<'a> {
    /// Takes expressions apart; `exact` is the value of one that is a number.
    pub(super) fn of(
        arena: &'a Arena,
        expressions: &[Id],
        mut exact: impl FnMut(Id) -> Option<Rational>,
    ) -> Self {
        let all = expressions.iter().map(|expression| {
            let mut monomial = Monomial {
                content: Rational::ONE,
                factors: Vec::new(),
            };
            monomial.take_apart(arena, *expression, &mut exact);
            monomial
        });
        let all = all.collect();
        Self { arena, all }
    }

    /// The numbers among the factors; nothing where one is a fraction, which every number divides.
    pub(super) fn contents(&self) -> Option<Vec<&Rational>> {
        let whole = self.all.iter().all(|monomial| monomial.content.is_int());
        whole.then(|| self.all.iter().map(|monomial| &monomial.content).collect())
    }

    /// Every factor with the power that it has in the divisor or multiple.
    pub(super) fn powers(&self, func: Func) -> Vec<(Id, u32)> {
        let mut powers: Vec<(Id, u32)> = Vec::new();
        for (factor, _) in self.all.iter().flat_map(|monomial| &monomial.factors) {
            if powers
                .iter()
                .any(|(known, _)| is_same(self.arena, *known, *factor))
            {
                continue;
            }
            let all = self
                .all
                .iter()
                .map(|monomial| monomial.power_of(self.arena, *factor));
            let power = if func == Func::Gcd {
                all.min()
            } else {
                all.max()
            };
            powers.push((*factor, power.unwrap_or(0)));
        }
        powers
    }
}

impl Monomial {
    fn power_of(&self, arena: &Arena, factor: Id) -> u32 {
        let mut factors = self.factors.iter();
        let found = factors.find(|(other, _)| is_same(arena, *other, factor));
        found.map_or(0, |(_, power)| *power)
    }

    fn take_apart(
        &mut self,
        arena: &Arena,
        id: Id,
        exact: &mut impl FnMut(Id) -> Option<Rational>,
    ) {
        if let Some(number) = exact(id) {
            self.content *= number;
            return;
        }
        match arena.node(id) {
            Node::Product(items) => items
                .iter()
                .for_each(|item| self.take_apart(arena, *item, exact)),
            Node::Negative(inner) => {
                self.content = -self.content.clone();
                self.take_apart(arena, *inner, exact);
            }
            _ => self.add(arena, id),
        }
    }

    fn add(&mut self, arena: &Arena, factor: Id) {
        let mut factors = self.factors.iter_mut();
        match factors.find(|(other, _)| is_same(arena, *other, factor)) {
            Some((_, power)) => *power += 1,
            None => self.factors.push((factor, 1)),
        }
    }
}

fn is_same(arena: &Arena, left: Id, right: Id) -> bool {
    left == right || arena.node(left) == arena.node(right)
}
