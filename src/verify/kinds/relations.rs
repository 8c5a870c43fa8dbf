//! Compares relations, and relations with values.
//!
//! `x = 5` answers "what is x" as `5` does: where one side only is an assignment, its name is left
//! out. Two equations are the same when one is a multiple of the other.

use dashu::Rational;
use dashu::base::Signed;

use crate::decision::Decision;
use crate::expr::{Arena, Bracket, Id, Node, Rel};
use crate::kinds::assignments::{self, Assignment};
use crate::kinds::{named, regions};
use crate::values::{self, functions, names};
use crate::verdict::Reason;
use crate::work::{Work, compare};
use crate::{linear, replace};

/// Compares where at least one side is a relation, or a list of relations.
pub(crate) fn by_tree(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    if let Some(decision) = named::labelled_lists(work, left, right) {
        return Some(decision);
    }
    let chain = |work: &Work<'_>, id| matches!(work.arena.node(id), Node::Chain(..));
    match (chain(work, left), chain(work, right)) {
        (false, false) => None,
        (true, true) => two_chains(work, left, right),
        (true, false) => chain_and_value(work, left, right),
        (false, true) => chain_and_value(work, right, left),
    }
}

/// Compares a relation with what is none.
fn chain_and_value(work: &mut Work<'_>, chain: Id, other: Id) -> Option<Decision> {
    if let Some(value) = assignments::value_of(work.arena, chain) {
        let decision = compare(work, value, other);
        // `5 \pmod{12}` is more than five.
        let class = matches!(work.arena.node(chain), Node::Chain(_, relations)
            if relations[..] == [Rel::Modulo]);
        return Some(if class { decision.hedged() } else { decision });
    }
    if let Some(value) = stated(work, chain, other) {
        return Some(compare(work, value, other).doubted());
    }
    if let Node::Chain(sides, relations) = work.arena.node(chain)
        && let ([_, set], [Rel::In]) = (&sides[..], &relations[..])
    {
        let set = *set;
        // What a name is in is an interval, and not two values.
        let interval = matches!(
            work.arena.node(set),
            Node::Group(Bracket::Round | Bracket::Square, ..)
        );
        let values = matches!(work.arena.node(other), Node::List(_) | Node::Cases(_));
        if interval && values && regions::pieces_of(work, other).is_none() {
            return Some(Decision::Unknown(Reason::Unlike));
        }
        return Some(compare(work, set, other));
    }
    None
}

/// The value that an answer states of an expression in several names, `a + b + c = 88`, against a
/// gold answer that is a value.
fn stated(work: &mut Work<'_>, chain: Id, other: Id) -> Option<Id> {
    let Node::Chain(sides, relations) = work.arena.node(chain) else {
        return None;
    };
    let (first, last) = (*sides.first()?, *sides.last()?);
    let equations = relations.iter().all(|rel| *rel == Rel::Eq);
    let number = |id| work.arena.is_scalar(id) && work.arena.symbols(id).is_empty();
    let names = work.arena.symbols(first).len();
    let asked = work.options.stated_values && work.is_gold(other) && number(other);
    (equations && asked && number(last) && work.arena.is_scalar(first) && names >= 2)
        .then_some(last)
}

/// Compares two relations: as assignments, memberships, normal forms, and else side by side.
fn two_chains(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    if has_congruence(work.arena, left) || has_congruence(work.arena, right) {
        return None;
    }
    let assigned = (
        assignments::assignment(work.arena, left),
        assignments::assignment(work.arena, right),
    );
    if let (Some(left_first), Some(right_first)) = assigned {
        if is_one_family(work, left_first, right_first) {
            return Some(Decision::Equal(Reason::Relation));
        }
        if other_names(work.arena, left, right) {
            return Some(Decision::Unknown(Reason::Names));
        }
        let labels = work.arena.same(left_first.label, right_first.label);
        if !labels && (is_solved(work, left, right) || is_solved(work, right, left)) {
            return Some(Decision::Equal(Reason::Relation));
        }
        return Some(two_assignments(work, left_first, right_first));
    }
    let (left_chain, right_chain) = (chain(work.arena, left)?, chain(work.arena, right)?);
    if let Some(renamed) = with_constants_of(work, left, right)
        && let Some(equal @ Decision::Equal(_)) = two_chains(work, left, renamed)
    {
        return Some(equal);
    }
    if let Some(decision) = memberships(work, &left_chain, &right_chain) {
        return Some(decision);
    }
    if let Some(decision) = normal_forms(work, &left_chain, &right_chain) {
        return Some(decision);
    }
    if is_solved(work, left, right) || is_solved(work, right, left) {
        return Some(Decision::Equal(Reason::Relation));
    }
    // What is left are orders, which are sets of reals, and what nothing is known of.
    side_by_side(work, &left_chain, &right_chain)
}

