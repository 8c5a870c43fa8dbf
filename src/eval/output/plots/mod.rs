//! The plots of a report, each a file of SVG.
//!
//! Every one says in its title what its intervals are about, as every table does.

mod effects;
mod ladder;
mod potential;
mod scaling;

use crate::eval::experiment::answer::Answer;
use crate::eval::report::Report;
use crate::svg::Drawing;

/// File name and content of each plot for which there is something to draw.
pub(crate) fn plots(report: &Report, answer: Option<&Answer>) -> Vec<(String, String)> {
    let mut drawn = Vec::new();
    let mut put = |name: String, drawing: Option<Drawing>| {
        drawn.extend(drawing.map(|drawing| (format!("{name}.svg"), drawing.file(&name))));
    };
    for (at, found) in report.ladder.iter().enumerate() {
        put(numbered("ladder", at), Some(ladder::draw(found)));
    }
    put("potential".into(), potential::draw(&report.runs, answer));
    put("effects".into(), effects::draw(report, answer));
    let scaling = answer.and_then(|answer| scaling::draw(&answer.scaling));
    put("scaling".into(), scaling);
    drawn
}

/// `ladder`, `ladder-2`, …
fn numbered(name: &str, at: usize) -> String {
    match at {
        0 => name.to_owned(),
        at => format!("{name}-{}", at + 1),
    }
}

/// A benchmark as titles name it.
fn benchmark(name: Option<&str>) -> &str {
    name.unwrap_or("a benchmark of unknown name")
}

#[cfg(test)]
mod tests;
