//! Reads an expression and evaluates it at a point, to test the reading by itself.

use dashu::Rational;

use super::ball::Precision;
use super::clean::clean;
use super::eval;
use super::exact::Exact;
use super::expr::Arena;
use super::fuel::Fuel;
use super::lex::Comma;
use super::numeric::{Complex, Numeric};
use super::parse::{self, Manner};

/// Whether an expression has this value where its names have these values, all of them written as
/// fractions or decimals; nothing where the expression cannot be read or evaluated.
///
/// Equal means to 12 digits; a name without a value has one at random.
///
/// ```
/// use gradatim::verify::has_value;
///
/// assert_eq!(has_value("\\frac{x}{2}+1", &[("x", "3")], "5/2"), Some(true));
/// assert_eq!(has_value("x^2", &[("x", "3")], "6"), Some(false));
/// assert_eq!(has_value("\\frac{x}{", &[("x", "3")], "6"), None);
/// ```
pub fn has_value(expression: &str, point: &[(&str, &str)], value: &str) -> Option<bool> {
    let expected = number(value)?;
    let manner = Manner {
        comma: Comma::Thousands,
        tight_slash: true,
    };
    let mut arena = Arena::default();
    let root = parse::parse(&clean(expression), manner, &mut arena)?.root;
    let names: Option<Vec<_>> = point
        .iter()
        .map(|(name, value)| Some((*name, number(value)?)))
        .collect();
    let names = names?;
    let p = Precision::new(256);
    let mut fuel = Fuel::new(10_000_000);
    let mut exact = Exact::with_names(&mut fuel, &names);
    if let Ok(found) = eval::eval(&arena, root, &mut exact, false) {
        return Some(is_near(&(found - &expected), &expected));
    }
    let mut field = Numeric::with_names(&mut fuel, &p, &names);
    let found: Complex = eval::eval(&arena, root, &mut field, false).ok()?;
    let difference = found
        .re
        .subtract(&super::ball::Ball::rational(&expected, 256), 256);
    let near = match difference.magnitude() {
        None => true,
        Some(error) => error < found.re.magnitude().unwrap_or(0).max(-80) - 40,
    };
    Some(near && found.im.has_zero())
}

fn is_near(difference: &Rational, expected: &Rational) -> bool {
    use dashu::base::Abs;
    let least = Rational::ONE / Rational::from(1u64 << 40);
    let scale = expected.clone().abs().max(least.clone());
    difference.clone().abs() <= scale * &least
}

fn number(text: &str) -> Option<Rational> {
    let mut arena = Arena::default();
    let manner = Manner {
        comma: Comma::Separator,
        tight_slash: true,
    };
    let root = parse::parse(text, manner, &mut arena)?.root;
    let mut fuel = Fuel::new(100_000);
    eval::eval(&arena, root, &mut Exact::new(&mut fuel), false).ok()
}
