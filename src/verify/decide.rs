//! Decides whether two answers are the same, cheapest way first.

use super::clean::{clean, tidy};
use super::expr::{Arena, Bracket, Const, Func, Id, Node};
use super::fuel::Fuel;
use super::lex::Comma;
use super::options::Options;
use super::parse::{self, Manner, Parsed};
use super::words::{self, Choice};
use super::{Reason, units};

/// What could be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Equal(Reason),
    Different(Reason),
    Unknown(Reason),
}

impl Decision {
    /// Both have to hold: one difference decides, else one doubt does.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Different(_), _) => self,
            (_, Self::Different(_)) => other,
            (Self::Unknown(_), _) => self,
            (_, Self::Unknown(_)) => other,
            _ => Self::Equal(Reason::Items),
        }
    }

    /// Either may hold: one equality decides, else one doubt does.
    pub fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        if let Self::Equal(_) = self {
            return self;
        }
        match (self, other()) {
            (_, equal @ Self::Equal(_)) => equal,
            (unknown @ Self::Unknown(_), _) => unknown,
            (_, other) => other,
        }
    }

    /// The same, where a difference rests on something that was guessed.
    pub fn doubted(self) -> Self {
        match self {
            Self::Different(_) => Self::Unknown(Reason::Doubtful),
            other => other,
        }
    }
}

/// A text longer than this is compared as text only.
const TEXT_MAX: usize = 400_000;

/// Compares a gold answer with the answer of a response.
pub(super) fn decide(gold: &str, answer: &str, options: &Options) -> Decision {
    let (gold, answer) = (
        words::in_digits(clean(gold)),
        words::in_digits(clean(answer)),
    );
    if gold == answer || tidy(&gold) == tidy(&answer) {
        return Decision::Equal(Reason::SameText);
    }
    if gold.len() > TEXT_MAX || answer.len() > TEXT_MAX {
        return Decision::Unknown(Reason::OutOfFuel);
    }
    if let Some(decision) = choices(&gold, &answer, options) {
        return decision;
    }
    if let Some(decision) = in_words(&gold, &answer) {
        return decision;
    }
    mathematics(&gold, &answer, options)
}

/// Whether a text can be read as an answer of any kind.
pub(super) fn is_readable(text: &str) -> bool {
    let text = clean(text);
    if words::choice(&text).is_some() || words::is_words(&words::folded(&text)) {
        return true;
    }
    let mut judge = Judge {
        arena: &mut Arena::default(),
        fuel: Fuel::new(0),
        options: &Options::default(),
    };
    !judge.readings(&text).is_empty()
}

/// Letters of choices: one against another, or the text behind one.
fn choices(gold: &str, answer: &str, options: &Options) -> Option<Decision> {
    match (words::choice(gold), words::choice(answer)) {
        (Some(gold), Some(answer)) => Some(if gold.letter == answer.letter {
            Decision::Equal(Reason::Choice)
        } else {
            Decision::Different(Reason::Choice)
        }),
        (
            Some(Choice {
                text: Some(text), ..
            }),
            None,
        ) => Some(decide(&text, answer, options).doubted()),
        (
            None,
            Some(Choice {
                text: Some(text), ..
            }),
        ) => Some(decide(gold, &text, options).doubted()),
        (None, None) => None,
        // Only the problem knows what the letter stands for.
        _ => Some(Decision::Unknown(Reason::Choice)),
    }
}

fn in_words(gold: &str, answer: &str) -> Option<Decision> {
    let (gold, answer) = (words::folded(gold), words::folded(answer));
    if !words::is_words(&gold) && !words::is_words(&answer) {
        return None;
    }
    // `AB` and `ab` may be a side and a product.
    if gold == answer && gold.len() > 2 {
        return Some(Decision::Equal(Reason::Words));
    }
    words::rivals(&gold, &answer).then_some(Decision::Different(Reason::Words))
}

/// Reads both sides in every way that they can be read, and compares.
fn mathematics(gold: &str, answer: &str, options: &Options) -> Decision {
    let mut judge = Judge {
        arena: &mut Arena::default(),
        fuel: Fuel::new(options.fuel),
        options,
    };
    let golds = judge.readings(gold);
    if golds.is_empty() {
        return Decision::Unknown(Reason::UnreadGold);
    }
    let answers = judge.readings(answer);
    if answers.is_empty() {
        return Decision::Unknown(Reason::UnreadAnswer);
    }
    judge.any_reading(&golds, &answers)
}

/// One way to read a text.
#[derive(Debug, Clone, Copy)]
struct Reading {
    manner: Manner,
    parsed: Parsed,
}

