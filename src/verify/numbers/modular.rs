//! Residues modulo a prime of 61 bits.
//!
//! Two rational functions that are the same have the same residue at every point; two that are not
//! share one at a random point with probability below degree / 2^60 (Schwartz, 1980; Zippel, 1979).
//! What has no residue, such as a sine, gets one that depends on nothing but its argument's: then
//! equal residues still mean equal values, and unequal ones mean nothing.

use dashu::{Integer, Rational};

use crate::expr::{Arena, Big, Const, Func, Name};
use crate::fuel::Fuel;
use crate::numbers::exact::{as_integer, name_seed, residue, scramble};
use crate::numbers::field::{Field, Stop};

/// Primes with a square root of -1, drawn at random on 21 November 2026 so that no written number
/// is likely to be a multiple of one.
const PRIMES: [(u64, u64); 3] = [
    (1_342_415_056_300_749_617, 945_511_204_326_898_596),
    (1_764_951_674_671_456_009, 795_946_201_292_185_401),
    (1_945_719_380_624_589_253, 1_945_630_418_741_278_662),
];

/// Residues at one point.
pub(crate) struct Modular<'a> {
    fuel: &'a mut Fuel,
    prime: u64,
    root_of_minus_one: u64,
    seed: u64,
    /// Whether any residue was made up.
    pub made_up: bool,
    /// The last factorial, so that the next one need not start over.
    last_factorial: (u64, u64),
}

impl<'a> Modular<'a> {
    /// Residues at the point of this number; there are three.
    pub(crate) fn at(fuel: &'a mut Fuel, point: usize) -> Self {
        let (prime, root_of_minus_one) = PRIMES[point % PRIMES.len()];
        Self {
            fuel,
            prime,
            root_of_minus_one,
            seed: scramble(point as u64 + 1),
            made_up: false,
            last_factorial: (1, 1),
        }
    }

    fn times(&self, left: u64, right: u64) -> u64 {
        let product = u128::from(left) * u128::from(right) % u128::from(self.prime);
        u64::try_from(product).unwrap_or(0)
    }

    fn raise(&self, base: u64, mut exponent: u64) -> u64 {
        let mut square = base;
        let mut result = 1;
        while exponent > 0 {
            if exponent & 1 == 1 {
                result = self.times(result, square);
            }
            square = self.times(square, square);
            exponent >>= 1;
        }
        result
    }

    fn invert(&self, value: u64) -> Result<u64, Stop> {
        if value == 0 {
            return Err(Stop::Undefined);
        }
        Ok(self.raise(value, self.prime - 2))
    }

    /// A residue for a value that has none.
    fn made_up(&mut self, kind: u64, args: &[u64]) -> u64 {
        self.made_up = true;
        let start = scramble(self.seed ^ kind);
        args.iter().fold(start, |hash, arg| scramble(hash ^ *arg)) % self.prime
    }

    fn factorial(&mut self, n: u64) -> Result<u64, Stop> {
        if n >= FACTORIAL_MAX {
            return Err(Stop::TooBig);
        }
        let (last, known) = self.last_factorial;
        self.fuel.burn(n.abs_diff(last).min(n) + 60)?;
        let run = |from: u64, to: u64, start: u64| {
            (from + 1..=to).fold(start, |product, factor| self.times(product, factor))
        };
        let product = if last <= n {
            run(last, n, known)
        } else if last - n < n {
            self.times(known, self.invert(run(n, last, 1))?)
        } else {
            run(1, n, 1)
        };
        self.last_factorial = (n.max(1), product);
        Ok(product)
    }
}

/// A factorial of more than this is a product too long to walk.
/// By hand: no verdict changes with 600,000 or 2,400,000.
const FACTORIAL_MAX: u64 = 1_200_000;

