//! Compares two values: numbers and expressions.

use std::sync::OnceLock;

use dashu::base::Abs;
use dashu::{Natural, Rational};

use crate::Reason;
use crate::ball::{Ball, Precision};
use crate::decide::{Decision, Judge};
use crate::eval::{self, Stop};
use crate::exact::Exact;
use crate::expr::{Const, Func, Id, Literal, Name, Node};
use crate::modular::Modular;
use crate::numeric::{Complex, Numeric};

use Decision::{Different, Equal, Unknown};

impl Judge<'_> {
    /// Whether two values are the same.
    pub(crate) fn scalars(&mut self, left: Id, right: Id) -> Decision {
        let (left_percent, right_percent) = (self.percent(left), self.percent(right));
        match (left_percent, right_percent) {
            (Some(bare), None) if self.options.bare_percent => {
                return self
                    .values(bare, right, false)
                    .or_else(|| self.values(left, right, false));
            }
            (None, Some(bare)) if self.options.bare_percent => {
                return self
                    .values(left, bare, false)
                    .or_else(|| self.values(left, right, false));
            }
            _ => {}
        }
        let degrees =
            |judge: &Self, id| judge.arena.any(id, |node| matches!(node, Node::Degrees(_)));
        match (degrees(self, left), degrees(self, right)) {
            (false, false) => self.values(left, right, false),
            (true, true) => self.values(left, right, true),
            _ => self
                .values(left, right, true)
                .or_else(|| self.values(left, right, false)),
        }
    }

    /// What stands before a percent sign.
    fn percent(&mut self, id: Id) -> Option<Id> {
        match *self.arena.node(id) {
            Node::Percent(inner) => Some(inner),
            Node::Negative(inner) => {
                let inner = self.percent(inner)?;
                self.arena.push(Node::Negative(inner))
            }
            _ => None,
        }
    }

    fn values(&mut self, left: Id, right: Id, plain_degrees: bool) -> Decision {
        if let Some(decision) = self.infinite(left, right) {
            return decision;
        }
        let exact = |judge: &mut Self, id| {
            let mut field = Exact::new(&mut judge.fuel);
            eval::eval(judge.arena, id, &mut field, plain_degrees)
        };
        let (left_exact, right_exact) = (exact(self, left), exact(self, right));
        if let (Ok(left_exact), Ok(right_exact)) = (&left_exact, &right_exact) {
            return self.rationals(left, left_exact, right, right_exact);
        }
        if [&left_exact, &right_exact]
            .iter()
            .any(|value| matches!(value, Err(Stop::Fuel)))
        {
            return Unknown(Reason::OutOfFuel);
        }
        if [&left_exact, &right_exact]
            .iter()
            .any(|value| matches!(value, Err(Stop::Undefined)))
        {
            return Unknown(Reason::Unproven);
        }
        let (left_names, right_names) = (self.arena.symbols(left), self.arena.symbols(right));
        let identity = self.identity(left, right, plain_degrees);
        if let Equal(_) = identity {
            return identity;
        }
        if left_names.is_empty() && right_names.is_empty() {
            let decision = self.constants(left, right, plain_degrees);
            return match decision {
                Unknown(Reason::Rounding) => decision,
                Unknown(_) => identity,
                _ => decision,
            };
        }
        if !comparable(&left_names, &right_names) {
            return self.by_order_of_names(left, &left_names, right, &right_names);
        }
        let decision = match identity {
            Different(_) => identity,
            _ => self.functions(left, right, plain_degrees),
        };
        match decision {
            Different(_) if self.maybe_units(left, right, &left_names, &right_names) => self
                .without_metres(left, right)
                .unwrap_or(Unknown(Reason::Names)),
            Different(_)
                if self.rounded_parts(left, right)
                    && !left_names.is_empty()
                    && !right_names.is_empty() =>
            {
                Unknown(Reason::Rounding)
            }
            other => other,
        }
    }

    /// Where names do not count, the first name of one side is the first of the other.
    fn by_order_of_names(
        &mut self,
        left: Id,
        left_names: &[Name],
        right: Id,
        right_names: &[Name],
    ) -> Decision {
        if let Some(renamed) = self.free_constant(left, right)
            && matches!(self.scalars(left, renamed), Equal(_))
        {
            return Equal(Reason::Identity);
        }
        if self.options.strict || left_names.len() != right_names.len() {
            return Unknown(Reason::Names);
        }
        let mut renamed = Some(right);
        for (to, from) in left_names.iter().zip(right_names) {
            renamed = renamed.and_then(|id| self.substituted(id, *from, *to));
        }
        match renamed {
            Some(renamed) => self.scalars(left, renamed).doubted(),
            None => Unknown(Reason::Names),
        }
    }

    /// The right side with the constant of integration that the left side has: `+ C` and `+ c`.
    fn free_constant(&mut self, left: Id, right: Id) -> Option<Id> {
        let (to, from) = (self.added_constant(left)?, self.added_constant(right)?);
        let capital = |name: Name| self.arena.text(name) == "C";
        if to == from || !(capital(to) || capital(from)) || self.arena.symbols(right).contains(&to)
        {
            return None;
        }
        self.substituted(right, from, to)
    }

    /// The letter that stands for any constant, where it is a term of its own and nothing else.
    fn added_constant(&self, id: Id) -> Option<Name> {
        let Node::Sum(terms) = self.arena.node(id) else {
            return None;
        };
        let mut found = terms
            .iter()
            .filter_map(|term| match self.arena.node(*term) {
                Node::Symbol(name)
                    if matches!(self.arena.text(*name), "C" | "c" | "K" | "k" | "C_1") =>
                {
                    Some(*name)
                }
                _ => None,
            });
        let only = found.next()?;
        let mut count = 0;
        self.arena.each(id, &mut |node| {
            count += u32::from(*node == Node::Symbol(only))
        });
        (found.next().is_none() && count == 1).then_some(only)
    }

    /// Whether one side is the other with a letter behind it that may be a unit: `5 m`, `5 m^2`.
    fn maybe_units(&self, left: Id, right: Id, left_names: &[Name], right_names: &[Name]) -> bool {
        let unit = |id: Id, names: &[Name]| {
            let [name] = names else {
                return false;
            };
            let Node::Product(factors) = self.arena.node(id) else {
                return false;
            };
            let behind = factors.split_last().is_some_and(|(last, others)| {
                let letter = match *self.arena.node(*last) {
                    Node::Power(base, _) => base,
                    _ => *last,
                };
                matches!(self.arena.node(letter), Node::Symbol(_))
                    && others
                        .iter()
                        .all(|other| self.arena.symbols(*other).is_empty())
            });
            behind && crate::units::is_upright_unit(self.arena.text(*name))
        };
        left_names.is_empty() && unit(right, right_names)
            || right_names.is_empty() && unit(left, left_names)
    }

    /// Compares where one side is a number with square or cubic metres behind it: `5 m^2`.
    fn without_metres(&mut self, left: Id, right: Id) -> Option<Decision> {
        let mut bare = |id: Id| {
            let Node::Product(factors) = self.arena.node(id) else {
                return None;
            };
            let (last, rest) = factors.split_last()?;
            let Node::Power(base, exponent) = *self.arena.node(*last) else {
                return None;
            };
            let metre = matches!(self.arena.node(base), Node::Symbol(name) if self.arena.text(*name) == "m");
            let power = matches!(self.arena.node(exponent), Node::Number(literal)
                if [2u8, 3].map(Rational::from).contains(&literal.value));
            let rest = rest.to_vec();
            (metre && power).then(|| self.arena.push(Node::Product(rest)))?
        };
        let (bare_left, bare_right) = (bare(left), bare(right));
        let (left, right) = match (bare_left, bare_right) {
            (Some(left), None) => (left, right),
            (None, Some(right)) => (left, right),
            _ => return None,
        };
        Some(self.scalars(left, right).doubted())
    }

    /// Whether either side holds a decimal that may be rounded, such as `3.14x`.
    fn rounded_parts(&self, left: Id, right: Id) -> bool {
        let rounded = |id| {
            self.arena.any(id, |node| {
                matches!(node, Node::Number(literal) if literal.decimals.is_some_and(|digits| digits >= 2))
            })
        };
        rounded(left) != rounded(right)
    }

    /// Infinity is equal to itself and to nothing else.
    fn infinite(&mut self, left: Id, right: Id) -> Option<Decision> {
        let sign = |judge: &Self, id: Id| match judge.arena.node(id) {
            Node::Constant(Const::Infinity) => Some(true),
            Node::Negative(inner) => {
                matches!(judge.arena.node(*inner), Node::Constant(Const::Infinity)).then_some(false)
            }
            _ => None,
        };
        match (sign(self, left), sign(self, right)) {
            (None, None) => None,
            (Some(left), Some(right)) if left == right => Some(Equal(Reason::Exact)),
            (Some(_), Some(_)) => Some(Different(Reason::Exact)),
            (Some(_), None) => self.finite(right),
            (None, Some(_)) => self.finite(left),
        }
    }

    fn finite(&mut self, id: Id) -> Option<Decision> {
        let mut field = Exact::new(&mut self.fuel);
        let value = eval::eval(self.arena, id, &mut field, true);
        Some(if value.is_ok() {
            Different(Reason::Exact)
        } else {
            Unknown(Reason::Unlike)
        })
    }
}

