//! Compares values with units behind them.

use super::{Decision, Judge};
use crate::Reason;
use crate::expr::{Id, Literal, Node};
use crate::units;

impl Judge<'_> {
    pub(super) fn units(&mut self, left: Id, right: Id) -> Option<Decision> {
        let split = |judge: &Self, id: Id| match judge.arena.node(id) {
            Node::Unit(value, unit) => (*value, Some(judge.arena.text(*unit).to_owned())),
            _ => (id, None),
        };
        let (left_value, left_unit) = split(self, left);
        let (right_value, right_unit) = split(self, right);
        match (left_unit, right_unit) {
            (None, None) => None,
            (Some(left_unit), Some(right_unit)) => {
                Some(self.two_units(left_value, &left_unit, right_value, &right_unit))
            }
            (Some(unit), None) | (None, Some(unit)) => {
                let bare = if left_value == left { left } else { right };
                if self.has_own_unit(bare) {
                    return Some(Decision::Unknown(Reason::Unlike));
                }
                let decision = self.compare(left_value, right_value);
                if let Decision::Different(_) = decision
                    && self.converts(left, right, &unit)
                {
                    return Some(Decision::Unknown(Reason::Doubtful));
                }
                Some(match units::droppable(&unit) {
                    units::Droppable::Unit => decision,
                    units::Droppable::Words => decision.doubted(),
                    units::Droppable::No => Decision::Unknown(Reason::Unlike),
                })
            }
        }
    }

    /// Whether a value has a sign that is a unit: degrees, per cent, a ratio.
    fn has_own_unit(&self, id: Id) -> bool {
        match self.arena.node(id) {
            Node::Degrees(_) | Node::Percent(_) | Node::Ratio(_) => true,
            Node::Negative(inner) => self.has_own_unit(*inner),
            _ => false,
        }
    }

    /// Whether the side without a unit is right in another unit: 20 cents and 0.2.
    pub(super) fn converts(&mut self, left: Id, right: Id, unit: &str) -> bool {
        let (value, other) = match (self.arena.node(left), self.arena.node(right)) {
            (Node::Unit(value, _), _) => (*value, right),
            (_, Node::Unit(value, _)) => (*value, left),
            _ => return false,
        };
        units::conversions(unit).into_iter().any(|factor| {
            let factor = self.number(factor);
            let scaled =
                factor.and_then(|factor| self.arena.push(Node::Product(vec![value, factor])));
            scaled.is_some_and(|scaled| matches!(self.compare(scaled, other), Decision::Equal(_)))
        })
    }

    pub(super) fn two_units(
        &mut self,
        left: Id,
        left_unit: &str,
        right: Id,
        right_unit: &str,
    ) -> Decision {
        let (left_scale, right_scale) = (units::measure(left_unit), units::measure(right_unit));
        match (left_scale, right_scale) {
            (Some(left_scale), Some(right_scale)) if left_scale.same_quantity(&right_scale) => {
                let (Some(left), Some(right)) = (
                    self.scaled(left, &left_scale),
                    self.scaled(right, &right_scale),
                ) else {
                    return Decision::Unknown(Reason::Unproven);
                };
                self.compare(left, right)
            }
            (Some(_), Some(_)) => Decision::Unknown(Reason::Unlike),
            _ => {
                let decision = self.compare(left, right);
                match (like(left_unit, right_unit), decision) {
                    (Likeness::Same, decision) => decision,
                    (Likeness::Near, decision) => decision.doubted(),
                    (Likeness::Other, Decision::Different(_)) => decision.doubted(),
                    (Likeness::Other, _) => Decision::Unknown(Reason::Unlike),
                }
            }
        }
    }

    pub(super) fn scaled(&mut self, value: Id, measure: &units::Measure) -> Option<Id> {
        if measure.is_one() {
            return Some(value);
        }
        let factor = self.number(measure.factor())?;
        self.arena.push(Node::Product(vec![value, factor]))
    }

    /// A node for an exact number.
    pub(crate) fn number(&mut self, value: dashu::Rational) -> Option<Id> {
        self.arena.push(Node::Number(Literal::exact(value)))
    }
}

/// How like two units are of which one at least is no measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    /// The same words.
    Same,
    /// One says more than the other: `ways`, `different ways`.
    Near,
    Other,
}

fn like(left: &str, right: &str) -> Likeness {
    let (plain_left, plain_right) = (units::plain(left), units::plain(right));
    if plain_left == plain_right {
        return Likeness::Same;
    }
    let droppable = [left, right]
        .iter()
        .all(|unit| units::droppable(unit) != units::Droppable::No);
    let digits = |unit: &str| unit.bytes().any(|byte| byte.is_ascii_digit());
    if !droppable || digits(left) || digits(right) {
        return Likeness::Other;
    }
    let within = |one: &str, other: &str| {
        let other: Vec<&str> = other.split(' ').collect();
        one.split(' ').all(|word| other.contains(&word))
    };
    let vague = units::is_vague(left) || units::is_vague(right);
    if vague || within(&plain_left, &plain_right) || within(&plain_right, &plain_left) {
        Likeness::Near
    } else {
        Likeness::Other
    }
}