/// Compares nodes of one arena.
pub(super) struct Judge<'a> {
    pub arena: &'a mut Arena,
    pub fuel: Fuel,
    pub options: &'a Options,
}

impl Judge<'_> {
    /// The ways in which a text can be read; mostly one.
    fn readings(&mut self, text: &str) -> Vec<Reading> {
        let usual = Manner {
            comma: Comma::Thousands,
            tight_slash: true,
        };
        let mut readings: Vec<Reading> = Vec::new();
        let mut commas = text.contains(',');
        let mut slashes = text.contains('/');
        for manner in [
            usual,
            Manner {
                tight_slash: false,
                ..usual
            },
            Manner {
                comma: Comma::Separator,
                ..usual
            },
            Manner {
                comma: Comma::Decimal,
                ..usual
            },
        ] {
            let needed = manner == usual
                || slashes && !manner.tight_slash
                || commas && manner.comma != Comma::Thousands;
            if !needed {
                continue;
            }
            let Some(parsed) = parse::parse(text, manner, self.arena) else {
                continue;
            };
            if manner == usual {
                commas = parsed.commas;
                slashes = parsed.slashes;
            }
            let known = readings
                .iter()
                .any(|reading| self.same(reading.parsed.root, parsed.root));
            if !known {
                readings.push(Reading { manner, parsed });
            }
        }
        readings
    }

    /// Equal in one pair of readings is equal; different takes the pairs that read both sides in
    /// one manner.
    fn any_reading(&mut self, golds: &[Reading], answers: &[Reading]) -> Decision {
        let mut total: Option<Decision> = None;
        let single = golds.len() == 1 || answers.len() == 1;
        for gold in golds {
            for answer in answers {
                let mut decision = self.compare(gold.parsed.root, answer.parsed.root);
                if gold.parsed.doubtful || answer.parsed.doubtful {
                    decision = decision.doubted();
                }
                if let Decision::Equal(_) = decision {
                    return decision;
                }
                if !single && gold.manner != answer.manner {
                    continue;
                }
                total = Some(match (total, decision) {
                    (Some(unknown @ Decision::Unknown(_)), _) => unknown,
                    (_, decision) => decision,
                });
            }
        }
        total.unwrap_or(Decision::Unknown(Reason::Unproven))
    }

    /// Compares two nodes of any kind.
    pub(super) fn compare(&mut self, left: Id, right: Id) -> Decision {
        if self.fuel.burn(10).is_err() {
            return Decision::Unknown(Reason::OutOfFuel);
        }
        if self.same(left, right) {
            return Decision::Equal(Reason::SameText);
        }
        if let Some(decision) = self.units(left, right) {
            return decision;
        }
        if let Some(decision) = self.chains(left, right) {
            return decision;
        }
        if let Some(decision) = self.as_sets(left, right) {
            return decision;
        }
        if let Some(decision) = self.matrices(left, right) {
            return decision;
        }
        if let Some(decision) = self.as_items(left, right) {
            return decision;
        }
        if let Some(decision) = self.ratios(left, right) {
            return decision;
        }
        if let Some(decision) = self.literal_words(left, right) {
            return decision;
        }
        if self.is_scalar(left) && self.is_scalar(right) {
            return self.scalars(left, right);
        }
        Decision::Unknown(Reason::Unlike)
    }

    /// Whether two nodes are written the same.
    pub(super) fn same(&self, left: Id, right: Id) -> bool {
        if left == right {
            return true;
        }
        let all = |left: &[Id], right: &[Id]| {
            left.len() == right.len() && left.iter().zip(right).all(|(l, r)| self.same(*l, *r))
        };
        match (self.arena.node(left), self.arena.node(right)) {
            (Node::Number(a), Node::Number(b)) => a == b,
            (Node::Sum(a), Node::Sum(b))
            | (Node::Product(a), Node::Product(b))
            | (Node::Ratio(a), Node::Ratio(b))
            | (Node::List(a), Node::List(b))
            | (Node::Cases(a), Node::Cases(b)) => all(a, b),
            (Node::Negative(a), Node::Negative(b))
            | (Node::Percent(a), Node::Percent(b))
            | (Node::Degrees(a), Node::Degrees(b)) => self.same(*a, *b),
            (Node::Unit(a, u), Node::Unit(b, v)) => u == v && self.same(*a, *b),
            (Node::Quotient(a, b), Node::Quotient(c, d))
            | (Node::Power(a, b), Node::Power(c, d))
            | (Node::Mixed(a, b), Node::Mixed(c, d))
            | (Node::SetBuilder(a, b), Node::SetBuilder(c, d)) => {
                self.same(*a, *c) && self.same(*b, *d)
            }
            (Node::SetOp(o, a, b), Node::SetOp(p, c, d)) => {
                o == p && self.same(*a, *c) && self.same(*b, *d)
            }
            (Node::Call(f, a), Node::Call(g, b)) => f == g && all(a, b),
            (Node::Apply(f, a), Node::Apply(g, b)) => f == g && all(a, b),
            (Node::Group(o, a, c), Node::Group(p, b, d)) => o == p && c == d && all(a, b),
            (Node::Matrix(m, a), Node::Matrix(n, b)) => m == n && all(a, b),
            (Node::Chain(a, r), Node::Chain(b, s)) => r == s && all(a, b),
            (
                Node::Repeat {
                    big,
                    index,
                    from: Some(from),
                    to: Some(to),
                    body,
                },
                Node::Repeat {
                    big: other,
                    index: index2,
                    from: Some(from2),
                    to: Some(to2),
                    body: body2,
                },
            ) => {
                big == other
                    && index == index2
                    && all(&[*from, *to, *body], &[*from2, *to2, *body2])
            }
            (a, b) => a == b,
        }
    }

    /// Whether a node is one value: a number or an expression.
    pub(super) fn is_scalar(&self, id: Id) -> bool {
        !matches!(
            self.arena.node(id),
            Node::Words(_)
                | Node::Unit(..)
                | Node::Ratio(_)
                | Node::List(_)
                | Node::Cases(_)
                | Node::Group(..)
                | Node::SetBuilder(..)
                | Node::SetOp(..)
                | Node::Matrix(..)
                | Node::Chain(..)
                | Node::PlusMinus(..)
                | Node::Constant(
                    Const::EmptySet
                        | Const::Reals
                        | Const::Rationals
                        | Const::Integers
                        | Const::Naturals
                        | Const::Complexes
                )
        )
    }

    fn literal_words(&mut self, left: Id, right: Id) -> Option<Decision> {
        let (Node::Words(left), Node::Words(right)) =
            (self.arena.node(left), self.arena.node(right))
        else {
            return None;
        };
        let fold = |name: &super::expr::Name| words::folded(self.arena.text(*name));
        let same = fold(left) == fold(right);
        Some(if same {
            Decision::Equal(Reason::Words)
        } else {
            Decision::Unknown(Reason::Words)
        })
    }
}

