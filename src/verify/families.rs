//! Compares answers with a parameter that runs through the integers: `\frac{\pi}{4} + k\pi`.
//!
//! The letter means nothing, and neither does where the count starts: `2k + 1` and `2n - 1` are the
//! same numbers. Only what is linear in its parameter is compared by what it counts; anything else
//! has to be the same expression after the letter is renamed.

use dashu::Rational;

use crate::Reason;
use crate::decide::{Decision, Judge};
use crate::expr::{Const, Id, Name, Node, Rel};

/// An answer without the item that says what its parameter is.
#[derive(Debug, Clone)]
struct Family {
    body: Id,
    /// The parameters that are said to be integers.
    declared: Vec<Name>,
}

impl Judge<'_> {
    /// Compares where both sides have one integer parameter; nothing where they do not.
    pub(crate) fn families(&mut self, left: Id, right: Id) -> Option<Decision> {
        let (left, right) = (self.family(left), self.family(right));
        if left.declared.is_empty() && right.declared.is_empty() && !self.both_turn(&left, &right) {
            return None;
        }
        let (to, from) = (self.parameter(&left)?, self.parameter(&right)?);
        let declared = !left.declared.is_empty() && !right.declared.is_empty();
        let counts = declared || self.is_count(left.body, to) && self.is_count(right.body, from);
        if !counts {
            return None;
        }
        let body = if to == from {
            right.body
        } else {
            if self.arena.symbols(right.body).contains(&to) {
                return None;
            }
            self.substituted(right.body, from, to)?
        };
        let same = self.compare(left.body, body);
        if let Decision::Equal(_) = same {
            return Some(same);
        }
        if self.same_count(left.body, body, to) {
            return Some(Decision::Equal(Reason::Items));
        }
        Some(same.doubted())
    }

    /// Whether both sides are angles with a letter that may count their turns.
    fn both_turn(&self, left: &Family, right: &Family) -> bool {
        let turns = |node: &Node| matches!(node, Node::Constant(Const::Pi) | Node::Degrees(_));
        let counts = |family: &Family| {
            let names = self.arena.symbols(family.body);
            let index = |name: &Name| matches!(self.arena.text(*name), "k" | "n" | "m" | "l");
            self.arena.any(family.body, turns) && names.iter().any(index)
        };
        counts(left) && counts(right)
    }

    /// Whether a parameter that nobody declared can only count: what is said is linear in it, and
    /// holds no other name.
    fn is_count(&mut self, body: Id, name: Name) -> bool {
        let parts = match self.arena.node(body).clone() {
            Node::Chain(sides, relations) => match (&sides[..], &relations[..]) {
                ([_, value], [Rel::Eq]) => vec![*value],
                _ => return false,
            },
            Node::Group(_, items, _) | Node::List(items) | Node::Cases(items) => items,
            _ => vec![body],
        };
        parts.iter().all(|part| match self.counted(*part) {
            Some((value, _)) => {
                self.arena.symbols(value) == [name] && self.linear(value, name).is_some()
            }
            None => false,
        })
    }

    /// The one parameter of a family: the one that is declared, else the one letter that counts.
    fn parameter(&self, family: &Family) -> Option<Name> {
        let value = self
            .counted(family.body)
            .map_or(family.body, |(value, _)| value);
        let names = self.arena.symbols(value);
        if let [only] = family.declared[..] {
            return names.contains(&only).then_some(only);
        }
        let index = |name: &&Name| matches!(self.arena.text(**name), "k" | "n" | "m" | "l" | "t");
        let mut counting = names.iter().filter(index);
        let only = *counting.next()?;
        // `n = 3k`: the name that is given a value does not count.
        match counting.next() {
            None if family.declared.is_empty() => Some(only),
            _ => None,
        }
    }

    /// Takes `k \in \mathbb{Z}` off a list.
    fn family(&mut self, id: Id) -> Family {
        let plain = Family {
            body: id,
            declared: Vec::new(),
        };
        let Node::List(items) = self.arena.node(id).clone() else {
            return plain;
        };
        let mut declared = Vec::new();
        let mut rest = Vec::new();
        for item in items {
            match self.declaration(item) {
                Some(name) => declared.push(name),
                None => rest.push(item),
            }
        }
        let body = match rest[..] {
            _ if declared.is_empty() => None,
            [] => None,
            [only] => Some(only),
            _ => self.arena.push(Node::List(rest)),
        };
        body.map_or(plain, |body| Family { body, declared })
    }

    /// The name that `k \in \mathbb{Z}` says something of.
    fn declaration(&self, id: Id) -> Option<Name> {
        let Node::Chain(sides, relations) = self.arena.node(id) else {
            return None;
        };
        let ([element, set], [Rel::In]) = (&sides[..], &relations[..]) else {
            return None;
        };
        let integers = self.is_integers(*set);
        match self.arena.node(*element) {
            Node::Symbol(name) if integers => Some(*name),
            _ => None,
        }
    }

    /// Whether a node is the set of integers; a plain `Z` is, where a name is said to be in it.
    pub(crate) fn is_integers(&self, id: Id) -> bool {
        match self.arena.node(id) {
            Node::Constant(Const::Integers) => true,
            Node::Symbol(name) => self.arena.text(*name) == "Z",
            _ => false,
        }
    }

    /// Whether two expressions take the same values: both are linear in the parameter, with one step
    /// and with starts that are a whole number of steps apart.
    fn same_count(&mut self, left: Id, right: Id, name: Name) -> bool {
        self.count_shift(left, right, name).is_some()
    }

    fn count_shift(&mut self, left: Id, right: Id, name: Name) -> Option<()> {
        let (left, right) = (self.counted(left)?, self.counted(right)?);
        if let (Some(one), Some(other)) = (left.1, right.1)
            && !self.same(one, other)
        {
            return None;
        }
        let (left_start, left_step) = self.linear(left.0, name)?;
        let (right_start, right_step) = self.linear(right.0, name)?;
        let apart = self.difference(right_start, left_start)?;
        let forward = matches!(self.compare(left_step, right_step), Decision::Equal(_));
        let back = self.arena.push(Node::Negative(right_step))?;
        if !forward && !matches!(self.compare(left_step, back), Decision::Equal(_)) {
            return None;
        }
        // How many steps apart: tried, since nothing far from zero is written.
        (-STEPS_MAX..=STEPS_MAX).find_map(|steps| {
            let count = self.number(Rational::from(steps))?;
            let whole = self.arena.push(Node::Product(vec![count, left_step]))?;
            matches!(self.compare(whole, apart), Decision::Equal(_)).then_some(())
        })
    }

    /// What counts in `x = \frac{\pi}{4} + k\pi`, and the name that it is given to.
    fn counted(&self, id: Id) -> Option<(Id, Option<Id>)> {
        match self.arena.node(id) {
            Node::Chain(sides, relations) => match (&sides[..], &relations[..]) {
                ([label, value], [Rel::Eq]) => Some((*value, Some(*label))),
                _ => None,
            },
            _ => self.is_scalar(id).then_some((id, None)),
        }
    }

    /// The value at zero and the step of what is linear in a name.
    pub(crate) fn linear(&mut self, id: Id, name: Name) -> Option<(Id, Id)> {
        let zero = self.number(Rational::ZERO)?;
        let one = self.number(Rational::ONE)?;
        let start = self.replaced(id, name, zero)?;
        let next = self.replaced(id, name, one)?;
        let step = self.difference(next, start)?;
        let symbol = self.arena.push(Node::Symbol(name))?;
        let steps = self.arena.push(Node::Product(vec![symbol, step]))?;
        let line = self.arena.push(Node::Sum(vec![start, steps]))?;
        matches!(self.compare(line, id), Decision::Equal(_)).then_some((start, step))
    }

    /// The name, the start and the step of `n = 6k + 1`.
    pub(crate) fn stepped_value(&mut self, id: Id) -> Option<(Id, Id, Id)> {
        let family = self.family(id);
        let (value, label) = self.counted(family.body)?;
        let label = label?;
        let names = self.arena.symbols(value);
        let [parameter] = names[..] else {
            return None;
        };
        let declared = family.declared.is_empty() || family.declared == [parameter];
        let symbol = matches!(self.arena.node(label), Node::Symbol(_));
        if !declared || !symbol {
            return None;
        }
        let (start, step) = self.linear(value, parameter)?;
        Some((label, start, step))
    }
}

/// Starts that are further apart are left undecided.
const STEPS_MAX: i32 = 6;
