//! Real numbers enclosed in balls.
//!
//! A ball is a midpoint and a radius, both exact, and every operation returns a ball that holds
//! every value it could have: what two disjoint balls enclose is different beyond doubt. Written on
//! integers so that each error bound can be read off its line (after van der Hoeven, "Ball
//! arithmetic", 2009, and Johansson's Arb).

use dashu::base::{BitTest, Signed, SquareRoot, UnsignedAbs};
use dashu::{Integer, Natural, Rational};

use crate::numbers::field::Stop;

/// Every value from `(mid - rad) * 2^exp` to `(mid + rad) * 2^exp`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ball {
    mid: Integer,
    rad: Natural,
    exp: i64,
}

/// An exponent beyond this is neither a measure nor a count of anything.
/// By hand.
const EXP_MAX: i64 = 1 << 40;

/// The constants that range reductions need, at one precision.
#[derive(Debug, Clone)]
pub(crate) struct Precision {
    /// Bits of a midpoint.
    pub bits: usize,
    /// Fractional bits of the fixed-point numbers inside the functions.
    work: usize,
    pi: Integer,
    ln2: Integer,
}

/// What a fixed-point number of a function may err by in all, in units of its last bit, beyond what
/// its argument errs by: no series here has 2^16 terms, none is doubled more than 2^10 times.
const GUARD: usize = 40;

impl Precision {
    /// The constants for midpoints of `bits` bits.
    pub(crate) fn new(bits: usize) -> Self {
        let work = bits + 2 * GUARD;
        let atan = |n: u32| inverse_series(n, work + GUARD, true);
        let atanh = |n: u32| inverse_series(n, work + GUARD, false);
        // Machin, 1706; and the same for the logarithm.
        let pi = atan(5) * 16 - atan(239) * 4;
        let ln2 = atanh(26) * 18 - atanh(4801) * 2 + atanh(8749) * 8;
        Self {
            bits,
            work,
            pi: pi >> GUARD,
            ln2: ln2 >> GUARD,
        }
    }

    /// The circle constant.
    pub(crate) fn pi(&self) -> Ball {
        self.fixed(self.pi.clone(), Natural::from(2u8), 0)
    }

    /// A fixed-point number as a ball.
    fn fixed(&self, mid: Integer, rad: Natural, exp: i64) -> Ball {
        Ball {
            mid,
            rad,
            exp: exp - self.work as i64,
        }
        .rounded(self.bits)
    }
}

/// `atan(1/n)` or `atanh(1/n)`, scaled by `2^work`.
fn inverse_series(n: u32, work: usize, alternating: bool) -> Integer {
    let square = Integer::from(u64::from(n) * u64::from(n));
    let first = (Integer::ONE << work) / Integer::from(n);
    odd_series(first, &Natural::ZERO, alternating, |power| power / &square)
}

fn natural(value: &Integer) -> Natural {
    value.clone().unsigned_abs()
}

impl Ball {
    /// Zero itself.
    pub(crate) fn zero() -> Self {
        Self {
            mid: Integer::ZERO,
            rad: Natural::ZERO,
            exp: 0,
        }
    }

    /// An integer itself.
    pub(crate) fn integer(value: i64) -> Self {
        Self {
            mid: value.into(),
            rad: Natural::ZERO,
            exp: 0,
        }
    }

    /// A rational number, enclosed.
    pub(crate) fn rational(value: &Rational, bits: usize) -> Self {
        let above = Self {
            mid: value.numerator().clone(),
            rad: Natural::ZERO,
            exp: 0,
        };
        if value.is_int() {
            return above.rounded(bits);
        }
        let below = Self {
            mid: value.denominator().clone().into(),
            rad: Natural::ZERO,
            exp: 0,
        };
        // A denominator is not zero.
        above.divide(&below, bits).unwrap_or_else(|_| Self::zero())
    }

    /// The same with a midpoint of at most `bits` bits, and a wider radius for what was cut.
    fn rounded(self, bits: usize) -> Self {
        let long = natural(&self.mid).bit_len().saturating_sub(bits);
        let wide = self.rad.bit_len().saturating_sub(32);
        let cut = long.max(wide);
        if cut == 0 {
            return self;
        }
        Self {
            mid: self.mid >> cut,
            rad: (self.rad >> cut) + Natural::from(2u8),
            exp: self.exp + cut as i64,
        }
    }

