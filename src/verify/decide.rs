//! Decides whether two answers are the same, cheapest way first.

mod figures;
mod items;
mod matrices;
mod piecewise;
mod times;
mod units;

use crate::Reason;
use crate::clean::{clean, tidy};
use crate::expr::{Arena, Const, Id, Node, Rel};
use crate::fuel::Fuel;
use crate::lex::Comma;
use crate::options::Options;
use crate::parse::{self, Manner, Parsed};
use crate::words::{self, Choice};
use crate::{dates, marks, phrases, statements};

/// What could be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
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
pub(crate) fn decide(gold: &str, answer: &str, options: &Options) -> Decision {
    let (gold, answer) = (
        words::in_digits(clean(gold)),
        words::in_digits(clean(answer)),
    );
    if !options.text_fallback {
        match (is_mathematics(&gold), is_mathematics(&answer)) {
            (false, _) => return Decision::Unknown(Reason::UnreadGold),
            (_, false) => return Decision::Unknown(Reason::UnreadAnswer),
            _ => {}
        }
    }
    let worded = words::is_worded(&gold) || words::is_worded(&answer);
    let same = gold == answer
        || tidy(&gold) == tidy(&answer)
        || worded && tidy(&words::bare(&gold)) == tidy(&words::bare(&answer));
    if same {
        return Decision::Equal(Reason::SameText);
    }
    if gold.len() > TEXT_MAX || answer.len() > TEXT_MAX {
        return Decision::Unknown(Reason::OutOfFuel);
    }
    if let Some(decision) = choices(&gold, &answer, options) {
        return decision;
    }
    let whole = meanings(&gold, &answer, options);
    // A sentence on one side only: two of them may speak of two things.
    match (statements::stated(&gold), statements::stated(&answer)) {
        (Some(value), None) => {
            whole.or_else(|| meanings(&clean(&value), &answer, options).doubted())
        }
        (None, Some(value)) => whole.or_else(|| meanings(&gold, &clean(&value), options).doubted()),
        _ => whole,
    }
}

/// Compares by what words mean, or else as mathematics.
fn meanings(gold: &str, answer: &str, options: &Options) -> Decision {
    let decision = in_words(gold, answer).or_else(|| dates::compare(gold, answer));
    if let Some(decision) = decision {
        return decision;
    }
    let meaning =
        |text: &str| phrases::mathematics(text).map_or_else(|| with_braces(text), str::to_owned);
    mathematics(&meaning(gold), &meaning(answer), options)
}

/// `[k\pi, 2k\pi] (k \in \mathbb{Z})`: what a letter is, in brackets behind the answer.
fn without_brackets(text: &str) -> String {
    let inner = text
        .strip_suffix(')')
        .and_then(|text| text.rsplit_once('('));
    let Some((head, inner)) = inner else {
        return text.to_owned();
    };
    let mut chars = inner.trim_start().chars();
    let letter = chars.next().is_some_and(|c| c.is_ascii_alphabetic());
    let said = chars.as_str().trim_start().starts_with("\\in");
    if letter && said && !head.trim().is_empty() && !inner.contains([')', ',']) {
        format!("{}, {inner}", head.trim_end().trim_end_matches(','))
    } else {
        text.to_owned()
    }
}

/// `x | x > 0`: a set that lost its braces.
fn with_braces(text: &str) -> String {
    let text = without_brackets(text);
    let mut chars = text.chars();
    let letter = chars.next().is_some_and(|c| c.is_ascii_lowercase());
    let rest = chars.as_str().trim_start();
    let condition = rest
        .strip_prefix('|')
        .or_else(|| rest.strip_prefix("\\mid"));
    match condition {
        Some(condition) if letter && !condition.contains('|') => format!("\\{{{text}\\}}"),
        _ => text,
    }
}

/// Whether a clean text can be read as mathematics without words.
fn is_mathematics(text: &str) -> bool {
    let mut judge = Judge {
        arena: &mut Arena::default(),
        fuel: Fuel::new(0),
        options: &Options::default(),
        golds: 0,
        depth: 0,
    };
    let readings = judge.readings(text);
    readings.iter().any(|reading| {
        let words = |node: &Node| matches!(node, Node::Words(_));
        !judge.arena.any(reading.parsed.root, words)
    })
}

