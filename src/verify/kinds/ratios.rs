//! Compares ratios, and ratios with values.

use crate::decision::Decision;
use crate::expr::{Arena, Id, Node};
use crate::kinds::items;
use crate::verdict::Reason;
use crate::work::{Work, compare};

/// Compares where one side at least is a ratio.
pub(crate) fn by_tree(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    let terms = |work: &Work<'_>, id| match work.arena.node(id) {
        Node::Ratio(terms) => Some(terms.clone()),
        _ => None,
    };
    match (terms(work, left), terms(work, right)) {
        (None, None) => None,
        (Some(left), Some(right)) => Some(two_ratios(work, &left, &right)),
        (Some(terms), None) => ratio_and_value(work, &terms, right),
        (None, Some(terms)) => ratio_and_value(work, &terms, left),
    }
}

/// Two ratios are the same when their terms are proportional.
fn two_ratios(work: &mut Work<'_>, left: &[Id], right: &[Id]) -> Decision {
    let alike = items::in_order(work, left, right);
    if left.len() != right.len() || matches!(alike, Decision::Equal(_)) {
        return alike;
    }
    let mut decision = Decision::Equal(Reason::Items);
    for at in 1..left.len() {
        let across = work.arena.push(Node::Product(vec![left[0], right[at]]));
        let back = work.arena.push(Node::Product(vec![left[at], right[0]]));
        let (Some(across), Some(back)) = (across, back) else {
            return Decision::Unknown(Reason::Unproven);
        };
        decision = decision.and(compare(work, across, back));
    }
    // `2:30` and `1:15` are one ratio and two times of day.
    let times = [left, right].iter().all(|terms| is_time(work.arena, terms));
    match decision {
        Decision::Equal(_) if times => Decision::Unknown(Reason::Unlike),
        other => other,
    }
}

/// Whether two terms may be hours and minutes.
fn is_time(arena: &Arena, terms: &[Id]) -> bool {
    let [_, minutes] = terms else {
        return false;
    };
    let minutes = match arena.node(*minutes) {
        Node::Unit(inner, _) => inner,
        _ => minutes,
    };
    matches!(arena.node(*minutes), Node::Number(literal)
        if literal.digits.as_ref().is_some_and(|digits| digits.len() == 2 && **digits < *"60"))
}

/// Whether two whole numbers have no common divisor.
fn is_reduced(arena: &Arena, above: Id, below: Id) -> bool {
    let whole = |id: Id| match arena.node(id) {
        Node::Number(literal) => literal.value.clone().try_into().ok(),
        _ => None,
    };
    let (Some(above), Some(below)): (Option<u64>, Option<u64>) = (whole(above), whole(below))
    else {
        return true;
    };
    let (mut a, mut b) = (above, below);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a <= 1
}

/// Compares `a : b` with a value, as a quotient.
fn ratio_and_value(work: &mut Work<'_>, terms: &[Id], value: Id) -> Option<Decision> {
    let [above, below] = terms else {
        return None;
    };
    if !work.arena.is_scalar(value) {
        return None;
    }
    // `15:45` is a time, where a ratio would be `1:3`.
    let unit = |id: &Id| matches!(work.arena.node(*id), Node::Unit(..));
    if is_time(work.arena, terms) && !is_reduced(work.arena, *above, *below)
        || terms.iter().any(unit)
    {
        return Some(Decision::Unknown(Reason::Unlike));
    }
    let quotient = work.arena.push(Node::Quotient(*above, *below))?;
    Some(compare(work, quotient, value).doubted())
}
