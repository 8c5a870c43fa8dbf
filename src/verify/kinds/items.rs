//! Compares lists, tuples and finite sets.

use crate::decision::Decision;
use crate::expr::{Arena, Bracket, Id, Node};
use crate::kinds::assignments;
use crate::signs;
use crate::verdict::Reason;
use crate::work::{Work, compare};

/// What a sequence of items is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listing {
    /// Without brackets, or in braces that LaTeX does not print.
    Bare,
    /// In braces: without order.
    Set,
    /// In brackets: in order.
    Tuple(Bracket, Bracket),
}

/// More items than this are compared as text only.
/// By hand: no verdict changes with 48 or 192.
const ITEMS_MAX: usize = 96;

/// Compares where one side at least has several items.
pub(crate) fn by_tree(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    if assignments::names_differ(work.arena, left, right) {
        return Some(Decision::Unknown(Reason::Names));
    }
    let point = |id: Id| match work.arena.node(id) {
        Node::Apply(name, items) if items.len() > 1 => Some(*name),
        _ => None,
    };
    if let (Some(left), Some(right)) = (point(left), point(right))
        && left != right
    {
        return Some(Decision::Unknown(Reason::Names));
    }
    if let Some(decision) =
        set_and_point(work, left, right).or_else(|| set_and_point(work, right, left))
    {
        return Some(decision);
    }
    let (left_items, right_items) = (items_of(work.arena, left), items_of(work.arena, right));
    let (left, right) = match (left_items, right_items) {
        (None, None) => return None,
        (Some(left), Some(right)) => (left, right),
        (Some(left), None) => return Some(against_one(work, left, right)),
        (None, Some(right)) => return Some(against_one(work, right, left)),
    };
    let ((left_listing, left), (right_listing, right)) = (left, right);
    if left.len() > ITEMS_MAX || right.len() > ITEMS_MAX {
        return Some(Decision::Unknown(Reason::OutOfFuel));
    }
    Some(match (left_listing, right_listing) {
        (Listing::Tuple(a, b), Listing::Tuple(c, d)) => {
            tuples(work, &left, &right, (a, b) == (c, d))
        }
        (Listing::Tuple(open, close), Listing::Bare)
        | (Listing::Bare, Listing::Tuple(open, close)) => {
            if open == close {
                in_order(work, &left, &right).doubted()
            } else {
                // A half-open interval is no list.
                Decision::Unknown(Reason::Unlike)
            }
        }
        (Listing::Tuple(..), Listing::Set) | (Listing::Set, Listing::Tuple(..)) => {
            if work.options.strict {
                Decision::Unknown(Reason::Unlike)
            } else {
                in_order(work, &left, &right).doubted()
            }
        }
        (left_listing, right_listing) => {
            let listed = left_listing == Listing::Bare || right_listing == Listing::Bare;
            let decision = unordered(work, &left, &right);
            let repeats =
                |work: &Work<'_>, items: &[Id]| distinct(work.arena, items).len() < items.len();
            let equal = matches!(decision, Decision::Equal(_));
            if equal && listed && repeats(work, &left) && repeats(work, &right) {
                as_often(work, &left, &right)
            } else {
                decision
            }
        }
    })
}

/// `\{(1, 2)\}` against `(1, 3)`: another point differs from the only one of a set. Whether the same one is the set is
/// a convention that Math-Verify does not have.
fn set_and_point(work: &mut Work<'_>, set: Id, point: Id) -> Option<Decision> {
    let Node::Group(Bracket::Curly, items, Bracket::Curly) = work.arena.node(set) else {
        return None;
    };
    let [only] = items[..] else {
        return None;
    };
    let pair = |id| matches!(work.arena.node(id), Node::Group(Bracket::Round, items, Bracket::Round) if items.len() > 1);
    (pair(only) && pair(point)).then_some(())?;
    Some(match compare(work, only, point) {
        different @ Decision::Different(_) if work.options.strict => different,
        _ => Decision::Unknown(Reason::Unlike),
    })
}

/// Several values against one: a set of one is its element.
fn against_one(work: &mut Work<'_>, (listing, items): (Listing, Vec<Id>), one: Id) -> Decision {
    if let [only] = items[..] {
        return compare(work, only, one).doubted();
    }
    let several = items.len() > 1
        && work.arena.is_scalar(one)
        && listing != Listing::Tuple(Bracket::Round, Bracket::Round);
    let quantified = items.iter().any(|item| {
        work.arena.any(*item, |node| match node {
            Node::Symbol(name) => matches!(work.arena.text(*name), "\\forall" | "\\exists"),
            _ => false,
        })
    });
    if !several
        || quantified
        || work
            .arena
            .any(one, |node| matches!(node, Node::PlusMinus(..)))
    {
        return Decision::Unknown(Reason::Unlike);
    }
    // Two values that differ cannot both be the one.
    let (first, others) = (items[0], &items[1..]);
    let apart = others.iter().take(ITEMS_MAX);
    let mut apart = apart.map(|other| compare(work, first, *other));
    if apart.any(|decision| matches!(decision, Decision::Different(_))) {
        Decision::Different(Reason::Items)
    } else {
        Decision::Unknown(Reason::Unlike)
    }
}