    /// Whether it is the number zero and nothing else.
    pub(crate) fn is_zero(&self) -> bool {
        self.mid.is_zero() && self.rad.is_zero()
    }

    /// Whether zero is among its values.
    pub(crate) fn has_zero(&self) -> bool {
        natural(&self.mid) <= self.rad
    }

    /// Whether all of its values are positive.
    pub(crate) fn is_positive(&self) -> bool {
        self.mid.is_positive() && !self.has_zero()
    }

    /// Whether all of its values are negative.
    pub(crate) fn is_negative(&self) -> bool {
        self.mid.is_negative() && !self.has_zero()
    }

    /// The logarithm to base two of the largest absolute value, rounded up; nothing for zero.
    pub(crate) fn magnitude(&self) -> Option<i64> {
        let most = natural(&self.mid) + &self.rad;
        (!most.is_zero()).then(|| most.bit_len() as i64 + self.exp)
    }

    /// The logarithm to base two of the radius, rounded up; nothing for an exact value.
    #[cfg(test)]
    pub(crate) fn error(&self) -> Option<i64> {
        (!self.rad.is_zero()).then(|| self.rad.bit_len() as i64 + self.exp)
    }

    /// The value itself, where the ball holds no other and it is an integer within reach.
    pub(crate) fn exact(&self) -> Option<Rational> {
        let shift = usize::try_from(self.exp).ok().filter(|shift| *shift < 4096);
        let shift = shift.filter(|_| self.rad.is_zero())?;
        Some(Rational::from(&self.mid << shift))
    }

    fn lower(&self) -> Integer {
        &self.mid - Integer::from(self.rad.clone())
    }

    fn upper(&self) -> Integer {
        &self.mid + Integer::from(self.rad.clone())
    }

    pub(crate) fn negate(&self) -> Self {
        Self {
            mid: -self.mid.clone(),
            rad: self.rad.clone(),
            exp: self.exp,
        }
    }

    pub(crate) fn abs(&self) -> Result<Self, Stop> {
        if self.is_negative() {
            Ok(self.negate())
        } else if self.has_zero() && !self.is_zero() {
            Err(Stop::Imprecise)
        } else {
            Ok(self.clone())
        }
    }

    pub(crate) fn add(&self, other: &Self, bits: usize) -> Self {
        if self.is_zero() {
            return other.clone();
        }
        if other.is_zero() {
            return self.clone();
        }
        let (high, low) = if self.exp >= other.exp {
            (self, other)
        } else {
            (other, self)
        };
        let shift = high.exp - low.exp;
        let below = low.magnitude().unwrap_or(low.exp) <= high.exp;
        if shift > 4 * bits as i64 + 256 && below {
            return Self {
                mid: high.mid.clone(),
                rad: &high.rad + Natural::ONE,
                exp: high.exp,
            };
        }
        let Ok(shift) = usize::try_from(shift.min(SHIFT_MAX)) else {
            return high.clone();
        };
        let mid = (&high.mid << shift) + &low.mid;
        let rad = (&high.rad << shift) + &low.rad;
        Self {
            mid,
            rad,
            exp: low.exp,
        }
        .rounded(bits)
    }

    pub(crate) fn subtract(&self, other: &Self, bits: usize) -> Self {
        self.add(&other.negate(), bits)
    }

    pub(crate) fn multiply(&self, other: &Self, bits: usize) -> Self {
        if self.is_zero() || other.is_zero() {
            return Self::zero();
        }
        let rad = natural(&self.mid) * &other.rad
            + natural(&other.mid) * &self.rad
            + &self.rad * &other.rad;
        Self {
            mid: &self.mid * &other.mid,
            rad,
            exp: self.exp + other.exp,
        }
        .rounded(bits)
    }

    pub(crate) fn divide(&self, other: &Self, bits: usize) -> Result<Self, Stop> {
        if other.is_zero() {
            return Err(Stop::Undefined);
        }
        if other.has_zero() {
            return Err(Stop::Imprecise);
        }
        if self.is_zero() {
            return Ok(Self::zero());
        }
        let below = natural(&other.mid);
        let have = natural(&self.mid).bit_len();
        let shift = (bits + below.bit_len() + 4).saturating_sub(have);
        let mid = (&self.mid << shift) / &other.mid;
        // |a/b - a'/b'| <= (|a| rb + |b| ra) / (|b| (|b| - rb)), and one for the division.
        let slack = natural(&self.mid) * &other.rad + &below * &self.rad;
        let rad = (slack << shift) / (&below * (&below - &other.rad)) + Natural::from(2u8);
        Ok(Self {
            mid,
            rad,
            exp: self.exp - other.exp - shift as i64,
        }
        .rounded(bits))
    }

