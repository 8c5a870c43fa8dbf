//! Tells a problem's derivation at a given length, in the manner of R1 or of Gemini.
//!
//! The steps are always told. What else is true about the problem (arithmetic gone over, small
//! cases, mistakes that are noticed, other derivations) is added in random order until the length
//! is reached; so a longer trajectory says more, not the same in more words. Only when everything
//! has been said, the derivation is gone through once more, as long reasoning really does.

mod gemini;
mod r1;

pub(crate) use gemini::gemini;
pub(crate) use r1::r1;

use crate::sample::problem::{Problem, Slip, Step};
use crate::sample::rng::Rng;

pub(crate) struct Reply {
    pub(crate) thinking: String,
    /// What follows the thinking, with the final answer.
    pub(crate) attempt: String,
}

/// What a reply is to say in the end.
#[derive(Clone, Copy)]
pub(crate) struct Ending<'a> {
    /// The mistake that is made and not noticed, if any.
    pub(crate) slip: Option<&'a Slip>,
    /// What stands in the last box; without it, the answer is only said in words.
    pub(crate) boxed: Option<&'a str>,
}

/// Quantiles of a reply's length in characters, every 2.5 %: lognormal with median 1560 and sigma
/// 0.72, cut at 550 and 9000. A table, since `exp` is not the same on every platform.
const LENGTHS: [usize; 41] = [
    550, 550, 550, 553, 620, 681, 740, 796, 851, 906, 960, 1014, 1069, 1125, 1182, 1240, 1300,
    1361, 1425, 1491, 1560, 1632, 1708, 1788, 1872, 1962, 2059, 2163, 2276, 2399, 2535, 2687, 2860,
    3057, 3290, 3571, 3925, 4398, 5099, 6397, 9000,
];

/// Draws a length from the upper part of the distribution, from `percent` on.
pub(crate) fn length_above(percent: usize, rng: &mut Rng) -> usize {
    let place = percent * 40 + rng.below((100 - percent) * 40);
    let (left, part) = (place / 100, place % 100);
    LENGTHS[left] + (LENGTHS[left + 1] - LENGTHS[left]) * part / 100
}

/// Paragraphs with their places in the text, of which some have to be told.
struct Draft {
    paragraphs: Vec<(usize, String)>,
    length: usize,
}

impl Draft {
    fn new() -> Draft {
        Draft {
            paragraphs: Vec::new(),
            length: 0,
        }
    }

    fn tell(&mut self, place: usize, text: impl Into<String>) {
        let text = text.into();
        self.length += text.chars().count() + 2;
        self.paragraphs.push((place, text));
    }

    /// Adds from `pool` until `target` characters are reached.
    fn fill(&mut self, mut pool: Vec<(usize, String)>, target: usize, rng: &mut Rng) {
        rng.shuffle(&mut pool);
        for (place, text) in pool {
            if self.length + text.chars().count() / 2 < target {
                self.tell(place, text);
            }
        }
    }

    fn text(mut self, separator: &str) -> String {
        self.paragraphs.sort_by_key(|paragraph| paragraph.0);
        let texts: Vec<String> = self
            .paragraphs
            .into_iter()
            .map(|paragraph| paragraph.1)
            .collect();
        texts.join(separator)
    }
}

/// The steps that are done rightly before the ending.
fn done<'a>(problem: &'a Problem, ending: Ending) -> &'a [Step] {
    &problem.steps[..ending.slip.map_or(problem.steps.len(), |slip| slip.after)]
}

/// The value that a reply arrives at, as it is said in words.
fn reached(problem: &Problem, ending: Ending) -> String {
    ending
        .slip
        .map_or(&problem.answer, |slip| &slip.answer)
        .plain()
}

/// The mistakes that can be made and noticed on the way.
fn noticed<'a>(problem: &'a Problem, ending: Ending<'a>) -> impl Iterator<Item = &'a Slip> {
    let steps = done(problem, ending).len();
    problem.slips.iter().filter(move |slip| {
        slip.after <= steps && ending.slip.is_none_or(|made| made.body != slip.body)
    })
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>());
    first.unwrap_or_default() + letters.as_str()
}
