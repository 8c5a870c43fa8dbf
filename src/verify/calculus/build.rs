//! Builds expressions, without factors of one and terms of zero.

use dashu::Rational;

use crate::expr::{Arena, Const, Func, Id, Node};

/// Whether a node is this whole number as it is written.
pub(crate) fn is_number(arena: &Arena, id: Id, value: i32) -> bool {
    matches!(arena.node(id), Node::Number(literal) if literal.value == Rational::from(value))
}

pub(crate) fn number(arena: &mut Arena, value: i32) -> Option<Id> {
    arena.number(Rational::from(value))
}

pub(crate) fn e(arena: &mut Arena) -> Option<Id> {
    arena.push(Node::Constant(Const::E))
}

pub(crate) fn sum(arena: &mut Arena, left: Id, right: Id) -> Option<Id> {
    match (is_number(arena, left, 0), is_number(arena, right, 0)) {
        (true, _) => Some(right),
        (_, true) => Some(left),
        _ => arena.push(Node::Sum(vec![left, right])),
    }
}

pub(crate) fn negative(arena: &mut Arena, id: Id) -> Option<Id> {
    if is_number(arena, id, 0) {
        return Some(id);
    }
    arena.push(Node::Negative(id))
}

pub(crate) fn product(arena: &mut Arena, left: Id, right: Id) -> Option<Id> {
    let (zero, one) = (0, 1);
    if is_number(arena, left, zero) || is_number(arena, right, one) {
        Some(left)
    } else if is_number(arena, right, zero) || is_number(arena, left, one) {
        Some(right)
    } else {
        arena.push(Node::Product(vec![left, right]))
    }
}

pub(crate) fn quotient(arena: &mut Arena, above: Id, below: Id) -> Option<Id> {
    if is_number(arena, above, 0) || is_number(arena, below, 1) {
        return Some(above);
    }
    arena.push(Node::Quotient(above, below))
}

pub(crate) fn power(arena: &mut Arena, base: Id, exponent: Id) -> Option<Id> {
    if is_number(arena, exponent, 1) {
        return Some(base);
    }
    arena.push(Node::Power(base, exponent))
}

pub(crate) fn call(arena: &mut Arena, func: Func, argument: Id) -> Option<Id> {
    arena.push(Node::Call(func, vec![argument]))
}
