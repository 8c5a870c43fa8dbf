//! Reads functions and commands with the arguments that they take.

use super::Parser;
use crate::expr::{Const, Func, Id, Literal, Node};
use crate::lex::{Op, Shape, Tok};

impl Parser<'_> {
    pub(super) fn call(&mut self, func: Func) -> Option<Id> {
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
        if let (Func::Det, [only]) = (func, &args[..])
            && matches!(self.arena.node(*only), Node::Matrix(..))
        {
            return self.determinant(*only);
        }
        if let (Func::Cis, [angle]) = (func, &args[..]) {
            let i = self.push(Node::Constant(Const::I))?;
            let turned = self.push(Node::Product(vec![i, *angle]))?;
            (func, args) = (Func::Exp, vec![turned]);
        }
        let call = self.push(Node::Call(func, args))?;
        match power {
            Some(power) => self.push(Node::Power(call, power)),
            None => Some(call),
        }
    }

    /// `\log_23`: LaTeX sets only the first digit below, and nothing else follows.
    pub(super) fn split_base(&mut self, below: Option<Id>) -> Option<(Id, Id)> {
        if self.starts_operand() || matches!(self.peek(), Some(Tok::Op(Op::Minus))) {
            return None;
        }
        let digits = self.digits_of(below?)?;
        let (base, argument) = digits
            .split_at_checked(1)
            .filter(|(_, rest)| !rest.is_empty())?;
        Some((self.digit_token(base)?, self.digit_token(argument)?))
    }

    pub(super) fn is_minus_one(&self, id: Id) -> bool {
        let Node::Negative(inner) = self.arena.node(id) else {
            return false;
        };
        matches!(self.arena.node(*inner), Node::Number(literal) if literal.value.is_one())
    }

    /// The base of a logarithm; without braces it is one digit, or the number ten.
    pub(super) fn base(&mut self) -> Option<Id> {
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
    pub(super) fn function_arguments(&mut self) -> Option<Vec<Id>> {
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

    pub(super) fn starts_argument_factor(&self) -> bool {
        self.starts_operand()
            && !matches!(
                self.peek(),
                Some(Tok::Func(_) | Tok::Big(_) | Tok::Open('(' | '[' | '{') | Tok::Number(_))
            )
    }

    pub(super) fn shape(&mut self, shape: Shape) -> Option<Id> {
        match shape {
            Shape::Frac => {
                let above = self.argument()?;
                let below = self.argument()?;
                if let Some((name, order)) = self.derivative_of(above, below) {
                    return self.derivative(name, order);
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

    pub(super) fn root(&mut self) -> Option<Id> {
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
    pub(super) fn argument(&mut self) -> Option<Id> {
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

    pub(super) fn digit_token(&mut self, digits: &str) -> Option<Id> {
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
    pub(super) fn split_digits(&mut self, first: Id, rest: &str) -> Option<Id> {
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
