//! The arithmetic of a derivation, and true things to say when going over it.

use crate::sample::number::{binomial, bracket, factored, floor_root, gcd, list, split_root, sum};

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Add(Vec<i64>),
    Sub(i64, i64),
    Mul(i64, i64),
    /// With remainder, if there is one.
    Div(i64, i64),
    Pow(i64, u32),
    Gcd(i64, i64),
    /// A fraction brought to lowest terms.
    Reduce(i64, i64),
    Binomial(i64, i64),
    Factors(i64),
    /// The square root of a whole number.
    Root(i64),
}

use Op::*;

impl Op {
    /// What it says: `37 × 24 = 888`.
    pub(crate) fn claim(&self) -> String {
        match self {
            Add(terms) => format!("{} = {}", sum(terms), terms.iter().sum::<i64>()),
            Sub(a, b) => format!("{} - {} = {}", a, bracket(*b), a - b),
            Mul(a, b) => format!("{} × {} = {}", bracket(*a), bracket(*b), a * b),
            Div(a, b) if a % b == 0 => format!("{a} / {} = {}", bracket(*b), a / b),
            Div(a, b) => format!("{a} = {b} × {} + {}", a / b, a % b),
            Pow(a, n) => format!("{}^{n} = {}", bracket(*a), a.pow(*n)),
            Gcd(a, b) => format!("gcd({a}, {b}) = {}", gcd(*a, *b)),
            Reduce(a, b) => format!("{a}/{b} = {}", crate::sample::number::q(*a, *b)),
            Binomial(n, k) => format!("C({n}, {k}) = {}", binomial(*n, *k)),
            Factors(n) => format!("{n} = {}", factored(*n)),
            Root(n) => match split_root(*n) {
                (outside, 1) => format!("√{n} = {outside}"),
                (1, _) => format!("√{n} cannot be simplified"),
                (outside, inside) => format!("√{n} = {outside}√{inside}"),
            },
        }
    }

    /// Ways to confirm it, each a sentence or a few; none where nothing is to be confirmed.
    pub(crate) fn ways(&self) -> Vec<String> {
        match self {
            Add(terms) => adding(terms),
            Sub(a, b) => subtracting(*a, *b),
            Mul(a, b) => multiplying(*a, *b),
            Div(a, b) => dividing(*a, *b),
            Pow(a, n) => raising(*a, *n),
            Gcd(a, b) => common_divisor(*a, *b),
            Reduce(a, b) => reducing(*a, *b),
            Binomial(n, k) => choosing(*n, *k),
            Factors(n) => factoring(*n),
            Root(n) => rooting(*n),
        }
    }
}

fn adding(terms: &[i64]) -> Vec<String> {
    let total: i64 = terms.iter().sum();
    if let [a, b] = *terms {
        let mut ways = vec![format!("Taking {b} back, {total} - {} = {a}.", bracket(b))];
        if a >= 10 && b >= 10 {
            let (tens, ones) = (a / 10 * 10 + b / 10 * 10, a % 10 + b % 10);
            ways.push(format!(
                "The tens give {} + {} = {tens} and the ones give {} + {} = {ones}, together {total}.",
                a / 10 * 10,
                b / 10 * 10,
                a % 10,
                b % 10
            ));
        }
        return ways;
    }
    let running = |terms: &[i64]| {
        let mut so_far = terms[0];
        let mut text = Vec::new();
        for &term in &terms[1..] {
            text.push(format!(
                "{} + {} = {}",
                bracket(so_far),
                bracket(term),
                so_far + term
            ));
            so_far += term;
        }
        text.join(", then ")
    };
    let reversed: Vec<i64> = terms.iter().rev().copied().collect();
    vec![
        format!("Adding one at a time: {}.", running(terms)),
        format!("Starting from the other end: {}.", running(&reversed)),
    ]
}