/// Whether one side's names are all on the other: else a variable may have been renamed.
fn comparable(left: &[Name], right: &[Name]) -> bool {
    left.iter().all(|name| right.contains(name)) || right.iter().all(|name| left.contains(name))
}

// Exact values and rounded ones.

impl Judge<'_> {
    fn rationals(
        &mut self,
        left: Id,
        left_value: &Rational,
        right: Id,
        right_value: &Rational,
    ) -> Decision {
        if left_value == right_value {
            return Equal(Reason::Exact);
        }
        if let Some(decision) = self.same_at_decimals(left, left_value, right, right_value) {
            return decision;
        }
        let difference = (left_value - right_value).abs();
        let judge = |literal: Option<&Literal>, other: Option<&Literal>, value: &Rational| {
            literal.and_then(|literal| rounds(literal, other, value, &difference))
        };
        let (left_literal, right_literal) = (self.literal(left), self.literal(right));
        let close = [
            (left, judge(left_literal, right_literal, right_value)),
            (right, judge(right_literal, left_literal, left_value)),
        ];
        let close = close
            .into_iter()
            .filter_map(|(id, digits)| Some(self.rounded(id, digits?)));
        close.reduce(better).unwrap_or(Different(Reason::Exact))
    }

    /// Whether two values, one of them a decimal, round to the same value at the decimals that the
    /// options give.
    fn same_at_decimals(
        &self,
        left: Id,
        left_value: &Rational,
        right: Id,
        right_value: &Rational,
    ) -> Option<Decision> {
        let decimals = self.options.float_rounding?.min(DECIMALS_MAX);
        let scale = Rational::from(Natural::from(10u8).pow(decimals as usize));
        if !self.has_decimal(left) && !self.has_decimal(right) {
            return None;
        }
        let same = (left_value * &scale).round() == (right_value * &scale).round();
        same.then_some(Equal(Reason::Rounded))
    }

    fn has_decimal(&self, id: Id) -> bool {
        self.arena.any(
            id,
            |node| matches!(node, Node::Number(literal) if literal.decimals.is_some()),
        )
    }

    /// What to make of a decimal of so many digits that rounds right.
    fn rounded(&self, written: Id, digits: u32) -> Decision {
        let least = if self.is_gold(written) {
            self.options.rounding_digits
        } else {
            self.options.answer_rounding_digits
        };
        match least {
            Some(least) if digits >= least => Equal(Reason::Rounded),
            _ => Unknown(Reason::Rounding),
        }
    }

    /// The decimal that a value is written as.
    fn literal(&self, id: Id) -> Option<&Literal> {
        match self.arena.node(id) {
            Node::Number(literal) => Some(literal),
            Node::Negative(inner) | Node::Degrees(inner) => self.literal(*inner),
            _ => None,
        }
    }
}

