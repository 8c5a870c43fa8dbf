//! Compares congruences by the residues they allow: `n \equiv 1, 5 \pmod 6`.

use std::collections::BTreeSet;

use dashu::{Integer, Rational};

use crate::decision::Decision;
use crate::expr::{Arena, Id, Node, Rel};
use crate::kinds::families;
use crate::signs;
use crate::values::functions;
use crate::verdict::Reason;
use crate::work::Work;

/// What a name may be modulo a number.
#[derive(Debug, Clone)]
struct Residues {
    name: Id,
    modulus: i64,
    residues: BTreeSet<i64>,
}

/// Residues are listed up to this modulus.
/// By hand: no verdict changes with 2,500 or 10,000.
const MODULUS_MAX: i64 = 5_000;

/// Compares where one side is a congruence and the other one too, or a value that counts in
/// steps: `n = 6k + 1`.
pub(crate) fn by_tree(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    if !is_congruence(work.arena, left) && !is_congruence(work.arena, right) {
        return None;
    }
    let (left_residues, right_residues) = (residues(work, left), residues(work, right));
    let (left, right) = match (left_residues, right_residues) {
        (Some(left), Some(right)) => (left, right),
        (Some(left), None) => (left, stepped(work, right)?),
        (None, Some(right)) => (stepped(work, left)?, right),
        (None, None) => return None,
    };
    if !work.arena.same(left.name, right.name) {
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
fn is_congruence(arena: &Arena, id: Id) -> bool {
    let congruent = |id: &Id| match arena.node(*id) {
        Node::Chain(_, relations) => relations.contains(&Rel::Congruent),
        _ => false,
    };
    match arena.node(id) {
        Node::List(items) | Node::Cases(items) => items.first().is_some_and(congruent),
        _ => congruent(&id),
    }
}

/// The residues of `n \equiv a \pmod m`, of `n \equiv \pm a \pmod m`, and of `n \equiv a, b \pmod m`.
fn residues(work: &mut Work<'_>, id: Id) -> Option<Residues> {
    let items = match work.arena.node(id).clone() {
        Node::Chain(..) => vec![id],
        Node::List(items) | Node::Cases(items) => items,
        _ => return None,
    };
    let (mut name, mut modulus, mut values) = (None, None, Vec::new());
    for item in items {
        let (sides, relations) = match work.arena.node(item) {
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
                let known = name.is_some_and(|name| work.arena.same(name, *label))
                    && modulus.is_some_and(|modulus| work.arena.same(modulus, *by));
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
    let modulus = small(work, modulus?)?;
    (1..=MODULUS_MAX).contains(&modulus).then_some(())?;
    let mut residues = BTreeSet::new();
    for value in values {
        let signed = signs::both_signs(work.arena, value).unwrap_or_else(|| vec![value]);
        for one in signed {
            residues.insert(small(work, one)?.rem_euclid(modulus));
        }
    }
    Some(Residues {
        name: name?,
        modulus,
        residues,
    })
}

/// `n = 6k + 1` as a congruence.
fn stepped(work: &mut Work<'_>, id: Id) -> Option<Residues> {
    let (label, start, step) = families::stepped_value(work, id)?;
    let (start, modulus) = (small(work, start)?, small(work, step)?.abs());
    (1..=MODULUS_MAX).contains(&modulus).then_some(())?;
    Some(Residues {
        name: label,
        modulus,
        residues: BTreeSet::from([start.rem_euclid(modulus)]),
    })
}

/// A node as a small integer.
fn small(work: &mut Work<'_>, id: Id) -> Option<i64> {
    let value: Rational = functions::at_point(work, id, 0)?;
    if !work.arena.symbols(id).is_empty() || !value.is_int() {
        return None;
    }
    let (value, _): (Integer, _) = value.into_parts();
    i64::try_from(value).ok()
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

/// The least common multiple, unless it is too large.
fn lcm(left: i64, right: i64) -> Option<i64> {
    let (mut a, mut b) = (left, right);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (left / a).checked_mul(right)
}