fn subtracting(a: i64, b: i64) -> Vec<String> {
    let difference = a - b;
    let mut ways = vec![format!(
        "Adding back, {} + {} = {a}.",
        bracket(difference),
        bracket(b)
    )];
    if b > 10 && a > b {
        let tens = b / 10 * 10;
        ways.push(format!(
            "In two moves, {a} - {tens} = {} and {} - {} = {difference}.",
            a - tens,
            a - tens,
            b - tens
        ));
    }
    ways
}

fn multiplying(a: i64, b: i64) -> Vec<String> {
    let product = a * b;
    if a.abs() < 2 || b.abs() < 2 {
        return Vec::new();
    }
    if a < 0 || b < 0 {
        let sign = if product < 0 {
            "differ, so the product is negative"
        } else {
            "agree, so the product is not negative"
        };
        return vec![format!(
            "The signs {sign}, and {} × {} = {}.",
            a.abs(),
            b.abs(),
            product.abs()
        )];
    }
    let mut ways = Vec::new();
    if b > 10 && b % 10 != 0 {
        let (tens, ones) = (b / 10 * 10, b % 10);
        ways.push(format!(
            "Splitting {b} as {tens} + {ones}: {a} × {tens} = {} and {a} × {ones} = {}, and {} + {} = {product}.",
            a * tens, a * ones, a * tens, a * ones
        ));
        let (up, missing) = (tens + 10, 10 - ones);
        ways.push(format!(
            "Rounding up, {a} × {up} = {}, minus {missing} × {a} = {}, which leaves {product}.",
            a * up,
            missing * a
        ));
    }
    if a > 10 && a % 10 != 0 {
        let (tens, ones) = (a / 10 * 10, a % 10);
        ways.push(format!(
            "Splitting {a} as {tens} + {ones}: {tens} × {b} = {} and {ones} × {b} = {}, and these add up to {product}.",
            tens * b, ones * b
        ));
    }
    if product > 100 {
        ways.push(format!(
            "Modulo 9, {a} is {} and {b} is {}, so the product must be {} modulo 9; and {product} is {} modulo 9.",
            a % 9, b % 9, (a % 9) * (b % 9) % 9, product % 9
        ));
        ways.push(format!(
            "Modulo 11, the factors are {} and {}, whose product is {} modulo 11, and {product} = 11 × {} + {} agrees.",
            a % 11, b % 11, (a % 11) * (b % 11) % 11, product / 11, product % 11
        ));
    }
    let (small, large) = (a.min(b), a.max(b));
    if (2..=6).contains(&small) {
        let terms = vec![large; small as usize];
        ways.push(format!("That is {} = {product}.", sum(&terms)));
    }
    ways
}

fn dividing(a: i64, b: i64) -> Vec<String> {
    let (quotient, remainder) = (a / b, a % b);
    if remainder == 0 {
        let mut ways = vec![format!(
            "Multiplying back, {} × {} = {a}.",
            bracket(b),
            bracket(quotient)
        )];
        if quotient > 20 && b > 0 {
            let tens = quotient / 10 * 10;
            ways.push(format!(
                "{b} goes {tens} times into {}, and {} is left, which is {} more times.",
                b * tens,
                a - b * tens,
                quotient - tens
            ));
        }
        return ways;
    }
    vec![
        format!(
            "{b} × {quotient} = {}, and {a} - {} = {remainder}, which is less than {b}.",
            b * quotient,
            b * quotient
        ),
        format!(
            "The next multiple of {b} would be {}, and that is more than {a}.",
            b * (quotient + 1)
        ),
    ]
}

fn raising(a: i64, n: u32) -> Vec<String> {
    let power = a.pow(n);
    if n == 2 && a > 10 && a % 10 != 0 {
        let (tens, ones) = (a / 10 * 10, a % 10);
        let mut ways = vec![format!(
            "({tens} + {ones})^2 = {} + 2 × {tens} × {ones} + {} = {} + {} + {} = {power}.",
            tens * tens,
            ones * ones,
            tens * tens,
            2 * tens * ones,
            ones * ones
        )];
        ways.push(format!(
            "The difference of squares helps: {} × {} + {} = {} + {} = {power}.",
            a - ones,
            a + ones,
            ones * ones,
            (a - ones) * (a + ones),
            ones * ones
        ));
        return ways;
    }
    let chain: Vec<i64> = (1..=n).map(|e| a.pow(e)).collect();
    vec![format!(
        "The powers of {} are {}, so the {} of them is {power}.",
        bracket(a),
        list(&chain),
        crate::sample::number::ordinal(n as i64)
    )]
}