/// How many digits of a decimal count, where a value rounds to them; `difference` is exact.
fn rounds(
    literal: &Literal,
    other: Option<&Literal>,
    value: &Rational,
    difference: &Rational,
) -> Option<u32> {
    let decimals = literal.decimals?;
    // Two decimals of one length are two numbers; an integer is exact.
    let other_decimals = other.map_or(u32::MAX, |other| other.decimals.unwrap_or(0));
    let noise = literal.significant >= 10
        && *difference < value.clone().abs() / Rational::from(1_000_000_000u64);
    if noise {
        // Two decimals of one length that differ in their last digit are near, and not the same.
        let alike = other_decimals == decimals;
        return Some(if alike { 0 } else { literal.significant });
    }
    if literal.open_ended && other_decimals != decimals && difference <= &unit(decimals) {
        return Some(literal.significant);
    }
    if other_decimals <= decimals || value.is_int() && other.is_some() {
        return None;
    }
    within(
        literal,
        difference <= &(unit(decimals) / Rational::from(2)),
        difference < &unit(decimals),
    )
}

/// The digits that count when the difference is at most half a unit, or less than one.
fn within(literal: &Literal, half: bool, whole: bool) -> Option<u32> {
    // Cut off instead of rounded: right to the last digit but one.
    let cut = whole && (literal.open_ended || literal.significant >= 6);
    let slight = whole && literal.significant >= 3;
    if half || cut {
        Some(literal.significant)
    } else {
        slight.then_some(0)
    }
}

