//! Compares lists in which items have names: by name where both sides have them, in order where one
//! leaves them out.

use crate::decision::Decision;
use crate::expr::{Arena, Bracket, Id, Node};
use crate::kinds::assignments::{self, Assignment};
use crate::signs;
use crate::verdict::Reason;
use crate::work::{Work, compare};

/// Compares lists in which every item has a name: by name where both have them, in order where
/// one side leaves the names out.
pub(crate) fn labelled_lists(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    let (left_labels, right_labels) = (
        assignments::labelled(work.arena, left),
        assignments::labelled(work.arena, right),
    );
    match (left_labels, right_labels) {
        (Some(left), Some(right)) if left.len() > 1 || right.len() > 1 => {
            Some(by_name(work, &left, &right))
        }
        (Some(labels), None) if labels.len() > 1 => without_names(work, &labels, left, right),
        (None, Some(labels)) if labels.len() > 1 => without_names(work, &labels, right, left),
        _ => None,
    }
}

/// Compares by name.
fn by_name(work: &mut Work<'_>, left: &[Assignment], right: &[Assignment]) -> Decision {
    if left.len() != right.len() {
        return Decision::Unknown(Reason::Names);
    }
    let one_name = |work: &Work<'_>, items: &[Assignment]| {
        items
            .iter()
            .all(|item| assignments::same_label(work.arena, item.label, items[0].label))
    };
    if one_name(work, left)
        && one_name(work, right)
        && assignments::same_label(work.arena, left[0].label, right[0].label)
    {
        return values_unordered(work, left, right);
    }
    if let Some(decision) = repeated_names(work, left, right) {
        return decision;
    }
    if are_roots(work.arena, left, right) {
        return roots(work, left, right);
    }
    let known = |item: &Assignment| {
        left.iter()
            .any(|other| work.arena.same(item.label, other.label))
    };
    if !right.iter().all(known) {
        return Decision::Unknown(Reason::Names);
    }
    let mut decision = Decision::Equal(Reason::Items);
    for item in left {
        let Some(twin) = right
            .iter()
            .find(|other| work.arena.same(item.label, other.label))
        else {
            return Decision::Unknown(Reason::Names);
        };
        decision = decision.and(compare(work, item.value, twin.value));
    }
    decision
}

/// `p = 5, q = 2, p = 7, q = 2`: several solutions, each with all of the names.
fn repeated_names(
    work: &mut Work<'_>,
    left: &[Assignment],
    right: &[Assignment],
) -> Option<Decision> {
    let period = |work: &Work<'_>, items: &[Assignment]| {
        let again = items
            .iter()
            .skip(1)
            .position(|item| work.arena.same(item.label, items[0].label));
        again
            .map(|at| at + 1)
            .filter(|period| items.len().is_multiple_of(*period))
    };
    let (period, other) = (period(work, left)?, period(work, right)?);
    if period != other {
        return None;
    }
    let mut all = Decision::Equal(Reason::Items);
    for solution in left.chunks(period) {
        let mut best = Decision::Different(Reason::Items);
        for other in right.chunks(period) {
            match by_name(work, solution, other) {
                Decision::Different(_) => {}
                decision => best = decision,
            }
            if matches!(best, Decision::Equal(_)) {
                break;
            }
        }
        all = all.and(best);
    }
    Some(all)
}

/// Whether all names are one letter with and without indices: `x_1`, `x_2` and `x`.
fn are_roots(arena: &Arena, left: &[Assignment], right: &[Assignment]) -> bool {
    let base = |item: &Assignment| match arena.node(item.label) {
        Node::Symbol(name) => arena.text(*name).split('_').next(),
        _ => None,
    };
    let first = base(&left[0]);
    first.is_some() && left.iter().chain(right).all(|item| base(item) == first)
}

