//! Puts one node in the place of a name.

use crate::decide::Judge;
use crate::expr::{Id, Name, Node};

impl Judge<'_> {
    /// An expression with another name in the place of a name.
    pub(crate) fn substituted(&mut self, id: Id, from: Name, to: Name) -> Option<Id> {
        let symbol = self.arena.push(Node::Symbol(to))?;
        self.replaced(id, from, symbol)
    }

    /// An expression with a value in the place of a name; nothing where a sum binds the name, or
    /// where the expression is of a kind that has no parts to replace.
    pub(crate) fn replaced(&mut self, id: Id, from: Name, with: Id) -> Option<Id> {
        let all = |judge: &mut Self, items: &[Id]| -> Option<Vec<Id>> {
            items
                .iter()
                .map(|item| judge.replaced(*item, from, with))
                .collect()
        };
        let node = match self.arena.node(id).clone() {
            Node::Symbol(name) if name == from => return Some(with),
            Node::Number(_)
            | Node::Based(..)
            | Node::Constant(_)
            | Node::Symbol(_)
            | Node::Mixed(..) => {
                return Some(id);
            }
            Node::Sum(items) => Node::Sum(all(self, &items)?),
            Node::Product(items) => Node::Product(all(self, &items)?),
            Node::Ratio(items) => Node::Ratio(all(self, &items)?),
            Node::List(items) => Node::List(all(self, &items)?),
            Node::Cases(items) => Node::Cases(all(self, &items)?),
            Node::Call(func, items) => Node::Call(func, all(self, &items)?),
            Node::Apply(name, items) => Node::Apply(name, all(self, &items)?),
            Node::Group(open, items, close) => Node::Group(open, all(self, &items)?, close),
            Node::Matrix(columns, items) => Node::Matrix(columns, all(self, &items)?),
            Node::Chain(items, relations) => Node::Chain(all(self, &items)?, relations),
            Node::Negative(inner) => Node::Negative(self.replaced(inner, from, with)?),
            Node::Percent(inner) => Node::Percent(self.replaced(inner, from, with)?),
            Node::Degrees(inner) => Node::Degrees(self.replaced(inner, from, with)?),
            Node::Unit(inner, unit) => Node::Unit(self.replaced(inner, from, with)?, unit),
            Node::Quotient(a, b) => {
                Node::Quotient(self.replaced(a, from, with)?, self.replaced(b, from, with)?)
            }
            Node::Power(a, b) => {
                Node::Power(self.replaced(a, from, with)?, self.replaced(b, from, with)?)
            }
            Node::SetOp(op, a, b) => Node::SetOp(
                op,
                self.replaced(a, from, with)?,
                self.replaced(b, from, with)?,
            ),
            Node::PlusMinus(left, right, upper) => {
                let left = match left {
                    Some(left) => Some(self.replaced(left, from, with)?),
                    None => None,
                };
                Node::PlusMinus(left, self.replaced(right, from, with)?, upper)
            }
            Node::Words(_) | Node::SetBuilder(..) | Node::Repeat { .. } => return None,
        };
        self.arena.push(node)
    }
}
