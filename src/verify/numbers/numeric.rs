//! Complex numbers enclosed in pairs of balls.

use dashu::base::{BitTest, Signed, UnsignedAbs};
use dashu::{Integer, Rational};

use crate::expr::{Arena, Big, Const, Func, Name};
use crate::fuel::Fuel;
use crate::numbers::ball::{Ball, Precision};
use crate::numbers::exact::{Exact, as_integer, name_seed};
use crate::numbers::field::{Field, Stop};

/// A complex number, enclosed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complex {
    pub re: Ball,
    pub im: Ball,
}

impl Complex {
    fn real(re: Ball) -> Self {
        Self {
            re,
            im: Ball::zero(),
        }
    }

    /// Whether it is real beyond doubt.
    pub(crate) fn is_real(&self) -> bool {
        self.im.is_zero()
    }
}

/// Complex numbers at one precision; symbols stand for reals at one point.
pub(crate) struct Numeric<'a> {
    fuel: &'a mut Fuel,
    p: &'a Precision,
    point: Option<u64>,
    /// Whether `log` is to base e.
    natural_log: bool,
    /// Names with values of their own.
    names: &'a [(&'a str, Rational)],
    /// Whether something was met that the precision may hide: then two enclosures that agree are
    /// not shown equal.
    pub hidden: bool,
    /// Whether a root or logarithm of a negative number was taken.
    pub left_reals: bool,
    /// Whether names are indeterminates of polynomials, and `I` is the imaginary unit.
    formal: bool,
}

impl<'a> Numeric<'a> {
    /// Numbers alone: a symbol has no value.
    pub(crate) fn constants(fuel: &'a mut Fuel, p: &'a Precision, natural_log: bool) -> Self {
        Self {
            fuel,
            p,
            point: None,
            natural_log,
            names: &[],
            hidden: false,
            formal: false,
            left_reals: false,
        }
    }

