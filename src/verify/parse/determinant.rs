//! Writes out determinants, which are numbers and no matrices.

use super::Parser;
use crate::expr::{Id, Node};

/// A larger determinant is refused: its terms are the factorial of its size.
const SIZE_MAX: usize = 4;

impl Parser<'_> {
    /// The determinant of a square matrix as a sum of products.
    pub(super) fn determinant(&mut self, matrix: Id) -> Option<Id> {
        let Node::Matrix(columns, cells) = self.arena.node(matrix) else {
            return None;
        };
        let (columns, cells) = (*columns as usize, cells.clone());
        if cells.len() != columns * columns || columns > SIZE_MAX {
            return None;
        }
        let all: Vec<usize> = (0..columns).collect();
        self.minor(&cells, columns, 0, &all)
    }

    /// The determinant of the rows from `row` on, in the columns that are left; no deeper than
    /// [`SIZE_MAX`].
    fn minor(&mut self, cells: &[Id], size: usize, row: usize, columns: &[usize]) -> Option<Id> {
        if let [only] = columns {
            return cells.get(row * size + only).copied();
        }
        let mut terms = Vec::with_capacity(columns.len());
        for (at, column) in columns.iter().enumerate() {
            let others: Vec<usize> = columns
                .iter()
                .copied()
                .filter(|other| other != column)
                .collect();
            let minor = self.minor(cells, size, row + 1, &others)?;
            let cell = *cells.get(row * size + column)?;
            let product = self.push(Node::Product(vec![cell, minor]))?;
            terms.push(if at % 2 == 0 {
                product
            } else {
                self.push(Node::Negative(product))?
            });
        }
        self.push(Node::Sum(terms))
    }
}
