//! Exact numbers, and the ways that mathematics writes them.

use std::ops::{Add, Div, Mul, Sub};

pub(crate) fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

/// The largest whole number whose square is at most `n`.
pub(crate) fn floor_root(n: i64) -> i64 {
    let mut root = 0;
    while (root + 1) * (root + 1) <= n {
        root += 1;
    }
    root
}

pub(crate) fn binomial(n: i64, k: i64) -> i64 {
    if k < 0 || k > n {
        0
    } else {
        (0..k).fold(1, |product, i| product * (n - i) / (i + 1))
    }
}

/// The prime factors of `n` with their exponents, ascending.
pub(crate) fn factors(mut n: i64) -> Vec<(i64, u32)> {
    let mut found = Vec::new();
    let mut p = 2;
    while p * p <= n {
        let mut exponent = 0;
        while n % p == 0 {
            n /= p;
            exponent += 1;
        }
        if exponent > 0 {
            found.push((p, exponent));
        }
        p += 1;
    }
    if n > 1 {
        found.push((n, 1));
    }
    found
}

/// `2^3 × 5`.
pub(crate) fn factored(n: i64) -> String {
    let power = |&(p, e): &(i64, u32)| {
        if e == 1 {
            p.to_string()
        } else {
            format!("{p}^{e}")
        }
    };
    factors(n).iter().map(power).collect::<Vec<_>>().join(" × ")
}

/// `√n = outside √inside`, with `inside` free of squares.
pub(crate) fn split_root(n: i64) -> (i64, i64) {
    let mut outside = 1;
    let mut inside = 1;
    for (p, e) in factors(n) {
        outside *= p.pow(e / 2);
        inside *= p.pow(e % 2);
    }
    (outside, inside)
}

/// `1, 2, 3`.
pub(crate) fn list(numbers: &[i64]) -> String {
    numbers
        .iter()
        .map(i64::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// `1 + 2 + 3`, with brackets around what is negative.
pub(crate) fn sum(numbers: &[i64]) -> String {
    numbers
        .iter()
        .map(|&n| bracket(n))
        .collect::<Vec<_>>()
        .join(" + ")
}

/// `(-3)`, or `3` as it is.
pub(crate) fn bracket(n: i64) -> String {
    if n < 0 {
        format!("({n})")
    } else {
        n.to_string()
    }
}

/// `1st`, `22nd`, `13th`.
pub(crate) fn ordinal(n: i64) -> String {
    let ending = match (n % 10, n % 100) {
        (1, hundred) if hundred != 11 => "st",
        (2, hundred) if hundred != 12 => "nd",
        (3, hundred) if hundred != 13 => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

/// The polynomial with these coefficients, constant first: `3x^2 - x + 4`.
pub(crate) fn polynomial(coefficients: &[i64], variable: &str) -> String {
    let terms = coefficients.iter().enumerate().rev();
    join_terms(terms.map(|(power, &c)| (c, power)), variable)
}

/// Terms in the order given, those with coefficient 0 left out.
pub(crate) fn join_terms(terms: impl Iterator<Item = (i64, usize)>, variable: &str) -> String {
    let mut text = String::new();
    for (coefficient, power) in terms.filter(|&(coefficient, _)| coefficient != 0) {
        text += match (text.is_empty(), coefficient < 0) {
            (true, true) => "-",
            (true, false) => "",
            (false, true) => " - ",
            (false, false) => " + ",
        };
        let size = coefficient.abs();
        match power {
            0 => text += &size.to_string(),
            _ if size == 1 => text += variable,
            _ => text += &format!("{size}{variable}"),
        }
        if power > 1 {
            text += &format!("^{power}");
        }
    }
    if text.is_empty() { "0".into() } else { text }
}

/// A fraction in lowest terms, its denominator above 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Q {
    pub(crate) top: i64,
    pub(crate) bottom: i64,
}

pub(crate) fn q(top: i64, bottom: i64) -> Q {
    assert!(bottom != 0, "a fraction has a denominator");
    let shared = gcd(top, bottom) * bottom.signum();
    Q {
        top: top / shared,
        bottom: bottom / shared,
    }
}

pub(crate) fn whole(n: i64) -> Q {
    q(n, 1)
}

impl Add for Q {
    type Output = Q;
    fn add(self, other: Q) -> Q {
        q(
            self.top * other.bottom + other.top * self.bottom,
            self.bottom * other.bottom,
        )
    }
}

impl Sub for Q {
    type Output = Q;
    fn sub(self, other: Q) -> Q {
        q(
            self.top * other.bottom - other.top * self.bottom,
            self.bottom * other.bottom,
        )
    }
}

impl Mul for Q {
    type Output = Q;
    fn mul(self, other: Q) -> Q {
        q(self.top * other.top, self.bottom * other.bottom)
    }
}

impl Div for Q {
    type Output = Q;
    fn div(self, other: Q) -> Q {
        q(self.top * other.bottom, self.bottom * other.top)
    }
}

impl PartialOrd for Q {
    fn partial_cmp(&self, other: &Q) -> Option<std::cmp::Ordering> {
        (self.top * other.bottom).partial_cmp(&(other.top * self.bottom))
    }
}

impl std::fmt::Display for Q {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        if self.bottom == 1 {
            write!(f, "{}", self.top)
        } else {
            write!(f, "{}/{}", self.top, self.bottom)
        }
    }
}

impl Q {
    pub(crate) fn latex(self) -> String {
        self.latex_with("\\frac")
    }

    pub(crate) fn latex_with(self, frac: &str) -> String {
        let sign = if self.top < 0 { "-" } else { "" };
        match self.bottom {
            1 => self.top.to_string(),
            bottom => format!("{sign}{frac}{{{}}}{{{bottom}}}", self.top.abs()),
        }
    }

    /// `2.75`, where at most `places` digits after the point say it exactly.
    pub(crate) fn decimal(self, places: usize) -> Option<String> {
        let scale = 10i64.pow(places as u32);
        if scale % self.bottom != 0 {
            return None;
        }
        let scaled = (self.top * (scale / self.bottom)).abs();
        let digits = format!("{}.{:0places$}", scaled / scale, scaled % scale);
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        Some(format!("{}{digits}", if self.top < 0 { "-" } else { "" }))
    }

    /// In brackets where a sign would follow a sign.
    pub(crate) fn bracket(self) -> String {
        if self.top < 0 {
            format!("({self})")
        } else {
            self.to_string()
        }
    }

    /// About this much: `0.667`.
    pub(crate) fn about(self) -> String {
        format!("{:.3}", self.top as f64 / self.bottom as f64)
    }
}