impl Field for Modular<'_> {
    type Value = u64;

    fn fuel(&mut self) -> &mut Fuel {
        self.fuel
    }

    fn number(&mut self, value: &Rational) -> Result<u64, Stop> {
        let bits = value.numerator().as_sign_words().1.len() as u64;
        self.fuel.burn(bits)?;
        let above = residue(value.numerator(), self.prime);
        if value.is_int() {
            return Ok(above);
        }
        let below = residue(&value.denominator().clone().into(), self.prime);
        Ok(self.times(above, self.invert(below)?))
    }

    fn constant(&mut self, constant: Const) -> Result<u64, Stop> {
        match constant {
            Const::I => Ok(self.root_of_minus_one),
            // Transcendental: it behaves as one more variable.
            Const::Pi => Ok(scramble(self.seed ^ 0xC0_FFEE) % self.prime),
            Const::E => Ok(self.made_up(0xE, &[])),
            _ => Err(Stop::Unsupported),
        }
    }

    fn symbol(&mut self, name: Name, arena: &Arena) -> Result<u64, Stop> {
        Ok(name_seed(arena.text(name), self.seed) % self.prime)
    }

    fn add(&mut self, left: &u64, right: &u64) -> Result<u64, Stop> {
        Ok((left + right) % self.prime)
    }

    fn negate(&mut self, value: &u64) -> Result<u64, Stop> {
        Ok((self.prime - value) % self.prime)
    }

    fn multiply(&mut self, left: &u64, right: &u64) -> Result<u64, Stop> {
        Ok(self.times(*left, *right))
    }

    fn divide(&mut self, left: &u64, right: &u64) -> Result<u64, Stop> {
        self.fuel.burn(60)?;
        Ok(self.times(*left, self.invert(*right)?))
    }

    fn power_exact(&mut self, base: &u64, exponent: &Rational) -> Result<u64, Stop> {
        self.fuel.burn(60)?;
        let Some(times) = as_integer(exponent) else {
            let exponent = self.number(exponent)?;
            return self.power(base, &exponent);
        };
        if *base == 0 {
            return if *times > Integer::ZERO {
                Ok(0)
            } else {
                Err(Stop::Undefined)
            };
        }
        // Fermat: exponents count modulo p - 1.
        Ok(self.raise(*base, residue(times, self.prime - 1)))
    }

    fn power(&mut self, base: &u64, exponent: &u64) -> Result<u64, Stop> {
        Ok(self.made_up(0xB0, &[*base, *exponent]))
    }

    fn root(&mut self, value: &u64, order: &Rational) -> Result<u64, Stop> {
        if order.is_zero() {
            return Err(Stop::Undefined);
        }
        let exponent = self.number(&(Rational::ONE / order))?;
        self.power(value, &exponent)
    }

    fn call(&mut self, func: Func, args: &[u64]) -> Result<u64, Stop> {
        match (func, args) {
            (Func::Factorial, [n]) if *n < FACTORIAL_MAX => self.factorial(*n),
            (Func::Sqrt, [inside]) => {
                let half = self.number(&(Rational::ONE / Rational::from(2)))?;
                self.power(inside, &half)
            }
            (Func::Max | Func::Min | Func::Gcd | Func::Lcm, _) => {
                let mut args = args.to_vec();
                args.sort_unstable();
                args.dedup();
                Ok(self.made_up(func as u64 + 0x100, &args))
            }
            _ => Ok(self.made_up(func as u64 + 0x100, args)),
        }
    }

    fn unknown(&mut self, name: Name, args: &[u64], arena: &Arena) -> Result<u64, Stop> {
        let kind = name_seed(arena.text(name), 0xF);
        Ok(self.made_up(kind, args))
    }

    fn repeat(&mut self, big: Big, parts: &[u64]) -> Result<u64, Stop> {
        Ok(self.made_up(big as u64 + 0x1000, parts))
    }

    fn placeholder(&mut self) -> Result<u64, Stop> {
        Ok(self.made_up(0xD, &[]))
    }
}