    /// The greatest integer below, where all of its values agree on it.
    pub(crate) fn floor(&self) -> Result<Self, Stop> {
        if self.exp > 0 {
            let small = self.rad.is_zero() && self.exp < 4096;
            return if small {
                Ok(self.clone())
            } else {
                Err(Stop::Imprecise)
            };
        }
        let shift = usize::try_from(-self.exp).map_err(|_| Stop::TooBig)?;
        let (low, high) = (self.lower() >> shift, self.upper() >> shift);
        if low != high {
            return Err(Stop::Imprecise);
        }
        Ok(Self {
            mid: low,
            rad: Natural::ZERO,
            exp: 0,
        })
    }

    pub(crate) fn sqrt(&self, bits: usize) -> Result<Self, Stop> {
        self.root(2, bits)
    }

    /// The root of this order of a value that is not negative.
    pub(crate) fn root(&self, order: usize, bits: usize) -> Result<Self, Stop> {
        if self.is_zero() {
            return Ok(Self::zero());
        }
        if self.is_negative() {
            return Err(Stop::Unsupported);
        }
        if self.has_zero() {
            return Err(Stop::Imprecise);
        }
        // Scale so that the root has `bits` bits and the exponent is a multiple of the order.
        let have = natural(&self.mid).bit_len() as i64;
        let order_i = order as i64;
        let mut shift = (order_i * (bits as i64 + 2) - have).max(0);
        shift += (self.exp - shift).rem_euclid(order_i);
        let shift_bits = usize::try_from(shift).map_err(|_| Stop::TooBig)?;
        let exp = (self.exp - shift) / order_i;
        let low = integer_root(natural(&(self.lower() << shift_bits)), order);
        let high = integer_root(natural(&(self.upper() << shift_bits)), order) + Natural::ONE;
        let rad = &high - &low;
        Ok(Self {
            mid: low.into(),
            rad,
            exp,
        }
        .rounded(bits))
    }

    /// The value and its error as fixed-point numbers.
    fn fixed(&self, p: &Precision) -> Result<(Integer, Natural), Stop> {
        let shift = self.exp + p.work as i64;
        let one = Natural::ONE;
        if shift >= 0 {
            let shift = usize::try_from(shift).map_err(|_| Stop::TooBig)?;
            if shift > 8 * p.work + 4096 {
                return Err(Stop::TooBig);
            }
            return Ok((&self.mid << shift, &self.rad << shift));
        }
        let shift = usize::try_from(-shift).map_err(|_| Stop::TooBig)?;
        Ok((
            &self.mid >> shift,
            (&self.rad >> shift) + one + Natural::ONE,
        ))
    }

    pub(crate) fn exp(&self, p: &Precision) -> Result<Self, Stop> {
        if self.is_zero() {
            return Ok(Self::integer(1));
        }
        if self.magnitude().is_some_and(|magnitude| magnitude > 40) {
            return Err(Stop::TooBig);
        }
        let (x, error) = self.fixed(p)?;
        let k = (&x * Integer::from(2) + &p.ln2) / (&p.ln2 * Integer::from(2));
        let k = if (&x * Integer::from(2) + &p.ln2).is_negative() {
            k - Integer::ONE
        } else {
            k
        };
        let r = &x - &k * &p.ln2;
        // The error of ln 2 counts k times.
        let error = error + natural(&k) * Natural::from(2u8);
        if error.bit_len() + 8 > p.work {
            return Err(Stop::Imprecise);
        }
        const HALVINGS: usize = 8;
        let mut value = exp_series(&(r >> HALVINGS), p.work);
        for _ in 0..HALVINGS {
            value = (&value * &value) >> p.work;
        }
        let exp = i64::try_from(&k).map_err(|_| Stop::TooBig)?;
        let rad = error * Natural::from(8u8) + (Natural::ONE << (HALVINGS + 12));
        Ok(p.fixed(value, rad, exp))
    }