fn common_divisor(a: i64, b: i64) -> Vec<String> {
    let (mut large, mut small) = (a.max(b), a.min(b));
    let mut lines = Vec::new();
    while small != 0 {
        lines.push(format!(
            "{large} = {} × {small} + {}",
            large / small,
            large % small
        ));
        (large, small) = (small, large % small);
    }
    vec![
        format!(
            "By Euclid: {}. The last remainder that is not 0 is {large}.",
            lines.join(", ")
        ),
        format!(
            "{a} = {} and {b} = {}, so what they share is {}.",
            factored(a),
            factored(b),
            gcd(a, b)
        ),
    ]
}

fn reducing(a: i64, b: i64) -> Vec<String> {
    let shared = gcd(a, b);
    let reduced = crate::sample::number::q(a, b);
    if shared == 1 || b == shared {
        return Vec::new();
    }
    vec![
        format!(
            "Both {} and {} are divisible by {shared}: {a} / {shared} = {} and {b} / {shared} = {}.",
            a.abs(),
            b.abs(),
            a / shared,
            b / shared
        ),
        format!(
            "As decimals, {a}/{b} is about {} and {reduced} is about {}, the same.",
            reduced.about(),
            reduced.about()
        ),
    ]
}

fn choosing(n: i64, k: i64) -> Vec<String> {
    let value = binomial(n, k);
    if k == 0 || k == n {
        return vec![format!("There is exactly one way to choose {k} of {n}.")];
    }
    let top: Vec<String> = (0..k).map(|i| (n - i).to_string()).collect();
    let bottom: Vec<String> = (1..=k).map(|i| i.to_string()).collect();
    let factorial: i64 = (1..=k).product();
    let mut ways = vec![
        format!(
            "C({n}, {k}) = ({}) / ({}) = {} / {factorial} = {value}.",
            top.join(" × "),
            bottom.join(" × "),
            value * factorial
        ),
        format!(
            "By Pascal's rule it is C({}, {}) + C({}, {k}) = {} + {} = {value}.",
            n - 1,
            k - 1,
            n - 1,
            binomial(n - 1, k - 1),
            binomial(n - 1, k)
        ),
    ];
    if n - k != k {
        ways.push(format!(
            "By symmetry it equals C({n}, {}), choosing what is left out.",
            n - k
        ));
    }
    ways
}

fn factoring(n: i64) -> Vec<String> {
    let mut left = n;
    let mut lines = Vec::new();
    for (p, e) in crate::sample::number::factors(n) {
        for _ in 0..e {
            lines.push(format!("{left} / {p} = {}", left / p));
            left /= p;
        }
    }
    vec![format!("Dividing step by step: {}.", lines.join(", "))]
}

fn rooting(n: i64) -> Vec<String> {
    let (outside, inside) = split_root(n);
    let floor = floor_root(n);
    if inside == 1 {
        return vec![format!(
            "{outside}^2 = {n}, so the root is exactly {outside}."
        )];
    }
    let mut ways = vec![format!(
        "{floor}^2 = {} and {}^2 = {}, so √{n} lies between {floor} and {}; it is about {:.3}.",
        floor * floor,
        floor + 1,
        (floor + 1) * (floor + 1),
        floor + 1,
        (n as f64).sqrt()
    )];
    if outside > 1 {
        ways.push(format!(
            "{n} = {} × {inside} and {} = {outside}^2, while {inside} = {} has no square factor.",
            outside * outside,
            outside * outside,
            factored(inside)
        ));
    } else {
        ways.push(format!(
            "{n} = {} has no square factor, so nothing comes out of the root.",
            factored(n)
        ));
    }
    ways
}
