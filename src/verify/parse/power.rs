//! Reads what stands behind a value: exponents, marks, indices and units.

use super::Parser;
use crate::expr::{Bracket, Const, Func, Id, Node, Rel};
use crate::lex::{Op, Shape, Tok};

// Units.

impl Parser<'_> {
    /// Words behind a value, up to the end of the item, as one text: `cm^2`, `km/h`.
    pub(super) fn unit(&mut self) -> Option<String> {
        if let Some((above, below)) = self.unit_fraction() {
            let unit = format!("{above}/{below}");
            self.at += 7;
            return Some(unit);
        }
        let condition = self.at_condition() && self.tokens.len() > self.at + 1;
        if !matches!(self.peek(), Some(Tok::Word(_) | Tok::Text(_))) || condition || self.at_to() {
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

    /// The two units of `\frac{\text{miles}}{\text{hour}}`, where that is what follows.
    pub(super) fn unit_fraction(&self) -> Option<(&str, &str)> {
        if self.peek() != Some(&Tok::Shape(Shape::Frac)) {
            return None;
        }
        let word = |start: usize| match self.tokens.get(start..start + 3)? {
            [open, word, close] => match (&open.tok, &word.tok, &close.tok) {
                (Tok::Open('g'), Tok::Text(word) | Tok::Word(word), Tok::Close('g')) => {
                    Some(word.as_str())
                }
                _ => None,
            },
            _ => None,
        };
        Some((word(self.at + 1)?, word(self.at + 4)?))
    }

    /// Words that stand alone.
    pub(super) fn words(&mut self) -> Option<Id> {
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
    pub(super) fn power(&mut self) -> Option<Id> {
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
    pub(super) fn digits_of(&self, id: Id) -> Option<Box<str>> {
        match self.arena.node(id) {
            Node::Number(literal) => literal.digits.clone(),
            _ => None,
        }
    }

    /// `51^\circ 30'`: minutes behind degrees.
    pub(super) fn minutes(&mut self, degrees: Id) -> Option<Id> {
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

    pub(super) fn factorial(&mut self, value: Id) -> Option<Id> {
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
    pub(super) fn renamed(&mut self, value: Id, mark: &str) -> Option<Id> {
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
    pub(super) fn raised(&mut self, base: Id) -> Option<Id> {
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
            Some(Tok::Op(Op::Times)) => {
                self.at += 1;
                return self.renamed(base, "*");
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
        if let Some(turned) = self.transposed(base, exponent) {
            return self.push(turned);
        }
        self.push(Node::Power(base, exponent))
    }

    /// A matrix, or a tuple, which is a column as it is, with a `T` above it.
    fn transposed(&self, base: Id, exponent: Id) -> Option<Node> {
        let mark = match self.arena.node(exponent) {
            Node::Symbol(name) => self.arena.text(*name),
            _ => return None,
        };
        if !matches!(mark, "T" | "\\top") {
            return None;
        }
        match self.arena.node(base) {
            Node::Matrix(columns, cells) => {
                let width = *columns as usize;
                let turned = (0..width).flat_map(|column| cells.iter().skip(column).step_by(width));
                let rows = u32::try_from(cells.len() / width.max(1)).ok()?;
                Some(Node::Matrix(rows, turned.copied().collect()))
            }
            tuple @ Node::Group(..) => Some(tuple.clone()),
            _ => None,
        }
    }

    /// The letter of a temperature scale behind a degree sign.
    pub(super) fn scale_letter(&mut self) {
        let letter = match self.peek() {
            Some(Tok::Symbol(letter) | Tok::Word(letter) | Tok::Text(letter)) => letter,
            _ => return,
        };
        self.at += usize::from(letter == "C" || letter == "F");
    }

    pub(super) fn next_three(&self) -> [&Tok; 3] {
        const END: Tok = Tok::Dots;
        let tok = |by: usize| {
            self.tokens
                .get(self.at + by)
                .map_or(&END, |token| &token.tok)
        };
        [tok(0), tok(1), tok(2)]
    }

    pub(super) fn exponent(&mut self) -> Option<Id> {
        if self.eat_op(Op::Minus) {
            let value = self.exponent_atom()?;
            return self.push(Node::Negative(value));
        }
        self.exponent_atom()
    }

    pub(super) fn exponent_atom(&mut self) -> Option<Id> {
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
    pub(super) fn unbraced(&self, id: Id) -> Id {
        match self.arena.node(id) {
            Node::Group(Bracket::Curly, items, Bracket::Curly) if items.len() == 1 => items[0],
            _ => id,
        }
    }

    /// A subscript as text: names differ when their subscripts do.
    pub(super) fn subscript(&mut self) -> Option<String> {
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
