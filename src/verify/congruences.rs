//! Compares congruences by the residues they allow: `n \equiv 1, 5 \pmod 6`.

use std::collections::BTreeSet;

use dashu::{Integer, Rational};

use crate::Reason;
use crate::decide::{Decision, Judge};
use crate::expr::{Id, Node, Rel};

/// What a name may be modulo a number.
#[derive(Debug, Clone)]
struct Residues {
    name: Id,
    modulus: i64,
    residues: BTreeSet<i64>,
}

/// Residues are listed up to this modulus.
const MODULUS_MAX: i64 = 5_000;

impl Judge<'_> {
    /// Compares where one side is a congruence and the other one too, or a value that counts in
    /// steps: `n = 6k + 1`.
    pub(crate) fn congruences(&mut self, left: Id, right: Id) -> Option<Decision> {
        if !self.is_congruence(left) && !self.is_congruence(right) {
            return None;
        }
        let (left_residues, right_residues) = (self.residues(left), self.residues(right));
        let (left, right) = match (left_residues, right_residues) {
            (Some(left), Some(right)) => (left, right),
            (Some(left), None) => (left, self.stepped(right)?),
            (None, Some(right)) => (self.stepped(left)?, right),
            (None, None) => return None,
        };
        if !self.same(left.name, right.name) {
            return Some(Decision::Unknown(Reason::Names));
        }
        let common = lcm(left.modulus, right.modulus).filter(|common| *common <= MODULUS_MAX)?;
        let equal = left.spread(common) == right.spread(common);
        Some(if equal {
            Decision::Equal(Reason::Items)
        } else {
            Decision::Different(Reason::Items)
        })
    }

    /// Whether a node is a congruence, or a list that starts with one.
    fn is_congruence(&self, id: Id) -> bool {
        let congruent = |id: &Id| match self.arena.node(*id) {
            Node::Chain(_, relations) => relations.contains(&Rel::Congruent),
            _ => false,
        };
        match self.arena.node(id) {
            Node::List(items) | Node::Cases(items) => items.first().is_some_and(congruent),
            _ => congruent(&id),
        }
    }

    /// The residues of `n \equiv a \pmod m`, of `n \equiv \pm a \pmod m`, and of `n \equiv a, b \pmod m`.
    fn residues(&mut self, id: Id) -> Option<Residues> {
        let items = match self.arena.node(id).clone() {
            Node::Chain(..) => vec![id],
            Node::List(items) | Node::Cases(items) => items,
            _ => return None,
        };
        let (mut name, mut modulus, mut values) = (None, None, Vec::new());
        for item in items {
            let (sides, relations) = match self.arena.node(item) {
                Node::Chain(sides, relations) => (sides.clone(), relations.clone()),
                _ => {
                    values.push(item);
                    continue;
                }
            };
            match (&sides[..], &relations[..]) {
                ([label, value, by], [Rel::Congruent, Rel::Modulo]) if name.is_none() => {
                    name = Some(*label);
                    modulus = Some(*by);
                    values.push(*value);
                }
                ([label, value, by], [Rel::Congruent, Rel::Modulo]) => {
                    let known = name.is_some_and(|name| self.same(name, *label))
                        && modulus.is_some_and(|modulus| self.same(modulus, *by));
                    known.then_some(())?;
                    values.push(*value);
                }
                ([label, value], [Rel::Congruent]) if name.is_none() => {
                    name = Some(*label);
                    values.push(*value);
                }
                ([value, by], [Rel::Modulo]) if modulus.is_none() => {
                    modulus = Some(*by);
                    values.push(*value);
                }
                _ => return None,
            }
        }
        let modulus = self.small(modulus?)?;
        (1..=MODULUS_MAX).contains(&modulus).then_some(())?;
        let mut residues = BTreeSet::new();
        for value in values {
            let signed = self.both_signs(value).unwrap_or_else(|| vec![value]);
            for one in signed {
                residues.insert(self.small(one)?.rem_euclid(modulus));
            }
        }
        Some(Residues {
            name: name?,
            modulus,
            residues,
        })
    }

    /// `n = 6k + 1` as a congruence.
    fn stepped(&mut self, id: Id) -> Option<Residues> {
        let (label, start, step) = self.stepped_value(id)?;
        let (start, modulus) = (self.small(start)?, self.small(step)?.abs());
        (1..=MODULUS_MAX).contains(&modulus).then_some(())?;
        Some(Residues {
            name: label,
            modulus,
            residues: BTreeSet::from([start.rem_euclid(modulus)]),
        })
    }

    /// A node as a small integer.
    fn small(&mut self, id: Id) -> Option<i64> {
        let value: Rational = self.at_point(id, 0)?;
        if !self.arena.symbols(id).is_empty() || !value.is_int() {
            return None;
        }
        let (value, _): (Integer, _) = value.into_parts();
        i64::try_from(value).ok()
    }
}

impl Residues {
    /// The same numbers by a multiple of the modulus.
    fn spread(&self, common: i64) -> BTreeSet<i64> {
        let times = common / self.modulus;
        let mut all = BTreeSet::new();
        for residue in &self.residues {
            all.extend((0..times).map(|time| residue + time * self.modulus));
        }
        all
    }
}

fn lcm(left: i64, right: i64) -> Option<i64> {
    let (mut a, mut b) = (left, right);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (left / a).checked_mul(right)
}
