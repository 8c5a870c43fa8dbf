//! Names and the values they are given: what `x = 5`, `a = b = 1` and `(x, y) = (1, 2)` say.

use crate::expr::{Arena, Const, Func, Id, Node, Rel};
use crate::{replace, signs, statements};

/// A name and the value it is given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Assignment {
    pub label: Id,
    pub value: Id,
}

/// The value that a chain of equations ends with: what follows the name, or the last side where
/// the first is a number. What is only approximate does not count where something exact stands.
pub(crate) fn value_of(arena: &mut Arena, chain: Id) -> Option<Id> {
    let Node::Chain(sides, relations) = arena.node(chain) else {
        return None;
    };
    if let Some(at) = relations.iter().rposition(|rel| *rel == Rel::To) {
        // `x + y - 1 = 0 \Rightarrow x = 2`: what follows.
        let (sides, relations) = (sides[at + 1..].to_vec(), relations[at + 1..].to_vec());
        // `x \to 7` says where a name goes.
        let goes = at == 0 && is_named_only(arena, chain) && sides.len() == 1;
        if goes && arena.symbols(sides[0]).is_empty() {
            return None;
        }
        if let ([only], []) = (&sides[..], &relations[..]) {
            return arena.is_scalar(*only).then_some(*only);
        }
        let last = arena.push(Node::Chain(sides, relations))?;
        return value_of(arena, last);
    }
    if !relations
        .iter()
        .all(|rel| matches!(rel, Rel::Eq | Rel::Approx | Rel::Congruent | Rel::Modulo))
    {
        return None;
    }
    if relations[..] == [Rel::Modulo] {
        return sides.first().copied();
    }
    let exact = relations.iter().take_while(|rel| **rel == Rel::Eq).count();
    let first = *sides.first()?;
    // `\text{undefined at } x = 5` gives no value.
    let turned =
        |node: &Node| matches!(node, Node::Words(words) if statements::turns(arena.text(*words)));
    if arena.any(first, turned) {
        return None;
    }
    if relations.contains(&Rel::Congruent) {
        return (relations.len() <= 2)
            .then(|| sides.get(1).copied())
            .flatten();
    }
    let last_side = *sides.last()?;
    let number = |id| arena.is_scalar(id) && arena.symbols(id).is_empty();
    let label = is_label(arena, first);
    if !label && !number(last_side) {
        return None;
    }
    if !label && !number(first) && sides.len() < 3 {
        return None;
    }
    let last = if exact > 0 { exact } else { 1 };
    // `1/3 = 0.333…` and `2^{10} ≈ 1000`: the exact side counts.
    let value = match relations.first()? {
        Rel::Eq => *sides.get(last)?,
        _ if label => *sides.get(1)?,
        _ => first,
    };
    Some(value)
}

/// Whether a chain starts with a name.
fn is_named_only(arena: &Arena, chain: Id) -> bool {
    let Node::Chain(sides, _) = arena.node(chain) else {
        return false;
    };
    let first = sides.first().map(|id| arena.node(*id));
    matches!(first, Some(Node::Symbol(_)))
}

/// Whether a node is nothing but names: `x`, `f(x)`, `AB`, `a_1 : a_2`.
pub(crate) fn is_label(arena: &Arena, id: Id) -> bool {
    let all = |items: &[Id]| items.iter().all(|item| is_label(arena, *item));
    match arena.node(id) {
        Node::Symbol(_) | Node::Words(_) | Node::Apply(..) => true,
        Node::Constant(Const::I | Const::E) => true,
        Node::Product(items) | Node::Ratio(items) | Node::Group(_, items, _) => all(items),
        Node::Quotient(above, below) => all(&[*above, *below]),
        Node::Call(func, items) => is_plain_call(*func) && all(items),
        Node::Unit(inner, _) | Node::Degrees(inner) => is_label(arena, *inner),
        _ => false,
    }
}

/// Whether a node is a function of names alone, such as `\cos A`.
fn is_plain_call(func: Func) -> bool {
    !matches!(func, Func::Factorial | Func::Binomial)
}

/// What a relation gives a value to, and which.
pub(crate) fn assignment(arena: &mut Arena, id: Id) -> Option<Assignment> {
    let Node::Chain(sides, relations) = arena.node(id) else {
        return None;
    };
    if relations.contains(&Rel::Congruent) {
        return None;
    }
    let label = *sides.first()?;
    if !is_label(arena, label) {
        return None;
    }
    let value = value_of(arena, id)?;
    Some(Assignment { label, value })
}

