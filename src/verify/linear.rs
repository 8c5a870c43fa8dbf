//! Reads off what is linear in a name.

use dashu::Rational;

use crate::decision::Decision;
use crate::expr::{Id, Name, Node};
use crate::replace;
use crate::work::{Work, compare};

/// The value at zero and the step of what is linear in a name.
pub(crate) fn linear(work: &mut Work<'_>, id: Id, name: Name) -> Option<(Id, Id)> {
    let zero = work.arena.number(Rational::ZERO)?;
    let one = work.arena.number(Rational::ONE)?;
    let start = replace::replaced(work.arena, id, name, zero)?;
    let next = replace::replaced(work.arena, id, name, one)?;
    let step = work.arena.difference(next, start)?;
    let symbol = work.arena.push(Node::Symbol(name))?;
    let steps = work.arena.push(Node::Product(vec![symbol, step]))?;
    let line = work.arena.push(Node::Sum(vec![start, steps]))?;
    matches!(compare(work, line, id), Decision::Equal(_)).then_some((start, step))
}
