//! The families of problems: each draws its parameters and says what follows from them.

mod algebra;
mod calculus;
mod combinatorics;
mod geometry;
mod inequalities;
mod logic;
mod number_theory;
mod other;

use crate::sample::problem::Problem;
use crate::sample::rng::Rng;

pub(crate) type Make = fn(&mut Rng) -> Problem;

/// A category's name, as the source writes it, with its families.
pub(crate) const CATEGORIES: [(&str, &[(&str, Make)]); 8] = [
    ("Algebra", algebra::FAMILIES),
    ("Geometry", geometry::FAMILIES),
    ("Number Theory", number_theory::FAMILIES),
    ("Combinatorics", combinatorics::FAMILIES),
    ("Calculus", calculus::FAMILIES),
    ("Inequalities", inequalities::FAMILIES),
    ("Logic and Puzzles", logic::FAMILIES),
    ("Other", other::FAMILIES),
];

/// Draws a problem of one family that somebody could get wrong; one in twenty has options.
pub(crate) fn draw(
    category: &'static str,
    (family, make): (&'static str, Make),
    rng: &mut Rng,
) -> Problem {
    let problem = loop {
        let drawn = make(rng);
        if !drawn.slips.is_empty() {
            break Problem {
                family,
                category,
                ..drawn
            };
        }
    };
    if !rng.chance(6) {
        return problem;
    }
    let with_options = problem.clone().with_options(rng);
    if with_options.slips.is_empty() {
        problem
    } else {
        with_options
    }
}

const NAMES: [&str; 32] = [
    "Anna", "Ben", "Chloé", "David", "Elif", "Farid", "Grace", "Hana", "Ivan", "José", "Kemal",
    "Lucía", "Mira", "Noël", "Olga", "Pedro", "Quinn", "Renée", "Sara", "Tariq", "Uma", "Viktor",
    "Wei", "Ximena", "Yusuf", "Zoë", "Jürgen", "Márta", "Björn", "Amélie", "Kofi", "Leila",
];

fn name(rng: &mut Rng) -> &'static str {
    rng.pick(&NAMES)
}

fn names(count: usize, rng: &mut Rng) -> Vec<&'static str> {
    let mut all = NAMES;
    rng.shuffle(&mut all);
    all[..count].to_vec()
}