    /// Numbers where names have the given values.
    pub(crate) fn with_names(
        fuel: &'a mut Fuel,
        p: &'a Precision,
        names: &'a [(&'a str, Rational)],
    ) -> Self {
        Self {
            names,
            formal: true,
            ..Self::at(fuel, p, false, 1)
        }
    }

    /// Numbers at a point; the first four points are positive.
    pub(crate) fn at(fuel: &'a mut Fuel, p: &'a Precision, natural_log: bool, point: u64) -> Self {
        Self {
            fuel,
            p,
            point: Some(point),
            natural_log,
            names: &[],
            hidden: false,
            formal: false,
            left_reals: false,
        }
    }

    fn bits(&self) -> usize {
        self.p.bits
    }

    fn charge(&mut self, operations: u64) -> Result<(), Stop> {
        let limbs = self.bits() as u64 / 64 + 1;
        Ok(self.fuel.burn(operations * limbs)?)
    }

    /// What one transcendental function costs.
    fn charge_function(&mut self) -> Result<(), Stop> {
        self.charge(self.bits() as u64 * 2)
    }

    /// How small a part may be beside another before it may be lost.
    fn reach(&self) -> i64 {
        self.bits() as i64 * 2 / 5
    }

    /// Notes a term that is far smaller than the other, and not zero.
    fn note_scales(&mut self, left: &Ball, right: &Ball) {
        if left.has_zero() || right.has_zero() {
            return;
        }
        if let (Some(left), Some(right)) = (left.magnitude(), right.magnitude()) {
            self.hidden |= (left - right).abs() > self.reach();
        }
    }

    /// Notes an argument so small that a function of it is about constant.
    fn note_small(&mut self, value: &Ball) {
        let small = value
            .magnitude()
            .is_some_and(|magnitude| magnitude < -self.reach());
        self.hidden |= small && !value.has_zero();
    }

    fn one(&self) -> Complex {
        Complex::real(Ball::integer(1))
    }

    fn exp(&mut self, value: &Complex) -> Result<Complex, Stop> {
        self.charge_function()?;
        self.note_small(&value.re);
        self.note_small(&value.im);
        let size = value.re.exp(self.p)?;
        if value.is_real() {
            return Ok(Complex::real(size));
        }
        let (sin, cos) = value.im.sin_cos(self.p)?;
        Ok(Complex {
            re: size.multiply(&cos, self.bits()),
            im: size.multiply(&sin, self.bits()),
        })
    }

    fn ln(&mut self, value: &Complex) -> Result<Complex, Stop> {
        self.charge_function()?;
        if value.is_real() && value.re.is_positive() {
            return Ok(Complex::real(value.re.ln(self.p)?));
        }
        self.left_reals = true;
        Ok(Complex {
            re: self.modulus(value)?.ln(self.p)?,
            im: self.argument(value)?,
        })
    }

    fn modulus(&mut self, value: &Complex) -> Result<Ball, Stop> {
        if value.is_real() {
            return value.re.abs();
        }
        let bits = self.bits();
        let square = value
            .re
            .multiply(&value.re, bits)
            .add(&value.im.multiply(&value.im, bits), bits);
        square.sqrt(bits)
    }

    fn argument(&mut self, value: &Complex) -> Result<Ball, Stop> {
        let bits = self.bits();
        let (re, im) = (&value.re, &value.im);
        if re.is_positive() {
            return im.divide(re, bits)?.atan(self.p);
        }
        let half = self.p.pi().divide(&Ball::integer(2), bits)?;
        if im.is_positive() {
            return Ok(half.subtract(&re.divide(im, bits)?.atan(self.p)?, bits));
        }
        if im.is_negative() {
            return Ok(half
                .negate()
                .subtract(&re.divide(im, bits)?.atan(self.p)?, bits));
        }
        match (re.is_negative(), im.is_zero()) {
            (true, true) => Ok(self.p.pi()),
            (_, true) if re.is_zero() => Err(Stop::Undefined),
            _ => Err(Stop::Imprecise),
        }
    }

    fn sqrt(&mut self, value: &Complex) -> Result<Complex, Stop> {
        self.charge(8)?;
        if value.is_real() {
            if value.re.is_negative() {
                self.left_reals = true;
                let root = value.re.negate().sqrt(self.bits())?;
                return Ok(Complex {
                    re: Ball::zero(),
                    im: root,
                });
            }
            return Ok(Complex::real(value.re.sqrt(self.bits())?));
        }
        let half = Rational::ONE / Rational::from(2);
        let half = self.number(&half)?;
        self.power(value, &half)
    }

    /// The real root where there is one: `\sqrt[3]{-8}` is -2.
    fn real_root(&mut self, value: &Complex, order: &Rational) -> Result<Complex, Stop> {
        let order = as_integer(order).and_then(|order| usize::try_from(order).ok());
        let order = order
            .filter(|order| (1..=200).contains(order))
            .ok_or(Stop::Unsupported)?;
        self.charge(8 * order as u64)?;
        if order == 2 {
            return self.sqrt(value);
        }
        if !value.is_real() {
            return Err(Stop::Unsupported);
        }
        if value.re.is_negative() {
            if order % 2 == 0 {
                return Err(Stop::Unsupported);
            }
            let root = value.re.negate().root(order, self.bits())?;
            return Ok(Complex::real(root.negate()));
        }
        Ok(Complex::real(value.re.root(order, self.bits())?))
    }

    fn integer_power(&mut self, base: &Complex, times: &Integer) -> Result<Complex, Stop> {
        let negative = times.is_negative();
        let times = times.clone().unsigned_abs();
        let Ok(mut times) = u64::try_from(&times) else {
            return Err(Stop::TooBig);
        };
        let mut square = base.clone();
        let mut result = self.one();
        while times > 0 {
            if times & 1 == 1 {
                result = self.multiply(&result, &square)?;
            }
            times >>= 1;
            if times > 0 {
                square = self.multiply(&square, &square)?;
            }
        }
        if negative {
            let one = self.one();
            return self.divide(&one, &result);
        }
        Ok(result)
    }

    fn real_sin_cos(&mut self, value: &Complex) -> Result<(Complex, Complex), Stop> {
        self.charge_function()?;
        self.note_small(&value.re);
        if value.is_real() {
            let (sin, cos) = value.re.sin_cos(self.p)?;
            return Ok((Complex::real(sin), Complex::real(cos)));
        }
        // e^{iz} and e^{-iz}.
        let turned = Complex {
            re: value.im.negate(),
            im: value.re.clone(),
        };
        let up = self.exp(&turned)?;
        let back = self.negate(&turned)?;
        let down = self.exp(&back)?;
        let half = self.number(&(Rational::ONE / Rational::from(2)))?;
        let sum = self.add(&up, &down)?;
        let cos = self.multiply(&sum, &half)?;
        let down = self.negate(&down)?;
        let difference = self.add(&up, &down)?;
        let halved = self.multiply(&difference, &half)?;
        let sin = Complex {
            re: halved.im.clone(),
            im: halved.re.negate(),
        };
        Ok((sin, cos))
    }

    fn hyperbolic(&mut self, value: &Complex) -> Result<(Complex, Complex), Stop> {
        let up = self.exp(value)?;
        let one = self.one();
        let down = self.divide(&one, &up)?;
        let half = self.number(&(Rational::ONE / Rational::from(2)))?;
        let sum = self.add(&up, &down)?;
        let minus = self.negate(&down)?;
        let difference = self.add(&up, &minus)?;
        Ok((
            self.multiply(&difference, &half)?,
            self.multiply(&sum, &half)?,
        ))
    }

    fn real<'v>(&self, value: &'v Complex) -> Result<&'v Ball, Stop> {
        if value.is_real() {
            Ok(&value.re)
        } else {
            Err(Stop::Unsupported)
        }
    }

    fn asin(&mut self, value: &Complex) -> Result<Complex, Stop> {
        let bits = self.bits();
        let x = self.real(value)?.clone();
        let one = Ball::integer(1);
        let half = self.p.pi().divide(&Ball::integer(2), bits)?;
        let rest = one.subtract(&x.multiply(&x, bits), bits);
        let quarter = if x.is_positive() { half } else { half.negate() };
        if rest.is_zero() {
            return Ok(Complex::real(quarter));
        }
        if rest.is_negative() {
            // Beyond one: asin x = pi/2 - i acosh x.
            let distance = x.abs()?.add(&rest.negate().sqrt(bits)?, bits).ln(self.p)?;
            let im = if x.is_positive() {
                distance.negate()
            } else {
                distance
            };
            return Ok(Complex { re: quarter, im });
        }
        Ok(Complex::real(
            x.divide(&rest.sqrt(bits)?, bits)?.atan(self.p)?,
        ))
    }

    fn acos(&mut self, value: &Complex) -> Result<Complex, Stop> {
        let bits = self.bits();
        let half = self.p.pi().divide(&Ball::integer(2), bits)?;
        let asin = self.asin(value)?;
        let asin = self.negate(&asin)?;
        self.add(&Complex::real(half), &asin)
    }

    fn inverse_of(&mut self, value: &Complex) -> Result<Complex, Stop> {
        let one = self.one();
        self.divide(&one, value)
    }

    /// `ln(x + sqrt(x^2 + offset))`.
    fn area(&mut self, value: &Complex, offset: i64) -> Result<Complex, Stop> {
        let square = self.multiply(value, value)?;
        let inside = self.add(&square, &Complex::real(Ball::integer(offset)))?;
        let root = self.sqrt(&inside)?;
        let sum = self.add(value, &root)?;
        self.ln(&sum)
    }

    /// Functions of rationals that have an exact value: factorials, binomials, divisors.
    fn of_integers(&mut self, func: Func, args: &[Complex]) -> Result<Option<Complex>, Stop> {
        let wanted = matches!(
            func,
            Func::Factorial | Func::DoubleFactorial | Func::Binomial | Func::Gcd | Func::Lcm
        );
        if !wanted {
            return Ok(None);
        }
        let exact = args
            .iter()
            .map(|arg| arg.is_real().then(|| arg.re.exact()).flatten());
        let exact: Option<Vec<Rational>> = exact.collect();
        let value = Exact::new(self.fuel).call(func, &exact.ok_or(Stop::Unsupported)?)?;
        self.number(&value).map(Some)
    }

    /// A function that is made of a sine and a cosine, circular or hyperbolic.
    fn of_two(&mut self, func: Func, sine: Complex, cosine: Complex) -> Result<Complex, Stop> {
        match func {
            Func::Sin | Func::Sinh => Ok(sine),
            Func::Cos | Func::Cosh => Ok(cosine),
            Func::Tan | Func::Tanh => self.divide(&sine, &cosine),
            Func::Cot | Func::Coth => self.divide(&cosine, &sine),
            Func::Sec | Func::Sech => self.inverse_of(&cosine),
            _ => self.inverse_of(&sine),
        }
    }

    /// The inverse of a circular or hyperbolic function.
    fn inverse(&mut self, func: Func, value: &Complex) -> Result<Complex, Stop> {
        match func {
            Func::Asin => {
                self.charge_function()?;
                self.asin(value)
            }
            Func::Acos => {
                self.charge_function()?;
                self.acos(value)
            }
            Func::Atan => {
                self.charge_function()?;
                Ok(Complex::real(self.real(value)?.atan(self.p)?))
            }
            Func::Acsc => {
                let inverse = self.inverse_of(value)?;
                self.inverse(Func::Asin, &inverse)
            }
            Func::Asec => {
                let inverse = self.inverse_of(value)?;
                self.inverse(Func::Acos, &inverse)
            }
            Func::Asinh => self.area(value, 1),
            Func::Acosh => self.area(value, -1),
            Func::Atanh => self.atanh(value),
            _ => Err(Stop::Unsupported),
        }
    }

    /// `ln((1 + x) / (1 - x)) / 2`.
    fn atanh(&mut self, value: &Complex) -> Result<Complex, Stop> {
        let one = self.one();
        let above = self.add(&one, value)?;
        let minus = self.negate(value)?;
        let below = self.add(&one, &minus)?;
        let (above, below) = (self.ln(&above)?, self.ln(&below)?);
        let below = self.negate(&below)?;
        let log = self.add(&above, &below)?;
        let half = self.number(&(Rational::ONE / Rational::from(2)))?;
        self.multiply(&log, &half)
    }

    fn logarithm(&mut self, func: Func, args: &[Complex]) -> Result<Complex, Stop> {
        let ten = Complex::real(Ball::integer(10));
        let (base, value) = match (func, args) {
            (Func::Ln, [value, ..]) => return self.ln(value),
            (Func::Log, [value, ..]) if self.natural_log => return self.ln(value),
            (Func::Log | Func::Lg, [value, ..]) => (&ten, value),
            (Func::LogBase, [base, value]) => (base, value),
            _ => return Err(Stop::Unsupported),
        };
        let (above, below) = (self.ln(value)?, self.ln(base)?);
        self.divide(&above, &below)
    }

    fn remainder(&mut self, args: &[Complex]) -> Result<Complex, Stop> {
        let [value, modulus] = args else {
            return Err(Stop::Unsupported);
        };
        let ratio = self.divide(value, modulus)?;
        let times = Complex::real(self.real(&ratio)?.floor()?);
        let product = self.multiply(modulus, &times)?;
        let product = self.negate(&product)?;
        self.add(value, &product)
    }

    /// A root, a size, a sign, or one part of a value.
    fn part(&mut self, func: Func, value: &Complex) -> Result<Complex, Stop> {
        match func {
            Func::Sqrt => self.sqrt(value),
            Func::Abs => Ok(Complex::real(self.modulus(value)?)),
            Func::Floor => Ok(Complex::real(self.real(value)?.floor()?)),
            Func::Ceil => {
                let floor = self.real(value)?.negate().floor()?;
                Ok(Complex::real(floor.negate()))
            }
            Func::Sign if self.real(value)?.is_positive() => Ok(self.one()),
            Func::Re => Ok(Complex::real(value.re.clone())),
            Func::Im => Ok(Complex::real(value.im.clone())),
            _ => Err(Stop::Unsupported),
        }
    }

    fn extreme(&mut self, args: &[Complex], most: bool) -> Result<Complex, Stop> {
        let mut best = args.first().ok_or(Stop::Unsupported)?;
        for arg in &args[1..] {
            let (left, right) = (self.real(best)?, self.real(arg)?);
            if left == right {
                continue;
            }
            let below = left.is_below(right, self.bits()).ok_or(Stop::Imprecise)?;
            if below == most {
                best = arg;
            }
        }
        Ok(best.clone())
    }
}