/// The right relation with its constant called as that of the left one: `x^2 + y^2 = C` and `= K`.
fn with_constants_of(work: &mut Work<'_>, left: Id, right: Id) -> Option<Id> {
    let (left, names) = (work.arena.symbols(left), work.arena.symbols(right));
    names::free_constants(work.arena, (&left, right), &names).pop()
}

/// The sides of a chain, and how they are related.
type Chain = (Vec<Id>, Vec<Rel>);

fn chain(arena: &Arena, id: Id) -> Option<Chain> {
    match arena.node(id) {
        Node::Chain(sides, relations) => Some((sides.clone(), relations.clone())),
        _ => None,
    }
}

fn has_congruence(arena: &Arena, id: Id) -> bool {
    arena.any(
        id,
        |node| matches!(node, Node::Chain(_, relations) if relations.contains(&Rel::Congruent)),
    )
}

/// Equal where all sides are, as they stand or read from the right.
fn side_by_side(work: &mut Work<'_>, left: &Chain, right: &Chain) -> Option<Decision> {
    let equal = |decision: &Decision| matches!(decision, Decision::Equal(_));
    if left.1 == right.1 {
        let alike = Some(named::in_places(work, &left.0, &right.0)).filter(equal);
        if alike.is_some() {
            return alike;
        }
    }
    let flipped = right.1.iter().rev().map(|rel| rel.flipped());
    if flipped.eq(left.1.iter().copied()) {
        let reversed: Vec<Id> = right.0.iter().rev().copied().collect();
        return Some(named::in_places(work, &left.0, &reversed)).filter(equal);
    }
    None
}

/// Whether both chains give their value to several names, and not to the same: `b = c = 2`.
fn other_names(arena: &mut Arena, left: Id, right: Id) -> bool {
    let (left, right) = (
        assignments::shared_value(arena, left),
        assignments::shared_value(arena, right),
    );
    let (Some(left), Some(right)) = (left, right) else {
        return false;
    };
    let known = |arena: &Arena, items: &[Assignment], item: &Assignment| {
        items
            .iter()
            .any(|other| arena.same(other.label, item.label))
    };
    left.len() > 1
        && right.len() > 1
        && !(left.iter().all(|item| known(arena, &right, item))
            && right.iter().all(|item| known(arena, &left, item)))
}

/// `x ∈ S` against `x ∈ T`.
fn memberships(work: &mut Work<'_>, left: &Chain, right: &Chain) -> Option<Decision> {
    let ([element, set], [Rel::In]) = (&left.0[..], &left.1[..]) else {
        return None;
    };
    let ([other_element, other_set], [Rel::In]) = (&right.0[..], &right.1[..]) else {
        return None;
    };
    let sets = compare(work, *set, *other_set);
    if !assignments::is_label(work.arena, *element)
        || !assignments::is_label(work.arena, *other_element)
    {
        return Some(sets.and(compare(work, *element, *other_element)));
    }
    let same_name = work.arena.same(*element, *other_element);
    Some(if same_name {
        sets
    } else {
        Decision::Unknown(Reason::Names)
    })
}

/// Compares two values with names.
/// Whether two values of one function are the same but for what their parameters are called.
fn is_one_family(work: &mut Work<'_>, left: Assignment, right: Assignment) -> bool {
    if !matches!(work.arena.node(left.label), Node::Apply(..)) {
        return false;
    }
    let value = match work.arena.same(left.label, right.label) {
        true => Some(right.value),
        false => assignments::renamed(work.arena, left, right),
    };
    let Some(value) = value else { return false };
    let renamed = names::free_parameters(work.arena, left.value, value);
    renamed
        .into_iter()
        .any(|value| matches!(compare(work, left.value, value), Decision::Equal(_)))
}