// Units.

impl Judge<'_> {
    fn units(&mut self, left: Id, right: Id) -> Option<Decision> {
        let split = |judge: &Self, id: Id| match judge.arena.node(id) {
            Node::Unit(value, unit) => (*value, Some(judge.arena.text(*unit).to_owned())),
            _ => (id, None),
        };
        let (left_value, left_unit) = split(self, left);
        let (right_value, right_unit) = split(self, right);
        match (left_unit, right_unit) {
            (None, None) => None,
            (Some(left_unit), Some(right_unit)) => {
                Some(self.two_units(left_value, &left_unit, right_value, &right_unit))
            }
            (Some(unit), None) | (None, Some(unit)) => {
                let decision = self.compare(left_value, right_value);
                Some(match units::droppable(&unit) {
                    units::Droppable::Unit => decision,
                    units::Droppable::Words => decision.doubted(),
                    units::Droppable::No => Decision::Unknown(Reason::Unlike),
                })
            }
        }
    }

    fn two_units(&mut self, left: Id, left_unit: &str, right: Id, right_unit: &str) -> Decision {
        let (left_scale, right_scale) = (units::measure(left_unit), units::measure(right_unit));
        match (left_scale, right_scale) {
            (Some(left_scale), Some(right_scale)) if left_scale.same_quantity(&right_scale) => {
                let (Some(left), Some(right)) = (
                    self.scaled(left, &left_scale),
                    self.scaled(right, &right_scale),
                ) else {
                    return Decision::Unknown(Reason::Unproven);
                };
                self.compare(left, right)
            }
            (Some(_), Some(_)) => Decision::Unknown(Reason::Unlike),
            _ => {
                let decision = self.compare(left, right);
                let same = words::folded(left_unit) == words::folded(right_unit);
                let droppable = [left_unit, right_unit]
                    .iter()
                    .all(|unit| units::droppable(unit) != units::Droppable::No);
                match (same, droppable) {
                    (true, _) => decision,
                    (false, true) => decision.doubted(),
                    (false, false) => Decision::Unknown(Reason::Unlike),
                }
            }
        }
    }

    fn scaled(&mut self, value: Id, measure: &units::Measure) -> Option<Id> {
        if measure.is_one() {
            return Some(value);
        }
        let factor = self.number(measure.factor())?;
        self.arena.push(Node::Product(vec![value, factor]))
    }

    /// A node for an exact number.
    pub(super) fn number(&mut self, value: dashu::Rational) -> Option<Id> {
        self.arena.push(Node::Number(super::expr::Literal {
            value,
            decimals: None,
            significant: 0,
            digits: None,
            open_ended: false,
        }))
    }
}