    pub(crate) fn ln(&self, p: &Precision) -> Result<Self, Stop> {
        if self.is_zero() {
            return Err(Stop::Undefined);
        }
        if self.is_negative() {
            return Err(Stop::Unsupported);
        }
        if self.has_zero() {
            return Err(Stop::Imprecise);
        }
        if self.mid.is_one() && self.rad.is_zero() && self.exp == 0 {
            return Ok(Self::zero());
        }
        // x = m * 2^k with m about one.
        let k = natural(&self.mid).bit_len() as i64 + self.exp;
        let m = Self {
            exp: self.exp - k,
            ..self.clone()
        };
        let (m, error) = m.fixed(p)?;
        if error.bit_len() + 8 > p.work {
            return Err(Stop::Imprecise);
        }
        const ROOTS: usize = 6;
        let mut root = natural(&m);
        for _ in 0..ROOTS {
            root = (root << p.work).sqrt();
        }
        let one = Integer::ONE << p.work;
        let root = Integer::from(root);
        let z = ((&root - &one) << p.work) / (&root + &one);
        let value = atan_series(&z, p.work, false) << (ROOTS + 1);
        // m is at least 1/2, so its error is at most doubled; each root errs by one unit, which is
        // doubled on the way back.
        let rad = error * Natural::from(4u8) + (Natural::ONE << (ROOTS + 14));
        let ln2 = &p.ln2 * Integer::from(k);
        let rad = rad + Natural::from(k.unsigned_abs()) * Natural::from(2u8);
        Ok(p.fixed(value + ln2, rad, 0))
    }

