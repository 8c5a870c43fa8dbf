//! Reads sums and products over an index, and matrices.

use super::Parser;
use crate::expr::{Big, Const, Id, Name, Node, Rel};
use crate::lex::{Op, Shape, Tok};

impl Parser<'_> {
    pub(super) fn repeat(&mut self, big: Big) -> Option<Id> {
        match big {
            Big::Integral => return self.integral(),
            Big::Limit => return self.limit(),
            Big::Derivative => return None,
            Big::Sum | Big::Product => {}
        }
        let mut lower = None;
        let mut to = None;
        loop {
            if self.is_op(Op::Under) && lower.is_none() {
                self.at += 1;
                lower = Some(self.nested(Self::bound)?);
            } else if self.is_op(Op::Caret) && to.is_none() {
                self.at += 1;
                to = Some(self.nested(Self::exponent)?);
            } else {
                break;
            }
        }
        let body = self.nested(Self::product)?;
        let (index, from, endless) = lower?;
        let to = match to {
            None if endless => self.push(Node::Constant(Const::Infinity))?,
            to => to.filter(|_| !endless)?,
        };
        self.push(Node::Repeat {
            big,
            index: Some(index),
            from: Some(from),
            to: Some(to),
            body,
        })
    }

    /// `{k = 1}` below a sum, or `{k \ge 1}` below one without an end; the last says which.
    pub(super) fn bound(&mut self) -> Option<(Name, Id, bool)> {
        let Some(Tok::Open('g')) = self.peek() else {
            return None;
        };
        self.at += 1;
        let index = match self.peek()? {
            Tok::Symbol(name) => name.clone(),
            Tok::Const(Const::I) => "i".to_owned(),
            _ => return None,
        };
        self.at += 1;
        let endless = match self.peek()? {
            Tok::Rel(Rel::Eq) => false,
            Tok::Rel(Rel::Ge) => true,
            _ => return None,
        };
        self.at += 1;
        let from = self.sum()?;
        (self.peek()? == &Tok::Close('g')).then_some(())?;
        self.at += 1;
        Some((self.arena.name(&index), from, endless))
    }

    pub(super) fn matrix(&mut self) -> Option<Id> {
        let mut cells = Vec::new();
        let mut columns = None;
        loop {
            let mut row = 0u32;
            if matches!(self.peek(), Some(Tok::Shape(Shape::End))) {
                break;
            }
            loop {
                let items = self.bracketed(|parser| parser.items(true))?;
                cells.push(self.listed(items)?);
                row += 1;
                if !self.eat_op(Op::Ampersand) {
                    break;
                }
            }
            if *columns.get_or_insert(row) != row {
                return None;
            }
            if !self.eat_op(Op::Row) {
                break;
            }
        }
        (self.peek()? == &Tok::Shape(Shape::End)).then_some(())?;
        self.at += 1;
        let columns = columns?;
        let equations = cells
            .iter()
            .all(|cell| matches!(self.arena.node(*cell), Node::Chain(..)));
        if columns == 1 && equations {
            return self.push(Node::List(cells));
        }
        self.push(Node::Matrix(columns, cells))
    }
}
