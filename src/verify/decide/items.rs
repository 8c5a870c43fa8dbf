//! Compares lists, tuples and finite sets.

use super::{Decision, Judge};
use crate::Reason;
use crate::expr::{Bracket, Id, Node};

/// What a sequence of items is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Without brackets, or in braces that LaTeX does not print.
    Bare,
    /// In braces: without order.
    Set,
    /// In brackets: in order.
    Tuple(Bracket, Bracket),
}

/// More items than this are compared as text only.
const ITEMS_MAX: usize = 96;

impl Judge<'_> {
    pub(super) fn as_items(&mut self, left: Id, right: Id) -> Option<Decision> {
        if self.names_differ(left, right) {
            return Some(Decision::Unknown(Reason::Names));
        }
        let point = |id: Id| match self.arena.node(id) {
            Node::Apply(name, items) if items.len() > 1 => Some(*name),
            _ => None,
        };
        if let (Some(left), Some(right)) = (point(left), point(right))
            && left != right
        {
            return Some(Decision::Unknown(Reason::Names));
        }
        let (left_items, right_items) = (self.items(left), self.items(right));
        let (left, right) = match (left_items, right_items) {
            (None, None) => return None,
            (Some(left), Some(right)) => (left, right),
            (Some(left), None) => return Some(self.against_one(left, right)),
            (None, Some(right)) => return Some(self.against_one(right, left)),
        };
        let ((left_kind, left), (right_kind, right)) = (left, right);
        if left.len() > ITEMS_MAX || right.len() > ITEMS_MAX {
            return Some(Decision::Unknown(Reason::OutOfFuel));
        }
        Some(match (left_kind, right_kind) {
            (Kind::Tuple(a, b), Kind::Tuple(c, d)) => self.tuples(&left, &right, (a, b) == (c, d)),
            (Kind::Tuple(open, close), Kind::Bare) | (Kind::Bare, Kind::Tuple(open, close)) => {
                if open == close {
                    self.in_order(&left, &right).doubted()
                } else {
                    // A half-open interval is no list.
                    Decision::Unknown(Reason::Unlike)
                }
            }
            (Kind::Tuple(..), Kind::Set) | (Kind::Set, Kind::Tuple(..)) => {
                if self.options.strict {
                    Decision::Unknown(Reason::Unlike)
                } else {
                    self.in_order(&left, &right).doubted()
                }
            }
            (left_kind, right_kind) => {
                let listed = left_kind == Kind::Bare || right_kind == Kind::Bare;
                let decision = self.unordered(&left, &right);
                let repeats =
                    |judge: &Self, items: &[Id]| judge.distinct(items).len() < items.len();
                let equal = matches!(decision, Decision::Equal(_));
                if equal && listed && repeats(self, &left) && repeats(self, &right) {
                    self.as_often(&left, &right)
                } else {
                    decision
                }
            }
        })
    }

    /// Several values against one: a set of one is its element.
    pub(super) fn against_one(&mut self, (kind, items): (Kind, Vec<Id>), one: Id) -> Decision {
        if let [only] = items[..] {
            return self.compare(only, one).doubted();
        }
        let several = items.len() > 1
            && self.is_scalar(one)
            && kind != Kind::Tuple(Bracket::Round, Bracket::Round);
        let quantified = items.iter().any(|item| {
            self.arena.any(*item, |node| match node {
                Node::Symbol(name) => matches!(self.arena.text(*name), "\\forall" | "\\exists"),
                _ => false,
            })
        });
        if !several
            || quantified
            || self
                .arena
                .any(one, |node| matches!(node, Node::PlusMinus(..)))
        {
            return Decision::Unknown(Reason::Unlike);
        }
        // Two values that differ cannot both be the one.
        let (first, others) = (items[0], &items[1..]);
        let apart = others.iter().take(ITEMS_MAX);
        let mut apart = apart.map(|other| self.compare(first, *other));
        if apart.any(|decision| matches!(decision, Decision::Different(_))) {
            Decision::Different(Reason::Items)
        } else {
            Decision::Unknown(Reason::Unlike)
        }
    }

    /// The items of a list, tuple or set, each with its signs written out.
    pub(super) fn items(&mut self, id: Id) -> Option<(Kind, Vec<Id>)> {
        let (kind, items) = match self.arena.node(id).clone() {
            Node::List(items) | Node::Cases(items) => (Kind::Bare, self.relabelled(items)),
            Node::Group(Bracket::Curly, items, Bracket::Curly) => (Kind::Set, items),
            Node::Group(Bracket::Brace, items, Bracket::Brace) => (Kind::Bare, items),
            Node::Group(open, items, close) => return Some((Kind::Tuple(open, close), items)),
            // `P(2, 3)`: a point and its name.
            Node::Apply(_, items) if items.len() > 1 => {
                return Some((Kind::Tuple(Bracket::Round, Bracket::Round), items));
            }
            _ => {
                let both = self.both_signs(id)?;
                return Some((Kind::Bare, both));
            }
        };
        let mut all = Vec::with_capacity(items.len());
        for item in items {
            match self.both_signs(item) {
                Some(both) => all.extend(both),
                None => all.push(item),
            }
        }
        if let [only] = all[..]
            && kind == Kind::Set
            && matches!(self.arena.node(only), Node::List(_) | Node::Cases(_))
        {
            return self.items(only);
        }
        Some((kind, all))
    }

    /// `a ± b` as two values; the signs of one expression go together.
    pub(crate) fn both_signs(&mut self, id: Id) -> Option<Vec<Id>> {
        if !self
            .arena
            .any(id, |node| matches!(node, Node::PlusMinus(..)))
            || !self.signs_go_together(id)
        {
            return None;
        }
        let upper = self.with_sign(id, true)?;
        let lower = self.with_sign(id, false)?;
        // A sign that could not be written out would be met again for ever.
        let left_over = |node: &Node| matches!(node, Node::PlusMinus(..));
        (!self.arena.any(upper, left_over)).then(|| vec![upper, lower])
    }

    /// Two signs of one expression may or may not go together: only one is sure.
    pub(super) fn signs_go_together(&self, id: Id) -> bool {
        let mut count = 0;
        self.arena.each(id, &mut |node| {
            count += u32::from(matches!(node, Node::PlusMinus(..)))
        });
        count == 1 || matches!(self.arena.node(id), Node::Group(..))
    }

    /// An expression with one of its two signs.
    pub(super) fn with_sign(&mut self, id: Id, upper: bool) -> Option<Id> {
        let node = self.arena.node(id).clone();
        let node = match node {
            Node::PlusMinus(left, right, minus_first) => {
                let right = self.with_sign(right, upper)?;
                let right = if upper == minus_first {
                    self.arena.push(Node::Negative(right))?
                } else {
                    right
                };
                return match left {
                    Some(left) => {
                        let left = self.with_sign(left, upper)?;
                        self.arena.push(Node::Sum(vec![left, right]))
                    }
                    None => Some(right),
                };
            }
            Node::Sum(items) => Node::Sum(self.all_with_sign(&items, upper)?),
            Node::Product(items) => Node::Product(self.all_with_sign(&items, upper)?),
            Node::Call(func, items) => Node::Call(func, self.all_with_sign(&items, upper)?),
            Node::Group(open, items, close) => {
                Node::Group(open, self.all_with_sign(&items, upper)?, close)
            }
            Node::Chain(items, relations) => {
                Node::Chain(self.all_with_sign(&items, upper)?, relations)
            }
            Node::Negative(inner) => Node::Negative(self.with_sign(inner, upper)?),
            Node::Degrees(inner) => Node::Degrees(self.with_sign(inner, upper)?),
            Node::Quotient(above, below) => {
                Node::Quotient(self.with_sign(above, upper)?, self.with_sign(below, upper)?)
            }
            Node::Power(base, exponent) => Node::Power(
                self.with_sign(base, upper)?,
                self.with_sign(exponent, upper)?,
            ),
            _ => return Some(id),
        };
        self.arena.push(node)
    }

    pub(super) fn all_with_sign(&mut self, items: &[Id], upper: bool) -> Option<Vec<Id>> {
        items
            .iter()
            .map(|item| self.with_sign(*item, upper))
            .collect()
    }

    pub(super) fn in_order(&mut self, left: &[Id], right: &[Id]) -> Decision {
        if left.len() != right.len() {
            return Decision::Different(Reason::Items);
        }
        let mut decision = Decision::Equal(Reason::Items);
        for (left, right) in left.iter().zip(right) {
            decision = decision.and(self.compare(*left, *right));
            if matches!(decision, Decision::Different(_)) {
                break;
            }
        }
        decision
    }

    pub(super) fn tuples(&mut self, left: &[Id], right: &[Id], same_brackets: bool) -> Decision {
        match self.in_order(left, right) {
            // `(0, 1)` and `[0, 1]` differ as intervals and not as points.
            Decision::Equal(_) if !same_brackets && left.len() == 2 => {
                Decision::Unknown(Reason::Unlike)
            }
            other => other,
        }
    }

    /// Items without order and without repeats.
    pub(super) fn unordered(&mut self, left: &[Id], right: &[Id]) -> Decision {
        let (left, right) = (self.distinct(left), self.distinct(right));
        let forth = self.covered(&left, &right);
        if let Decision::Different(_) = forth {
            return forth;
        }
        forth.and(self.covered(&right, &left))
    }

    /// Two lists that both repeat items: each has to stand as often in the other.
    fn as_often(&mut self, left: &[Id], right: &[Id]) -> Decision {
        let mut rest = right.to_vec();
        for item in left {
            let twin = rest
                .iter()
                .position(|other| matches!(self.compare(*item, *other), Decision::Equal(_)));
            let Some(twin) = twin else {
                return Decision::Unknown(Reason::Doubtful);
            };
            rest.remove(twin);
        }
        if rest.is_empty() {
            Decision::Equal(Reason::Items)
        } else {
            Decision::Unknown(Reason::Doubtful)
        }
    }

    pub(super) fn distinct(&self, items: &[Id]) -> Vec<Id> {
        let mut distinct: Vec<Id> = Vec::with_capacity(items.len());
        for item in items {
            if !distinct.iter().any(|known| self.same(*known, *item)) {
                distinct.push(*item);
            }
        }
        distinct
    }

    /// Whether each item of the first has its equal in the second.
    pub(super) fn covered(&mut self, items: &[Id], among: &[Id]) -> Decision {
        let mut total = Decision::Equal(Reason::Items);
        for item in items {
            let mut best = Decision::Different(Reason::Items);
            for other in among {
                best = match (best, self.compare(*item, *other)) {
                    (_, equal @ Decision::Equal(_)) => equal,
                    (unknown @ Decision::Unknown(_), _) => unknown,
                    (_, unknown @ Decision::Unknown(_)) => unknown,
                    (different, Decision::Different(_)) => different,
                };
                if let Decision::Equal(_) = best {
                    break;
                }
            }
            total = total.and(best);
            if let Decision::Different(_) = total {
                return total;
            }
        }
        total
    }
}