/// One unit of the last of so many decimals.
fn unit(decimals: u32) -> Rational {
    Rational::ONE / Rational::from(Natural::from(10u8).pow(decimals as usize))
}

// Identities.

/// How many points an identity is tried at.
const POINTS: usize = 2;

impl Judge<'_> {
    /// Compares residues: equal at every point, or different where none was made up.
    fn identity(&mut self, left: Id, right: Id, plain_degrees: bool) -> Decision {
        let mut made_up = false;
        for point in 0..POINTS {
            let mut values = [0, 0];
            let mut field = Modular::at(&mut self.fuel, point);
            for (value, id) in values.iter_mut().zip([left, right]) {
                let found = eval::eval(self.arena, id, &mut field, plain_degrees);
                made_up |= field.made_up;
                *value = match found {
                    Ok(found) => found,
                    Err(Stop::Fuel) => return Unknown(Reason::OutOfFuel),
                    Err(_) => return Unknown(Reason::Unproven),
                };
            }
            if values[0] != values[1] {
                let plain = !made_up && !self.branches(left) && !self.branches(right);
                return if plain {
                    Different(Reason::Identity)
                } else {
                    Unknown(Reason::Unproven)
                };
            }
        }
        Equal(Reason::Identity)
    }

    /// Whether a value is written with a constant that residues do not settle.
    fn branches(&self, id: Id) -> bool {
        self.arena.any(id, |node| matches!(node, Node::Number(literal) if literal.decimals.is_some_and(|digits| digits > 2)))
    }
}

// Enclosures.

/// The precisions at which values are enclosed, in bits.
const COARSE: usize = 128;
const FINE: usize = 640;
/// Two enclosures that agree to this many bits are the same value.
const AGREEMENT: i64 = 500;

