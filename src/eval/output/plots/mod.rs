//! The plots of a report, each a file of SVG.
//!
//! Every one says in its title what its intervals are about, as every table does.

mod effects;
mod ladder;
mod potential;
mod scaling;

use crate::eval::experiment::answer::Answer;
use crate::eval::report::Report;

/// File name and content of each plot for which there is something to draw.
pub(crate) fn plots(report: &Report, answer: Option<&Answer>) -> Vec<(String, String)> {
    let mut drawn = Vec::new();
    for (at, found) in report.ladder.iter().enumerate() {
        drawn.push((numbered("ladder", at), ladder::draw(found)));
    }
    drawn
        .extend(potential::draw(&report.runs, answer).map(|svg| ("potential.svg".to_owned(), svg)));
    drawn.extend(effects::draw(report, answer).map(|svg| ("effects.svg".to_owned(), svg)));
    let scaling = answer.and_then(|answer| scaling::draw(&answer.scaling));
    drawn.extend(scaling.map(|svg| ("scaling.svg".to_owned(), svg)));
    drawn
}

/// `ladder.svg`, `ladder-2.svg`, …
fn numbered(name: &str, at: usize) -> String {
    match at {
        0 => format!("{name}.svg"),
        at => format!("{name}-{}.svg", at + 1),
    }
}

/// A benchmark as titles name it.
fn benchmark(name: Option<&str>) -> &str {
    name.unwrap_or("a benchmark of unknown name")
}

/// The number that is between as many numbers as a share of a width is of the whole.
fn between(value: f64, from: [f64; 2], to: [f64; 2]) -> f64 {
    let share = (value - from[0]) / (from[1] - from[0]);
    to[0] + share * (to[1] - to[0])
}

#[cfg(test)]
mod tests;