// Sets of reals.

impl Judge<'_> {
    fn as_sets(&mut self, left: Id, right: Id) -> Option<Decision> {
        if !self.is_surely_set(left) && !self.is_surely_set(right) {
            return None;
        }
        if let Some(decision) = self.number_sets(left, right) {
            return Some(decision);
        }
        let left_pieces = self.pieces(left);
        let right_pieces = self.pieces(right);
        let (Some(left_pieces), Some(right_pieces)) = (left_pieces, right_pieces) else {
            return None;
        };
        // The left side is the gold answer wherever a whole answer is compared.
        let relation = |judge: &Self, id| match judge.arena.node(id) {
            Node::Chain(_, relations) => relations.iter().all(|rel| rel.is_order()),
            _ => false,
        };
        if !self.options.allow_set_relation_comp && relation(self, right) && !relation(self, left) {
            return Some(Decision::Unknown(Reason::Unlike));
        }
        let decision = self.sets(left_pieces, right_pieces);
        // A bracketed pair may be a point; a relation may count only integers.
        let bracketed = |judge: &Self, id| {
            judge.is_surely_set(id) || matches!(judge.arena.node(id), Node::Group(..))
        };
        let both = bracketed(self, left) && bracketed(self, right);
        Some(if both { decision } else { decision.doubted() })
    }

    fn number_sets(&self, left: Id, right: Id) -> Option<Decision> {
        let set = |id| match self.arena.node(id) {
            Node::Constant(
                constant @ (Const::EmptySet
                | Const::Naturals
                | Const::Integers
                | Const::Rationals
                | Const::Reals
                | Const::Complexes),
            ) => Some(*constant),
            _ => None,
        };
        let (left, right) = (set(left)?, set(right)?);
        Some(if left == right {
            Decision::Equal(Reason::Items)
        } else {
            Decision::Different(Reason::Items)
        })
    }

    /// Whether a node can only be a set of reals: `[0, 1)`, a union, `x > 5`.
    fn is_surely_set(&self, id: Id) -> bool {
        match self.arena.node(id) {
            Node::SetOp(..) | Node::SetBuilder(..) => true,
            Node::Constant(Const::Reals | Const::EmptySet | Const::Integers | Const::Naturals | Const::Rationals | Const::Complexes) => true,
            Node::Group(open, items, close) => {
                let infinite = items.iter().any(|item| {
                    let node = self.arena.node(*item);
                    let inner = if let Node::Negative(inner) = node { self.arena.node(*inner) } else { node };
                    matches!(inner, Node::Constant(Const::Infinity))
                });
                items.len() == 2 && (open != close || infinite)
            }
            Node::Chain(_, relations) => relations.iter().all(|rel| rel.is_order()),
            Node::List(items) | Node::Cases(items) => {
                !items.is_empty()
                    && items.iter().all(|item| {
                        matches!(self.arena.node(*item), Node::Chain(_, relations) if relations.iter().all(|rel| rel.is_order()))
                    })
            }
            _ => false,
        }
    }
}

// Lists, tuples and finite sets.

