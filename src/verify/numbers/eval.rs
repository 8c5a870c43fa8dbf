//! Evaluates an expression in a field of numbers.
//!
//! One walk serves all kinds of numbers.

use dashu::{Integer, Rational};

use crate::expr::{Arena, Big, Const, Func, Id, Name, Node};
use crate::numbers::divisors::Monomials;
use crate::numbers::exact::Exact;
use crate::units::{self, Droppable};

pub(crate) use crate::numbers::field::{Field, Stop};

/// How to evaluate.
struct Scope<'a, F: Field> {
    arena: &'a Arena,
    field: &'a mut F,
    bound: Vec<(Name, Option<Rational>)>,
    /// Whether a degree sign is left out rather than turned to radians.
    plain_degrees: bool,
}

/// The value of an expression.
pub(crate) fn eval<F: Field>(
    arena: &Arena,
    id: Id,
    field: &mut F,
    plain_degrees: bool,
) -> Result<F::Value, Stop> {
    let mut scope = Scope {
        arena,
        field,
        bound: Vec::new(),
        plain_degrees,
    };
    scope.eval(id)
}

/// A sum of more terms than this is not written out.
/// By hand.
const TERMS_MAX: u64 = 20_000;

impl<F: Field> Scope<'_, F> {
    fn eval(&mut self, id: Id) -> Result<F::Value, Stop> {
        self.field.fuel().burn(5)?;
        match self.arena.node(id) {
            Node::Number(literal) => self.field.number(&literal.value),
            Node::Based(digits, base) => {
                let value =
                    Integer::from_str_radix(digits, *base).map_err(|_| Stop::Unsupported)?;
                self.field.number(&value.into())
            }
            Node::Symbol(name) => self.symbol(*name),
            Node::Words(name) => self.field.unknown(*name, &[], self.arena),
            Node::Constant(Const::I) => self.imaginary(),
            Node::Constant(constant) => self.field.constant(*constant),
            Node::Sum(items) => self.sum(items),
            Node::Product(items) => self.product(items),
            Node::Negative(inner) => {
                let value = self.eval(*inner)?;
                self.field.negate(&value)
            }
            Node::Quotient(above, below) => {
                let (above, below) = (self.eval(*above)?, self.eval(*below)?);
                self.field.divide(&above, &below)
            }
            Node::Mixed(whole, fraction) => {
                let (whole, fraction) = (self.eval(*whole)?, self.eval(*fraction)?);
                self.field.add(&whole, &fraction)
            }
            Node::Power(base, exponent) => self.power(*base, *exponent),
            Node::Call(Func::Exp, args) => {
                let exponent = args.first().copied().ok_or(Stop::Unsupported)?;
                let base = self.field.constant(Const::E)?;
                self.power_of(base, exponent)
            }
            Node::Call(Func::Root, args) => self.root(args),
            Node::Call(func @ (Func::Gcd | Func::Lcm), args) => self.common(*func, args),
            Node::Call(func, args) => {
                let args = self.all(args)?;
                self.field.call(*func, &args)
            }
            Node::Apply(name, args) => {
                let args = self.all(args)?;
                self.field.unknown(*name, &args, self.arena)
            }
            Node::Percent(inner) => {
                let value = self.eval(*inner)?;
                let hundred = self.field.number(&Rational::from(100))?;
                self.field.divide(&value, &hundred)
            }
            Node::Degrees(inner) => self.degrees(*inner),
            // Words within an expression may say anything; a unit does not change a value.
            Node::Unit(inner, unit)
                if units::droppable(self.arena.text(*unit)) == Droppable::Unit =>
            {
                self.eval(*inner)
            }
            Node::Repeat { .. } => self.repeat(id),
            _ => Err(Stop::Unsupported),
        }
    }

    /// A common divisor or multiple, which only exact numbers have.
    fn common(&mut self, func: Func, args: &[Id]) -> Result<F::Value, Stop> {
        let exact: Result<Vec<Rational>, Stop> = args.iter().map(|arg| self.exact(*arg)).collect();
        if let Ok(exact) = exact {
            let value = Exact::new(self.field.fuel()).call(func, &exact)?;
            return self.field.number(&value);
        }
        if self.field.divides_formally() {
            return self.divisors(func, args);
        }
        let args = self.all(args)?;
        self.field.call(func, &args)
    }

    /// The divisor or multiple of expressions that are no numbers: that of their numbers, times each
    /// factor to its power.
    fn divisors(&mut self, func: Func, args: &[Id]) -> Result<F::Value, Stop> {
        let monomials = Monomials::of(self.arena, args, |id| self.exact(id).ok());
        let mut total = self.field.number(&Rational::ONE)?;
        if let Some(contents) = monomials.contents() {
            let contents = contents.into_iter().map(|it| self.field.number(it));
            let contents = contents.collect::<Result<Vec<_>, _>>()?;
            total = self.field.call(func, &contents)?;
        }
        for (factor, power) in monomials.powers(func) {
            let base = self.eval(factor)?;
            let value = self.field.power_exact(&base, &Rational::from(power))?;
            total = self.field.multiply(&total, &value)?;
        }
        Ok(total)
    }

    fn all(&mut self, ids: &[Id]) -> Result<Vec<F::Value>, Stop> {
        ids.iter().map(|id| self.eval(*id)).collect()
    }

    fn sum(&mut self, items: &[Id]) -> Result<F::Value, Stop> {
        let (first, rest) = items.split_first().ok_or(Stop::Unsupported)?;
        let mut total = self.eval(*first)?;
        for item in rest {
            let value = self.eval(*item)?;
            total = self.field.add(&total, &value)?;
        }
        Ok(total)
    }

    fn product(&mut self, items: &[Id]) -> Result<F::Value, Stop> {
        let (first, rest) = items.split_first().ok_or(Stop::Unsupported)?;
        let mut total = self.eval(*first)?;
        for item in rest {
            let value = self.eval(*item)?;
            total = self.field.multiply(&total, &value)?;
        }
        Ok(total)
    }

    fn symbol(&mut self, name: Name) -> Result<F::Value, Stop> {
        let bound = self.bound.iter().rev().find(|(bound, _)| *bound == name);
        match bound {
            Some((_, Some(value))) => {
                let value = value.clone();
                self.field.number(&value)
            }
            Some((_, None)) => self.field.placeholder(),
            None => self.field.symbol(name, self.arena),
        }
    }

    /// `i`, unless a sum counts with it.
    fn imaginary(&mut self) -> Result<F::Value, Stop> {
        let bound = self
            .bound
            .iter()
            .rev()
            .find(|(name, _)| self.arena.text(*name) == "i");
        match bound.map(|(name, _)| *name) {
            Some(name) => self.symbol(name),
            None => self.field.constant(Const::I),
        }
    }

    fn degrees(&mut self, inner: Id) -> Result<F::Value, Stop> {
        let value = self.eval(inner)?;
        if self.plain_degrees {
            return Ok(value);
        }
        let pi = self.field.constant(Const::Pi)?;
        let half_turn = self.field.number(&Rational::from(180))?;
        let value = self.field.multiply(&value, &pi)?;
        self.field.divide(&value, &half_turn)
    }

    fn root(&mut self, args: &[Id]) -> Result<F::Value, Stop> {
        let [order, inside] = args else {
            return Err(Stop::Unsupported);
        };
        let inside = self.eval(*inside)?;
        match self.exact(*order) {
            Ok(order) => self.field.root(&inside, &order),
            Err(Stop::Fuel) => Err(Stop::Fuel),
            Err(_) => {
                let order = self.eval(*order)?;
                let one = self.field.number(&Rational::ONE)?;
                let exponent = self.field.divide(&one, &order)?;
                self.field.power(&inside, &exponent)
            }
        }
    }

    fn power(&mut self, base: Id, exponent: Id) -> Result<F::Value, Stop> {
        let base = self.eval(base)?;
        self.power_of(base, exponent)
    }

    fn power_of(&mut self, base: F::Value, exponent: Id) -> Result<F::Value, Stop> {
        match self.exact(exponent) {
            Ok(exponent) => self.field.power_exact(&base, &exponent),
            Err(Stop::Fuel) => Err(Stop::Fuel),
            Err(_) => {
                let exponent = self.eval(exponent)?;
                self.field.power(&base, &exponent)
            }
        }
    }

    /// The value as a rational number, where it is one whatever the symbols are.
    fn exact(&mut self, id: Id) -> Result<Rational, Stop> {
        if let Node::Number(literal) = self.arena.node(id) {
            return Ok(literal.value.clone());
        }
        let mut fuel = self.field.fuel().clone();
        let mut field = Exact::new(&mut fuel);
        let mut scope = Scope {
            arena: self.arena,
            field: &mut field,
            bound: self.bound.clone(),
            plain_degrees: self.plain_degrees,
        };
        let value = scope.eval(id);
        *self.field.fuel() = fuel;
        value
    }

    fn repeat(&mut self, id: Id) -> Result<F::Value, Stop> {
        let Node::Repeat {
            big,
            index: Some(index),
            from: Some(from),
            to: Some(to),
            body,
        } = self.arena.node(id)
        else {
            return Err(Stop::Unsupported);
        };
        if !matches!(big, Big::Sum | Big::Product) {
            // What is not worked out is the same where its parts are.
            return self.repeat_unknown(*big, *index, [*from, *to, *body]);
        }
        let bounds = self
            .integer(*from)
            .and_then(|from| Ok((from, self.integer(*to)?)));
        let (first, last) = match bounds {
            Ok(bounds) => bounds,
            Err(Stop::Fuel) => return Err(Stop::Fuel),
            Err(_) => return self.repeat_unknown(*big, *index, [*from, *to, *body]),
        };
        let count = u64::try_from(&last - &first + Integer::ONE).unwrap_or(0);
        if count > TERMS_MAX {
            return Err(Stop::TooBig);
        }
        let start = Rational::from(u8::from(*big == Big::Product));
        let mut total = self.field.number(&start)?;
        for step in 0..count {
            let value = Rational::from(&first + Integer::from(step));
            self.bound.push((*index, Some(value)));
            let term = self.eval(*body);
            self.bound.pop();
            total = match big {
                Big::Product => self.field.multiply(&total, &term?)?,
                _ => self.field.add(&total, &term?)?,
            };
        }
        Ok(total)
    }

    fn repeat_unknown(&mut self, big: Big, index: Name, parts: [Id; 3]) -> Result<F::Value, Stop> {
        let from = self.eval(parts[0])?;
        let to = self.eval(parts[1])?;
        self.bound.push((index, None));
        let body = self.eval(parts[2]);
        self.bound.pop();
        self.field.repeat(big, &[from, to, body?])
    }

    fn integer(&mut self, id: Id) -> Result<Integer, Stop> {
        let value = match self.exact(id) {
            Ok(value) => value,
            Err(Stop::Fuel) => return Err(Stop::Fuel),
            Err(_) => {
                let value = self.eval(id)?;
                self.field.as_rational(&value).ok_or(Stop::Unsupported)?
            }
        };
        let (numerator, denominator) = value.into_parts();
        if denominator.is_one() {
            Ok(numerator)
        } else {
            Err(Stop::Unsupported)
        }
    }
}
