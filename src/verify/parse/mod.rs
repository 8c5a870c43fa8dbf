//! Reads tokens as an expression.
//!
//! Precedence climbing over one grammar for everything that an answer may be: numbers, expressions,
//! relations, tuples, sets, lists and matrices. Brackets nest no deeper than [`NESTING_MAX`], which
//! bounds the recursion; sums, products and lists are flat however long they are.

mod atom;
mod calculus;
mod call;
mod determinant;
mod power;
mod repeat;

use crate::expr::{Arena, Bracket, Func, Id, Literal, Name, Node, Rel};
use crate::lex::{self, Comma, Letters, Op, Shape, Tok, Token};
use crate::units;

/// How to read what can be read in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Manner {
    /// What a comma between digits means.
    pub comma: Comma,
    /// Whether `1/2x` is `1/(2x)`: what is written together belongs together.
    pub tight_slash: bool,
    /// Whether `C_5^2` counts choices, as `A_5^2` and `P_5^2` count arrangements.
    pub counts: bool,
    /// What letters next to a number are.
    pub letters: Letters,
}

/// What a text was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parsed {
    /// The whole of it.
    pub root: Id,
    /// Whether something in it was guessed: no verdict of `wrong` may rest on it.
    pub doubtful: bool,
    /// Whether another meaning of its commas is possible.
    pub commas: bool,
    /// Whether another reach of a slash is possible.
    pub slashes: bool,
    /// Whether a condition behind the answer was left out.
    pub conditioned: bool,
    /// Whether that condition says when the answer holds, and not what a letter is.
    pub restricted: bool,
    /// The name that is said to be an integer there.
    pub integer: Option<Name>,
}

/// Brackets that nest deeper than this are refused.
/// By hand: no verdict changes with 20 or 80.
const NESTING_MAX: usize = 40;

/// Reads a text, or refuses it where any part of it makes no sense.
pub(crate) fn parse(text: &str, manner: Manner, arena: &mut Arena) -> Option<Parsed> {
    let lexed = lex::lex(text, manner.comma, manner.letters)?;
    let mut parser = Parser {
        tokens: &lexed.tokens,
        at: 0,
        arena,
        nesting: 0,
        bars: 0,
        bar_parts: false,
        doubtful: lexed.doubtful,
        tight_slash: manner.tight_slash,
        counts: manner.counts,
        slashes: false,
        pending: None,
        conditioned: false,
        restricted: false,
        integer: None,
    };
    let root = parser.items(false)?;
    let done = parser.at == lexed.tokens.len();
    done.then_some(Parsed {
        root: parser.listed(root)?,
        doubtful: parser.doubtful,
        commas: lexed.commas,
        slashes: parser.slashes,
        conditioned: parser.conditioned,
        restricted: parser.restricted,
        integer: parser.integer,
    })
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    arena: &'a mut Arena,
    nesting: usize,
    /// How many bars are open within the innermost bracket.
    bars: usize,
    /// Whether a bar parts an element from its condition, as in `{x | x > 0}`.
    bar_parts: bool,
    doubtful: bool,
    tight_slash: bool,
    counts: bool,
    slashes: bool,
    /// The token whose first digit was already taken as an argument.
    pending: Option<usize>,
    conditioned: bool,
    restricted: bool,
    integer: Option<Name>,
}

/// Items and what stands between them.
struct Items {
    items: Vec<Id>,
    parts: Vec<Op>,
}

// Reading tokens.

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Tok> {
        self.tokens.get(self.at).map(|token| &token.tok)
    }

    fn peek_second(&self) -> Option<&'a Tok> {
        self.tokens.get(self.at + 1).map(|token| &token.tok)
    }

    fn spaced(&self) -> bool {
        self.tokens.get(self.at).is_some_and(|token| token.spaced)
    }

    fn is_op(&self, op: Op) -> bool {
        self.peek() == Some(&Tok::Op(op))
    }

    fn eat_op(&mut self, op: Op) -> bool {
        let found = self.is_op(op);
        self.at += usize::from(found);
        found
    }

    fn push(&mut self, node: Node) -> Option<Id> {
        self.arena.push(node)
    }

    /// Runs `read` one bracket deeper.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.nesting >= NESTING_MAX {
            return None;
        }
        self.nesting += 1;
        let result = read(self);
        self.nesting -= 1;
        result
    }

    /// Runs `read` inside a bracket, where the bars outside of it do not count.
    fn bracketed<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let bars = std::mem::take(&mut self.bars);
        let parts = std::mem::take(&mut self.bar_parts);
        let result = self.nested(read);
        self.bars = bars;
        self.bar_parts = parts;
        result
    }
}

