//! Exact rational arithmetic within a budget of bits.

use dashu::base::{Abs, BitTest, DivRem, Gcd, Signed, SquareRoot, UnsignedAbs};
use dashu::{Integer, Natural, Rational};

use crate::expr::{Arena, Big, Const, Func, Name};
use crate::fuel::Fuel;
use crate::numbers::field::{Field, Stop};

/// A result of more bits than this is left unevaluated: residues and balls take over.
/// By hand: no verdict changes with 16,384 or 65,536.
pub(crate) const BITS_MAX: usize = 1 << 15;

/// 3000! has 30,000 bits, which is about what [`BITS_MAX`] allows.
/// By hand: no verdict changes with 1,500 or 6,000.
const FACTORIAL_MAX: u64 = 3_000;

/// Rational numbers.
pub(crate) struct Exact<'a> {
    fuel: &'a mut Fuel,
    /// Stands for every symbol, by the order of its name; nothing when symbols have no value.
    point: Option<u64>,
    /// Names with values of their own.
    names: &'a [(&'a str, Rational)],
}

impl<'a> Exact<'a> {
    /// Rational numbers; a symbol has no value.
    pub(crate) fn new(fuel: &'a mut Fuel) -> Self {
        Self {
            fuel,
            point: None,
            names: &[],
        }
    }

