//! Compares names of figures, and vectors as sums of unit vectors.

use super::{Decision, Judge};
use crate::Reason;
use crate::expr::{Bracket, Const, Id, Node};

impl Judge<'_> {
    /// `\triangle ABC` and `ABC`, `\overline{AB}` and `AB`: the same where only one side is marked.
    pub(super) fn figures(&mut self, left: Id, right: Id) -> Option<Decision> {
        let decision = match (self.unmarked(left), self.unmarked(right)) {
            (Some(left), None) => self.compare(left, right),
            (None, Some(right)) => self.compare(left, right),
            _ => return None,
        };
        Some(decision.doubted())
    }

    /// The points that a figure is named by.
    fn unmarked(&mut self, id: Id) -> Option<Id> {
        let points = match self.arena.node(id) {
            Node::Product(factors) => {
                let (mark, points) = factors.split_first()?;
                let text = |id: Id| match self.arena.node(id) {
                    Node::Symbol(name) => self.arena.text(*name),
                    _ => "",
                };
                let marked = matches!(
                    text(*mark),
                    "\\triangle" | "\\angle" | "\\measuredangle" | "\\square" | "\\Delta"
                );
                let named = points.iter().all(|point| is_points(text(*point)));
                (marked && named).then(|| points.to_vec())?
            }
            Node::Symbol(name) => {
                let inner = self.arena.text(*name).strip_prefix("\\bar{")?;
                let inner = inner.strip_suffix('}').filter(|inner| inner.len() > 1)?;
                let inner = Some(inner).filter(|inner| is_points(inner))?.to_owned();
                let mut points = Vec::new();
                for letter in inner.chars() {
                    let name = self.arena.name(&letter.to_string());
                    points.push(self.arena.push(Node::Symbol(name))?);
                }
                points
            }
            _ => return None,
        };
        match points[..] {
            [only] => Some(only),
            _ => self.arena.push(Node::Product(points)),
        }
    }

    /// `3i - 4j` against `(3, -4)`.
    pub(super) fn vectors(&mut self, left: Id, right: Id) -> Option<Decision> {
        let (sum, parts) = match (self.components(left), self.components(right)) {
            (Some(parts), None) => (right, parts),
            (None, Some(parts)) => (left, parts),
            _ => return None,
        };
        let (j, k) = (self.arena.name("j"), self.arena.name("k"));
        let names = self.arena.symbols(sum);
        if !self.is_scalar(sum)
            || !names.contains(&j)
            || names.iter().any(|name| ![j, k].contains(name))
        {
            return None;
        }
        let units = [Node::Constant(Const::I), Node::Symbol(j), Node::Symbol(k)];
        let mut terms = Vec::new();
        for (part, unit) in parts.into_iter().zip(units) {
            let unit = self.arena.push(unit)?;
            terms.push(self.arena.push(Node::Product(vec![part, unit]))?);
        }
        let built = self.arena.push(Node::Sum(terms))?;
        Some(self.scalars(sum, built).doubted())
    }

    /// The two or three numbers of a vector in brackets, or of a row or column.
    fn components(&self, id: Id) -> Option<Vec<Id>> {
        let items = match self.arena.node(id) {
            Node::Group(Bracket::Round | Bracket::Angle | Bracket::Square, items, _) => items,
            Node::Matrix(columns, items) if *columns == 1 || *columns as usize == items.len() => {
                items
            }
            _ => return None,
        };
        let number = |id: &Id| self.is_scalar(*id) && self.arena.symbols(*id).is_empty();
        ((2..=3).contains(&items.len()) && items.iter().all(number)).then(|| items.clone())
    }

    /// `1101_2` against `1101`: the problem may have said which base it wants.
    pub(super) fn bases(&self, left: Id, right: Id) -> Option<Decision> {
        let digits = |id: Id| match self.arena.node(id) {
            Node::Number(literal) => literal.digits.as_deref(),
            _ => None,
        };
        let based = |id: Id| match self.arena.node(id) {
            Node::Based(digits, _) => Some(&**digits),
            _ => None,
        };
        let bare = [(left, right), (right, left)]
            .into_iter()
            .any(|(one, other)| based(one).is_some() && based(one) == digits(other));
        bare.then_some(Decision::Unknown(Reason::Doubtful))
    }
}

fn is_points(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase())
}