/// What a sequence of items is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
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
    fn as_items(&mut self, left: Id, right: Id) -> Option<Decision> {
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
            (Kind::Tuple(..), Kind::Bare) | (Kind::Bare, Kind::Tuple(..)) => {
                self.in_order(&left, &right).doubted()
            }
            (Kind::Tuple(..), Kind::Set) | (Kind::Set, Kind::Tuple(..)) => {
                Decision::Unknown(Reason::Unlike)
            }
            _ => self.unordered(&left, &right),
        })
    }

    /// Several values against one: a set of one is its element.
    fn against_one(&mut self, (kind, items): (Kind, Vec<Id>), one: Id) -> Decision {
        if let [only] = items[..] {
            return self.compare(only, one).doubted();
        }
        let several = items.len() > 1
            && self.is_scalar(one)
            && kind != Kind::Tuple(Bracket::Round, Bracket::Round);
        if !several
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
    fn items(&mut self, id: Id) -> Option<(Kind, Vec<Id>)> {
        let (kind, items) = match self.arena.node(id).clone() {
            Node::List(items) | Node::Cases(items) => (Kind::Bare, self.relabelled(items)),
            Node::Group(Bracket::Curly, items, Bracket::Curly) => (Kind::Set, items),
            Node::Group(Bracket::Brace, items, Bracket::Brace) => (Kind::Bare, items),
            Node::Group(open, items, close) => return Some((Kind::Tuple(open, close), items)),
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
    fn both_signs(&mut self, id: Id) -> Option<Vec<Id>> {
        if !self
            .arena
            .any(id, |node| matches!(node, Node::PlusMinus(..)))
            || !self.signs_go_together(id)
        {
            return None;
        }
        let upper = self.with_sign(id, true)?;
        let lower = self.with_sign(id, false)?;
        Some(vec![upper, lower])
    }

    /// Two signs of one expression may or may not go together: only one is sure.
    fn signs_go_together(&self, id: Id) -> bool {
        let mut count = 0;
        self.arena.each(id, &mut |node| {
            count += u32::from(matches!(node, Node::PlusMinus(..)))
        });
        count == 1 || matches!(self.arena.node(id), Node::Group(..))
    }

    /// An expression with one of its two signs.
    fn with_sign(&mut self, id: Id, upper: bool) -> Option<Id> {
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

    fn all_with_sign(&mut self, items: &[Id], upper: bool) -> Option<Vec<Id>> {
        items
            .iter()
            .map(|item| self.with_sign(*item, upper))
            .collect()
    }

    fn in_order(&mut self, left: &[Id], right: &[Id]) -> Decision {
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

    fn tuples(&mut self, left: &[Id], right: &[Id], same_brackets: bool) -> Decision {
        match self.in_order(left, right) {
            // `(0, 1)` and `[0, 1]` differ as intervals and not as points.
            Decision::Equal(_) if !same_brackets && left.len() == 2 => {
                Decision::Unknown(Reason::Unlike)
            }
            other => other,
        }
    }

    /// Items without order and without repeats.
    fn unordered(&mut self, left: &[Id], right: &[Id]) -> Decision {
        let (left, right) = (self.distinct(left), self.distinct(right));
        let forth = self.covered(&left, &right);
        if let Decision::Different(_) = forth {
            return forth;
        }
        forth.and(self.covered(&right, &left))
    }

    fn distinct(&self, items: &[Id]) -> Vec<Id> {
        let mut distinct: Vec<Id> = Vec::with_capacity(items.len());
        for item in items {
            if !distinct.iter().any(|known| self.same(*known, *item)) {
                distinct.push(*item);
            }
        }
        distinct
    }

    /// Whether each item of the first has its equal in the second.
    fn covered(&mut self, items: &[Id], among: &[Id]) -> Decision {
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

// Ratios and matrices.

impl Judge<'_> {
    fn ratios(&mut self, left: Id, right: Id) -> Option<Decision> {
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

    fn two_ratios(&mut self, left: &[Id], right: &[Id]) -> Decision {
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

    fn is_time(&self, terms: &[Id]) -> bool {
        let [_, minutes] = terms else {
            return false;
        };
        matches!(self.arena.node(*minutes), Node::Number(literal)
            if literal.digits.as_ref().is_some_and(|digits| digits.len() == 2 && **digits < *"60"))
    }

    fn ratio_and_value(&mut self, terms: &[Id], value: Id) -> Option<Decision> {
        let [above, below] = terms else {
            return None;
        };
        if !self.is_scalar(value) {
            return None;
        }
        let quotient = self.arena.push(Node::Quotient(*above, *below))?;
        Some(self.compare(quotient, value).doubted())
    }

    fn matrices(&mut self, left: Id, right: Id) -> Option<Decision> {
        let (left_matrix, right_matrix) = (self.matrix(left), self.matrix(right));
        match (left_matrix, right_matrix) {
            (Some((columns, left)), Some((other_columns, right))) => {
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
    fn vector_and_tuple(&mut self, columns: u32, cells: &[Id], other: Id) -> Option<Decision> {
        let (Kind::Tuple(..), items) = self.items(other)? else {
            return None;
        };
        let vector = columns == 1 || cells.len() == columns as usize;
        vector.then(|| self.in_order(cells, &items).doubted())
    }

    /// The columns and the cells of a matrix, worked out where it is a sum, a product or a multiple.
    fn matrix(&mut self, id: Id) -> Option<(u32, Vec<Id>)> {
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

    fn matrix_product(&mut self, items: &[Id]) -> Option<(u32, Vec<Id>)> {
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

    fn multiplied(
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
    pub(super) fn is_plain_call(&self, func: Func) -> bool {
        !matches!(func, Func::Factorial | Func::Binomial)
    }
}
