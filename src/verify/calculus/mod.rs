//! Works out integrals, limits, derivatives, and endless sums and products where textbook rules do.
//!
//! An answer may be left as it was asked for: `\int_0^1 x^2 dx` is a third. Each rule here holds without a
//! doubt where its conditions do, which are checked: an integrand without a pole between its bounds, a
//! sum that converges. What no rule fits stays as it is written, and is equal to what is written the same.

mod build;
mod derivatives;
mod integrals;
mod limits;
mod products;
mod rational;
mod series;

use crate::expr::{Big, Const, Id, Node};
use crate::work::Work;

/// An expression in which all that rules work out is worked out.
pub(crate) fn worked_out(work: &mut Work<'_>, id: Id) -> Id {
    let asked = |node: &Node| matches!(node, Node::Repeat { .. });
    if !work.arena.any(id, asked) {
        return id;
    }
    inside(work, id, 0).unwrap_or(id)
}

/// A tree that is worked out from its leaves; nothing where it grows too large.
fn inside(work: &mut Work<'_>, id: Id, depth: u32) -> Option<Id> {
    if depth > DEPTH_MAX || work.fuel.burn(20).is_err() {
        return None;
    }
    let mut node = work.arena.node(id).clone();
    let mut children = Vec::new();
    node.each_child_mut(|child| children.push(*child));
    let mut changed = Vec::with_capacity(children.len());
    for child in &children {
        changed.push(inside(work, *child, depth + 1)?);
    }
    let id = if changed == children {
        id
    } else {
        let mut next = changed.into_iter();
        node.each_child_mut(|child| *child = next.next().unwrap_or(*child));
        work.arena.push(node)?
    };
    Some(closed(work, id).unwrap_or(id))
}

/// Expressions nest no deeper. By hand.
const DEPTH_MAX: u32 = 100;

/// The value of one integral, limit, derivative, endless sum or product; nothing where no rule gives it.
fn closed(work: &mut Work<'_>, id: Id) -> Option<Id> {
    let Node::Repeat {
        big,
        index: Some(name),
        from,
        to,
        body,
    } = *work.arena.node(id)
    else {
        return None;
    };
    // A part that was not worked out.
    if work
        .arena
        .any(body, |node| matches!(node, Node::Repeat { .. }))
    {
        return None;
    }
    let endless = |id: Id| *work.arena.node(id) == Node::Constant(Const::Infinity);
    match (big, from, to) {
        (Big::Derivative, ..) => derivatives::derivative(work.arena, body, name),
        (Big::Integral, Some(from), Some(to)) => integrals::definite(work, body, name, from, to),
        (Big::Integral, None, None) => integrals::indefinite(work, body, name),
        (Big::Limit, _, Some(point)) => limits::limit(work, body, name, point),
        (Big::Sum, Some(from), Some(to)) if endless(to) => series::sum(work, body, name, from),
        (Big::Product, Some(from), Some(to)) if endless(to) => {
            products::product(work, body, name, from)
        }
        _ => None,
    }
}
