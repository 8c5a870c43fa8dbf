//! Compares times of day: `3:45 PM` is `15:45`, and `12 o'clock` is `12:00`.

use crate::decision::Decision;
use crate::expr::{Arena, Id, Node};
use crate::verdict::Reason;
use crate::work::Work;

const HALF_DAY: u32 = 12 * 60;

/// A time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Clock {
    /// Minutes after midnight, or after either twelve where the half of the day is not known.
    minutes: u32,
    /// Whether the half of the day is known.
    exact: bool,
}

/// What stands behind a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayPart {
    Morning,
    Afternoon,
    Clock,
}

/// Compares two times of which one at least says that it is one.
pub(crate) fn by_tree(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    let ((left, left_marked), (right, right_marked)) =
        (clock(work.arena, left)?, clock(work.arena, right)?);
    if !left_marked && !right_marked {
        return None;
    }
    let same = if left.exact && right.exact {
        left.minutes == right.minutes
    } else {
        left.minutes % HALF_DAY == right.minutes % HALF_DAY
    };
    Some(if same {
        Decision::Equal(Reason::Items)
    } else {
        Decision::Different(Reason::Items)
    })
}

/// A node as a time, and whether a mark says that it is one.
fn clock(arena: &Arena, id: Id) -> Option<(Clock, bool)> {
    let marked = |id: Id| match arena.node(id) {
        Node::Unit(value, unit) => mark(arena.text(*unit)).map(|mark| (*value, Some(mark))),
        _ => Some((id, None)),
    };
    let (value, outer) = marked(id)?;
    let (hours, minutes, inner) = match arena.node(value) {
        Node::Ratio(terms) => {
            let [hours, minutes] = terms[..] else {
                return None;
            };
            let (minutes, inner) = marked(minutes)?;
            (hours, Some(minutes), inner)
        }
        _ => (value, None, None),
    };
    let mark = outer.or(inner);
    let (hour, leading) = digits(arena, hours, 24)?;
    let minute = match minutes {
        Some(minutes) => digits(arena, minutes, 59).filter(|(_, two)| *two)?.0,
        None => 0,
    };
    if minutes.is_none() && mark.is_none()
        || matches!(mark, Some(DayPart::Morning | DayPart::Afternoon)) && hour > 12
    {
        return None;
    }
    let clock = match mark {
        Some(half @ (DayPart::Morning | DayPart::Afternoon)) => Clock {
            minutes: hour % 12 * 60 + minute + u32::from(half == DayPart::Afternoon) * HALF_DAY,
            exact: true,
        },
        _ => Clock {
            minutes: hour % 24 * 60 + minute,
            exact: hour > 12 || hour == 0 || leading && hour < 10,
        },
    };
    Some((clock, mark.is_some()))
}

/// A whole number up to a limit, and whether it was written with two digits.
fn digits(arena: &Arena, id: Id, most: u32) -> Option<(u32, bool)> {
    let Node::Number(literal) = arena.node(id) else {
        return None;
    };
    let digits = literal.digits.as_deref()?;
    let value = digits.parse::<u32>().ok().filter(|value| *value <= most)?;
    Some((value, digits.len() == 2))
}

/// What the words behind a time say.
fn mark(unit: &str) -> Option<DayPart> {
    let plain: String = unit.chars().filter(|c| c.is_alphabetic()).collect();
    match plain.to_lowercase().as_str() {
        "am" => Some(DayPart::Morning),
        "pm" => Some(DayPart::Afternoon),
        "oclock" => Some(DayPart::Clock),
        _ => None,
    }
}