// Lists.

impl Parser<'_> {
    /// Items up to a closing bracket, the end of a cell, or the end.
    fn items(&mut self, in_cell: bool) -> Option<Items> {
        let mut found = Items {
            items: Vec::new(),
            parts: Vec::new(),
        };
        self.separators(in_cell);
        if in_cell && self.at_condition() {
            // `\text{if } x > 0` in a cell of cases.
            self.condition_word();
        }
        while !self.at_end(in_cell) {
            if self.nesting == 0 && !found.items.is_empty() && self.at_condition() {
                self.restricted = self.restricts(&found.items);
                self.integer = self.stated_integer();
                self.conditioned = !self.leaves_free();
                self.at = self.tokens.len();
                self.doubtful = true;
                found.parts.pop();
                break;
            }
            found.items.push(self.chain()?);
            if self.nesting == 0 && self.at_condition() {
                continue;
            }
            let part = self.separators(in_cell);
            match part {
                Some(part) if !self.at_end(in_cell) => found.parts.push(part),
                _ => break,
            }
        }
        (!found.items.is_empty()).then_some(found)
    }

    /// Whether what follows says when the answer holds: `for x > 0`, `where k is an integer`.
    fn at_condition(&self) -> bool {
        let Some(Tok::Text(words) | Tok::Word(words)) = self.peek() else {
            return false;
        };
        let first = words.split_whitespace().next().unwrap_or("");
        matches!(
            first,
            "for" | "where" | "when" | "if" | "with" | "for all" | "since" | "as"
        )
    }

    /// Whether the condition that starts here leaves some cases out: `if …`, `for even n`, `for n = 5`;
    /// `for all n` says what a letter is. Of a number without names, a condition on one does.
    fn restricts(&self, items: &[Id]) -> bool {
        let rest = self.tokens.get(self.at..).unwrap_or(&[]);
        let named = items.iter().any(|id| !self.arena.symbols(*id).is_empty());
        let partial = |words: &str| {
            let mut words = words.split_whitespace();
            words.any(|word| matches!(word, "if" | "when" | "even" | "odd" | "unless" | "only"))
        };
        rest.iter().any(|token| match &token.tok {
            Tok::Text(words) | Tok::Word(words) => partial(words),
            Tok::Rel(rel) => *rel == Rel::Eq || rel.is_order() && !named,
            _ => false,
        })
    }

    /// The name that the condition here says is an integer: `for integer n`.
    fn stated_integer(&mut self) -> Option<Name> {
        let rest = self.tokens.get(self.at..).unwrap_or(&[]);
        let whole = |word: &str| matches!(word, "integer" | "integers" | "natural");
        let said = rest.iter().any(|token| match &token.tok {
            Tok::Text(words) | Tok::Word(words) => words.split_whitespace().any(whole),
            _ => false,
        });
        let name = rest.iter().find_map(|token| match &token.tok {
            Tok::Symbol(name) => Some(name),
            _ => None,
        });
        Some(self.arena.name(name.filter(|_| said)?))
    }

    /// Whether the condition here only says that a letter is any constant: `for some constant c`.
    fn leaves_free(&self) -> bool {
        const FREE: &str = "\
            for any some all every each arbitrary real complex constant constants number numbers where \
            is are a an be with";
        let free = |word: &str| FREE.split_ascii_whitespace().any(|known| known == word);
        let rest = self.tokens.get(self.at..).unwrap_or(&[]);
        rest.iter().all(|token| match &token.tok {
            Tok::Text(words) | Tok::Word(words) => words.split_whitespace().all(free),
            Tok::Symbol(_) | Tok::Op(Op::Gap | Op::Comma | Op::And) => true,
            _ => false,
        })
    }

    /// Skips `if` where it stands alone, so that what follows is read.
    fn condition_word(&mut self) {
        if let Some(Tok::Text(words) | Tok::Word(words)) = self.peek() {
            self.at += usize::from(!words.trim().contains(' '));
        }
    }

    fn at_end(&self, in_cell: bool) -> bool {
        match self.peek() {
            None | Some(Tok::Close(_) | Tok::Shape(Shape::End)) => true,
            Some(Tok::Op(Op::Ampersand | Op::Row)) => in_cell,
            Some(Tok::Op(Op::Mid)) => true,
            Some(Tok::Bar) => self.bars > 0 || self.bar_parts,
            _ => false,
        }
    }

    /// Skips what parts items, and says what it was: the strongest of `;`, `or`, `and`, `,`.
    fn separators(&mut self, in_cell: bool) -> Option<Op> {
        let mut strongest = None;
        while let Some(Tok::Op(op)) = self.peek() {
            let rank = match op {
                Op::Gap => 0,
                Op::Comma => 1,
                Op::And => 2,
                Op::Or => 3,
                Op::Row | Op::Ampersand if !in_cell => 0,
                Op::Semicolon => 4,
                _ => break,
            };
            self.at += 1;
            if strongest.is_none_or(|(other, _)| rank > other) {
                strongest = Some((rank, *op));
            }
        }
        strongest.map(|(_, op)| op)
    }

    /// One item, a flat list, or a list of lists where `;` or `or` parts them.
    fn listed(&mut self, found: Items) -> Option<Id> {
        if let [only] = found.items[..] {
            return Some(only);
        }
        let outer = |part: &Op| *part == Op::Semicolon || *part == Op::Or;
        let labelled = found
            .items
            .iter()
            .all(|item| matches!(self.arena.node(*item), Node::Chain(..)));
        let nested = found.parts.iter().any(outer)
            && found.parts.iter().any(|part| !outer(part))
            && (labelled || found.parts.contains(&Op::Semicolon));
        if !nested {
            let either = found.parts.iter().all(|part| *part == Op::Or);
            return self.push(if either {
                Node::Cases(found.items)
            } else {
                Node::List(found.items)
            });
        }
        let mut cases = Vec::new();
        let mut case = Vec::new();
        let parts = found.parts.iter().map(Some).chain([None]);
        for (item, part) in found.items.into_iter().zip(parts) {
            case.push(item);
            if part.is_none_or(outer) {
                let items = std::mem::take(&mut case);
                cases.push(match items[..] {
                    [only] => only,
                    _ => self.push(Node::List(items))?,
                });
            }
        }
        self.push(Node::Cases(cases))
    }
}