fn precision(bits: usize) -> &'static Precision {
    static COARSE_CONSTANTS: OnceLock<Precision> = OnceLock::new();
    static POINT_CONSTANTS: OnceLock<Precision> = OnceLock::new();
    static FINE_CONSTANTS: OnceLock<Precision> = OnceLock::new();
    let cell = match bits {
        COARSE => &COARSE_CONSTANTS,
        FINE => &FINE_CONSTANTS,
        _ => &POINT_CONSTANTS,
    };
    cell.get_or_init(|| Precision::new(bits))
}

/// No option asks for more decimals than this.
const DECIMALS_MAX: u32 = 300;

/// How two enclosed values compare.
enum Closeness {
    Apart,
    /// They agree to this many bits, relative to the larger, or to one where both may be zero.
    Within(i64),
}

impl Judge<'_> {
    fn constants(&mut self, left: Id, right: Id, plain_degrees: bool) -> Decision {
        let coarse = self.constants_at(left, right, plain_degrees, COARSE);
        match coarse {
            Err(Stop::Fuel) => return Unknown(Reason::OutOfFuel),
            Ok(Closeness::Apart) => return self.apart(left, right, plain_degrees),
            _ => {}
        }
        match self.constants_at(left, right, plain_degrees, FINE) {
            Err(Stop::Fuel) => Unknown(Reason::OutOfFuel),
            Ok(Closeness::Apart) => self.apart(left, right, plain_degrees),
            Ok(Closeness::Within(bits)) if bits >= AGREEMENT => Equal(Reason::Numeric),
            _ => Unknown(Reason::Unproven),
        }
    }

    fn constant(&mut self, id: Id, degrees: bool, bits: usize, log: bool) -> Result<Complex, Stop> {
        self.enclosed(id, degrees, bits, log)
            .map(|(value, _)| value)
    }

    /// A constant, and whether the precision may hide a part of it.
    fn enclosed(
        &mut self,
        id: Id,
        degrees: bool,
        bits: usize,
        log: bool,
    ) -> Result<(Complex, bool), Stop> {
        let mut field = Numeric::constants(&mut self.fuel, precision(bits), log);
        let value = eval::eval(self.arena, id, &mut field, degrees)?;
        Ok((value, field.hidden))
    }

    fn constants_at(
        &mut self,
        left: Id,
        right: Id,
        degrees: bool,
        bits: usize,
    ) -> Result<Closeness, Stop> {
        let mut best = None;
        for log in self.log_bases(left, right) {
            let (left, left_hidden) = self.enclosed(left, degrees, bits, *log)?;
            let (right, right_hidden) = self.enclosed(right, degrees, bits, *log)?;
            match closeness(&left, &right, bits) {
                Closeness::Within(_) if left_hidden || right_hidden => {
                    return Ok(Closeness::Within(0));
                }
                Closeness::Within(bits) => return Ok(Closeness::Within(bits)),
                apart => best = Some(apart),
            }
        }
        best.ok_or(Stop::Unsupported)
    }

    /// `log` without a base is to ten or to e: both are tried where it occurs on one side only, and
    /// where it occurs on both, since the two sides mean the same.
    fn log_bases(&self, left: Id, right: Id) -> &'static [bool] {
        let has_log = |id| {
            self.arena
                .any(id, |node| matches!(node, Node::Call(Func::Log, _)))
        };
        if has_log(left) || has_log(right) {
            &[false, true]
        } else {
            &[false]
        }
    }

    /// Whether a sine of a whole number is written, which may be meant in degrees.
    fn may_be_degrees(&self, id: Id) -> bool {
        let whole = |id: &Id| match self.arena.node(*id) {
            Node::Number(literal) => literal.value.is_int() && literal.value >= Rational::from(5),
            _ => false,
        };
        self.arena.any(id, |node| match node {
            Node::Call(func, args) => {
                let circular = matches!(
                    func,
                    Func::Sin | Func::Cos | Func::Tan | Func::Cot | Func::Sec | Func::Csc
                );
                circular && args.iter().all(whole)
            }
            _ => false,
        })
    }

    /// Whether a value is not real although it is written without `i`: a logarithm or root of a
    /// negative number, which has several values.
    fn off_the_reals(&mut self, id: Id, plain_degrees: bool) -> bool {
        let imaginary = |node: &Node| matches!(node, Node::Constant(Const::I));
        let value = self.constant(id, plain_degrees, COARSE, false);
        !self.arena.any(id, imaginary) && value.is_ok_and(|value| !value.is_real())
    }

    /// Whether two constants are equal at the decimals that the options give: rounded to them where
    /// one side is a decimal, closer than them where neither is a number.
    fn close_at_decimals(&mut self, left: Id, right: Id, plain_degrees: bool) -> bool {
        let margin = if self.has_decimal(left) || self.has_decimal(right) {
            self.options
                .float_rounding
                .map(|decimals| unit(decimals.min(DECIMALS_MAX)) / Rational::from(2))
        } else if self.is_rational(left) || self.is_rational(right) {
            None
        } else {
            self.options
                .numeric_precision
                .map(|decimals| unit(decimals.min(DECIMALS_MAX)))
        };
        let Some(margin) = margin else {
            return false;
        };
        let value = |judge: &mut Self, id| judge.constant(id, plain_degrees, COARSE, false);
        let (Ok(left), Ok(right)) = (value(self, left), value(self, right)) else {
            return false;
        };
        let Ok(difference) = left.re.subtract(&right.re, COARSE).abs() else {
            return false;
        };
        let margin = Ball::rational(&margin, COARSE);
        left.is_real() && right.is_real() && difference.is_below(&margin, COARSE) == Some(true)
    }

    /// Whether a value is known exactly.
    fn is_rational(&mut self, id: Id) -> bool {
        let mut field = Exact::new(&mut self.fuel);
        eval::eval(self.arena, id, &mut field, false).is_ok()
    }

    /// Two constants are apart: different, unless one is written as a rounded decimal.
    fn apart(&mut self, left: Id, right: Id, plain_degrees: bool) -> Decision {
        if self.close_at_decimals(left, right, plain_degrees) {
            return Equal(Reason::Rounded);
        }
        if self.may_be_degrees(left) || self.may_be_degrees(right) {
            return Unknown(Reason::Doubtful);
        }
        if self.off_the_reals(left, plain_degrees) || self.off_the_reals(right, plain_degrees) {
            return Unknown(Reason::Unproven);
        }
        let mut best: Option<Decision> = None;
        for (written, other) in [(left, right), (right, left)] {
            let in_degrees = |node: &Node| matches!(node, Node::Degrees(_));
            if !plain_degrees && self.arena.any(written, in_degrees) {
                continue;
            }
            let Some(literal) = self
                .literal(written)
                .filter(|literal| literal.decimals.is_some())
            else {
                continue;
            };
            let literal = literal.clone();
            // Four bits a digit, and some to spare.
            let needed = literal.decimals.unwrap_or(0) as usize * 4 + 32;
            let bits = if needed <= COARSE { COARSE } else { FINE };
            if needed > bits {
                return Unknown(Reason::Unproven);
            }
            for log in self.log_bases(left, right) {
                let value = self.constant(other, plain_degrees, bits, *log);
                let written_value = self.constant(written, plain_degrees, bits, *log);
                let digits = match (value, written_value) {
                    (Ok(value), Ok(written)) => rounds_to(&literal, &written, &value, bits),
                    _ => return Unknown(Reason::Unproven),
                };
                let decision = digits.map(|digits| self.rounded(written, digits));
                best = match (best, decision) {
                    (Some(best), Some(decision)) => Some(better(best, decision)),
                    (best, decision) => best.or(decision),
                };
            }
        }
        best.unwrap_or(Different(Reason::Numeric))
    }
}