/// The right value in the left one's variable, where both are the same function.
pub(crate) fn renamed(arena: &mut Arena, left: Assignment, right: Assignment) -> Option<Id> {
    let argument = |id: Id| match arena.node(id) {
        Node::Apply(function, args) => match args[..] {
            [arg] => match arena.node(arg) {
                Node::Symbol(name) => Some((*function, *name)),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    let ((function, to), (other, from)) = (argument(left.label)?, argument(right.label)?);
    if function != other || arena.symbols(right.value).contains(&to) {
        return None;
    }
    replace::substituted(arena, right.value, from, to)
}

/// The assignments of a list, or of a tuple of names and a tuple of values.
pub(crate) fn labelled(arena: &mut Arena, id: Id) -> Option<Vec<Assignment>> {
    match arena.node(id).clone() {
        Node::List(items) => {
            if let Some(all) = first_labelled(arena, &items) {
                return Some(all);
            }
            let mut all = Vec::new();
            for item in items {
                match signs::both_signs(arena, item) {
                    Some(both) => {
                        for one in both {
                            all.push(assignment(arena, one)?);
                        }
                    }
                    None => all.extend(shared_value(arena, item)?),
                }
            }
            Some(all)
        }
        Node::Chain(..) if signs::both_signs(arena, id).is_some() => {
            let both = signs::both_signs(arena, id)?;
            both.into_iter().map(|one| assignment(arena, one)).collect()
        }
        Node::Cases(items) => {
            let mut all = Vec::new();
            for item in items {
                all.extend(labelled(arena, item)?);
            }
            Some(all)
        }
        Node::Chain(..) => {
            let assignment = assignment(arena, id)?;
            let spread = spread(arena, assignment);
            Some(spread.unwrap_or_else(|| vec![assignment]))
        }
        _ => None,
    }
}

/// `a = b = 1` as `a = 1, b = 1`.
pub(crate) fn shared_value(arena: &mut Arena, id: Id) -> Option<Vec<Assignment>> {
    let first = assignment(arena, id)?;
    let Node::Chain(sides, relations) = arena.node(id) else {
        return None;
    };
    let mut all = vec![first];
    if relations.iter().all(|rel| *rel == Rel::Eq) {
        let labels = sides.iter().skip(1).take(sides.len().saturating_sub(2));
        let labels = labels.take_while(|side| is_label(arena, **side));
        all.extend(labels.map(|label| Assignment {
            label: *label,
            value: first.value,
        }));
    }
    Some(all)
}

/// `(x, y) = (1, 2)` as `x = 1, y = 2`.
fn spread(arena: &mut Arena, assignment: Assignment) -> Option<Vec<Assignment>> {
    let (Node::Group(_, labels, _), Node::Group(_, values, _)) =
        (arena.node(assignment.label), arena.node(assignment.value))
    else {
        return None;
    };
    let pairs = labels.iter().zip(values);
    (labels.len() == values.len()).then(|| {
        pairs
            .map(|(label, value)| Assignment {
                label: *label,
                value: *value,
            })
            .collect()
    })
}

/// Whether two labels are one: `f(x)` and `f(t)` are the same function.
pub(crate) fn same_label(arena: &Arena, left: Id, right: Id) -> bool {
    let function = |id: Id| match arena.node(id) {
        Node::Apply(name, args) => match args[..] {
            [arg] if matches!(arena.node(arg), Node::Symbol(_)) => Some(*name),
            _ => None,
        },
        _ => None,
    };
    let functions = (function(left), function(right));
    arena.same(left, right) || matches!(functions, (Some(left), Some(right)) if left == right)
}

/// Whether two lists give their values to two names: `a = 4, -8` and `b = 4, -8`.
pub(crate) fn names_differ(arena: &mut Arena, left: Id, right: Id) -> bool {
    let first = |arena: &mut Arena, id: Id| match arena.node(id) {
        Node::List(items) | Node::Cases(items) => {
            let first = *items.first()?;
            assignment(arena, first)
        }
        _ => None,
    };
    match (first(arena, left), first(arena, right)) {
        (Some(left), Some(right)) => !same_label(arena, left.label, right.label),
        _ => false,
    }
}

/// `a = 4, -8, -10`: the name stands before the first of several values.
fn first_labelled(arena: &mut Arena, items: &[Id]) -> Option<Vec<Assignment>> {
    let (first, rest) = items.split_first()?;
    let bare = !rest.is_empty()
        && rest
            .iter()
            .all(|item| !matches!(arena.node(*item), Node::Chain(..)));
    if !bare {
        return None;
    }
    let first = assignment(arena, *first)?;
    let others = rest.iter().map(|value| Assignment {
        label: first.label,
        value: *value,
    });
    Some([first].into_iter().chain(others).collect())
}

/// The values of a list whose name stands before the first.
pub(crate) fn relabelled(arena: &mut Arena, items: Vec<Id>) -> Vec<Id> {
    match first_labelled(arena, &items) {
        Some(all) => all.into_iter().map(|item| item.value).collect(),
        None => items,
    }
}
