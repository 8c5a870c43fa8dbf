//! Compares matrices, and columns with tuples.

use crate::decision::Decision;
use crate::expr::{Arena, Id, Node};
use crate::kinds::items::{self, Listing};
use crate::kinds::piecewise;
use crate::verdict::Reason;
use crate::work::Work;

/// Compares where one side at least is a matrix.
pub(crate) fn by_tree(work: &mut Work<'_>, left: Id, right: Id) -> Option<Decision> {
    let (left_matrix, right_matrix) = (matrix(work.arena, left), matrix(work.arena, right));
    match (left_matrix, right_matrix) {
        (Some((columns, left)), Some((other_columns, right))) => {
            if columns == other_columns
                && let Some(decision) = piecewise::piecewise(work, columns, &left, &right)
            {
                return Some(decision);
            }
            if columns != other_columns || left.len() != right.len() {
                // A row against a column, or a matrix that lost the ends of its rows.
                let vectors = left.len() == right.len() && (columns == 1 || other_columns == 1)
                    || left.len().min(right.len()) == 1;
                return Some(if vectors {
                    Decision::Unknown(Reason::Unlike)
                } else {
                    Decision::Different(Reason::Items)
                });
            }
            Some(items::in_order(work, &left, &right))
        }
        (Some((columns, cells)), None) => vector_and_tuple(work, columns, &cells, right),
        (None, Some((columns, cells))) => vector_and_tuple(work, columns, &cells, left),
        (None, None) => None,
    }
}

/// A column against a tuple: the same vector.
fn vector_and_tuple(
    work: &mut Work<'_>,
    columns: u32,
    cells: &[Id],
    other: Id,
) -> Option<Decision> {
    let (Listing::Tuple(..), items) = items::items_of(work.arena, other)? else {
        return None;
    };
    let vector = columns == 1 || cells.len() == columns as usize;
    vector.then(|| items::in_order(work, cells, &items).doubted())
}

/// The columns and the cells of a matrix, worked out where it is a sum, a product or a multiple.
fn matrix(arena: &mut Arena, id: Id) -> Option<(u32, Vec<Id>)> {
    match arena.node(id).clone() {
        Node::Matrix(columns, cells) => Some((columns, cells)),
        Node::Negative(inner) => {
            let (columns, cells) = matrix(arena, inner)?;
            let cells = cells
                .into_iter()
                .map(|cell| arena.push(Node::Negative(cell)));
            Some((columns, cells.collect::<Option<_>>()?))
        }
        Node::Sum(items) => {
            let (first, rest) = items.split_first()?;
            let (columns, mut cells) = matrix(arena, *first)?;
            for item in rest {
                let (others, other) = matrix(arena, *item)?;
                if others != columns || other.len() != cells.len() {
                    return None;
                }
                let sums = cells.iter().zip(other);
                let sums = sums.map(|(cell, other)| arena.push(Node::Sum(vec![*cell, other])));
                cells = sums.collect::<Option<_>>()?;
            }
            Some((columns, cells))
        }
        Node::Product(items) => matrix_product(arena, &items),
        Node::Quotient(above, below) => {
            let (columns, cells) = matrix(arena, above)?;
            let cells = cells
                .into_iter()
                .map(|cell| arena.push(Node::Quotient(cell, below)));
            Some((columns, cells.collect::<Option<_>>()?))
        }
        _ => None,
    }
}

/// The product of the matrices among some factors, times the others.
fn matrix_product(arena: &mut Arena, items: &[Id]) -> Option<(u32, Vec<Id>)> {
    let mut total: Option<(u32, Vec<Id>)> = None;
    let mut factors = Vec::new();
    for item in items {
        match (matrix(arena, *item), total.take()) {
            (None, before) => {
                factors.push(*item);
                total = before;
            }
            (Some(matrix), None) => total = Some(matrix),
            (Some(right), Some(left)) => total = Some(multiplied(arena, left, right)?),
        }
    }
    let (columns, cells) = total?;
    if factors.is_empty() {
        return Some((columns, cells));
    }
    let cells = cells.into_iter().map(|cell| {
        let mut factors = factors.clone();
        factors.push(cell);
        arena.push(Node::Product(factors))
    });
    Some((columns, cells.collect::<Option<_>>()?))
}

/// A larger matrix is not multiplied out.
/// By hand: no verdict changes with 32 or 128.
const CELLS_MAX: usize = 64;

/// The product of two matrices; nothing where their sizes do not fit.
fn multiplied(
    arena: &mut Arena,
    left: (u32, Vec<Id>),
    right: (u32, Vec<Id>),
) -> Option<(u32, Vec<Id>)> {
    let (inner, columns) = (left.0 as usize, right.0 as usize);
    if inner == 0 || columns == 0 || right.1.len() != inner * columns || left.1.len() > CELLS_MAX {
        return None;
    }
    let mut cells = Vec::new();
    for row in left.1.chunks(inner) {
        for column in 0..columns {
            let mut terms = Vec::new();
            for (at, cell) in row.iter().enumerate() {
                let other = *right.1.get(at * columns + column)?;
                terms.push(arena.push(Node::Product(vec![*cell, other]))?);
            }
            cells.push(arena.push(Node::Sum(terms))?);
        }
    }
    Some((right.0, cells))
}