/// The one that says more of two decisions on a rounded value.
fn better(one: Decision, other: Decision) -> Decision {
    if let Equal(_) = one { one } else { other }
}

fn rounds_to(literal: &Literal, written: &Complex, value: &Complex, bits: usize) -> Option<u32> {
    if !value.is_real() {
        return None;
    }
    let decimals = literal.decimals?;
    let difference = written.re.subtract(&value.re, bits).abs().ok()?;
    let below = |limit: &Rational| {
        difference
            .is_below(&Ball::rational(limit, bits), bits)
            .unwrap_or(false)
    };
    within(
        literal,
        below(&(unit(decimals) / Rational::from(2))),
        below(&unit(decimals)),
    )
}

fn closeness(left: &Complex, right: &Complex, bits: usize) -> Closeness {
    let differences = [
        (left.re.subtract(&right.re, bits), &left.re, &right.re),
        (left.im.subtract(&right.im, bits), &left.im, &right.im),
    ];
    if differences
        .iter()
        .any(|(difference, ..)| !difference.has_zero())
    {
        return Closeness::Apart;
    }
    // The scale of a complex number is that of its larger part.
    let scale = [&left.re, &right.re, &left.im, &right.im]
        .iter()
        .filter(|ball| !ball.has_zero())
        .filter_map(|ball| ball.magnitude())
        .max()
        .unwrap_or(0);
    let error = differences
        .iter()
        .filter_map(|(difference, ..)| difference.magnitude())
        .max();
    // A value beyond the precision may hide a difference: `2^5000 + 1`.
    let huge = scale.abs() > AGREEMENT;
    match error {
        None => Closeness::Within(i64::MAX),
        Some(_) if huge => Closeness::Within(0),
        Some(error) => Closeness::Within(scale - error),
    }
}

