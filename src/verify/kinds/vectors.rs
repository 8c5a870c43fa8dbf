//! Compares vectors in brackets with sums of unit vectors: `3i - 4j` is `(3, -4)`.

use crate::decision::Decision;
use crate::expr::{Arena, Bracket, Const, Id, Node};
use crate::values;
use crate::work::Work;

/// `3i - 4j` against `(3, -4)`.
pub(crate) fn by_tree(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    let (sum, parts) = match (components(work.arena, left), components(work.arena, right)) {
        (Some(parts), None) => (right, parts),
        (None, Some(parts)) => (left, parts),
        _ => return None,
    };
    let (j, k) = (work.arena.name("j"), work.arena.name("k"));
    let names = work.arena.symbols(sum);
    if !work.arena.is_scalar(sum)
        || !names.contains(&j)
        || names.iter().any(|name| ![j, k].contains(name))
    {
        return None;
    }
    let units = [Node::Constant(Const::I), Node::Symbol(j), Node::Symbol(k)];
    let mut terms = Vec::new();
    for (part, unit) in parts.into_iter().zip(units) {
        let unit = work.arena.push(unit)?;
        terms.push(work.arena.push(Node::Product(vec![part, unit]))?);
    }
    let built = work.arena.push(Node::Sum(terms))?;
    Some(values::compare(work, sum, built).doubted())
}

/// The two or three numbers of a vector in brackets, or of a row or column.
fn components(arena: &Arena, id: Id) -> Option<Vec<Id>> {
    let items = match arena.node(id) {
        Node::Group(Bracket::Round | Bracket::Angle | Bracket::Square, items, _) => items,
        Node::Matrix(columns, items) if *columns == 1 || *columns as usize == items.len() => items,
        _ => return None,
    };
    let number = |id: &Id| arena.is_scalar(*id) && arena.symbols(*id).is_empty();
    ((2..=3).contains(&items.len()) && items.iter().all(number)).then(|| items.clone())
}