    /// The sine and the cosine.
    pub(crate) fn sin_cos(&self, p: &Precision) -> Result<(Self, Self), Stop> {
        if self.is_zero() {
            return Ok((Self::zero(), Self::integer(1)));
        }
        if self.magnitude().is_some_and(|magnitude| magnitude > 40) {
            return Err(Stop::TooBig);
        }
        let (x, error) = self.fixed(p)?;
        let quarter = &p.pi >> 1usize;
        let doubled = &x * Integer::from(2) + &quarter;
        let mut k = &doubled / (&quarter * Integer::from(2));
        if doubled.is_negative() {
            k -= Integer::ONE;
        }
        let r = &x - &k * &quarter;
        let error = error + natural(&k) * Natural::from(2u8);
        if error.bit_len() + 8 > p.work {
            return Err(Stop::Imprecise);
        }
        let (sin, cos) = sin_cos_series(&r, p.work);
        let rad = error * Natural::from(2u8) + (Natural::ONE << 14usize);
        let turn = i64::try_from(&k).map_err(|_| Stop::TooBig)?.rem_euclid(4);
        let (sin, cos) = match turn {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
        Ok((p.fixed(sin, rad.clone(), 0), p.fixed(cos, rad, 0)))
    }

    pub(crate) fn atan(&self, p: &Precision) -> Result<Self, Stop> {
        if self.is_zero() {
            return Ok(Self::zero());
        }
        if self.is_negative() {
            return Ok(self.negate().atan(p)?.negate());
        }
        if self.has_zero() {
            return Err(Stop::Imprecise);
        }
        // atan x = pi/2 - atan 1/x brings the argument below one.
        if self.magnitude().is_some_and(|magnitude| magnitude > 1) {
            let inverse = Self::integer(1).divide(self, p.bits)?;
            let half = p.pi().divide(&Self::integer(2), p.bits)?;
            return Ok(half.subtract(&inverse.atan(p)?, p.bits));
        }
        let (x, error) = self.fixed(p)?;
        if error.bit_len() + 8 > p.work {
            return Err(Stop::Imprecise);
        }
        const HALVINGS: usize = 6;
        let one = Integer::ONE << p.work;
        let mut x = x;
        for _ in 0..HALVINGS {
            let square = (&x * &x) >> p.work;
            let hypotenuse = Integer::from((natural(&(&one + square)) << p.work).sqrt());
            x = (&x << p.work) / (&one + hypotenuse);
        }
        let value = atan_series(&x, p.work, true) << HALVINGS;
        let rad = error * Natural::from(2u8) + (Natural::ONE << (HALVINGS + 14));
        Ok(p.fixed(value, rad, 0))
    }

    /// How the two compare where all of their values agree on it.
    pub(crate) fn is_below(&self, other: &Self, bits: usize) -> Option<bool> {
        let difference = self.subtract(other, bits);
        if difference.has_zero() {
            None
        } else {
            Some(difference.is_negative())
        }
    }

    /// Whether the exponent is within reach of further work.
    pub(crate) fn checked(self) -> Result<Self, Stop> {
        if self.exp.abs() > EXP_MAX {
            Err(Stop::TooBig)
        } else {
            Ok(self)
        }
    }
}

/// A shift beyond this is a difference of scale that no sum can show.
/// By hand.
const SHIFT_MAX: i64 = 1 << 16;

fn integer_root(value: Natural, order: usize) -> Natural {
    if order == 2 {
        value.sqrt()
    } else {
        value.nth_root(order)
    }
}

/// `exp x` of a small fixed-point number.
fn exp_series(x: &Integer, work: usize) -> Integer {
    let mut total = Integer::ONE << work;
    let mut term = total.clone();
    let mut n = 1u64;
    while !term.is_zero() && n < SERIES_MAX {
        term = ((&term * x) >> work) / Integer::from(n);
        total += &term;
        n += 1;
    }
    total
}

/// Every series here gains a bit a term or more, so this is never reached.
const SERIES_MAX: u64 = 8192;

/// `atan x` or `atanh x` of a small fixed-point number.
fn atan_series(x: &Integer, work: usize, alternating: bool) -> Integer {
    let square = (x * x) >> work;
    odd_series(x.clone(), &Natural::ONE, alternating, |power| {
        (power * &square) >> work
    })
}

/// `x + x^3/3 + x^5/5 + …`, or the same with alternating signs, from `x` and the way from one odd power
/// to the next, until a power is no more than `least`.
fn odd_series(
    x: Integer,
    least: &Natural,
    alternating: bool,
    next: impl Fn(Integer) -> Integer,
) -> Integer {
    let mut total = x.clone();
    let mut power = x;
    let mut odd = 3u64;
    let mut minus = alternating;
    while natural(&power) > *least && odd < SERIES_MAX {
        power = next(power);
        let term = &power / Integer::from(odd);
        if minus {
            total -= term;
        } else {
            total += term;
        }
        minus ^= alternating;
        odd += 2;
    }
    total
}

/// `sin x` and `cos x` of a fixed-point number below one.
fn sin_cos_series(x: &Integer, work: usize) -> (Integer, Integer) {
    let mut sin = Integer::ZERO;
    let mut cos = Integer::ZERO;
    let mut term = Integer::ONE << work;
    let mut n = 0u64;
    while natural(&term) > Natural::ONE && n < SERIES_MAX {
        match n % 4 {
            0 => cos += &term,
            1 => sin += &term,
            2 => cos -= &term,
            _ => sin -= &term,
        }
        n += 1;
        term = ((&term * x) >> work) / Integer::from(n);
    }
    (sin, cos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn double(ball: &Ball) -> f64 {
        ball.mid.to_f64().value() * (ball.exp as f64).exp2()
    }

    #[test]
    fn functions_enclose_what_a_double_shows() {
        let p = Precision::new(192);
        for (above, below) in [(1, 2), (3, 1), (7, 5), (100, 1), (1, 1000), (-5, 3)] {
            let value = Rational::from(above) / Rational::from(below);
            let ball = Ball::rational(&value, p.bits);
            let x = f64::from(above) / f64::from(below);
            let (sin, cos) = ball.sin_cos(&p).unwrap();
            let mut pairs = vec![(sin, x.sin()), (cos, x.cos())];
            pairs.push((ball.exp(&p).unwrap(), x.exp()));
            pairs.push((ball.atan(&p).unwrap(), x.atan()));
            if x > 0.0 {
                pairs.push((ball.ln(&p).unwrap(), x.ln()));
                pairs.push((ball.sqrt(p.bits).unwrap(), x.sqrt()));
                pairs.push((ball.root(3, p.bits).unwrap(), x.cbrt()));
            }
            for (ball, double_value) in pairs {
                let found = double(&ball);
                assert!(
                    (found - double_value).abs() <= 1e-12 * double_value.abs().max(1e-3),
                    "{x}: {found} {double_value}"
                );
                let relative = ball.error().unwrap_or(-999) - ball.magnitude().unwrap_or(0);
                assert!(relative < -150, "{x}: 2^{relative}");
            }
        }
    }

    #[test]
    fn inverse_functions_come_back() {
        let p = Precision::new(512);
        let two = Ball::integer(2);
        let back = two.ln(&p).unwrap().exp(&p).unwrap();
        let difference = back.subtract(&two, p.bits);
        assert!(difference.has_zero() && difference.magnitude().unwrap() < -480);
        let (sin, _) = p.pi().sin_cos(&p).unwrap();
        assert!(sin.has_zero() && sin.magnitude().unwrap() < -480);
    }
}
