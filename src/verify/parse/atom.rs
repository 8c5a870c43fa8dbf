//! Reads what stands by itself: numbers, names and brackets.

use super::{Items, Parser};
use crate::expr::{Bracket, Const, Func, Id, Literal, Node};
use crate::lex::{Op, Shape, Tok};

impl Parser<'_> {
    pub(super) fn atom(&mut self) -> Option<Id> {
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

    pub(super) fn constant(&mut self) -> Option<Id> {
        let Tok::Const(constant) = self.peek()? else {
            return None;
        };
        self.at += 1;
        self.push(Node::Constant(*constant))
    }

    /// A number, a number in another base, or a whole number and a fraction.
    pub(super) fn number(&mut self, literal: Literal) -> Option<Id> {
        self.at += 1;
        if self.eat_op(Op::Under) {
            return self.based(literal.digits.as_deref()?);
        }
        let whole = literal.digits.is_some();
        let number = self.push(Node::Number(literal))?;
        if whole && self.improper_fraction() {
            // `1\frac{9}{5}`: a product that looks like a mixed number, or the other way round.
            return None;
        }
        if whole && let Some(fraction) = self.proper_fraction() {
            return self.push(Node::Mixed(number, fraction));
        }
        Some(number)
    }

    /// Digits with their base behind them: `101_2`, `101_{(2)}`, `101_{two}`.
    pub(super) fn based(&mut self, digits: &str) -> Option<Id> {
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

    /// Whether a fraction of two numbers follows that is one or more.
    fn improper_fraction(&mut self) -> bool {
        let start = self.at;
        if self.peek() != Some(&Tok::Shape(Shape::Frac)) {
            return false;
        }
        self.at += 1;
        let fraction = self.fraction_digits();
        self.at = start;
        fraction.is_some_and(|(above, below)| above.value >= below.value)
    }

    /// The fraction of a mixed number: `\frac{1}{2}`, or `1/2` behind a blank.
    pub(super) fn proper_fraction(&mut self) -> Option<Id> {
        let start = self.at;
        let fraction = match self.peek()? {
            Tok::Shape(Shape::Frac) => {
                self.at += 1;
                self.fraction_digits()
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

    pub(super) fn plain_fraction(&mut self, above: &Literal) -> Option<(Literal, Literal)> {
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

    /// The two numbers of `{1}{2}`, `1{2}` or `12`.
    pub(super) fn fraction_digits(&mut self) -> Option<(Literal, Literal)> {
        if let Some(Tok::Number(literal)) = self.peek()
            && let Some(digits) = literal.digits.as_deref()
            && let [above, below] = digits.as_bytes()
        {
            self.at += 1;
            return Some((digit_literal(*above), digit_literal(*below)));
        }
        let above = self.braced_digits()?;
        let below = self.braced_digits()?;
        Some((above, below))
    }

    /// Digits alone in braces, or one digit without them.
    pub(super) fn braced_digits(&mut self) -> Option<Literal> {
        let (literal, length) = match self.next_three() {
            [Tok::Open('g'), Tok::Number(literal), Tok::Close('g')] => (literal, 3),
            [Tok::Number(literal), _, _] if literal.significant <= 1 => (literal, 1),
            _ => return None,
        };
        let literal = literal.clone();
        literal.digits.as_ref()?;
        self.at += length;
        Some(literal)
    }

    /// `C_5^2` as a number of choices, `A_5^2` as one of arrangements.
    fn combination(&mut self, name: &str) -> Option<Id> {
        if !self.counts || !matches!(name, "C" | "A" | "P") {
            return None;
        }
        let start = self.at;
        if self.peek() == Some(&Tok::Open('(')) {
            return self.called_combination(name);
        }
        let (mut below, mut above) = (None, None);
        for _ in 0..2 {
            if self.eat_op(Op::Under) {
                below = self.nested(Self::exponent_number);
            } else if self.eat_op(Op::Caret) {
                above = self.nested(Self::exponent_number);
            }
        }
        let (Some(below), Some(above)) = (below, above) else {
            self.at = start;
            return None;
        };
        self.count(name, below, above)
    }

    /// `C(5, 2)` as a number of choices.
    fn called_combination(&mut self, name: &str) -> Option<Id> {
        let start = self.at;
        match self.arguments().as_deref() {
            Some([from, of]) if name != "A" => self.count(name, *from, *of),
            _ => {
                self.at = start;
                None
            }
        }
    }

    /// A number of choices or of arrangements.
    fn count(&mut self, name: &str, from: Id, of: Id) -> Option<Id> {
        if name == "C" {
            return self.push(Node::Call(Func::Binomial, vec![from, of]));
        }
        let negative = self.push(Node::Negative(of))?;
        let rest = self.push(Node::Sum(vec![from, negative]))?;
        let all = self.push(Node::Call(Func::Factorial, vec![from]))?;
        let rest = self.push(Node::Call(Func::Factorial, vec![rest]))?;
        self.push(Node::Quotient(all, rest))
    }

    /// A number or a group below or above a letter.
    pub(super) fn exponent_number(&mut self) -> Option<Id> {
        match self.peek()? {
            Tok::Number(literal) => {
                let literal = literal.clone();
                self.at += 1;
                self.push(Node::Number(literal))
            }
            _ => self.atom(),
        }
    }

    pub(super) fn symbol(&mut self, name: &str) -> Option<Id> {
        if let Some(count) = self.combination(name) {
            return Some(count);
        }
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
        if is_function_name(&name) && self.inverse_follows() {
            self.at += 5;
            name.push_str("^{-1}");
        }
        let applied = matches!(self.peek(), Some(Tok::Open('('))) && is_function_name(&name);
        let symbol = self.arena.name(&name);
        if applied && !self.spaced() {
            let items = self.arguments()?;
            return self.push(Node::Apply(symbol, items));
        }
        self.push(Node::Symbol(symbol))
    }

    /// Whether `^{-1}(` follows a function's name.
    fn inverse_follows(&self) -> bool {
        let ahead: Vec<&Tok> = self.tokens[self.at..]
            .iter()
            .take(6)
            .map(|token| &token.tok)
            .collect();
        matches!(ahead[..], [
            Tok::Op(Op::Caret),
            Tok::Open('g'),
            Tok::Op(Op::Minus),
            Tok::Number(one),
            Tok::Close('g'),
            Tok::Open('('),
        ] if one.value.is_one())
    }

    /// The items of the bracket that opens here.
    pub(super) fn arguments(&mut self) -> Option<Vec<Id>> {
        self.at += 1;
        let items = self.bracketed(|parser| parser.items(false))?;
        let Some(Tok::Close(_)) = self.peek() else {
            return None;
        };
        self.at += 1;
        Some(items.items)
    }

    pub(super) fn absolute(&mut self) -> Option<Id> {
        self.bars += 1;
        let inner = self.sum();
        self.bars -= 1;
        let inner = inner?;
        (self.peek()? == &Tok::Bar).then_some(())?;
        self.at += 1;
        self.push(Node::Call(Func::Abs, vec![inner]))
    }

    pub(super) fn group(&mut self, open: char) -> Option<Id> {
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

    pub(super) fn set_builder(&mut self, element: Items) -> Option<Id> {
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

    pub(super) fn closed(&mut self, open: char, items: Items, close: char) -> Option<Id> {
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
        let pair = matches!(items.parts[..], [Op::Semicolon]);
        let interval = pair && (half_open || open == Bracket::Square);
        if items.parts.contains(&Op::Semicolon) && open != Bracket::Round && !interval {
            let cases = self.listed(items)?;
            return self.push(Node::Group(open, vec![cases], close));
        }
        self.push(Node::Group(open, items.items, close))
    }
}

/// One digit as a number.
fn digit_literal(digit: u8) -> Literal {
    Literal {
        value: u64::from(digit - b'0').into(),
        decimals: None,
        significant: 1,
        digits: Some(char::from(digit).to_string().into()),
        open_ended: false,
    }
}

/// Letters that name functions when a bracket follows them; others are factors.
fn is_function_name(name: &str) -> bool {
    let base = name.split(['_', '\'', '^']).next().unwrap_or(name);
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