// Functions.

/// The precision at sample points, and the agreement that counts as equal there.
const POINT_BITS: usize = 320;
const POINT_AGREEMENT: i64 = 200;
const SAMPLES: u64 = 8;
/// The first points are positive: where they differ, no convention about signs can help.
const POSITIVE_SAMPLES: u64 = 4;

/// What the samples showed.
#[derive(Default)]
struct Tally {
    agree: u32,
    differ_positive: u32,
    differ_signed: u32,
    unknown: u32,
}

impl Judge<'_> {
    /// Compares two functions at real points, and at integers where reals do not do.
    fn functions(&mut self, left: Id, right: Id, plain_degrees: bool) -> Decision {
        let mut decision = Unknown(Reason::Unproven);
        let mut sampled = false;
        for log in self.log_bases(left, right) {
            let tally = match self.sample(left, right, plain_degrees, *log) {
                Ok(tally) => tally,
                Err(_) => return Unknown(Reason::OutOfFuel),
            };
            sampled |= tally.agree + tally.differ_positive + tally.differ_signed > 0;
            decision = tally.decision();
            if matches!(decision, Equal(_)) {
                return match self.steps(left) || self.steps(right) {
                    true => decision.and(self.at_integers(left, right, plain_degrees)),
                    false => decision,
                };
            }
        }
        if sampled {
            decision
        } else {
            self.at_integers(left, right, plain_degrees)
        }
    }

    /// Whether a value jumps where its variables do not: few points show little of it.
    fn steps(&self, id: Id) -> bool {
        self.arena.any(id, |node| {
            matches!(
                node,
                Node::Call(
                    Func::Floor | Func::Ceil | Func::Factorial | Func::Binomial | Func::Mod,
                    _
                )
            )
        })
    }

    /// Whether a value is one of several, depending on where its variables are.
    fn is_piecewise(&self, id: Id) -> bool {
        self.arena.any(id, |node| {
            matches!(
                node,
                Node::Call(Func::Max | Func::Min | Func::Abs | Func::Sign, _)
            )
        })
    }

    fn sample(&mut self, left: Id, right: Id, degrees: bool, log: bool) -> Result<Tally, Stop> {
        let mut tally = Tally::default();
        let many = self.is_piecewise(left) || self.is_piecewise(right);
        let samples = if many { 6 * SAMPLES } else { SAMPLES };
        for point in 0..samples {
            let mut hidden = false;
            let mut value = |id| {
                let mut field = Numeric::at(&mut self.fuel, precision(POINT_BITS), log, point);
                let value = eval::eval(self.arena, id, &mut field, degrees);
                hidden |= field.hidden;
                let complex = field.left_reals;
                let imaginary = |node: &Node| matches!(node, Node::Constant(Const::I));
                if complex && !self.arena.any(id, imaginary) {
                    return Err(Stop::Undefined);
                }
                value
            };
            let (left, right) = (value(left), value(right));
            match (left, right) {
                (Err(Stop::Fuel), _) | (_, Err(Stop::Fuel)) => return Err(Stop::Fuel),
                (Ok(left), Ok(right)) if left.is_real() == right.is_real() => {
                    match closeness(&left, &right, POINT_BITS) {
                        Closeness::Within(bits) if bits >= POINT_AGREEMENT && !hidden => {
                            tally.agree += 1;
                        }
                        Closeness::Within(_) => tally.unknown += 1,
                        // Two roots of a negative number, in two conventions.
                        Closeness::Apart if point < POSITIVE_SAMPLES && left.is_real() => {
                            tally.differ_positive += 1;
                        }
                        Closeness::Apart => tally.differ_signed += 1,
                    }
                }
                // Outside of the domain of one side, as `2 ln x` below zero.
                (Ok(_), Ok(_)) | (Err(Stop::Undefined), _) | (_, Err(Stop::Undefined)) => {}
                // Below zero one side may have no value that all conventions agree on.
                _ if point >= POSITIVE_SAMPLES => {}
                _ => tally.unknown += 1,
            }
            if tally.differ_positive >= 2 {
                break;
            }
        }
        Ok(tally)
    }

    /// Functions of integers: factorials, binomials, powers of minus one.
    fn at_integers(&mut self, left: Id, right: Id, plain_degrees: bool) -> Decision {
        let mut agree = 0;
        for seed in 0..SAMPLES {
            let mut value = |id| {
                let mut field = Exact::at_integers(&mut self.fuel, seed);
                eval::eval(self.arena, id, &mut field, plain_degrees)
            };
            match (value(left), value(right)) {
                (Ok(left), Ok(right)) if left == right => agree += 1,
                (Ok(_), Ok(_)) => return Different(Reason::Exact),
                (Err(Stop::Fuel), _) | (_, Err(Stop::Fuel)) => return Unknown(Reason::OutOfFuel),
                _ => {}
            }
        }
        if agree >= 5 {
            Equal(Reason::Numeric)
        } else {
            Unknown(Reason::Unproven)
        }
    }
}

impl Tally {
    fn decision(&self) -> Decision {
        let differ = self.differ_positive + self.differ_signed;
        if differ == 0 && self.agree >= 3 && self.unknown == 0 {
            Equal(Reason::Numeric)
        } else if self.differ_positive >= 2 {
            Different(Reason::Numeric)
        } else {
            Unknown(Reason::Unproven)
        }
    }
}

impl Judge<'_> {
    /// The order of two real constants, where it can be told.
    pub(crate) fn is_below(&mut self, left: Id, right: Id) -> Option<bool> {
        let left = self.constant(left, false, COARSE, false).ok()?;
        let right = self.constant(right, false, COARSE, false).ok()?;
        if !left.is_real() || !right.is_real() {
            return None;
        }
        left.re.is_below(&right.re, COARSE)
    }

    /// The exact value at an integer point, for proportional relations.
    pub(crate) fn at_point(&mut self, id: Id, seed: u64) -> Option<Rational> {
        let mut field = Exact::at_integers(&mut self.fuel, seed);
        eval::eval(self.arena, id, &mut field, false).ok()
    }
}
