//! Compares values with units behind them.

use dashu::Rational;

use crate::decision::Decision;
use crate::expr::{Arena, Const, Id, Node};
use crate::units::{self, Measure};
use crate::verdict::Reason;
use crate::work::{Work, compare};

/// Compares where one side at least has a unit.
pub(crate) fn by_tree(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    let split = |work: &Work<'_>, id: Id| match work.arena.node(id) {
        Node::Unit(value, unit) => (*value, Some(work.arena.text(*unit).to_owned())),
        _ => (id, None),
    };
    let (left_value, left_unit) = split(work, left);
    let (right_value, right_unit) = split(work, right);
    match (left_unit, right_unit) {
        (None, None) => None,
        (Some(left_unit), Some(right_unit)) => Some(two_units(
            work,
            left_value,
            &left_unit,
            right_value,
            &right_unit,
        )),
        (Some(unit), None) | (None, Some(unit)) => {
            let (bare, value) = match left_value == left {
                true => (left, right_value),
                false => (right, left_value),
            };
            if has_own_unit(work.arena, bare) {
                let angles = in_radians(work.arena, bare, value, &unit);
                let unlike = Decision::Unknown(Reason::Unlike);
                return Some(angles.map_or(unlike, |angles| two_angles(work, angles)));
            }
            let decision = compare(work, left_value, right_value);
            if let Decision::Different(_) = decision
                && converts(work, left, right, &unit)
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
fn has_own_unit(arena: &Arena, id: Id) -> bool {
    match arena.node(id) {
        Node::Degrees(_) | Node::Percent(_) | Node::Ratio(_) => true,
        Node::Negative(inner) => has_own_unit(arena, *inner),
        _ => false,
    }
}

/// An angle in degrees and one in radians, each in both.
struct Angles {
    degrees: [Id; 2],
    radians: [Id; 2],
}

/// The two angles, where the one has a sign for degrees and the other the unit of radians.
fn in_radians(arena: &mut Arena, degrees: Id, radians: Id, unit: &str) -> Option<Angles> {
    let plain = without_sign(arena, degrees)?;
    units::is_radians(unit).then_some(())?;
    let half_turn = arena.number(Rational::from(180))?;
    let pi = arena.push(Node::Constant(Const::Pi))?;
    let (down, up) = (
        arena.push(Node::Quotient(pi, half_turn))?,
        arena.push(Node::Quotient(half_turn, pi))?,
    );
    Some(Angles {
        degrees: [plain, arena.push(Node::Product(vec![radians, up]))?],
        radians: [arena.push(Node::Product(vec![plain, down]))?, radians],
    })
}

/// What stands before a sign for degrees.
fn without_sign(arena: &mut Arena, id: Id) -> Option<Id> {
    match *arena.node(id) {
        Node::Degrees(inner) => Some(inner),
        Node::Negative(inner) => {
            let inner = without_sign(arena, inner)?;
            arena.push(Node::Negative(inner))
        }
        _ => None,
    }
}

/// Compares two angles in both units: a decimal is rounded in the unit that it is written in.
fn two_angles(work: &mut Work<'_>, angles: Angles) -> Decision {
    let Angles { degrees, radians } = angles;
    let decision = compare(work, radians[0], radians[1]);
    decision.or_else(|| compare(work, degrees[0], degrees[1]))
}

/// Whether the side without a unit is right in another unit: 20 cents and 0.2.
fn converts(work: &mut Work<'_>, left: Id, right: Id, unit: &str) -> bool {
    let (value, other) = match (work.arena.node(left), work.arena.node(right)) {
        (Node::Unit(value, _), _) => (*value, right),
        (_, Node::Unit(value, _)) => (*value, left),
        _ => return false,
    };
    units::conversions(unit).into_iter().any(|factor| {
        let factor = work.arena.number(factor);
        let scaled = factor.and_then(|factor| work.arena.push(Node::Product(vec![value, factor])));
        scaled.is_some_and(|scaled| matches!(compare(work, scaled, other), Decision::Equal(_)))
    })
}

/// Compares two values that both have units.
fn two_units(
    work: &mut Work<'_>,
    left: Id,
    left_unit: &str,
    right: Id,
    right_unit: &str,
) -> Decision {
    match measures(left_unit, right_unit) {
        (Some(left_scale), Some(right_scale)) if left_scale.same_quantity(&right_scale) => {
            let (Some(left), Some(right)) = (
                scaled(work.arena, left, &left_scale),
                scaled(work.arena, right, &right_scale),
            ) else {
                return Decision::Unknown(Reason::Unproven);
            };
            compare(work, left, right)
        }
        (Some(_), Some(_)) => Decision::Unknown(Reason::Unlike),
        _ => {
            let decision = compare(work, left, right);
            match (like(left_unit, right_unit), decision) {
                (Likeness::Same, decision) => decision,
                (Likeness::Near, decision) => decision.doubted(),
                (Likeness::Other, Decision::Different(_)) => decision.doubted(),
                (Likeness::Other, _) => Decision::Unknown(Reason::Unlike),
            }
        }
    }
}

/// What two units measure, in units that are made of no others where they are not of one quantity already.
fn measures(left: &str, right: &str) -> (Option<Measure>, Option<Measure>) {
    match (units::measure(left), units::measure(right)) {
        (Some(left), Some(right)) if !left.same_quantity(&right) => {
            (Some(left.in_base_units()), Some(right.in_base_units()))
        }
        measures => measures,
    }
}

/// A value in base units.
fn scaled(arena: &mut Arena, value: Id, measure: &Measure) -> Option<Id> {
    if measure.is_one() {
        return Some(value);
    }
    let factor = arena.number(measure.factor())?;
    arena.push(Node::Product(vec![value, factor]))
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

/// How like two units are.
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
