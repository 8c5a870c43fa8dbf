//! Reads tokens as an expression.
//!
//! Precedence climbing over one grammar for everything that an answer may be: numbers, expressions,
//! relations, tuples, sets, lists and matrices. Brackets nest no deeper than [`NESTING_MAX`], which
//! bounds the recursion; sums, products and lists are flat however long they are.

use super::expr::{Arena, Big, Bracket, Const, Func, Id, Literal, Node, Rel};
use super::lex::{self, Comma, Op, Shape, Tok, Token};

/// How to read what can be read in two ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Manner {
    /// What a comma between digits means.
    pub comma: Comma,
    /// Whether `1/2x` is `1/(2x)`: what is written together belongs together.
    pub tight_slash: bool,
}

/// What a text was read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parsed {
    /// The whole of it.
    pub root: Id,
    /// Whether something in it was guessed: no verdict of `wrong` may rest on it.
    pub doubtful: bool,
    /// Whether another meaning of its commas is possible.
    pub commas: bool,
    /// Whether another reach of a slash is possible.
    pub slashes: bool,
}

/// Brackets that nest deeper than this are refused.
const NESTING_MAX: usize = 40;

/// Reads a text, or refuses it where any part of it makes no sense.
pub(super) fn parse(text: &str, manner: Manner, arena: &mut Arena) -> Option<Parsed> {
    let lexed = lex::lex(text, manner.comma)?;
    let mut parser = Parser {
        tokens: &lexed.tokens,
        at: 0,
        arena,
        nesting: 0,
        bars: 0,
        bar_parts: false,
        doubtful: lexed.doubtful,
        tight_slash: manner.tight_slash,
        slashes: false,
        pending: None,
    };
    let root = parser.items(false)?;
    let done = parser.at == lexed.tokens.len();
    done.then_some(Parsed {
        root: parser.listed(root)?,
        doubtful: parser.doubtful,
        commas: lexed.commas,
        slashes: parser.slashes,
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
    slashes: bool,
    /// The token whose first digit was already taken as an argument.
    pending: Option<usize>,
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
        while !self.at_end(in_cell) {
            if self.nesting == 0 && !found.items.is_empty() && self.at_condition() {
                self.at = self.tokens.len();
                self.doubtful = true;
                found.parts.pop();
                break;
            }
            found.items.push(self.chain()?);
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
            return self.push(Node::List(found.items));
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
            return sides.pop();
        }
        if self.is_op(Op::Gap) && matches!(self.peek_second(), Some(Tok::Shape(Shape::Pmod))) {
            self.at += 1;
        }
        if let Some(Tok::Shape(Shape::Pmod)) = self.peek() {
            self.at += 1;
            sides.push(self.nested(Self::argument)?);
            relations.push(Rel::Modulo);
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
        while !self.bar_parts && self.eat_op(Op::Colon) {
            terms.push(self.sets()?);
        }
        match terms[..] {
            [only] => Some(only),
            _ => self.push(Node::Ratio(terms)),
        }
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
        self.summed(terms)
    }

    fn summed(&mut self, terms: Vec<Id>) -> Option<Id> {
        match terms[..] {
            [only] => Some(only),
            _ => self.push(Node::Sum(terms)),
        }
    }

    /// A product, with the unit behind it.
    fn term(&mut self) -> Option<Id> {
        let value = self.product()?;
        match self.unit() {
            Some(unit) => {
                let unit = self.arena.name(&unit);
                self.push(Node::Unit(value, unit))
            }
            None => Some(value),
        }
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

// Units.

impl Parser<'_> {
    /// Words behind a value, up to the end of the item, as one text: `cm^2`, `km/h`.
    fn unit(&mut self) -> Option<String> {
        if !matches!(self.peek(), Some(Tok::Word(_) | Tok::Text(_))) {
            return None;
        }
        let mut unit = String::new();
        loop {
            match self.peek() {
                Some(Tok::Word(word) | Tok::Text(word)) => {
                    if !unit.is_empty() && !unit.ends_with('/') {
                        unit.push(' ');
                    }
                    unit.push_str(word);
                }
                Some(Tok::Symbol(letter)) if unit.ends_with('/') => unit.push_str(letter),
                Some(Tok::Op(Op::Slash)) => unit.push('/'),
                Some(Tok::Op(Op::Caret)) => {
                    self.at += 1;
                    let braced = matches!(self.peek(), Some(Tok::Open('g')));
                    self.at += usize::from(braced);
                    let negative = self.eat_op(Op::Minus);
                    let Some(Tok::Number(literal)) = self.peek() else {
                        self.doubtful = true;
                        return Some(unit);
                    };
                    unit.push_str(if negative { "^-" } else { "^" });
                    unit.push_str(&literal.value.to_string());
                    self.at += usize::from(braced);
                }
                _ => return Some(unit),
            }
            self.at += 1;
        }
    }

    /// Words that stand alone.
    fn words(&mut self) -> Option<Id> {
        let mut words = String::new();
        while let Some(Tok::Word(word) | Tok::Text(word)) = self.peek() {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(word);
            self.at += 1;
        }
        self.doubtful = true;
        let name = self.arena.name(&words);
        self.push(Node::Words(name))
    }
}

// Powers and what follows a value.

impl Parser<'_> {
    fn power(&mut self) -> Option<Id> {
        let start = self.at;
        let mut value = self.atom()?;
        loop {
            value = match self.peek() {
                Some(Tok::Op(Op::Caret)) => {
                    self.at += 1;
                    self.raised(value)?
                }
                Some(Tok::Op(Op::Bang)) => self.factorial(value)?,
                Some(Tok::Op(Op::Percent)) => {
                    self.at += 1;
                    if matches!(self.arena.node(value), Node::Symbol(_)) && self.at - start < 3 {
                        return None;
                    }
                    self.push(Node::Percent(value))?
                }
                Some(Tok::Op(Op::Degree)) => {
                    self.at += 1;
                    self.scale_letter();
                    self.minutes(value)?
                }
                Some(Tok::Op(Op::Prime)) => {
                    self.at += 1;
                    self.renamed(value, "'")?
                }
                Some(Tok::Op(Op::Under)) if self.digits_of(value).is_some() => {
                    self.at += 1;
                    let digits = self.digits_of(value)?;
                    self.based(&digits)?
                }
                Some(Tok::Op(Op::Under)) => {
                    self.at += 1;
                    let below = self.subscript()?;
                    self.renamed(value, &format!("_{below}"))?
                }
                _ => return Some(value),
            };
        }
    }

    /// The digits that a value was written with, if it is an integer in brackets.
    fn digits_of(&self, id: Id) -> Option<Box<str>> {
        match self.arena.node(id) {
            Node::Number(literal) => literal.digits.clone(),
            _ => None,
        }
    }

    /// `51^\circ 30'`: minutes behind degrees.
    fn minutes(&mut self, degrees: Id) -> Option<Id> {
        let [Tok::Number(literal), Tok::Op(Op::Prime), _] = self.next_three() else {
            return self.push(Node::Degrees(degrees));
        };
        let minutes = literal.clone();
        self.at += 2;
        let minutes = self.push(Node::Number(minutes))?;
        let sixty = self.digit_token("60")?;
        let part = self.push(Node::Quotient(minutes, sixty))?;
        let sum = self.push(Node::Sum(vec![degrees, part]))?;
        self.push(Node::Degrees(sum))
    }

    fn factorial(&mut self, value: Id) -> Option<Id> {
        let bangs = self.tokens[self.at..]
            .iter()
            .take_while(|token| token.tok == Tok::Op(Op::Bang))
            .count();
        if bangs == 2 {
            self.at += 2;
            self.doubtful = true;
            return self.push(Node::Call(Func::DoubleFactorial, vec![value]));
        }
        self.at += 1;
        self.push(Node::Call(Func::Factorial, vec![value]))
    }

    /// A symbol with a mark behind its name, also where it is already raised: `x^2_1`.
    fn renamed(&mut self, value: Id, mark: &str) -> Option<Id> {
        match self.arena.node(value).clone() {
            Node::Symbol(name) => {
                let text = format!("{}{mark}", self.arena.text(name));
                let name = self.arena.name(&text);
                self.push(Node::Symbol(name))
            }
            Node::Constant(constant @ (Const::E | Const::I | Const::Pi)) => {
                let letter = match constant {
                    Const::E => "e",
                    Const::I => "i",
                    _ => "pi",
                };
                let name = self.arena.name(&format!("{letter}{mark}"));
                self.push(Node::Symbol(name))
            }
            Node::Power(base, exponent) => {
                let base = self.renamed(base, mark)?;
                self.push(Node::Power(base, exponent))
            }
            Node::Words(name) => {
                let text = format!("{}{mark}", self.arena.text(name));
                let name = self.arena.name(&text);
                self.push(Node::Words(name))
            }
            _ => None,
        }
    }

    /// What stands behind a caret.
    fn raised(&mut self, base: Id) -> Option<Id> {
        match self.peek() {
            Some(Tok::Op(Op::Degree)) => {
                self.at += 1;
                self.scale_letter();
                return self.minutes(base);
            }
            Some(Tok::Op(Op::Prime)) => {
                self.at += 1;
                return self.renamed(base, "'");
            }
            _ => {}
        }
        if let [Tok::Open('g'), Tok::Op(Op::Degree), Tok::Close('g')] = self.next_three() {
            self.at += 3;
            self.scale_letter();
            return self.minutes(base);
        }
        if let [Tok::Open('g'), Tok::Op(Op::Prime), Tok::Close('g')] = self.next_three() {
            self.at += 3;
            return self.renamed(base, "'");
        }
        let exponent = self.nested(Self::exponent)?;
        self.push(Node::Power(base, exponent))
    }

    /// The letter of a temperature scale behind a degree sign.
    fn scale_letter(&mut self) {
        let letter = match self.peek() {
            Some(Tok::Symbol(letter) | Tok::Word(letter) | Tok::Text(letter)) => letter,
            _ => return,
        };
        self.at += usize::from(letter == "C" || letter == "F");
    }

    fn next_three(&self) -> [&Tok; 3] {
        const END: Tok = Tok::Dots;
        let tok = |by: usize| {
            self.tokens
                .get(self.at + by)
                .map_or(&END, |token| &token.tok)
        };
        [tok(0), tok(1), tok(2)]
    }

    fn exponent(&mut self) -> Option<Id> {
        if self.eat_op(Op::Minus) {
            let value = self.exponent_atom()?;
            return self.push(Node::Negative(value));
        }
        self.exponent_atom()
    }

    fn exponent_atom(&mut self) -> Option<Id> {
        // `x^2_1` has an index, not an exponent in base one.
        let value = match self.peek()? {
            Tok::Number(literal) => {
                let literal = literal.clone();
                self.at += 1;
                self.push(Node::Number(literal))?
            }
            _ => self.atom()?,
        };
        let value = self.unbraced(value);
        // `2^3^2`: the upper power first.
        if self.eat_op(Op::Caret) {
            return self.nested(|parser| parser.raised(value));
        }
        if self.is_op(Op::Bang) && matches!(self.arena.node(value), Node::Number(_)) {
            self.doubtful = true;
        }
        Some(value)
    }

    /// What a pair of printed braces holds, where they can only be brackets.
    fn unbraced(&self, id: Id) -> Id {
        match self.arena.node(id) {
            Node::Group(Bracket::Curly, items, Bracket::Curly) if items.len() == 1 => items[0],
            _ => id,
        }
    }

    /// A subscript as text: names differ when their subscripts do.
    fn subscript(&mut self) -> Option<String> {
        let mut text = String::new();
        if !matches!(self.peek(), Some(Tok::Open('g'))) {
            push_text(self.peek()?, &mut text)?;
            self.at += 1;
            return Some(text);
        }
        let mut depth = 0usize;
        loop {
            let tok = self.peek()?;
            self.at += 1;
            match tok {
                Tok::Open('g') => depth += 1,
                Tok::Close('g') => {
                    depth -= 1;
                    if depth == 0 {
                        return (!text.is_empty()).then_some(text);
                    }
                }
                tok => push_text(tok, &mut text)?,
            }
        }
    }
}

/// Adds what a token looks like in a subscript.
fn push_text(tok: &Tok, text: &mut String) -> Option<()> {
    match tok {
        Tok::Number(literal) => text.push_str(literal.digits.as_deref()?),
        Tok::Symbol(name) | Tok::Word(name) | Tok::Text(name) => text.push_str(name),
        Tok::Const(Const::E) => text.push('e'),
        Tok::Const(Const::I) => text.push('i'),
        Tok::Const(Const::Pi) => text.push_str("pi"),
        Tok::Const(Const::Infinity) => text.push_str("oo"),
        Tok::Op(Op::Plus) => text.push('+'),
        Tok::Op(Op::Minus) => text.push('-'),
        Tok::Op(Op::Comma) => text.push(','),
        Tok::Op(Op::Caret) => text.push('^'),
        Tok::Op(Op::Under) => text.push('_'),
        Tok::Op(Op::Prime) => text.push('\''),
        Tok::Op(Op::Times) => text.push('*'),
        Tok::Op(Op::Slash) => text.push('/'),
        Tok::Op(Op::Colon) => text.push(':'),
        Tok::Rel(rel) => text.push_str(match rel {
            Rel::Eq => "=",
            Rel::To => ">",
            _ => return None,
        }),
        Tok::Open('(') => text.push('('),
        Tok::Close('(') => text.push(')'),
        Tok::Func(func) => text.push_str(&format!("{func:?}").to_lowercase()),
        _ => return None,
    }
    Some(())
}

// Atoms.

impl Parser<'_> {
    fn atom(&mut self) -> Option<Id> {
        match self.peek()? {
            Tok::Number(literal) => self.number(literal.clone()),
            Tok::Symbol(name) => {
                self.at += 1;
                self.symbol(name)
            }
            Tok::Const(Const::Infinity | Const::Pi) | Tok::Const(_) => self.constant(),
            Tok::Func(func) => {
                self.at += 1;
                self.nested(|parser| parser.call(*func))
            }
            Tok::Big(big) => {
                self.at += 1;
                self.nested(|parser| parser.repeat(*big))
            }
            Tok::Shape(shape) => {
                self.at += 1;
                self.nested(|parser| parser.shape(*shape))
            }
            Tok::Open(open) => {
                self.at += 1;
                self.bracketed(|parser| parser.group(*open))
            }
            Tok::Bar => {
                self.at += 1;
                self.nested(|parser| parser.absolute())
            }
            Tok::DoubleBar => {
                self.at += 1;
                let inner = self.nested(Self::sum)?;
                (self.peek()? == &Tok::DoubleBar).then_some(())?;
                self.at += 1;
                self.push(Node::Call(Func::Abs, vec![inner]))
            }
            Tok::Word(_) | Tok::Text(_) => self.words(),
            Tok::Dots => {
                self.at += 1;
                self.doubtful = true;
                let name = self.arena.name("…");
                self.push(Node::Words(name))
            }
            _ => None,
        }
    }

    fn constant(&mut self) -> Option<Id> {
        let Tok::Const(constant) = self.peek()? else {
            return None;
        };
        self.at += 1;
        self.push(Node::Constant(*constant))
    }

    /// A number, a number in another base, or a whole number and a fraction.
    fn number(&mut self, literal: Literal) -> Option<Id> {
        self.at += 1;
        if self.eat_op(Op::Under) {
            return self.based(literal.digits.as_deref()?);
        }
        let whole = literal.digits.is_some();
        let number = self.push(Node::Number(literal))?;
        if whole && let Some(fraction) = self.proper_fraction() {
            return self.push(Node::Mixed(number, fraction));
        }
        Some(number)
    }

    /// Digits with their base behind them: `101_2`, `101_{(2)}`, `101_{two}`.
    fn based(&mut self, digits: &str) -> Option<Id> {
        const BASES: [&str; 4] = ["two", "three", "eight", "ten"];
        let below = self.subscript()?;
        let below = below.trim_matches(['(', ')']);
        let base = match BASES.iter().position(|base| *base == below) {
            Some(at) => [2, 3, 8, 10][at],
            None => below.parse::<u32>().ok()?,
        };
        let fits = (2..=36).contains(&base) && digits.chars().all(|digit| digit.is_digit(base));
        fits.then(|| Node::Based(digits.into(), base))
            .and_then(|node| self.push(node))
    }

    /// The fraction of a mixed number: `\frac{1}{2}`, or `1/2` behind a blank.
    fn proper_fraction(&mut self) -> Option<Id> {
        let start = self.at;
        let fraction = match self.peek()? {
            Tok::Shape(Shape::Frac) => {
                self.at += 1;
                let above = self.braced_digits();
                let below = above.as_ref().and_then(|_| self.braced_digits());
                above.zip(below)
            }
            Tok::Number(above) if self.spaced() => self.plain_fraction(above),
            _ => return None,
        };
        let proper = fraction.filter(|(above, below)| above.value < below.value);
        let Some((above, below)) = proper else {
            self.at = start;
            return None;
        };
        let above = self.push(Node::Number(above))?;
        let below = self.push(Node::Number(below))?;
        self.push(Node::Quotient(above, below))
    }

    fn plain_fraction(&mut self, above: &Literal) -> Option<(Literal, Literal)> {
        let slash = self.peek_second() == Some(&Tok::Op(Op::Slash));
        let below = self.tokens.get(self.at + 2)?;
        let Tok::Number(below) = &below.tok else {
            return None;
        };
        if !slash || above.digits.is_none() || below.digits.is_none() {
            return None;
        }
        self.at += 3;
        Some((above.clone(), below.clone()))
    }

    /// Digits alone in braces, or one digit without them.
    fn braced_digits(&mut self) -> Option<Literal> {
        if let [Tok::Open('g'), Tok::Number(literal), Tok::Close('g')] = self.next_three() {
            let literal = literal.clone();
            literal.digits.as_ref()?;
            self.at += 3;
            return Some(literal);
        }
        None
    }

    fn symbol(&mut self, name: &str) -> Option<Id> {
        let mut name = name.to_owned();
        loop {
            if self.eat_op(Op::Under) {
                name.push('_');
                name.push_str(&self.subscript()?);
            } else if self.eat_op(Op::Prime) {
                name.push('\'');
            } else {
                break;
            }
        }
        let applied = matches!(self.peek(), Some(Tok::Open('('))) && is_function_name(&name);
        let symbol = self.arena.name(&name);
        if applied && !self.spaced() {
            let items = self.arguments()?;
            return self.push(Node::Apply(symbol, items));
        }
        self.push(Node::Symbol(symbol))
    }

    /// The items of the bracket that opens here.
    fn arguments(&mut self) -> Option<Vec<Id>> {
        self.at += 1;
        let items = self.bracketed(|parser| parser.items(false))?;
        let Some(Tok::Close(_)) = self.peek() else {
            return None;
        };
        self.at += 1;
        Some(items.items)
    }

    fn absolute(&mut self) -> Option<Id> {
        self.bars += 1;
        let inner = self.sum();
        self.bars -= 1;
        let inner = inner?;
        (self.peek()? == &Tok::Bar).then_some(())?;
        self.at += 1;
        self.push(Node::Call(Func::Abs, vec![inner]))
    }

    fn group(&mut self, open: char) -> Option<Id> {
        if let Some(Tok::Close(close)) = self.peek() {
            self.at += 1;
            let empty = open == '{' && *close == '{';
            return empty
                .then_some(Node::Constant(Const::EmptySet))
                .and_then(|node| self.push(node));
        }
        self.bar_parts = open == '{';
        let items = self.items(false)?;
        if self.bar_parts && matches!(self.peek(), Some(Tok::Bar | Tok::Op(Op::Mid | Op::Colon))) {
            return self.set_builder(items);
        }
        let Some(Tok::Close(close)) = self.peek() else {
            return None;
        };
        self.at += 1;
        self.closed(open, items, *close)
    }

    fn set_builder(&mut self, element: Items) -> Option<Id> {
        self.at += 1;
        self.bar_parts = false;
        let condition = self.items(false)?;
        let Some(Tok::Close('{' | 'g')) = self.peek() else {
            return None;
        };
        self.at += 1;
        let element = self.listed(element)?;
        let condition = self.listed(condition)?;
        self.push(Node::SetBuilder(element, condition))
    }

    fn closed(&mut self, open: char, items: Items, close: char) -> Option<Id> {
        let func = match (open, close) {
            ('⌊', '⌊') => Some(Func::Floor),
            ('⌈', '⌈') => Some(Func::Ceil),
            _ => None,
        };
        if let Some(func) = func {
            let [only] = items.items[..] else {
                return None;
            };
            return self.push(Node::Call(func, vec![only]));
        }
        let (open, close) = (bracket(open)?, bracket(close)?);
        let half_open = matches!(
            (open, close),
            (Bracket::Round, Bracket::Square) | (Bracket::Square, Bracket::Round)
        );
        if let [only] = items.items[..] {
            if let Node::Group(Bracket::Brace, inner, Bracket::Brace) = self.arena.node(only)
                && open != Bracket::Brace
            {
                let inner = inner.clone();
                return self.push(Node::Group(open, inner, close));
            }
            // A system of equations behind a brace.
            if matches!(self.arena.node(only), Node::List(_)) && open == Bracket::Curly {
                return Some(only);
            }
        }
        let alone = items.items.len() == 1;
        if open != close && !half_open || half_open && items.items.len() != 2 {
            return None;
        }
        if alone && matches!(open, Bracket::Round | Bracket::Brace | Bracket::Square) {
            return items.items.first().copied();
        }
        if items.parts.contains(&Op::Semicolon) && open != Bracket::Round {
            let cases = self.listed(items)?;
            return self.push(Node::Group(open, vec![cases], close));
        }
        self.push(Node::Group(open, items.items, close))
    }
}

/// Letters that name functions when a bracket follows them; others are factors.
fn is_function_name(name: &str) -> bool {
    let base = name.split(['_', '\'']).next().unwrap_or(name);
    match base {
        "f" | "g" | "h" | "\\phi" | "\\varphi" | "\\psi" | "\\Gamma" | "\\Phi" | "\\sigma" => true,
        _ => base.len() == 1 && base.bytes().all(|byte| byte.is_ascii_uppercase()),
    }
}

fn bracket(c: char) -> Option<Bracket> {
    Some(match c {
        '(' => Bracket::Round,
        '[' => Bracket::Square,
        '{' => Bracket::Curly,
        'g' => Bracket::Brace,
        '<' => Bracket::Angle,
        _ => return None,
    })
}

// Functions and commands with arguments.

impl Parser<'_> {
    fn call(&mut self, func: Func) -> Option<Id> {
        let mut func = func;
        let mut below = None;
        let mut power = None;
        loop {
            if self.is_op(Op::Under) && below.is_none() && matches!(func, Func::Log) {
                self.at += 1;
                below = Some(self.base()?);
            } else if self.is_op(Op::Caret) && power.is_none() {
                self.at += 1;
                power = Some(self.nested(Self::exponent)?);
            } else {
                break;
            }
        }
        if let Some(exponent) = power
            && self.is_minus_one(exponent)
            && let Some(inverse) = inverse(func)
        {
            func = inverse;
            power = None;
        }
        let mut args = match self.split_base(below) {
            Some((base, argument)) => {
                below = Some(base);
                vec![argument]
            }
            None => self.function_arguments()?,
        };
        if let Some(below) = below {
            func = Func::LogBase;
            args.insert(0, below);
        }
        if !takes(func, args.len()) {
            return None;
        }
        let call = self.push(Node::Call(func, args))?;
        match power {
            Some(power) => self.push(Node::Power(call, power)),
            None => Some(call),
        }
    }

    /// `\log_23`: LaTeX sets only the first digit below, and nothing else follows.
    fn split_base(&mut self, below: Option<Id>) -> Option<(Id, Id)> {
        if self.starts_operand() || matches!(self.peek(), Some(Tok::Op(Op::Minus))) {
            return None;
        }
        let digits = self.digits_of(below?)?;
        let (base, argument) = digits
            .split_at_checked(1)
            .filter(|(_, rest)| !rest.is_empty())?;
        Some((self.digit_token(base)?, self.digit_token(argument)?))
    }

    fn is_minus_one(&self, id: Id) -> bool {
        let Node::Negative(inner) = self.arena.node(id) else {
            return false;
        };
        matches!(self.arena.node(*inner), Node::Number(literal) if literal.value.is_one())
    }

    /// The base of a logarithm; without braces it is one digit, or the number ten.
    fn base(&mut self) -> Option<Id> {
        if let Some(Tok::Number(literal)) = self.peek() {
            let literal = literal.clone();
            self.at += 1;
            if literal
                .digits
                .as_deref()
                .is_some_and(|digits| digits.len() > 1 && digits != "10")
            {
                self.doubtful = true;
            }
            return self.push(Node::Number(literal));
        }
        self.nested(Self::atom)
    }

    /// The arguments of a function: a bracket's items, else the factors up to the next function.
    fn function_arguments(&mut self) -> Option<Vec<Id>> {
        if matches!(self.peek(), Some(Tok::Open('(' | '[' | '{' | 'g'))) {
            return self.arguments();
        }
        let first = match self.peek()? {
            Tok::Op(Op::Minus | Op::Plus) => self.signed()?,
            Tok::Func(_) => return Some(vec![self.power()?]),
            _ => self.power()?,
        };
        let mut factors = vec![first];
        while self.starts_argument_factor() {
            factors.push(self.power()?);
        }
        if self.is_op(Op::Slash) {
            self.doubtful = true;
        }
        let argument = match factors[..] {
            [only] => only,
            _ => self.push(Node::Product(factors))?,
        };
        Some(vec![argument])
    }

    fn starts_argument_factor(&self) -> bool {
        self.starts_operand()
            && !matches!(
                self.peek(),
                Some(Tok::Func(_) | Tok::Big(_) | Tok::Open('(' | '[' | '{') | Tok::Number(_))
            )
    }

    fn shape(&mut self, shape: Shape) -> Option<Id> {
        match shape {
            Shape::Frac => {
                let above = self.argument()?;
                let below = self.argument()?;
                if self.is_derivative(above, below) {
                    return None;
                }
                self.push(Node::Quotient(above, below))
            }
            Shape::Binom => {
                let above = self.argument()?;
                let below = self.argument()?;
                self.push(Node::Call(Func::Binomial, vec![above, below]))
            }
            Shape::Sqrt => self.root(),
            Shape::Begin => self.matrix(),
            Shape::Pmod | Shape::End => None,
        }
    }

    /// Whether a fraction is `d/dx`.
    fn is_derivative(&self, above: Id, below: Id) -> bool {
        let is_d = |id: Id| matches!(self.arena.node(id), Node::Symbol(name) if self.arena.text(*name) == "d");
        let Node::Product(factors) = self.arena.node(below) else {
            return false;
        };
        is_d(above) && factors.first().is_some_and(|first| is_d(*first))
    }

    fn root(&mut self) -> Option<Id> {
        let mut order = None;
        if matches!(self.peek(), Some(Tok::Open('['))) {
            let items = self.arguments()?;
            let [only] = items[..] else {
                return None;
            };
            order = Some(only);
        }
        let inside = match self.peek()? {
            Tok::Number(literal) => {
                let literal = literal.clone();
                self.at += 1;
                self.push(Node::Number(literal))?
            }
            _ => self.argument()?,
        };
        match order {
            Some(order) => self.push(Node::Call(Func::Root, vec![order, inside])),
            None => self.push(Node::Call(Func::Sqrt, vec![inside])),
        }
    }

    /// The argument of a command: a group, or one token. Of a number without braces only the first
    /// digit belongs to the command, as in `\frac12`.
    fn argument(&mut self) -> Option<Id> {
        match self.peek()? {
            Tok::Number(literal) => {
                let digits = literal.digits.clone()?;
                let (first, rest) = digits.split_at_checked(1)?;
                let taken = self.digit_token(first)?;
                if rest.is_empty() {
                    self.at += 1;
                    return Some(taken);
                }
                self.split_digits(taken, rest)
            }
            Tok::Op(_) | Tok::Close(_) | Tok::Rel(_) => None,
            _ => self.atom(),
        }
    }

    fn digit_token(&mut self, digits: &str) -> Option<Id> {
        let value = digits.parse::<u64>().ok()?;
        self.push(Node::Number(Literal {
            value: value.into(),
            decimals: None,
            significant: 1,
            digits: Some(digits.into()),
            open_ended: false,
        }))
    }

    /// `\frac12`: both arguments stand in one number. The second is handed out by the next call.
    fn split_digits(&mut self, first: Id, rest: &str) -> Option<Id> {
        if rest.len() != 1 {
            return None;
        }
        // The number is met twice: once for each of its digits.
        if self.pending == Some(self.at) {
            self.pending = None;
            self.at += 1;
            return self.digit_token(rest);
        }
        self.pending = Some(self.at);
        Some(first)
    }
}

