//! Reads an expression and evaluates it at a point, to test the reading by itself.

use dashu::Rational;
use dashu::base::Abs;

use crate::calculus;
use crate::clean::clean;
use crate::expr::{Arena, Func, Id, Node};
use crate::fuel::Fuel;
use crate::lex::{Comma, Letters};
use crate::numbers::ball::{Ball, Precision};
use crate::numbers::eval;
use crate::numbers::exact::Exact;
use crate::numbers::numeric::Numeric;
use crate::options::Options;
use crate::parse::{self, Manner};
use crate::work::Work;

/// Whether an expression has this value where its names have these values, all of them written as
/// fractions or decimals; nothing where the expression cannot be read or evaluated.
///
/// Equal means to 12 digits; a name without a value has one at random, `I` is the imaginary unit,
/// divisors of expressions are those of polynomials, and an endless sum, an integral or a limit that a
/// rule gives is worked out.
///
/// ```
/// use gradatim_verify::has_value;
///
/// assert_eq!(has_value("\\frac{x}{2}+1", &[("x", "3")], "5/2"), Some(true));
/// assert_eq!(has_value("x^2", &[("x", "3")], "6"), Some(false));
/// assert_eq!(has_value("\\frac{x}{", &[("x", "3")], "6"), None);
/// ```
pub fn has_value(expression: &str, point: &[(&str, &str)], value: &str) -> Option<bool> {
    let (re, im) = complex(value)?;
    let mut arena = Arena::default();
    let root = parse::parse(&clean(expression), MANNER, &mut arena)?.root;
    let options = Options::default();
    let root = calculus::worked_out(&mut Work::new(&mut arena, &options, &[]), root);
    let names = point
        .iter()
        .map(|(name, value)| Some((*name, number(value)?)));
    let names: Vec<(&str, Rational)> = names.collect::<Option<_>>()?;
    let mut fuel = Fuel::new(10_000_000);
    if !is_formal(&arena, root) {
        let mut exact = Exact::with_names(&mut fuel, &names);
        if let Ok(found) = eval::eval(&arena, root, &mut exact, false) {
            return Some(is_near(&(found - &re), &re));
        }
    }
    let p = Precision::new(BITS);
    let mut field = Numeric::with_names(&mut fuel, &p, &names);
    let found = eval::eval(&arena, root, &mut field, false).ok()?;
    Some(is_close(&found.re, &re) && is_close(&found.im, &im))
}

const MANNER: Manner = Manner {
    comma: Comma::Thousands,
    tight_slash: true,
    counts: false,
    letters: Letters::Names,
};

/// The precision of the enclosures. By hand.
const BITS: usize = 256;

/// Whether a name in an expression stands for no number.
fn is_formal(arena: &Arena, root: Id) -> bool {
    arena.any(root, |node| match node {
        Node::Call(func, _) => matches!(func, Func::Gcd | Func::Lcm),
        Node::Symbol(name) => arena.text(*name) == "I",
        _ => false,
    })
}

fn is_near(difference: &Rational, expected: &Rational) -> bool {
    let least = Rational::ONE / Rational::from(1u64 << 40);
    let scale = expected.clone().abs().max(least.clone());
    difference.clone().abs() <= scale * least
}

fn is_close(found: &Ball, expected: &Rational) -> bool {
    let difference = found.subtract(&Ball::rational(expected, BITS), BITS);
    let scale = found.magnitude().unwrap_or(0).max(-80);
    difference
        .magnitude()
        .is_none_or(|error| error < scale - 40)
}

/// A value such as `1.5 - 0.2*I`.
fn complex(text: &str) -> Option<(Rational, Rational)> {
    let Some(text) = text.strip_suffix("*I") else {
        return Some((number(text)?, Rational::ZERO));
    };
    let Some((re, im)) = text.rsplit_once(' ') else {
        return Some((Rational::ZERO, number(text)?));
    };
    let im = number(im)?;
    let minus = re.ends_with('-');
    let re = number(re.trim_end_matches(['+', '-', ' ']))?;
    Some((re, if minus { -im } else { im }))
}

fn number(text: &str) -> Option<Rational> {
    let mut arena = Arena::default();
    let root = parse::parse(text, MANNER, &mut arena)?.root;
    let mut fuel = Fuel::new(100_000);
    eval::eval(&arena, root, &mut Exact::new(&mut fuel), false).ok()
}
