//! Reads integrals, limits and derivatives.
//!
//! What they are of is read here, and worked out elsewhere: an integrand ends at its `dx`, and a limit and a
//! derivative take a product.

use super::Parser;
use crate::expr::{Big, Id, Name, Node, Rel};
use crate::lex::{Op, Tok};

impl Parser<'_> {
    /// `\int_0^1 x^2 dx`, also without bounds.
    pub(super) fn integral(&mut self) -> Option<Id> {
        let (mut from, mut to) = (None, None);
        loop {
            if self.is_op(Op::Under) && from.is_none() {
                self.at += 1;
                from = Some(self.nested(Self::exponent_number)?);
            } else if self.is_op(Op::Caret) && to.is_none() {
                self.at += 1;
                to = Some(self.nested(Self::exponent_number)?);
            } else {
                break;
            }
        }
        let (body, name) = self.integrand()?;
        // A second differential belongs to an integral over several names.
        let again = matches!(self.peek(), Some(Tok::Symbol(letter)) if letter == "d");
        (!again || self.name_at(self.at + 1).is_none()).then_some(())?;
        self.push(Node::Repeat {
            big: Big::Integral,
            index: Some(name),
            from,
            to,
            body,
        })
    }

    /// What is integrated, and by what.
    fn integrand(&mut self) -> Option<(Id, Name)> {
        let Some(end) = self.differential() else {
            return self.fraction_integrand();
        };
        let name = self.name_at(end + 1)?;
        let name = self.arena.name(&name);
        if end == self.at {
            self.at += 2;
            let one = self.arena.number(dashu::Rational::ONE)?;
            return Some((one, name));
        }
        let all = self.tokens;
        self.tokens = all.get(..end)?;
        let body = self.nested(Self::sum);
        let ended = self.at == end;
        self.tokens = all;
        self.at = end + 2;
        Some((body.filter(|_| ended)?, name))
    }

    /// Where the `d` of the differential stands: before a name, outside of all brackets.
    fn differential(&self) -> Option<usize> {
        let mut depth = 0i32;
        for at in self.at..self.tokens.len() {
            match &self.tokens[at].tok {
                Tok::Open(_) => depth += 1,
                Tok::Close(_) => depth -= 1,
                Tok::Symbol(letter)
                    if letter == "d" && depth == 0 && self.name_at(at + 1).is_some() =>
                {
                    return Some(at);
                }
                _ => {}
            }
            if depth < 0 {
                return None;
            }
        }
        None
    }

    /// The name that a token is.
    fn name_at(&self, at: usize) -> Option<String> {
        match &self.tokens.get(at)?.tok {
            Tok::Symbol(name) => Some(name.clone()),
            _ => None,
        }
    }

    /// `\int \frac{dx}{1 + x^2}`: the differential above the bar.
    fn fraction_integrand(&mut self) -> Option<(Id, Name)> {
        let body = self.nested(Self::product)?;
        let Node::Quotient(above, below) = *self.arena.node(body) else {
            return None;
        };
        let Node::Product(factors) = self.arena.node(above).clone() else {
            return None;
        };
        let (rest, last) = factors.split_at_checked(factors.len().checked_sub(2)?)?;
        let (Node::Symbol(d), Node::Symbol(name)) =
            (self.arena.node(last[0]), self.arena.node(last[1]))
        else {
            return None;
        };
        let (d, name) = (*d, *name);
        (self.arena.text(d) == "d").then_some(())?;
        let above = match rest {
            [] => self.arena.number(dashu::Rational::ONE)?,
            [only] => *only,
            _ => self.push(Node::Product(rest.to_vec()))?,
        };
        let body = self.push(Node::Quotient(above, below))?;
        Some((body, name))
    }

    /// `\lim_{x \to 0} \frac{\sin x}{x}`; the side from which it comes is left out.
    pub(super) fn limit(&mut self) -> Option<Id> {
        self.eat_op(Op::Under).then_some(())?;
        (self.peek()? == &Tok::Open('g')).then_some(())?;
        let name = self.name_at(self.at + 1)?;
        (self.tokens.get(self.at + 2)?.tok == Tok::Rel(Rel::To)).then_some(())?;
        self.at += 3;
        let point = self.nested(Self::sum)?;
        (self.peek()? == &Tok::Close('g')).then_some(())?;
        self.at += 1;
        let body = self.nested(Self::product)?;
        let index = Some(self.arena.name(&name));
        self.push(Node::Repeat {
            big: Big::Limit,
            index,
            from: None,
            to: Some(point),
            body,
        })
    }

    /// What a fraction differentiates by, and how often: `\frac{d}{dx}`, `\frac{d^2}{dx^2}`.
    pub(super) fn derivative_of(&self, above: Id, below: Id) -> Option<(Name, u32)> {
        let Node::Product(factors) = self.arena.node(below) else {
            return None;
        };
        let [first, last] = factors[..] else {
            return None;
        };
        let is_d = |id: Id| matches!(self.arena.node(id), Node::Symbol(name) if self.arena.text(*name) == "d");
        let raised = |id: Id| match *self.arena.node(id) {
            Node::Power(base, exponent) => Some((base, self.small(exponent)?)),
            _ => Some((id, 1)),
        };
        let ((d, order), (name, times)) = (raised(above)?, raised(last)?);
        let Node::Symbol(name) = *self.arena.node(name) else {
            return None;
        };
        (is_d(d) && is_d(first) && order == times).then_some((name, order))
    }

    /// A small number as it is written.
    fn small(&self, id: Id) -> Option<u32> {
        match self.arena.node(id) {
            Node::Number(literal) => literal
                .digits
                .as_deref()?
                .parse()
                .ok()
                .filter(|order| *order <= 4),
            _ => None,
        }
    }

    /// The derivative of the product that follows.
    pub(super) fn derivative(&mut self, name: Name, order: u32) -> Option<Id> {
        let mut body = self.nested(Self::together)?;
        for _ in 0..order {
            body = self.push(Node::Repeat {
                big: Big::Derivative,
                index: Some(name),
                from: None,
                to: None,
                body,
            })?;
        }
        Some(body)
    }
}

#[cfg(test)]
mod tests {
    use crate::reading::reading;

    #[test]
    fn calculus_is_read() {
        for (text, tree) in [
            ("\\int_0^1 x^2 dx", "(integral x 0 1 (^ x 2))"),
            (
                "\\int_{0}^{\\pi} \\sin x \\, dx",
                "(integral x 0 pi (sin x))",
            ),
            ("\\int x^2 + 1\\,\\mathrm{d}x", "(integral x (+ (^ x 2) 1))"),
            (
                "\\lim_{x \\to 0} \\frac{\\sin x}{x}",
                "(limit x 0 (/ (sin x) x))",
            ),
            ("\\frac{d}{dx} x^2", "(derivative x (^ x 2))"),
            ("\\int \\frac{dx}{x}", "(integral x (/ 1 x))"),
        ] {
            assert_eq!(reading(text).as_deref(), Some(tree), "{text}");
        }
    }
}
