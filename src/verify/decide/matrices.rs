//! Compares ratios and matrices.

use super::items::Kind;
use super::{Decision, Judge};
use crate::Reason;
use crate::expr::{Func, Id, Node};

impl Judge<'_> {
    pub(super) fn ratios(&mut self, left: Id, right: Id) -> Option<Decision> {
        let terms = |judge: &Self, id| match judge.arena.node(id) {
            Node::Ratio(terms) => Some(terms.clone()),
            _ => None,
        };
        match (terms(self, left), terms(self, right)) {
            (None, None) => None,
            (Some(left), Some(right)) => Some(self.two_ratios(&left, &right)),
            (Some(terms), None) => self.ratio_and_value(&terms, right),
            (None, Some(terms)) => self.ratio_and_value(&terms, left),
        }
    }

    pub(super) fn two_ratios(&mut self, left: &[Id], right: &[Id]) -> Decision {
        let alike = self.in_order(left, right);
        if left.len() != right.len() || matches!(alike, Decision::Equal(_)) {
            return alike;
        }
        let mut decision = Decision::Equal(Reason::Items);
        for at in 1..left.len() {
            let across = self.arena.push(Node::Product(vec![left[0], right[at]]));
            let back = self.arena.push(Node::Product(vec![left[at], right[0]]));
            let (Some(across), Some(back)) = (across, back) else {
                return Decision::Unknown(Reason::Unproven);
            };
            decision = decision.and(self.compare(across, back));
        }
        // `2:30` and `1:15` are one ratio and two times of day.
        let times = [left, right].iter().all(|terms| self.is_time(terms));
        match decision {
            Decision::Equal(_) if times => Decision::Unknown(Reason::Unlike),
            other => other,
        }
    }

    pub(super) fn is_time(&self, terms: &[Id]) -> bool {
        let [_, minutes] = terms else {
            return false;
        };
        let minutes = match self.arena.node(*minutes) {
            Node::Unit(inner, _) => inner,
            _ => minutes,
        };
        matches!(self.arena.node(*minutes), Node::Number(literal)
            if literal.digits.as_ref().is_some_and(|digits| digits.len() == 2 && **digits < *"60"))
    }

    /// Whether two whole numbers have no common divisor.
    fn is_reduced(&self, above: Id, below: Id) -> bool {
        let whole = |id: Id| match self.arena.node(id) {
            Node::Number(literal) => literal.value.clone().try_into().ok(),
            _ => None,
        };
        let (Some(above), Some(below)): (Option<u64>, Option<u64>) = (whole(above), whole(below))
        else {
            return true;
        };
        let (mut a, mut b) = (above, below);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a <= 1
    }

    pub(super) fn ratio_and_value(&mut self, terms: &[Id], value: Id) -> Option<Decision> {
        let [above, below] = terms else {
            return None;
        };
        if !self.is_scalar(value) {
            return None;
        }
        // `15:45` is a time, where a ratio would be `1:3`.
        let unit = |id: &Id| matches!(self.arena.node(*id), Node::Unit(..));
        if self.is_time(terms) && !self.is_reduced(*above, *below) || terms.iter().any(unit) {
            return Some(Decision::Unknown(Reason::Unlike));
        }
        let quotient = self.arena.push(Node::Quotient(*above, *below))?;
        Some(self.compare(quotient, value).doubted())
    }

    pub(super) fn matrices(&mut self, left: Id, right: Id) -> Option<Decision> {
        let (left_matrix, right_matrix) = (self.matrix(left), self.matrix(right));
        match (left_matrix, right_matrix) {
            (Some((columns, left)), Some((other_columns, right))) => {
                if columns == other_columns
                    && let Some(decision) = self.piecewise(columns, &left, &right)
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
                Some(self.in_order(&left, &right))
            }
            (Some((columns, cells)), None) => self.vector_and_tuple(columns, &cells, right),
            (None, Some((columns, cells))) => self.vector_and_tuple(columns, &cells, left),
            (None, None) => None,
        }
    }

    /// A column against a tuple: the same vector.
    pub(super) fn vector_and_tuple(
        &mut self,
        columns: u32,
        cells: &[Id],
        other: Id,
    ) -> Option<Decision> {
        let (Kind::Tuple(..), items) = self.items(other)? else {
            return None;
        };
        let vector = columns == 1 || cells.len() == columns as usize;
        vector.then(|| self.in_order(cells, &items).doubted())
    }

    /// The columns and the cells of a matrix, worked out where it is a sum, a product or a multiple.
    pub(super) fn matrix(&mut self, id: Id) -> Option<(u32, Vec<Id>)> {
        match self.arena.node(id).clone() {
            Node::Matrix(columns, cells) => Some((columns, cells)),
            Node::Negative(inner) => {
                let (columns, cells) = self.matrix(inner)?;
                let cells = cells
                    .into_iter()
                    .map(|cell| self.arena.push(Node::Negative(cell)));
                Some((columns, cells.collect::<Option<_>>()?))
            }
            Node::Sum(items) => {
                let (first, rest) = items.split_first()?;
                let (columns, mut cells) = self.matrix(*first)?;
                for item in rest {
                    let (others, other) = self.matrix(*item)?;
                    if others != columns || other.len() != cells.len() {
                        return None;
                    }
                    let sums = cells.iter().zip(other);
                    let sums =
                        sums.map(|(cell, other)| self.arena.push(Node::Sum(vec![*cell, other])));
                    cells = sums.collect::<Option<_>>()?;
                }
                Some((columns, cells))
            }
            Node::Product(items) => self.matrix_product(&items),
            Node::Quotient(above, below) => {
                let (columns, cells) = self.matrix(above)?;
                let cells = cells
                    .into_iter()
                    .map(|cell| self.arena.push(Node::Quotient(cell, below)));
                Some((columns, cells.collect::<Option<_>>()?))
            }
            _ => None,
        }
    }

    pub(super) fn matrix_product(&mut self, items: &[Id]) -> Option<(u32, Vec<Id>)> {
        let mut total: Option<(u32, Vec<Id>)> = None;
        let mut factors = Vec::new();
        for item in items {
            match (self.matrix(*item), total.take()) {
                (None, before) => {
                    factors.push(*item);
                    total = before;
                }
                (Some(matrix), None) => total = Some(matrix),
                (Some(right), Some(left)) => total = Some(self.multiplied(left, right)?),
            }
        }
        let (columns, cells) = total?;
        if factors.is_empty() {
            return Some((columns, cells));
        }
        let cells = cells.into_iter().map(|cell| {
            let mut factors = factors.clone();
            factors.push(cell);
            self.arena.push(Node::Product(factors))
        });
        Some((columns, cells.collect::<Option<_>>()?))
    }

    pub(super) fn multiplied(
        &mut self,
        left: (u32, Vec<Id>),
        right: (u32, Vec<Id>),
    ) -> Option<(u32, Vec<Id>)> {
        let (inner, columns) = (left.0 as usize, right.0 as usize);
        if inner == 0 || columns == 0 || right.1.len() != inner * columns || left.1.len() > 64 {
            return None;
        }
        let mut cells = Vec::new();
        for row in left.1.chunks(inner) {
            for column in 0..columns {
                let mut terms = Vec::new();
                for (at, cell) in row.iter().enumerate() {
                    let other = *right.1.get(at * columns + column)?;
                    terms.push(self.arena.push(Node::Product(vec![*cell, other]))?);
                }
                cells.push(self.arena.push(Node::Sum(terms))?);
            }
        }
        Some((right.0, cells))
    }

    /// Whether a node is a function of names alone, such as `\cos A`.
    pub(crate) fn is_plain_call(&self, func: Func) -> bool {
        !matches!(func, Func::Factorial | Func::Binomial)
    }
}