    /// Rational numbers where names have the given values.
    pub(crate) fn with_names(fuel: &'a mut Fuel, names: &'a [(&'a str, Rational)]) -> Self {
        Self {
            names,
            ..Self::at_integers(fuel, 1)
        }
    }

    /// Rational numbers; each symbol stands for a small integer that depends on `seed`.
    pub(crate) fn at_integers(fuel: &'a mut Fuel, seed: u64) -> Self {
        Self {
            fuel,
            point: Some(seed),
            names: &[],
        }
    }

    fn checked(&mut self, value: Rational) -> Result<Rational, Stop> {
        let bits = value.numerator().bit_len() + value.denominator().bit_len();
        self.fuel.burn(4 + bits as u64 / 32)?;
        if bits > BITS_MAX {
            Err(Stop::TooBig)
        } else {
            Ok(value)
        }
    }
}

/// A pseudo-random number that depends on nothing but its seed.
pub(crate) fn scramble(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A number that depends on nothing but a name's text and a seed.
pub(crate) fn name_seed(text: &str, seed: u64) -> u64 {
    text.bytes().fold(scramble(seed), |hash, byte| {
        scramble(hash ^ u64::from(byte))
    })
}

/// The integer that a value is, if it is one.
pub(crate) fn as_integer(value: &Rational) -> Option<&Integer> {
    value.is_int().then(|| value.numerator())
}

fn as_small(value: &Rational, max: u64) -> Option<u64> {
    u64::try_from(as_integer(value)?)
        .ok()
        .filter(|value| *value <= max)
}

impl Field for Exact<'_> {
    type Value = Rational;

    fn fuel(&mut self) -> &mut Fuel {
        self.fuel
    }

    fn as_rational(&self, value: &Rational) -> Option<Rational> {
        Some(value.clone())
    }

    fn number(&mut self, value: &Rational) -> Result<Rational, Stop> {
        Ok(value.clone())
    }

    fn constant(&mut self, constant: Const) -> Result<Rational, Stop> {
        match constant {
            Const::Undefined => Err(Stop::Undefined),
            _ => Err(Stop::Unsupported),
        }
    }

    fn symbol(&mut self, name: Name, arena: &Arena) -> Result<Rational, Stop> {
        let text = arena.text(name);
        if let Some((_, value)) = self.names.iter().find(|(known, _)| *known == text) {
            return Ok(value.clone());
        }
        let seed = self.point.ok_or(Stop::Unsupported)?;
        // An index below another number in a binomial is rarely the larger one.
        let (least, span) = if text.starts_with(['k', 'r', 'm', 'j']) {
            (2, 6)
        } else {
            (8, 12)
        };
        Ok(Rational::from(least + name_seed(text, seed) % span))
    }

    fn add(&mut self, left: &Rational, right: &Rational) -> Result<Rational, Stop> {
        self.checked(left + right)
    }

    fn negate(&mut self, value: &Rational) -> Result<Rational, Stop> {
        Ok(-value.clone())
    }

    fn multiply(&mut self, left: &Rational, right: &Rational) -> Result<Rational, Stop> {
        self.checked(left * right)
    }

    fn divide(&mut self, left: &Rational, right: &Rational) -> Result<Rational, Stop> {
        if right.is_zero() {
            return Err(Stop::Undefined);
        }
        self.checked(left / right)
    }

    fn power_exact(&mut self, base: &Rational, exponent: &Rational) -> Result<Rational, Stop> {
        let (numerator, order) = exponent.clone().into_parts();
        let order = usize::try_from(&order).map_err(|_| Stop::Unsupported)?;
        let base = if order == 1 {
            base.clone()
        } else {
            root(base, order)?
        };
        if base.is_zero() && numerator <= Integer::ZERO {
            return Err(Stop::Undefined);
        }
        if base.is_zero() || base.is_one() {
            return Ok(base);
        }
        if (-&base).is_one() {
            let odd = numerator.bit(0);
            return Ok(if odd { base } else { -base });
        }
        let times = usize::try_from(&numerator.clone().unsigned_abs()).map_err(|_| Stop::TooBig)?;
        let bits = base.numerator().bit_len() + base.denominator().bit_len() - 1;
        if times.saturating_mul(bits) > BITS_MAX {
            return Err(Stop::TooBig);
        }
        let power = base.pow(isize::try_from(times).map_err(|_| Stop::TooBig)?);
        self.checked(if numerator.is_negative() {
            Rational::ONE / power
        } else {
            power
        })
    }

    fn power(&mut self, base: &Rational, exponent: &Rational) -> Result<Rational, Stop> {
        self.power_exact(base, exponent)
    }

    fn root(&mut self, value: &Rational, order: &Rational) -> Result<Rational, Stop> {
        let order = as_small(order, 1000).filter(|order| *order > 0);
        root(value, order.ok_or(Stop::Unsupported)? as usize)
    }

    fn call(&mut self, func: Func, args: &[Rational]) -> Result<Rational, Stop> {
        let first = args.first().ok_or(Stop::Unsupported)?;
        match (func, args) {
            (Func::Sqrt, _) => root(first, 2),
            (Func::Abs, _) => Ok(first.clone().abs()),
            (Func::Floor, _) => Ok(first.floor().into()),
            (Func::Ceil, _) => Ok(first.ceil().into()),
            (Func::Sign, _) => Ok(Rational::from(first.signum())),
            (Func::Re, _) => Ok(first.clone()),
            (Func::Im, _) => Ok(Rational::ZERO),
            (Func::Max, _) => Ok(args.iter().max().unwrap_or(first).clone()),
            (Func::Min, _) => Ok(args.iter().min().unwrap_or(first).clone()),
            (Func::Factorial, _) => self.factorial(first, 1),
            (Func::DoubleFactorial, _) => self.factorial(first, 2),
            (Func::Binomial, [above, below]) => self.binomial(above, below),
            (Func::Mod, [value, modulus]) if !modulus.is_zero() => {
                let times = (value / modulus).floor();
                self.checked(value - modulus * Rational::from(times))
            }
            (Func::Gcd, _) => self.fold(args, gcd),
            (Func::Lcm, _) => self.fold(args, lcm),
            (Func::LogBase, [base, value]) => logarithm(base, value),
            (Func::Lg, _) => logarithm(&Rational::from(10), first),
            (Func::Ln | Func::Log, _) if first.is_one() => Ok(Rational::ZERO),
            (Func::Sin | Func::Tan | Func::Sinh | Func::Tanh | Func::Asin | Func::Atan, _)
                if first.is_zero() =>
            {
                Ok(Rational::ZERO)
            }
            (Func::Cos | Func::Cosh | Func::Sec, _) if first.is_zero() => Ok(Rational::ONE),
            _ => Err(Stop::Unsupported),
        }
    }

    fn unknown(&mut self, _: Name, _: &[Rational], _: &Arena) -> Result<Rational, Stop> {
        Err(Stop::Unsupported)
    }

    fn repeat(&mut self, _: Big, _: &[Rational]) -> Result<Rational, Stop> {
        Err(Stop::Unsupported)
    }

    fn placeholder(&mut self) -> Result<Rational, Stop> {
        Err(Stop::Unsupported)
    }
}

impl Exact<'_> {
    fn factorial(&mut self, value: &Rational, step: u64) -> Result<Rational, Stop> {
        let n = match as_integer(value) {
            Some(n) if n.is_negative() => return Err(Stop::Undefined),
            Some(n) => u64::try_from(n).map_err(|_| Stop::TooBig)?,
            None => return Err(Stop::Unsupported),
        };
        if n > FACTORIAL_MAX {
            return Err(Stop::TooBig);
        }
        self.fuel.burn(n * (n + 400) / 200)?;
        let mut product = Natural::ONE;
        let mut factor = n;
        while factor > 1 {
            product *= factor;
            factor = factor.saturating_sub(step);
        }
        self.checked(product.into())
    }

    fn binomial(&mut self, above: &Rational, below: &Rational) -> Result<Rational, Stop> {
        let k = as_integer(below).ok_or(Stop::Unsupported)?;
        if k.is_negative() {
            return Ok(Rational::ZERO);
        }
        let mut k = u64::try_from(k).map_err(|_| Stop::TooBig)?;
        if let Some(n) = as_small(above, u64::MAX) {
            if k > n {
                return Ok(Rational::ZERO);
            }
            k = k.min(n - k);
        }
        if k > FACTORIAL_MAX {
            return Err(Stop::TooBig);
        }
        self.fuel.burn(k * (k + 400) / 100)?;
        let mut value = Rational::ONE;
        for step in 0..k {
            value = value * (above - Rational::from(step)) / Rational::from(step + 1);
            value = self.checked(value)?;
        }
        Ok(value)
    }

    fn fold(
        &mut self,
        args: &[Rational],
        combine: fn(&Rational, &Rational) -> Rational,
    ) -> Result<Rational, Stop> {
        let mut total = args.first().ok_or(Stop::Unsupported)?.clone().abs();
        for arg in &args[1..] {
            let next = combine(&total, arg);
            total = self.checked(next)?;
        }
        Ok(total)
    }
}

/// The greatest rational that divides both into integers.
fn gcd(left: &Rational, right: &Rational) -> Rational {
    if left.is_zero() || right.is_zero() {
        return left.clone().abs() + right.clone().abs();
    }
    let above = (left.numerator() * Integer::from(right.denominator().clone()))
        .gcd(&(right.numerator() * Integer::from(left.denominator().clone())));
    Rational::from(above) / Rational::from(left.denominator() * right.denominator())
}

fn lcm(left: &Rational, right: &Rational) -> Rational {
    if left.is_zero() || right.is_zero() {
        return Rational::ZERO;
    }
    (left * right).abs() / gcd(left, right)
}

/// A root that is rational; others are left to the balls.
fn root(value: &Rational, order: usize) -> Result<Rational, Stop> {
    let negative = value.is_negative();
    if negative && order.is_multiple_of(2) || order == 0 || order > 1000 {
        return Err(Stop::Unsupported);
    }
    let above = natural_root(&value.numerator().clone().unsigned_abs(), order)?;
    let below = natural_root(value.denominator(), order)?;
    let root = Rational::from(above) / Rational::from(below);
    Ok(if negative { -root } else { root })
}

fn natural_root(value: &Natural, order: usize) -> Result<Natural, Stop> {
    if value.bit_len() > BITS_MAX {
        return Err(Stop::TooBig);
    }
    let root = if order == 2 {
        value.sqrt()
    } else {
        value.nth_root(order)
    };
    if root.pow(order) == *value {
        Ok(root)
    } else {
        Err(Stop::Unsupported)
    }
}

/// A logarithm that is rational: both numbers are powers of one.
fn logarithm(base: &Rational, value: &Rational) -> Result<Rational, Stop> {
    if *base <= Rational::ZERO || *value <= Rational::ZERO || base.is_one() {
        return Err(Stop::Undefined);
    }
    if value.is_one() {
        return Ok(Rational::ZERO);
    }
    let (base_up, base_sign) = at_least_one(base);
    let (value_up, value_sign) = at_least_one(value);
    let times = euclid(base_up, value_up)?;
    Ok(if base_sign == value_sign {
        times
    } else {
        -times
    })
}

fn at_least_one(value: &Rational) -> (Rational, bool) {
    if *value < Rational::ONE {
        (Rational::ONE / value, false)
    } else {
        (value.clone(), true)
    }
}

/// `log_base(value)` of two numbers above one, by Euclid's way on their exponents.
fn euclid(base: Rational, value: Rational) -> Result<Rational, Stop> {
    // Powers of one number stay powers of it, so nothing here outgrows where it started.
    let size = |value: &Rational| value.numerator().bit_len() + value.denominator().bit_len();
    let most = size(&base).max(size(&value));
    let mut steps = Vec::new();
    let (mut base, mut value) = (base, value);
    for _ in 0..40 {
        let mut times = 0u64;
        while value >= base {
            value /= &base;
            times += 1;
            if times > 4096 || size(&value) > most {
                return Err(Stop::Unsupported);
            }
        }
        steps.push(times);
        if value.is_one() {
            return Ok(continued(&steps));
        }
        std::mem::swap(&mut base, &mut value);
    }
    Err(Stop::Unsupported)
}

fn continued(steps: &[u64]) -> Rational {
    let mut value: Option<Rational> = None;
    for step in steps.iter().rev() {
        let rest = value.map_or(Rational::ZERO, |value| Rational::ONE / value);
        value = Some(Rational::from(*step) + rest);
    }
    value.unwrap_or(Rational::ZERO)
}

/// `value mod modulus` for what the other fields need of an integer.
pub(crate) fn residue(value: &Integer, modulus: u64) -> u64 {
    let (_, rest) = value.clone().unsigned_abs().div_rem(Natural::from(modulus));
    let rest = u64::try_from(&rest).unwrap_or(0);
    if value.is_negative() && rest != 0 {
        modulus - rest
    } else {
        rest
    }
}