/// Whether a text can be read as an answer of any kind.
pub(crate) fn is_readable(text: &str) -> bool {
    let text = clean(text);
    if words::choice(&text).is_some() || words::is_words(&words::folded(&text)) {
        return true;
    }
    let mut judge = Judge {
        arena: &mut Arena::default(),
        fuel: Fuel::new(0),
        options: &Options::default(),
        golds: 0,
        depth: 0,
    };
    let readings = judge.readings(&text);
    // Words around a number are a sentence.
    let sentence = |id: Id| {
        text.bytes().any(|byte| byte.is_ascii_digit())
            && judge.arena.any(id, |node| matches!(node, Node::Words(_)))
    };
    readings
        .iter()
        .any(|reading| !sentence(reading.parsed.root))
}

/// Letters of choices: one against another, or the text behind one.
fn choices(gold: &str, answer: &str, options: &Options) -> Option<Decision> {
    if let Some(decision) = marks::compare(gold, answer) {
        return Some(decision);
    }
    match (words::choice(gold), words::choice(answer)) {
        (Some(gold), Some(answer)) => Some(two_choices(&gold, &answer, options)),
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
        // `a`, where the other side is the choice A.
        (Some(Choice { letter, text: None }), None) if is_small(letter, answer) => {
            Some(Decision::Equal(Reason::Choice))
        }
        (None, Some(Choice { letter, text: None })) if is_small(letter, gold) => {
            Some(Decision::Equal(Reason::Choice))
        }
        // Only the problem knows what the letter stands for.
        _ => Some(Decision::Unknown(Reason::Choice)),
    }
}

/// Whether a text is the letter of a choice in lower case.
fn is_small(letter: char, text: &str) -> bool {
    letter <= 'E' && text.trim() == letter.to_ascii_lowercase().to_string()
}

/// Two letters; where both have a text behind them, the texts must not speak against the letters.
fn two_choices(gold: &Choice, answer: &Choice, options: &Options) -> Decision {
    let same_letter = gold.letter == answer.letter;
    let texts = match (&gold.text, &answer.text) {
        (Some(gold), Some(answer)) => Some(decide(gold, answer, options)),
        _ => None,
    };
    match (same_letter, texts) {
        (true, None | Some(Decision::Equal(_))) => Decision::Equal(Reason::Choice),
        (true, Some(_)) | (false, Some(Decision::Equal(_))) => Decision::Unknown(Reason::Choice),
        (false, _) => Decision::Different(Reason::Choice),
    }
}

fn in_words(gold: &str, answer: &str) -> Option<Decision> {
    let (gold, answer) = (words::folded(gold), words::folded(answer));
    if !words::is_words(&gold) && !words::is_words(&answer) {
        return None;
    }
    let (gold_words, answer_words) = (phrases::canonical(&gold), phrases::canonical(&answer));
    // `AB` and `ab` may be a side and a product.
    if gold_words == answer_words && (gold_words.len() > 2 || !gold_words.is_ascii()) {
        return Some(Decision::Equal(Reason::Words));
    }
    let (gold_reply, answer_reply) = (short_reply(&gold), short_reply(&answer));
    if gold_reply.is_some() && gold_reply == answer_reply {
        return Some(Decision::Equal(Reason::Words));
    }
    let gold_words = gold_reply.unwrap_or(gold_words);
    let answer_words = answer_reply.unwrap_or(answer_words);
    words::rivals(&gold_words, &answer_words).then_some(Decision::Different(Reason::Words))
}

/// `Yes, it is possible` says yes; `no solution` does not say no, and a reply with a condition says
/// more than it starts with.
fn short_reply(folded: &str) -> Option<String> {
    const SUBJECTS: [&str; 8] = ["it", "there", "they", "he", "she", "we", "this", "that"];
    let first = folded.split([' ', ',', '.', ';']).next()?;
    let rest = &folded[first.len()..];
    let mut words = rest.split_whitespace();
    let apart = !rest.starts_with(' ');
    let goes_on = words.next().is_some_and(|word| SUBJECTS.contains(&word));
    let condition = |word: &str| matches!(word, "if" | "but" | "unless");
    let short = words.clone().count() <= 5 && !words.any(condition);
    let reply = phrases::canonical(first);
    let said = matches!(reply.as_str(), "yes" | "no");
    (said && short && (apart || goes_on)).then_some(reply)
}

