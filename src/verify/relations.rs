//! Compares relations, and relations with values.
//!
//! `x = 5` answers "what is x" as `5` does: where one side only is an assignment, its name is left
//! out. Two equations are the same when one is a multiple of the other.

use dashu::Rational;
use dashu::base::Signed;

use crate::Reason;
use crate::decide::{Decision, Judge};
use crate::expr::{Bracket, Id, Node, Rel};

/// A name and the value it is given.
#[derive(Debug, Clone, Copy)]
struct Assignment {
    label: Id,
    value: Id,
}

impl Judge<'_> {
    /// Compares where at least one side is a relation, or a list of relations.
    pub(crate) fn chains(&mut self, left: Id, right: Id) -> Option<Decision> {
        if let Some(decision) = self.labelled_lists(left, right) {
            return Some(decision);
        }
        let chain = |judge: &Self, id| matches!(judge.arena.node(id), Node::Chain(..));
        match (chain(self, left), chain(self, right)) {
            (false, false) => None,
            (true, true) => self.two_chains(left, right),
            (true, false) => self.chain_and_value(left, right),
            (false, true) => self.chain_and_value(right, left),
        }
    }

    fn chain_and_value(&mut self, chain: Id, other: Id) -> Option<Decision> {
        if let Some(value) = self.value(chain) {
            return Some(self.compare(value, other));
        }
        if let Some(value) = self.stated(chain, other) {
            return Some(self.compare(value, other).doubted());
        }
        if let Node::Chain(sides, relations) = self.arena.node(chain)
            && let ([_, set], [Rel::In]) = (&sides[..], &relations[..])
        {
            let set = *set;
            // What a name is in is an interval, and not two values.
            let interval = matches!(
                self.arena.node(set),
                Node::Group(Bracket::Round | Bracket::Square, ..)
            );
            let values = matches!(self.arena.node(other), Node::List(_) | Node::Cases(_));
            if interval && values && self.pieces(other).is_none() {
                return Some(Decision::Unknown(Reason::Unlike));
            }
            return Some(self.compare(set, other));
        }
        None
    }

    /// The value that a chain of equations ends with: what follows the name, or the last side where
    /// the first is a number. What is only approximate does not count where something exact stands.
    fn value(&mut self, chain: Id) -> Option<Id> {
        let Node::Chain(sides, relations) = self.arena.node(chain) else {
            return None;
        };
        if let Some(at) = relations.iter().rposition(|rel| *rel == Rel::To) {
            // `x + y - 1 = 0 \Rightarrow x = 2`: what follows.
            let (sides, relations) = (sides[at + 1..].to_vec(), relations[at + 1..].to_vec());
            if let ([only], []) = (&sides[..], &relations[..]) {
                return self.is_scalar(*only).then_some(*only);
            }
            let last = self.arena.push(Node::Chain(sides, relations))?;
            return self.value(last);
        }
        if !relations
            .iter()
            .all(|rel| matches!(rel, Rel::Eq | Rel::Approx | Rel::Congruent | Rel::Modulo))
        {
            return None;
        }
        if relations[..] == [Rel::Modulo] {
            return sides.first().copied();
        }
        let exact = relations.iter().take_while(|rel| **rel == Rel::Eq).count();
        let first = *sides.first()?;
        if relations.contains(&Rel::Congruent) {
            return (relations.len() <= 2)
                .then(|| sides.get(1).copied())
                .flatten();
        }
        let last_side = *sides.last()?;
        let number = |id| self.is_scalar(id) && self.arena.symbols(id).is_empty();
        let label = self.is_label(first);
        if !label && !number(last_side) {
            return None;
        }
        if !label && !number(first) && sides.len() < 3 {
            return None;
        }
        let last = if exact > 0 { exact } else { 1 };
        // `1/3 = 0.333…` and `2^{10} ≈ 1000`: the exact side counts.
        let value = match relations.first()? {
            Rel::Eq => *sides.get(last)?,
            _ if label => *sides.get(1)?,
            _ => first,
        };
        Some(value)
    }

    /// The value that an answer states of an expression in several names, `a + b + c = 88`, against a
    /// gold answer that is a value.
    fn stated(&mut self, chain: Id, other: Id) -> Option<Id> {
        let Node::Chain(sides, relations) = self.arena.node(chain) else {
            return None;
        };
        let (first, last) = (*sides.first()?, *sides.last()?);
        let equations = relations.iter().all(|rel| *rel == Rel::Eq);
        let number = |id| self.is_scalar(id) && self.arena.symbols(id).is_empty();
        let names = self.arena.symbols(first).len();
        let asked = self.options.stated_values && self.is_gold(other) && number(other);
        (equations && asked && number(last) && self.is_scalar(first) && names >= 2).then_some(last)
    }

    /// Whether a node is nothing but names: `x`, `f(x)`, `AB`, `a_1 : a_2`.
    fn is_label(&self, id: Id) -> bool {
        let all = |items: &[Id]| items.iter().all(|item| self.is_label(*item));
        match self.arena.node(id) {
            Node::Symbol(_) | Node::Words(_) | Node::Apply(..) => true,
            Node::Constant(crate::expr::Const::I | crate::expr::Const::E) => true,
            Node::Product(items) | Node::Ratio(items) | Node::Group(_, items, _) => all(items),
            Node::Quotient(above, below) => all(&[*above, *below]),
            Node::Call(func, items) => self.is_plain_call(*func) && all(items),
            Node::Unit(inner, _) | Node::Degrees(inner) => self.is_label(*inner),
            _ => false,
        }
    }

    fn assignment(&mut self, id: Id) -> Option<Assignment> {
        let Node::Chain(sides, relations) = self.arena.node(id) else {
            return None;
        };
        if relations.contains(&Rel::Congruent) {
            return None;
        }
        let label = *sides.first()?;
        if !self.is_label(label) {
            return None;
        }
        let value = self.value(id)?;
        Some(Assignment { label, value })
    }

    fn two_chains(&mut self, left: Id, right: Id) -> Option<Decision> {
        let modulo = |judge: &Self, id: Id| {
            judge.arena.any(id, |node| {
                matches!(node, Node::Chain(_, relations) if relations.contains(&Rel::Congruent))
            })
        };
        if modulo(self, left) || modulo(self, right) {
            return None;
        }
        if let (Some(left_first), Some(right_first)) =
            (self.assignment(left), self.assignment(right))
        {
            if self.other_names(left, right) {
                return Some(Decision::Unknown(Reason::Names));
            }
            let labels = self.same(left_first.label, right_first.label);
            if !labels && (self.is_solved(left, right) || self.is_solved(right, left)) {
                return Some(Decision::Equal(Reason::Relation));
            }
            return Some(self.assignments(left_first, right_first));
        }
        let (left_node, right_node) = (
            self.arena.node(left).clone(),
            self.arena.node(right).clone(),
        );
        let (Node::Chain(left_sides, left_rels), Node::Chain(right_sides, right_rels)) =
            (left_node, right_node)
        else {
            return None;
        };
        if let Some(decision) =
            self.memberships((&left_sides, &left_rels), (&right_sides, &right_rels))
        {
            return Some(decision);
        }
        if let ([a, b], [first]) = (&left_sides[..], &left_rels[..])
            && let ([c, d], [second]) = (&right_sides[..], &right_rels[..])
            && let Some(decision) = self.normal_forms((*a, *first, *b), (*c, *second, *d))
        {
            return Some(decision);
        }
        if self.is_solved(left, right) || self.is_solved(right, left) {
            return Some(Decision::Equal(Reason::Relation));
        }
        if left_rels == right_rels {
            let alike = self.in_places(&left_sides, &right_sides);
            if matches!(alike, Decision::Equal(_)) {
                return Some(alike);
            }
        }
        let flipped: Vec<Rel> = right_rels.iter().rev().map(|rel| rel.flipped()).collect();
        if left_rels == flipped {
            let reversed: Vec<Id> = right_sides.iter().rev().copied().collect();
            let alike = self.in_places(&left_sides, &reversed);
            if matches!(alike, Decision::Equal(_)) {
                return Some(alike);
            }
        }
        // What is left are orders, which are sets of reals, and what nothing is known of.
        None
    }

    /// Whether both chains give their value to several names, and not to the same: `b = c = 2`.
    fn other_names(&mut self, left: Id, right: Id) -> bool {
        let (left, right) = (self.shared_value(left), self.shared_value(right));
        let (Some(left), Some(right)) = (left, right) else {
            return false;
        };
        let known = |judge: &Self, items: &[Assignment], item: &Assignment| {
            items
                .iter()
                .any(|other| judge.same(other.label, item.label))
        };
        left.len() > 1
            && right.len() > 1
            && !(left.iter().all(|item| known(self, &right, item))
                && right.iter().all(|item| known(self, &left, item)))
    }

    fn in_places(&mut self, left: &[Id], right: &[Id]) -> Decision {
        if left.len() != right.len() {
            return Decision::Unknown(Reason::Relation);
        }
        let mut decision = Decision::Equal(Reason::Relation);
        for (left, right) in left.iter().zip(right) {
            decision = decision.and(self.compare(*left, *right));
        }
        decision
    }

    /// `x ∈ S` against `x ∈ T`.
    fn memberships(&mut self, left: (&[Id], &[Rel]), right: (&[Id], &[Rel])) -> Option<Decision> {
        let ([element, set], [Rel::In]) = left else {
            return None;
        };
        let ([other_element, other_set], [Rel::In]) = right else {
            return None;
        };
        let sets = self.compare(*set, *other_set);
        if !self.is_label(*element) || !self.is_label(*other_element) {
            return Some(sets.and(self.compare(*element, *other_element)));
        }
        let same_name = self.same(*element, *other_element);
        Some(if same_name {
            sets
        } else {
            Decision::Unknown(Reason::Names)
        })
    }

    fn assignments(&mut self, left: Assignment, right: Assignment) -> Decision {
        if self.same(left.label, right.label) {
            return self.compare(left.value, right.value);
        }
        // `f(x) = 2x` and `f(t) = 2t`.
        if let Some(renamed) = self.renamed(left, right) {
            return self.compare(left.value, renamed).doubted();
        }
        match self.compare(left.label, right.label) {
            Decision::Equal(_) => self.compare(left.value, right.value),
            _ => Decision::Unknown(Reason::Names),
        }
    }

    /// The right value in the left one's variable, where both are the same function.
    fn renamed(&mut self, left: Assignment, right: Assignment) -> Option<Id> {
        let argument = |id: Id| match self.arena.node(id) {
            Node::Apply(function, args) => match args[..] {
                [arg] => match self.arena.node(arg) {
                    Node::Symbol(name) => Some((*function, *name)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        };
        let ((function, to), (other, from)) = (argument(left.label)?, argument(right.label)?);
        if function != other || self.arena.symbols(right.value).contains(&to) {
            return None;
        }
        self.substituted(right.value, from, to)
    }
}

// Normal forms.

impl Judge<'_> {
    /// Two relations of the form `side - side ∘ 0`: the same when one is a multiple of the other,
    /// by a positive number where order matters.
    fn normal_forms(&mut self, left: (Id, Rel, Id), right: (Id, Rel, Id)) -> Option<Decision> {
        let plain = |rel: Rel| rel.is_order() || matches!(rel, Rel::Eq | Rel::Ne);
        let scalars = [left.0, left.2, right.0, right.2]
            .iter()
            .all(|id| self.is_scalar(*id));
        if !plain(left.1) || !plain(right.1) || !scalars {
            return None;
        }
        let left_form = self.difference(left.0, left.2)?;
        let right_form = self.difference(right.0, right.2)?;
        // Any two numbers are multiples of each other.
        if self.arena.symbols(left_form).is_empty() || self.arena.symbols(right_form).is_empty() {
            return None;
        }
        let factor = self.multiple(left_form, right_form)?;
        let right_rel = if factor.is_negative() {
            right.1.flipped()
        } else {
            right.1
        };
        (left.1 == right_rel).then_some(Decision::Equal(Reason::Relation))
    }

    /// Whether the first equation is the second one solved for a name: `y = \frac{1}{x}` and `xy = 1`.
    fn is_solved(&mut self, solved: Id, equation: Id) -> bool {
        self.solution(solved, equation).is_some()
    }

    fn solution(&mut self, solved: Id, equation: Id) -> Option<()> {
        let sides = |judge: &Self, id: Id| match judge.arena.node(id) {
            Node::Chain(sides, relations) => match (&sides[..], &relations[..]) {
                ([left, right], [Rel::Eq]) => Some((*left, *right)),
                _ => None,
            },
            _ => None,
        };
        let ((label, value), (left, right)) = (sides(self, solved)?, sides(self, equation)?);
        let Node::Symbol(name) = *self.arena.node(label) else {
            return None;
        };
        let scalars = [value, left, right].iter().all(|id| self.is_scalar(*id));
        let form = self.difference(left, right)?;
        let names = self.arena.symbols(form);
        // Of one name alone, an equation is a value.
        if !scalars || names.len() < 2 || !names.contains(&name) {
            return None;
        }
        let (_, step) = self.linear(form, name)?;
        let zero = self.number(Rational::ZERO)?;
        let there = self.replaced(form, name, value)?;
        let holds = matches!(self.scalars(there, zero), Decision::Equal(_));
        let flat = matches!(self.scalars(step, zero), Decision::Equal(_));
        (holds && !flat && !self.arena.symbols(value).contains(&name)).then_some(())
    }

    pub(crate) fn difference(&mut self, left: Id, right: Id) -> Option<Id> {
        let right = self.arena.push(Node::Negative(right))?;
        self.arena.push(Node::Sum(vec![left, right]))
    }

    /// The constant that the first function is of the second, at several points and as an identity.
    fn multiple(&mut self, left: Id, right: Id) -> Option<Rational> {
        let mut factor: Option<Rational> = None;
        for seed in 0..3 {
            let (above, below) = (self.at_point(left, seed)?, self.at_point(right, seed)?);
            if above.is_zero() || below.is_zero() {
                continue;
            }
            let ratio = above / below;
            if factor.get_or_insert_with(|| ratio.clone()) != &ratio {
                return None;
            }
        }
        let factor = factor?;
        let number = self.number(factor.clone())?;
        let scaled = self.arena.push(Node::Product(vec![number, right]))?;
        matches!(self.scalars(left, scaled), Decision::Equal(_)).then_some(factor)
    }
}

// Lists of assignments.

impl Judge<'_> {
    /// Compares lists in which every item has a name: by name where both have them, in order where
    /// one side leaves the names out.
    fn labelled_lists(&mut self, left: Id, right: Id) -> Option<Decision> {
        let (left_labels, right_labels) = (self.labelled(left), self.labelled(right));
        match (left_labels, right_labels) {
            (Some(left), Some(right)) if left.len() > 1 || right.len() > 1 => {
                Some(self.by_name(&left, &right))
            }
            (Some(labels), None) if labels.len() > 1 => self.without_names(&labels, left, right),
            (None, Some(labels)) if labels.len() > 1 => self.without_names(&labels, right, left),
            _ => None,
        }
    }

    /// The assignments of a list, or of a tuple of names and a tuple of values.
    fn labelled(&mut self, id: Id) -> Option<Vec<Assignment>> {
        match self.arena.node(id).clone() {
            Node::List(items) => {
                if let Some(all) = self.first_labelled(&items) {
                    return Some(all);
                }
                let mut all = Vec::new();
                for item in items {
                    match self.both_signs(item) {
                        Some(both) => {
                            for one in both {
                                all.push(self.assignment(one)?);
                            }
                        }
                        None => all.extend(self.shared_value(item)?),
                    }
                }
                Some(all)
            }
            Node::Chain(..) if self.both_signs(id).is_some() => {
                let both = self.both_signs(id)?;
                both.into_iter().map(|one| self.assignment(one)).collect()
            }
            Node::Cases(items) => {
                let mut all = Vec::new();
                for item in items {
                    all.extend(self.labelled(item)?);
                }
                Some(all)
            }
            Node::Chain(..) => {
                let assignment = self.assignment(id)?;
                let spread = self.spread(assignment);
                Some(spread.unwrap_or_else(|| vec![assignment]))
            }
            _ => None,
        }
    }

    /// `a = b = 1` as `a = 1, b = 1`.
    fn shared_value(&mut self, id: Id) -> Option<Vec<Assignment>> {
        let first = self.assignment(id)?;
        let Node::Chain(sides, relations) = self.arena.node(id) else {
            return None;
        };
        let mut all = vec![first];
        if relations.iter().all(|rel| *rel == Rel::Eq) {
            let labels = sides.iter().skip(1).take(sides.len().saturating_sub(2));
            let labels = labels.take_while(|side| self.is_label(**side));
            all.extend(labels.map(|label| Assignment {
                label: *label,
                value: first.value,
            }));
        }
        Some(all)
    }

    /// `(x, y) = (1, 2)` as `x = 1, y = 2`.
    fn spread(&mut self, assignment: Assignment) -> Option<Vec<Assignment>> {
        let (Node::Group(_, labels, _), Node::Group(_, values, _)) = (
            self.arena.node(assignment.label),
            self.arena.node(assignment.value),
        ) else {
            return None;
        };
        let pairs = labels.iter().zip(values);
        (labels.len() == values.len()).then(|| {
            pairs
                .map(|(label, value)| Assignment {
                    label: *label,
                    value: *value,
                })
                .collect()
        })
    }

    fn by_name(&mut self, left: &[Assignment], right: &[Assignment]) -> Decision {
        if left.len() != right.len() {
            return Decision::Unknown(Reason::Names);
        }
        let one_name = |judge: &Self, items: &[Assignment]| {
            items
                .iter()
                .all(|item| judge.same_label(item.label, items[0].label))
        };
        if one_name(self, left)
            && one_name(self, right)
            && self.same_label(left[0].label, right[0].label)
        {
            return self.values_unordered(left, right);
        }
        if let Some(decision) = self.repeated_names(left, right) {
            return decision;
        }
        if self.are_roots(left, right) {
            return self.roots(left, right);
        }
        let known = |item: &Assignment| left.iter().any(|other| self.same(item.label, other.label));
        if !right.iter().all(known) {
            return Decision::Unknown(Reason::Names);
        }
        let mut decision = Decision::Equal(Reason::Items);
        for item in left {
            let Some(twin) = right
                .iter()
                .find(|other| self.same(item.label, other.label))
            else {
                return Decision::Unknown(Reason::Names);
            };
            decision = decision.and(self.compare(item.value, twin.value));
        }
        decision
    }

    /// `p = 5, q = 2, p = 7, q = 2`: several solutions, each with all of the names.
    fn repeated_names(&mut self, left: &[Assignment], right: &[Assignment]) -> Option<Decision> {
        let period = |judge: &Self, items: &[Assignment]| {
            let again = items
                .iter()
                .skip(1)
                .position(|item| judge.same(item.label, items[0].label));
            again
                .map(|at| at + 1)
                .filter(|period| items.len().is_multiple_of(*period))
        };
        let (period, other) = (period(self, left)?, period(self, right)?);
        if period != other {
            return None;
        }
        let mut all = Decision::Equal(Reason::Items);
        for solution in left.chunks(period) {
            let mut best = Decision::Different(Reason::Items);
            for other in right.chunks(period) {
                match self.by_name(solution, other) {
                    Decision::Different(_) => {}
                    decision => best = decision,
                }
                if matches!(best, Decision::Equal(_)) {
                    break;
                }
            }
            all = all.and(best);
        }
        Some(all)
    }

    /// Whether all names are one letter with and without indices: `x_1`, `x_2` and `x`.
    fn are_roots(&self, left: &[Assignment], right: &[Assignment]) -> bool {
        let base = |item: &Assignment| match self.arena.node(item.label) {
            Node::Symbol(name) => self.arena.text(*name).split('_').next(),
            _ => None,
        };
        let first = base(&left[0]);
        first.is_some() && left.iter().chain(right).all(|item| base(item) == first)
    }

    /// Roots by their indices, or in any order where one side has none: which root is the first is
    /// for the problem to say.
    fn roots(&mut self, left: &[Assignment], right: &[Assignment]) -> Decision {
        let indexed = |judge: &Self, items: &[Assignment]| {
            items.iter().any(|item| match judge.arena.node(item.label) {
                Node::Symbol(name) => judge.arena.text(*name).contains('_'),
                _ => false,
            })
        };
        if !indexed(self, left) || !indexed(self, right) {
            return self.values_unordered(left, right);
        }
        let mut decision = Decision::Equal(Reason::Items);
        for item in left {
            let twins: Vec<Id> = right
                .iter()
                .filter(|other| self.same(item.label, other.label))
                .map(|other| other.value)
                .collect();
            let [twin] = twins[..] else {
                return Decision::Unknown(Reason::Names);
            };
            decision = decision.and(self.compare(item.value, twin));
        }
        decision.doubted()
    }

    /// Whether two labels are one: `f(x)` and `f(t)` are the same function.
    fn same_label(&self, left: Id, right: Id) -> bool {
        let function = |id: Id| match self.arena.node(id) {
            Node::Apply(name, args) => match args[..] {
                [arg] if matches!(self.arena.node(arg), Node::Symbol(_)) => Some(*name),
                _ => None,
            },
            _ => None,
        };
        let functions = (function(left), function(right));
        self.same(left, right) || matches!(functions, (Some(left), Some(right)) if left == right)
    }

    fn values_unordered(&mut self, left: &[Assignment], right: &[Assignment]) -> Decision {
        let first = left[0];
        let mut list = |items: &[Assignment]| {
            let values = items.iter().map(|item| self.in_terms_of(first, *item));
            let values = values.collect::<Option<Vec<Id>>>()?;
            self.arena.push(Node::List(values))
        };
        let (left, right) = (list(left), list(right));
        match (left, right) {
            (Some(left), Some(right)) => self.compare(left, right),
            _ => Decision::Unknown(Reason::Unproven),
        }
    }

    /// The value of an assignment, in the variable of the first where both are one function.
    fn in_terms_of(&mut self, first: Assignment, item: Assignment) -> Option<Id> {
        let argument = |id: Id| matches!(self.arena.node(id), Node::Apply(..));
        if self.same(first.label, item.label) || !argument(first.label) || !argument(item.label) {
            return Some(item.value);
        }
        self.renamed(first, item)
    }

    fn without_names(&mut self, labels: &[Assignment], named: Id, other: Id) -> Option<Decision> {
        // `y = \pm 2x` and `2x \pm y = 0` are two equations each.
        let relation = matches!(self.arena.node(other), Node::Chain(..));
        if relation && self.both_signs(named).is_some() && self.both_signs(other).is_some() {
            return None;
        }
        let values: Vec<Id> = labels.iter().map(|item| item.value).collect();
        let one_name = labels
            .iter()
            .all(|item| self.same(item.label, labels[0].label));
        if one_name {
            let list = self.arena.push(Node::List(values))?;
            return Some(self.compare(list, other));
        }
        if let Some(decision) = self.solutions_and_tuples(labels, other) {
            return Some(decision);
        }
        let items = match self.arena.node(other) {
            Node::Group(Bracket::Curly, ..) => return Some(Decision::Unknown(Reason::Unlike)),
            Node::List(items) | Node::Cases(items) | Node::Group(_, items, _) => items.clone(),
            _ => return None,
        };
        Some(self.in_places(&values, &items).doubted())
    }

    /// `p = 5, q = 2; p = 7, q = 2` against `(5, 2), (7, 2)`.
    fn solutions_and_tuples(&mut self, labels: &[Assignment], other: Id) -> Option<Decision> {
        let again = labels
            .iter()
            .skip(1)
            .position(|item| self.same(item.label, labels[0].label))?;
        let period = again + 1;
        if !labels.len().is_multiple_of(period) {
            return None;
        }
        let mut tuples = Vec::new();
        for solution in labels.chunks(period) {
            let values = solution.iter().map(|item| item.value).collect();
            tuples.push(
                self.arena
                    .push(Node::Group(Bracket::Round, values, Bracket::Round))?,
            );
        }
        let list = self.arena.push(Node::List(tuples))?;
        Some(self.compare(list, other).doubted())
    }

    /// Whether two lists give their values to two names: `a = 4, -8` and `b = 4, -8`.
    pub(crate) fn names_differ(&mut self, left: Id, right: Id) -> bool {
        let first = |judge: &mut Self, id: Id| match judge.arena.node(id) {
            Node::List(items) | Node::Cases(items) => {
                let first = *items.first()?;
                judge.assignment(first)
            }
            _ => None,
        };
        match (first(self, left), first(self, right)) {
            (Some(left), Some(right)) => !self.same_label(left.label, right.label),
            _ => false,
        }
    }

    /// `a = 4, -8, -10`: the name stands before the first of several values.
    fn first_labelled(&mut self, items: &[Id]) -> Option<Vec<Assignment>> {
        let (first, rest) = items.split_first()?;
        let bare = !rest.is_empty()
            && rest
                .iter()
                .all(|item| !matches!(self.arena.node(*item), Node::Chain(..)));
        if !bare {
            return None;
        }
        let first = self.assignment(*first)?;
        let others = rest.iter().map(|value| Assignment {
            label: first.label,
            value: *value,
        });
        Some([first].into_iter().chain(others).collect())
    }

    /// The values of a list whose name stands before the first.
    pub(crate) fn relabelled(&mut self, items: Vec<Id>) -> Vec<Id> {
        match self.first_labelled(&items) {
            Some(all) => all.into_iter().map(|item| item.value).collect(),
            None => items,
        }
    }
}