/// Roots by their indices, or in any order where one side has none: which root is the first is
/// for the problem to say.
fn roots(work: &mut Work<'_>, left: &[Assignment], right: &[Assignment]) -> Decision {
    let indexed = |work: &Work<'_>, items: &[Assignment]| {
        items.iter().any(|item| match work.arena.node(item.label) {
            Node::Symbol(name) => work.arena.text(*name).contains('_'),
            _ => false,
        })
    };
    if !indexed(work, left) || !indexed(work, right) {
        return values_unordered(work, left, right);
    }
    let mut decision = Decision::Equal(Reason::Items);
    for item in left {
        let twins: Vec<Id> = right
            .iter()
            .filter(|other| work.arena.same(item.label, other.label))
            .map(|other| other.value)
            .collect();
        let [twin] = twins[..] else {
            return Decision::Unknown(Reason::Names);
        };
        decision = decision.and(compare(work, item.value, twin));
    }
    decision.doubted()
}

/// Compares the values of one name, in any order.
fn values_unordered(work: &mut Work<'_>, left: &[Assignment], right: &[Assignment]) -> Decision {
    let first = left[0];
    let mut list = |items: &[Assignment]| {
        let values = items
            .iter()
            .map(|item| in_terms_of(work.arena, first, *item));
        let values = values.collect::<Option<Vec<Id>>>()?;
        work.arena.push(Node::List(values))
    };
    let (left, right) = (list(left), list(right));
    match (left, right) {
        (Some(left), Some(right)) => compare(work, left, right),
        _ => Decision::Unknown(Reason::Unproven),
    }
}

/// The value of an assignment, in the variable of the first where both are one function.
fn in_terms_of(arena: &mut Arena, first: Assignment, item: Assignment) -> Option<Id> {
    let argument = |id: Id| matches!(arena.node(id), Node::Apply(..));
    if arena.same(first.label, item.label) || !argument(first.label) || !argument(item.label) {
        return Some(item.value);
    }
    assignments::renamed(arena, first, item)
}

/// Compares named values with a list that leaves the names out.
fn without_names(
    work: &mut Work<'_>,
    labels: &[Assignment],
    named: Id,
    other: Id,
) -> Option<Decision> {
    // `y = \pm 2x` and `2x \pm y = 0` are two equations each.
    let relation = matches!(work.arena.node(other), Node::Chain(..));
    if relation
        && signs::both_signs(work.arena, named).is_some()
        && signs::both_signs(work.arena, other).is_some()
    {
        return None;
    }
    let values: Vec<Id> = labels.iter().map(|item| item.value).collect();
    let one_name = labels
        .iter()
        .all(|item| work.arena.same(item.label, labels[0].label));
    if one_name {
        let list = work.arena.push(Node::List(values))?;
        return Some(compare(work, list, other));
    }
    if let Some(decision) = solutions_and_tuples(work, labels, other) {
        return Some(decision);
    }
    let items = match work.arena.node(other) {
        Node::Group(Bracket::Curly, ..) => return Some(Decision::Unknown(Reason::Unlike)),
        Node::List(items) | Node::Cases(items) | Node::Group(_, items, _) => items.clone(),
        _ => return None,
    };
    Some(in_places(work, &values, &items).doubted())
}

/// `p = 5, q = 2; p = 7, q = 2` against `(5, 2), (7, 2)`.
fn solutions_and_tuples(work: &mut Work<'_>, labels: &[Assignment], other: Id) -> Option<Decision> {
    let again = labels
        .iter()
        .skip(1)
        .position(|item| work.arena.same(item.label, labels[0].label))?;
    let period = again + 1;
    if !labels.len().is_multiple_of(period) {
        return None;
    }
    let mut tuples = Vec::new();
    for solution in labels.chunks(period) {
        let values = solution.iter().map(|item| item.value).collect();
        tuples.push(
            work.arena
                .push(Node::Group(Bracket::Round, values, Bracket::Round))?,
        );
    }
    let list = work.arena.push(Node::List(tuples))?;
    Some(compare(work, list, other).doubted())
}

/// Compares place by place.
pub(crate) fn in_places(work: &mut Work<'_>, left: &[Id], right: &[Id]) -> Decision {
    if left.len() != right.len() {
        return Decision::Unknown(Reason::Relation);
    }
    let mut decision = Decision::Equal(Reason::Relation);
    for (left, right) in left.iter().zip(right) {
        decision = decision.and(compare(work, *left, *right));
    }
    decision
}