/// Compares two assignments.
fn two_assignments(work: &mut Work<'_>, left: Assignment, right: Assignment) -> Decision {
    if work.arena.same(left.label, right.label) {
        return compare(work, left.value, right.value);
    }
    // `f(x) = 2x` and `f(t) = 2t`.
    if let Some(renamed) = assignments::renamed(work.arena, left, right) {
        return compare(work, left.value, renamed).doubted();
    }
    match compare(work, left.label, right.label) {
        Decision::Equal(_) => compare(work, left.value, right.value),
        _ => Decision::Unknown(Reason::Names),
    }
}

/// Two relations of the form `side - side ∘ 0`: the same when one is a multiple of the other,
/// by a positive number where order matters, and different where one denies the other: `x \ne 2` and `x = 2`.
fn normal_forms(work: &mut Work<'_>, left: &Chain, right: &Chain) -> Option<Decision> {
    let ([a, b], [left_rel]) = (&left.0[..], &left.1[..]) else {
        return None;
    };
    let ([c, d], [right_rel]) = (&right.0[..], &right.1[..]) else {
        return None;
    };
    let plain = |rel: &Rel| rel.is_order() || matches!(rel, Rel::Eq | Rel::Ne);
    let scalars = [a, b, c, d].iter().all(|id| work.arena.is_scalar(**id));
    if !plain(left_rel) || !plain(right_rel) || !scalars {
        return None;
    }
    let left_form = work.arena.difference(*a, *b)?;
    let right_form = work.arena.difference(*c, *d)?;
    // Any two numbers are multiples of each other.
    if work.arena.symbols(left_form).is_empty() || work.arena.symbols(right_form).is_empty() {
        return None;
    }
    let factor = multiple(work, left_form, right_form)?;
    let right_rel = if factor.is_negative() {
        right_rel.flipped()
    } else {
        *right_rel
    };
    match (*left_rel, right_rel) {
        (one, other) if one == other => Some(Decision::Equal(Reason::Relation)),
        // The one says what the other denies.
        (Rel::Eq, Rel::Ne) | (Rel::Ne, Rel::Eq) => Some(Decision::Different(Reason::Relation)),
        _ => None,
    }
}

/// Whether the first equation is the second one solved for a name: `y = \frac{1}{x}` and `xy = 1`.
fn is_solved(work: &mut Work<'_>, solved: Id, equation: Id) -> bool {
    solution(work, solved, equation).is_some()
}

/// Puts the value of a solved equation in the other: nothing where that does not hold.
fn solution(work: &mut Work<'_>, solved: Id, equation: Id) -> Option<()> {
    let sides = |work: &Work<'_>, id: Id| match work.arena.node(id) {
        Node::Chain(sides, relations) => match (&sides[..], &relations[..]) {
            ([left, right], [Rel::Eq]) => Some((*left, *right)),
            _ => None,
        },
        _ => None,
    };
    let ((label, value), (left, right)) = (sides(work, solved)?, sides(work, equation)?);
    let Node::Symbol(name) = *work.arena.node(label) else {
        return None;
    };
    let scalars = [value, left, right]
        .iter()
        .all(|id| work.arena.is_scalar(*id));
    let form = work.arena.difference(left, right)?;
    let names = work.arena.symbols(form);
    // Of one name alone, an equation is a value.
    if !scalars || names.len() < 2 || !names.contains(&name) {
        return None;
    }
    let (_, step) = linear::linear(work, form, name)?;
    let zero = work.arena.number(Rational::ZERO)?;
    let there = replace::replaced(work.arena, form, name, value)?;
    let holds = matches!(values::compare(work, there, zero), Decision::Equal(_));
    let flat = matches!(values::compare(work, step, zero), Decision::Equal(_));
    (holds && !flat && !work.arena.symbols(value).contains(&name)).then_some(())
}

/// The constant that the first function is of the second, at several points and as an identity.
fn multiple(work: &mut Work<'_>, left: Id, right: Id) -> Option<Rational> {
    let mut factor: Option<Rational> = None;
    for seed in 0..3 {
        let (above, below) = (
            functions::at_point(work, left, seed)?,
            functions::at_point(work, right, seed)?,
        );
        if above.is_zero() || below.is_zero() {
            continue;
        }
        let ratio = above / below;
        if factor.get_or_insert_with(|| ratio.clone()) != &ratio {
            return None;
        }
    }
    let factor = factor?;
    let number = work.arena.number(factor.clone())?;
    let scaled = work.arena.push(Node::Product(vec![number, right]))?;
    matches!(values::compare(work, left, scaled), Decision::Equal(_)).then_some(factor)
}
