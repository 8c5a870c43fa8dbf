//! Compares two antiderivatives, each with `+ C`, which are the same where they differ by a constant.
//!
//! The constant of integration takes up another constant only beside a function of what integrals are taken over:
//! `\ln x + C` and `\ln 2x + C`. Beside a count, an index or an unknown, `C` is a name as any other, so that
//! `2\pi n + C` and `2\pi n + 1 + C` are two values.

use dashu::Rational;

use crate::decision::Decision::{self, Equal, Unknown};
use crate::expr::{Id, Name};
use crate::values::{functions, names};
use crate::verdict::Reason;
use crate::work::Work;
use crate::{linear, replace};

/// Decides between two antiderivatives; nothing where they are none, or differ by more than a constant.
pub(crate) fn compare(
    work: &mut Work<'_>,
    left: Id,
    right: Id,
    plain_degrees: bool,
) -> Option<Decision> {
    let found = names::antiderivatives(work.arena, left, right)?;
    let difference = work.arena.difference(found.left, found.right)?;
    let is_constant = |work: &mut Work<'_>, names: &[Name]| {
        !names.is_empty() && is_constant(work, difference, names, plain_degrees)
    };
    if found.certain && is_constant(work, &found.variables) {
        let sizes = [found.left, found.right].map(|id| functions::has_size(work.arena, id));
        return Some(match sizes[0] == sizes[1] {
            true => Equal(Reason::Numeric),
            // `\ln|x| + C` and `\ln x + C`.
            false => Unknown(Reason::Unproven),
        });
    }
    // Under another name, or of one of several: what was integrated over is not known.
    let mut each = found.variables.iter();
    let of_one = each.any(|name| is_constant(work, &[*name]));
    let doubtful = of_one || {
        let all = work.arena.symbols(difference);
        is_constant(work, &all)
    };
    (doubtful && !is_linear(work, found.left)).then_some(Unknown(Reason::Doubtful))
}

/// Whether a difference is everywhere what it is where these names have one value.
fn is_constant(work: &mut Work<'_>, difference: Id, names: &[Name], plain_degrees: bool) -> bool {
    POINTS.iter().any(|(above, below)| {
        let point = Rational::from(*above) / Rational::from(*below);
        let Some(point) = work.arena.number(point) else {
            return false;
        };
        let value = names.iter().try_fold(difference, |value, name| {
            replace::replaced(work.arena, value, *name, point)
        });
        value.is_some_and(|value| {
            let same = functions::compare(work, difference, value, plain_degrees);
            matches!(same, Equal(_))
        })
    })
}

/// Points at which a difference may have a value: one of them lies in most domains. By hand.
const POINTS: [(u8, u8); 2] = [(2, 1), (1, 3)];

/// Whether a value is linear in each of its names, as a sum of unknowns is.
fn is_linear(work: &mut Work<'_>, id: Id) -> bool {
    let names = work.arena.symbols(id);
    names
        .into_iter()
        .all(|name| linear::linear(work, id, name).is_some())
}