fn inverse(func: Func) -> Option<Func> {
    Some(match func {
        Func::Sin => Func::Asin,
        Func::Cos => Func::Acos,
        Func::Tan => Func::Atan,
        Func::Cot => Func::Acot,
        Func::Sec => Func::Asec,
        Func::Csc => Func::Acsc,
        Func::Sinh => Func::Asinh,
        Func::Cosh => Func::Acosh,
        Func::Tanh => Func::Atanh,
        _ => return None,
    })
}

/// Whether a function takes this many arguments.
fn takes(func: Func, count: usize) -> bool {
    match func {
        Func::Gcd | Func::Lcm | Func::Max | Func::Min => count >= 1,
        Func::LogBase | Func::Root | Func::Binomial | Func::Mod => count == 2,
        _ => count == 1,
    }
}

// Sums, products and matrices.

impl Parser<'_> {
    fn repeat(&mut self, big: Big) -> Option<Id> {
        if !matches!(big, Big::Sum | Big::Product) {
            return None;
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
        let (index, from) = lower?;
        self.push(Node::Repeat {
            big,
            index: Some(index),
            from: Some(from),
            to: Some(to?),
            body,
        })
    }

    /// `{k = 1}` below a sum.
    fn bound(&mut self) -> Option<(super::expr::Name, Id)> {
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
        (self.peek()? == &Tok::Rel(Rel::Eq)).then_some(())?;
        self.at += 1;
        let from = self.sum()?;
        (self.peek()? == &Tok::Close('g')).then_some(())?;
        self.at += 1;
        Some((self.arena.name(&index), from))
    }

    fn matrix(&mut self) -> Option<Id> {
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