// Relations, sums, products.

impl Parser<'_> {
    fn chain(&mut self) -> Option<Id> {
        // `= 5`: the left side was left out.
        if matches!(self.peek(), Some(Tok::Rel(Rel::Eq | Rel::Approx))) {
            self.at += 1;
        }
        let mut sides = vec![self.ratio()?];
        let mut relations = Vec::new();
        while let Some(Tok::Rel(rel)) = self.peek() {
            self.at += 1;
            // `x & = 5` and `= \\ 5` in aligned lines.
            while matches!(self.peek(), Some(Tok::Op(Op::Ampersand | Op::Row))) {
                self.at += 1;
            }
            relations.push(*rel);
            sides.push(self.ratio()?);
        }
        while self.continues_aligned() {
            self.at += 1;
            while matches!(self.peek(), Some(Tok::Op(Op::Ampersand | Op::Row))) {
                self.at += 1;
            }
            let Some(Tok::Rel(rel)) = self.peek() else {
                return None;
            };
            self.at += 1;
            relations.push(*rel);
            sides.push(self.ratio()?);
        }
        if relations.is_empty() {
            let residue = sides.pop()?;
            if let Some(Tok::Shape(Shape::Pmod)) = self.peek() {
                // `5 \pmod 7`: what it is modulo the other does not change what it is.
                self.at += 1;
                let modulus = self.nested(Self::argument)?;
                return self.push(Node::Chain(vec![residue, modulus], vec![Rel::Modulo]));
            }
            return Some(residue);
        }
        if self.is_op(Op::Gap) && matches!(self.peek_second(), Some(Tok::Shape(Shape::Pmod))) {
            self.at += 1;
        }
        if let Some(Tok::Shape(Shape::Pmod)) = self.peek() {
            self.at += 1;
            sides.push(self.nested(Self::argument)?);
            relations.push(Rel::Modulo);
        }
        let function = sides
            .first()
            .is_some_and(|side| matches!(self.arena.node(*side), Node::Apply(..)));
        if function && !relations.contains(&Rel::Modulo) {
            // `f(x) \equiv 0`: everywhere equal.
            for relation in &mut relations {
                if *relation == Rel::Congruent {
                    *relation = Rel::Eq;
                }
            }
        }
        self.push(Node::Chain(sides, relations))
    }

    /// Whether `\\ &=` or `&=` carries a chain on in the next line.
    fn continues_aligned(&self) -> bool {
        let mut ahead = self.tokens[self.at.min(self.tokens.len())..]
            .iter()
            .map(|token| &token.tok)
            .skip_while(|tok| matches!(tok, Tok::Op(Op::Ampersand | Op::Row)));
        matches!(self.peek(), Some(Tok::Op(Op::Ampersand | Op::Row)))
            && matches!(ahead.next(), Some(Tok::Rel(_)))
    }

    fn ratio(&mut self) -> Option<Id> {
        let mut terms = vec![self.sets()?];
        while !self.bar_parts && (self.eat_op(Op::Colon) || self.eat_to()) {
            terms.push(self.sets()?);
        }
        match terms[..] {
            [only] => Some(only),
            _ => self.push(Node::Ratio(terms)),
        }
    }

    /// `3 to 2`, which is a ratio.
    fn eat_to(&mut self) -> bool {
        let found = self.at_to();
        self.at += usize::from(found);
        found
    }

    fn at_to(&self) -> bool {
        matches!(self.peek(), Some(Tok::Text(word) | Tok::Word(word)) if word == "to")
            && matches!(self.peek_second(), Some(Tok::Number(_)))
    }

    fn sets(&mut self) -> Option<Id> {
        let mut left = self.sum()?;
        loop {
            match self.peek() {
                Some(Tok::SetOp(op)) => {
                    self.at += 1;
                    let right = self.sum()?;
                    left = self.push(Node::SetOp(*op, left, right))?;
                }
                Some(Tok::Op(Op::LooseOver)) => {
                    self.at += 1;
                    let right = self.sum()?;
                    left = self.push(Node::Quotient(left, right))?;
                }
                _ => return Some(left),
            }
        }
    }

    fn sum(&mut self) -> Option<Id> {
        let mut terms = Vec::new();
        if !matches!(self.peek(), Some(Tok::Op(Op::PlusMinus | Op::MinusPlus))) {
            terms.push(self.term()?);
        }
        while let Some(Tok::Op(op)) = self.peek() {
            match op {
                Op::Plus | Op::Minus => {
                    self.at += 1;
                    let mut term = self.term()?;
                    if *op == Op::Minus {
                        term = self.push(Node::Negative(term))?;
                    }
                    terms.push(term);
                }
                Op::PlusMinus | Op::MinusPlus => {
                    self.at += 1;
                    let right = self.term()?;
                    let left = match terms.len() {
                        0 => None,
                        _ => Some(self.summed(std::mem::take(&mut terms))?),
                    };
                    terms.push(self.push(Node::PlusMinus(left, right, *op == Op::MinusPlus))?);
                }
                _ => break,
            }
        }
        let terms = self.fractional(terms)?;
        self.summed(terms)
    }

    /// The terms of a sum in which braces take the fractional part: `\lfloor x \rfloor + \{x\}`. The name in
    /// them stands in another term too, where a set that is taken away has a name of its own.
    fn fractional(&mut self, mut terms: Vec<Id>) -> Option<Vec<Id>> {
        for at in 0..terms.len() {
            let Some(inner) = self.braced(terms[at]) else {
                continue;
            };
            let names = self.arena.symbols(inner);
            let others = terms.iter().enumerate().filter(|(other, _)| *other != at);
            let elsewhere = |(_, id): (usize, &Id)| {
                let own = self.arena.symbols(*id);
                names.iter().any(|name| own.contains(name))
            };
            if others.into_iter().any(elsewhere) {
                terms[at] = self.fraction_of(inner, terms[at])?;
            }
        }
        Some(terms)
    }

    /// What stands alone between braces, also behind a minus sign.
    fn braced(&self, id: Id) -> Option<Id> {
        match self.arena.node(id) {
            Node::Negative(inner) => self.braced(*inner),
            Node::Group(Bracket::Curly, items, Bracket::Curly) => match items[..] {
                [only] if self.arena.is_scalar(only) => Some(only),
                _ => None,
            },
            _ => None,
        }
    }

    /// `x - \lfloor x \rfloor`, with the sign of the term that it stands in the place of.
    fn fraction_of(&mut self, inner: Id, term: Id) -> Option<Id> {
        let negative = matches!(self.arena.node(term), Node::Negative(_));
        let floor = self.push(Node::Call(Func::Floor, vec![inner]))?;
        let floor = self.push(Node::Negative(floor))?;
        let part = self.push(Node::Sum(vec![inner, floor]))?;
        if negative {
            return self.push(Node::Negative(part));
        }
        Some(part)
    }

    fn summed(&mut self, mut terms: Vec<Id>) -> Option<Id> {
        if let [only] = terms[..] {
            return Some(only);
        }
        // `400 - 100\pi cm^2`: the unit is the sum's.
        let unit = |parser: &Self, id: Id| match *parser.arena.node(id) {
            Node::Unit(value, unit) => Some((value, unit, false)),
            Node::Negative(inner) => match *parser.arena.node(inner) {
                Node::Unit(value, unit) => Some((value, unit, true)),
                _ => None,
            },
            _ => None,
        };
        let last = terms.last().and_then(|last| unit(self, *last));
        let others = &terms[..terms.len().saturating_sub(1)];
        if let Some((value, name, negative)) = last
            && others.iter().all(|term| unit(self, *term).is_none())
        {
            let value = if negative {
                self.push(Node::Negative(value))?
            } else {
                value
            };
            terms.pop();
            terms.push(value);
            let sum = self.push(Node::Sum(terms))?;
            return self.push(Node::Unit(sum, name));
        }
        self.push(Node::Sum(terms))
    }

    /// A product, with the unit behind it.
    fn term(&mut self) -> Option<Id> {
        let value = self.product()?;
        match self.unit() {
            Some(unit) => self.measured(value, &unit),
            None => Some(value),
        }
    }

    /// A value with its unit; `million` and its like are factors.
    fn measured(&mut self, value: Id, unit: &str) -> Option<Id> {
        // `3万元`: in Chinese the factor stands against its unit.
        let large = unit.chars().next().filter(|c| matches!(c, '万' | '亿'));
        let (first, rest) = match large {
            Some(c) => unit.split_at(c.len_utf8()),
            None => unit.split_once(' ').unwrap_or((unit, "")),
        };
        let factor = match first.to_lowercase().as_str() {
            "dozen" => "12",
            "hundred" => "100",
            "thousand" => "1000",
            "million" => "1000000",
            "billion" => "1000000000",
            "trillion" => "1000000000000",
            "万" => "10000",
            "亿" => "100000000",
            _ => return self.compound(value, unit),
        };
        let factor = self.digit_token(factor)?;
        let value = self.push(Node::Product(vec![value, factor]))?;
        if rest.is_empty() {
            return Some(value);
        }
        let unit = self.arena.name(rest);
        self.push(Node::Unit(value, unit))
    }

    /// `1 h 20 min`: the smaller unit behind the larger one of the same quantity, as one value.
    fn compound(&mut self, value: Id, unit: &str) -> Option<Id> {
        let start = self.at;
        let smaller = match self.peek() {
            Some(Tok::Number(literal)) => {
                let literal = literal.clone();
                self.at += 1;
                self.unit().map(|smaller| (literal, smaller))
            }
            _ => None,
        };
        let parts = smaller.and_then(|(literal, smaller)| {
            let (large, small) = (units::measure(unit)?, units::measure(&smaller)?);
            let factor = large.factor() / small.factor();
            let fits = large.same_quantity(&small) && factor.is_int() && !factor.is_one();
            fits.then_some((literal, smaller, factor))
        });
        let Some((literal, smaller, factor)) = parts else {
            self.at = start;
            let unit = self.arena.name(unit);
            return self.push(Node::Unit(value, unit));
        };
        let factor = self.push(Node::Number(Literal::exact(factor)))?;
        let value = self.push(Node::Product(vec![value, factor]))?;
        let rest = self.push(Node::Number(literal))?;
        let value = self.push(Node::Sum(vec![value, rest]))?;
        self.measured(value, &smaller)
    }

    fn product(&mut self) -> Option<Id> {
        let mut value = self.together()?;
        loop {
            let Some(Tok::Op(op)) = self.peek() else {
                return Some(value);
            };
            match op {
                Op::Times => {
                    self.at += 1;
                    let factor = self.together()?;
                    value = self.times(value, factor)?;
                }
                Op::Slash | Op::Over => {
                    self.at += 1;
                    value = self.divided(value)?;
                }
                Op::Mod => {
                    self.at += 1;
                    let modulus = self.together()?;
                    value = self.push(Node::Call(Func::Mod, vec![value, modulus]))?;
                }
                Op::Choose => {
                    self.at += 1;
                    let below = self.together()?;
                    value = self.push(Node::Call(Func::Binomial, vec![value, below]))?;
                }
                _ => return Some(value),
            }
        }
    }

    fn times(&mut self, left: Id, right: Id) -> Option<Id> {
        if let Node::Product(factors) = self.arena.node(left) {
            let mut factors = factors.clone();
            factors.push(right);
            return self.push(Node::Product(factors));
        }
        self.push(Node::Product(vec![left, right]))
    }

    /// `value / …`: what is written together behind the slash belongs to the divisor, or only its
    /// first factor does.
    fn divided(&mut self, value: Id) -> Option<Id> {
        let start = self.at;
        let first = self.signed()?;
        let lone = self.at;
        if !self.starts_operand() {
            return self.push(Node::Quotient(value, first));
        }
        self.slashes = true;
        if self.tight_slash {
            self.at = start;
            let divisor = self.together()?;
            return self.push(Node::Quotient(value, divisor));
        }
        self.at = lone;
        let quotient = self.push(Node::Quotient(value, first))?;
        let rest = self.together()?;
        self.times(quotient, rest)
    }

    /// Factors without a sign between them.
    fn together(&mut self) -> Option<Id> {
        let first = self.signed()?;
        if !self.starts_operand() {
            return Some(first);
        }
        let mut factors = vec![first];
        while self.starts_operand() {
            if matches!(self.peek(), Some(Tok::Number(_))) {
                self.number_behind(factors.last().copied()?)?;
            }
            factors.push(self.power()?);
        }
        // Braces around a name may take its fractional part.
        let named = |factor: &Id| {
            self.unbraced(*factor) != *factor && !self.arena.symbols(*factor).is_empty()
        };
        self.doubtful |= factors.iter().any(named);
        let factors = factors
            .into_iter()
            .map(|factor| self.unbraced(factor))
            .collect();
        self.push(Node::Product(factors))
    }

    /// A number behind a factor: `x2` may be anything, `2 3` is no product.
    fn number_behind(&mut self, before: Id) -> Option<()> {
        self.doubtful = true;
        let number = matches!(self.arena.node(before), Node::Number(_) | Node::Mixed(..));
        (!number).then_some(())
    }

    fn starts_operand(&self) -> bool {
        match self.peek() {
            Some(Tok::Number(_) | Tok::Symbol(_) | Tok::Const(_) | Tok::Func(_) | Tok::Big(_)) => {
                true
            }
            Some(Tok::Open(_)) => true,
            Some(Tok::Shape(Shape::Frac)) => self.unit_fraction().is_none(),
            Some(Tok::Shape(shape)) => !matches!(shape, Shape::End | Shape::Pmod),
            Some(Tok::Bar) => self.bars == 0 && !self.bar_parts,
            _ => false,
        }
    }

    fn signed(&mut self) -> Option<Id> {
        let mut negative = false;
        loop {
            match self.peek() {
                Some(Tok::Op(Op::Minus)) => negative = !negative,
                Some(Tok::Op(Op::Plus)) => {}
                _ => break,
            }
            self.at += 1;
        }
        let value = self.power()?;
        if negative {
            self.push(Node::Negative(value))
        } else {
            Some(value)
        }
    }
}