/// The items of a list, tuple or set, each with its signs written out.
pub(crate) fn items_of(arena: &mut Arena, id: Id) -> Option<(Listing, Vec<Id>)> {
    let (listing, items) = match arena.node(id).clone() {
        Node::List(items) | Node::Cases(items) => {
            (Listing::Bare, assignments::relabelled(arena, items))
        }
        Node::Group(Bracket::Curly, items, Bracket::Curly) => (Listing::Set, items),
        Node::Group(Bracket::Brace, items, Bracket::Brace) => (Listing::Bare, items),
        Node::Group(open, items, close) => return Some((Listing::Tuple(open, close), items)),
        // `P(2, 3)`: a point and its name.
        Node::Apply(_, items) if items.len() > 1 => {
            return Some((Listing::Tuple(Bracket::Round, Bracket::Round), items));
        }
        _ => {
            let both = signs::both_signs(arena, id)?;
            return Some((Listing::Bare, both));
        }
    };
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        match signs::both_signs(arena, item) {
            Some(both) => all.extend(both),
            None => all.push(item),
        }
    }
    if let [only] = all[..]
        && listing == Listing::Set
        && matches!(arena.node(only), Node::List(_) | Node::Cases(_))
    {
        return items_of(arena, only);
    }
    Some((listing, all))
}

/// Compares items that stand in the same order.
pub(crate) fn in_order(work: &mut Work<'_>, left: &[Id], right: &[Id]) -> Decision {
    if left.len() != right.len() {
        return Decision::Different(Reason::Items);
    }
    let mut decision = Decision::Equal(Reason::Items);
    for (left, right) in left.iter().zip(right) {
        decision = decision.and(compare(work, *left, *right));
        if matches!(decision, Decision::Different(_)) {
            break;
        }
    }
    decision
}

/// Compares items in brackets.
fn tuples(work: &mut Work<'_>, left: &[Id], right: &[Id], same_brackets: bool) -> Decision {
    match in_order(work, left, right) {
        // `(0, 1)` and `[0, 1]` differ as intervals and not as points.
        Decision::Equal(_) if !same_brackets && left.len() == 2 => {
            Decision::Unknown(Reason::Unlike)
        }
        other => other,
    }
}

/// Items without order and without repeats.
fn unordered(work: &mut Work<'_>, left: &[Id], right: &[Id]) -> Decision {
    let (left, right) = (distinct(work.arena, left), distinct(work.arena, right));
    let forth = covered(work, &left, &right);
    if let Decision::Different(_) = forth {
        return forth;
    }
    forth.and(covered(work, &right, &left))
}

/// Two lists that both repeat items: each has to stand as often in the other.
fn as_often(work: &mut Work<'_>, left: &[Id], right: &[Id]) -> Decision {
    let mut rest = right.to_vec();
    for item in left {
        let twin = rest
            .iter()
            .position(|other| matches!(compare(work, *item, *other), Decision::Equal(_)));
        let Some(twin) = twin else {
            return Decision::Unknown(Reason::Doubtful);
        };
        rest.remove(twin);
    }
    if rest.is_empty() {
        Decision::Equal(Reason::Items)
    } else {
        Decision::Unknown(Reason::Doubtful)
    }
}

/// Items without those that are written the same as one before.
fn distinct(arena: &Arena, items: &[Id]) -> Vec<Id> {
    let mut distinct: Vec<Id> = Vec::with_capacity(items.len());
    for item in items {
        if !distinct.iter().any(|known| arena.same(*known, *item)) {
            distinct.push(*item);
        }
    }
    distinct
}

/// Whether each item of the first has its equal in the second.
fn covered(work: &mut Work<'_>, items: &[Id], among: &[Id]) -> Decision {
    let mut total = Decision::Equal(Reason::Items);
    for item in items {
        let mut best = Decision::Different(Reason::Items);
        for other in among {
            best = match (best, compare(work, *item, *other)) {
                (_, equal @ Decision::Equal(_)) => equal,
                (unknown @ Decision::Unknown(_), _) => unknown,
                (_, unknown @ Decision::Unknown(_)) => unknown,
                (different, Decision::Different(_)) => different,
            };
            if let Decision::Equal(_) = best {
                break;
            }
        }
        total = total.and(best);
        if let Decision::Different(_) = total {
            return total;
        }
    }
    total
}