impl Field for Numeric<'_> {
    type Value = Complex;

    fn fuel(&mut self) -> &mut Fuel {
        self.fuel
    }

    fn divides_formally(&self) -> bool {
        self.formal
    }

    fn number(&mut self, value: &Rational) -> Result<Complex, Stop> {
        let words = value.numerator().as_sign_words().1.len() as u64;
        self.fuel.burn(words + 2)?;
        let longest = value
            .numerator()
            .bit_len()
            .max(value.denominator().bit_len());
        self.hidden |= longest as i64 > self.reach();
        Ok(Complex::real(Ball::rational(value, self.bits())))
    }

    fn constant(&mut self, constant: Const) -> Result<Complex, Stop> {
        match constant {
            Const::Pi => Ok(Complex::real(self.p.pi())),
            Const::E => {
                let one = self.one();
                self.exp(&one)
            }
            Const::I => Ok(Complex {
                re: Ball::zero(),
                im: Ball::integer(1),
            }),
            Const::Undefined => Err(Stop::Undefined),
            _ => Err(Stop::Unsupported),
        }
    }

    /// A dyadic number: below one, above one, around both, and then of either sign.
    fn symbol(&mut self, name: Name, arena: &Arena) -> Result<Complex, Stop> {
        let text = arena.text(name);
        if let Some((_, value)) = self.names.iter().find(|(known, _)| *known == text) {
            return self.number(value);
        }
        if self.formal && text == "I" {
            return self.constant(Const::I);
        }
        let point = self.point.ok_or(Stop::Unsupported)?;
        let seed = name_seed(arena.text(name), point);
        let (from, span) = match point {
            0 => (1u64 << 27, 7u64 << 27),
            1 => (1 << 30, 2 << 30),
            2 => (1 << 28, 2 << 30),
            3 => (3 << 30, 4 << 30),
            _ => (1 << 28, 3 << 30),
        };
        let value = Rational::from(from + seed % span) / Rational::from(1u64 << 30);
        // Of two points that follow each other, one has each name below zero.
        let seed_of_pair = name_seed(arena.text(name), point / 2 + 100);
        let negative = point > 3 && ((seed_of_pair >> 60) + point).is_multiple_of(2);
        self.number(&if negative { -value } else { value })
    }

    fn add(&mut self, left: &Complex, right: &Complex) -> Result<Complex, Stop> {
        self.charge(1)?;
        self.note_scales(&left.re, &right.re);
        self.note_scales(&left.im, &right.im);
        let bits = self.bits();
        Ok(Complex {
            re: left.re.add(&right.re, bits),
            im: left.im.add(&right.im, bits),
        })
    }

    fn negate(&mut self, value: &Complex) -> Result<Complex, Stop> {
        Ok(Complex {
            re: value.re.negate(),
            im: value.im.negate(),
        })
    }

    fn multiply(&mut self, left: &Complex, right: &Complex) -> Result<Complex, Stop> {
        self.charge(4)?;
        let bits = self.bits();
        if left.is_real() && right.is_real() {
            return Ok(Complex::real(left.re.multiply(&right.re, bits).checked()?));
        }
        let re = left.re.multiply(&right.re, bits);
        let re = re.subtract(&left.im.multiply(&right.im, bits), bits);
        let im = left.re.multiply(&right.im, bits);
        let im = im.add(&left.im.multiply(&right.re, bits), bits);
        Ok(Complex {
            re: re.checked()?,
            im: im.checked()?,
        })
    }

    fn divide(&mut self, left: &Complex, right: &Complex) -> Result<Complex, Stop> {
        self.charge(6)?;
        let bits = self.bits();
        if right.is_real() {
            return Ok(Complex {
                re: left.re.divide(&right.re, bits)?.checked()?,
                im: left.im.divide(&right.re, bits)?.checked()?,
            });
        }
        let conjugate = Complex {
            re: right.re.clone(),
            im: right.im.negate(),
        };
        let above = self.multiply(left, &conjugate)?;
        let below = self.multiply(right, &conjugate)?;
        Ok(Complex {
            re: above.re.divide(&below.re, bits)?,
            im: above.im.divide(&below.re, bits)?,
        })
    }

    fn power_exact(&mut self, base: &Complex, exponent: &Rational) -> Result<Complex, Stop> {
        let zero = base.re.is_zero() && base.im.is_zero();
        if zero {
            return if *exponent > Rational::ZERO {
                Ok(base.clone())
            } else {
                Err(Stop::Undefined)
            };
        }
        if let Some(times) = as_integer(exponent) {
            return self.integer_power(base, times);
        }
        let order = Rational::from(exponent.denominator().clone());
        if base.is_real() && base.re.is_positive() && order <= Rational::from(64) {
            let root = self.real_root(base, &order)?;
            return self.integer_power(&root, exponent.numerator());
        }
        // Some read an odd root of a negative number as real, some do not.
        let odd = exponent.denominator().clone() % 2u8 == 1u8;
        if base.is_real() && !base.re.is_positive() && odd {
            return Err(Stop::Unsupported);
        }
        if order == Rational::from(2) {
            let root = self.sqrt(base)?;
            return self.integer_power(&root, exponent.numerator());
        }
        let exponent = self.number(exponent)?;
        self.power(base, &exponent)
    }

    fn power(&mut self, base: &Complex, exponent: &Complex) -> Result<Complex, Stop> {
        let log = self.ln(base)?;
        let product = self.multiply(&log, exponent)?;
        self.exp(&product)
    }

    fn root(&mut self, value: &Complex, order: &Rational) -> Result<Complex, Stop> {
        self.real_root(value, order)
    }

    fn call(&mut self, func: Func, args: &[Complex]) -> Result<Complex, Stop> {
        if let Some(value) = self.of_integers(func, args)? {
            return Ok(value);
        }
        let first = args.first().ok_or(Stop::Unsupported)?;
        match func {
            Func::Sin | Func::Cos | Func::Tan | Func::Cot | Func::Sec | Func::Csc => {
                let (sin, cos) = self.real_sin_cos(first)?;
                self.of_two(func, sin, cos)
            }
            Func::Sinh | Func::Cosh | Func::Tanh | Func::Coth | Func::Sech | Func::Csch => {
                let (sinh, cosh) = self.hyperbolic(first)?;
                self.of_two(func, sinh, cosh)
            }
            Func::Ln | Func::Log | Func::Lg | Func::LogBase => self.logarithm(func, args),
            Func::Max => self.extreme(args, true),
            Func::Min => self.extreme(args, false),
            Func::Mod => self.remainder(args),
            Func::Sqrt
            | Func::Abs
            | Func::Floor
            | Func::Ceil
            | Func::Sign
            | Func::Re
            | Func::Im => self.part(func, first),
            _ => self.inverse(func, first),
        }
    }

    fn unknown(&mut self, _: Name, _: &[Complex], _: &Arena) -> Result<Complex, Stop> {
        Err(Stop::Unsupported)
    }

    fn repeat(&mut self, _: Big, _: &[Complex]) -> Result<Complex, Stop> {
        Err(Stop::Unsupported)
    }

    fn placeholder(&mut self) -> Result<Complex, Stop> {
        Err(Stop::Unsupported)
    }
}