/// Reads both sides in every way that they can be read, and compares.
fn mathematics(gold: &str, answer: &str, options: &Options) -> Decision {
    let mut judge = Judge {
        arena: &mut Arena::default(),
        fuel: Fuel::new(options.fuel),
        options,
        golds: 0,
        depth: 0,
    };
    let golds = judge.readings(gold);
    judge.golds = judge.arena.len();
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
pub(crate) struct Judge<'a> {
    pub arena: &'a mut Arena,
    pub fuel: Fuel,
    pub options: &'a Options,
    /// How many nodes were made for the gold answer, which is read first.
    pub golds: usize,
    /// How many comparisons are under way, each inside of the one before.
    depth: u32,
}

/// Comparisons nest no deeper than this, which bounds the recursion where one is turned into another.
const COMPARISONS_MAX: u32 = 100;

impl Judge<'_> {
    /// Whether a node was read in the gold answer.
    pub(crate) fn is_gold(&self, id: Id) -> bool {
        id.place() < self.golds
    }

    /// The ways in which a text can be read; mostly one.
    fn readings(&mut self, text: &str) -> Vec<Reading> {
        let usual = Manner {
            comma: Comma::Thousands,
            tight_slash: true,
            counts: false,
        };
        let counts = text.contains('^')
            && text.contains('_')
            && ["C_", "A_", "P_", "C^", "C}_", "A}_", "P}_"]
                .iter()
                .any(|mark| text.contains(mark));
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
                counts: true,
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
                || counts && manner.counts
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
                let (left, right) = (gold.parsed.root, answer.parsed.root);
                let mut decision = match self.families(left, right) {
                    Some(decision) => decision,
                    None => self.compare(left, right),
                };
                if gold.parsed.conditioned && answer.parsed.conditioned {
                    // Two conditions that are not written the same.
                    decision = Decision::Unknown(Reason::Doubtful);
                }
                if gold.parsed.restricted != answer.parsed.restricted {
                    decision = Decision::Unknown(Reason::Doubtful);
                }
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
    pub(crate) fn compare(&mut self, left: Id, right: Id) -> Decision {
        if self.fuel.burn(10).is_err() || self.depth >= COMPARISONS_MAX {
            return Decision::Unknown(Reason::OutOfFuel);
        }
        self.depth += 1;
        let decision = self.compared(left, right);
        self.depth -= 1;
        decision
    }

    /// Compares by the first kind of answer that fits both.
    fn compared(&mut self, left: Id, right: Id) -> Decision {
        if self.same(left, right) {
            return Decision::Equal(Reason::SameText);
        }
        let (left, right) = (self.without_index(left), self.without_index(right));
        if let Some(decision) = self.times(left, right) {
            return decision;
        }
        if let Some(decision) = self.units(left, right) {
            return decision;
        }
        if let Some(decision) = self.congruences(left, right) {
            return decision;
        }
        if let Some(decision) = self.chains(left, right) {
            return decision;
        }
        if let Some(decision) = self.as_sets(left, right) {
            return decision;
        }
        if let Some(decision) = self.vectors(left, right) {
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
            let special = self.bases(left, right);
            if let Some(decision) = special.or_else(|| self.figures(left, right)) {
                return decision;
            }
            return self.scalars(left, right);
        }
        Decision::Unknown(Reason::Unlike)
    }

    /// Whether an item only says for what something holds: `\forall x`.
    fn is_quantified(&self, item: Id) -> bool {
        let name = match self.arena.node(item) {
            Node::Chain(sides, relations) if relations[..] == [Rel::In] => sides.first(),
            _ => Some(&item),
        };
        let factors = match name.map(|id| self.arena.node(*id)) {
            Some(Node::Product(factors)) => &factors[..],
            _ => return false,
        };
        matches!(factors, [first, _]
            if matches!(self.arena.node(*first), Node::Symbol(name) if self.arena.text(*name) == "\\forall"))
    }

    /// A list without the item that says what its index is: `k\pi, k \in \mathbb{Z}`.
    fn without_index(&mut self, id: Id) -> Id {
        let Node::List(items) = self.arena.node(id) else {
            return id;
        };
        let numbers = |set: Id| {
            self.is_integers(set) || *self.arena.node(set) == Node::Constant(Const::Reals)
        };
        let says = |item: &Id| match self.arena.node(*item) {
            Node::Chain(sides, relations) => {
                let numbers = sides.get(1).is_some_and(|set| numbers(*set));
                relations[..] == [Rel::In] && numbers || self.is_quantified(*item)
            }
            _ => self.is_quantified(*item),
        };
        let rest: Vec<Id> = items.iter().filter(|item| !says(item)).copied().collect();
        let named = |id: Id| match self.arena.node(id) {
            Node::Chain(sides, _) => sides.first().copied(),
            _ => Some(id),
        };
        let value = |id: Id| match self.arena.node(id) {
            Node::Chain(sides, relations) if relations[..] == [Rel::Eq] => sides.last().copied(),
            _ => None,
        };
        let values = rest.iter().map(|id| value(*id).unwrap_or(*id));
        let used: Vec<_> = values.flat_map(|id| self.arena.symbols(id)).collect();
        let declared = items.iter().filter(|item| says(item));
        let known = |name| used.contains(&name) || self.arena.text(name) == "\\forall";
        if !declared
            .filter_map(|item| named(*item))
            .flat_map(|name| self.arena.symbols(name))
            .all(known)
        {
            return id;
        }
        if rest.is_empty() || rest.len() == items.len() {
            return id;
        }
        match rest[..] {
            [only] => only,
            _ => self.arena.push(Node::List(rest)).unwrap_or(id),
        }
    }

    /// Whether two nodes are written the same.
    pub(crate) fn same(&self, left: Id, right: Id) -> bool {
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
    pub(crate) fn is_scalar(&self, id: Id) -> bool {
        if let Node::Apply(_, items) = self.arena.node(id)
            && items.len() > 1
        {
            return false;
        }
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
        let fold =
            |name: &crate::expr::Name| phrases::canonical(&words::folded(self.arena.text(*name)));
        let same = fold(left) == fold(right);
        Some(if same {
            Decision::Equal(Reason::Words)
        } else {
            Decision::Unknown(Reason::Words)
        })
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
        if let (Some(left), Some(right)) = (self.variable(left), self.variable(right))
            && !self.same(left, right)
        {
            return Some(Decision::Unknown(Reason::Names));
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
            Node::Constant(
                Const::Reals
                | Const::EmptySet
                | Const::Integers
                | Const::Naturals
                | Const::Rationals
                | Const::Complexes,
            ) => true,
            Node::Group(open, items, close) => {
                let infinite = items.iter().any(|item| {
                    let node = self.arena.node(*item);
                    let inner = if let Node::Negative(inner) = node {
                        self.arena.node(*inner)
                    } else {
                        node
                    };
                    matches!(inner, Node::Constant(Const::Infinity))
                });
                items.len() == 2 && (open != close || infinite)
            }
            Node::Chain(_, relations) => relations
                .iter()
                .all(|rel| rel.is_order() || *rel == Rel::Ne),
            Node::List(items) | Node::Cases(items) => {
                let relations = |item: &Id| match self.arena.node(*item) {
                    Node::Chain(_, relations) => relations.clone(),
                    _ => Vec::new(),
                };
                let order = |item: &Id| {
                    let relations = relations(item);
                    !relations.is_empty() && relations.iter().all(|rel| rel.is_order())
                };
                // `a = 1 \text{ or } a > 2`
                let cases = matches!(self.arena.node(id), Node::Cases(_));
                items.iter().any(order)
                    && items
                        .iter()
                        .all(|item| order(item) || cases && relations(item) == [Rel::Eq])
            }
            _ => false,
        }
    }
}
