//! Potential against stability: avg@n to the right, cov@n upwards, a dot a run.

use super::super::svg::{Anchor, COLOURS, LETTER, Svg, shortened, ticks};
use super::between;
use crate::eval::report::RunFigures;

/// Runs that the key names.
const NAMED_MAX: usize = 40;

const SIDE: f64 = 380.0;
const LEFT: f64 = 64.0;
const TOP: f64 = 58.0;

/// Draws the runs; none where there is none.
pub(super) fn draw(runs: &[RunFigures]) -> Option<String> {
    let first = runs.first()?;
    let title =
        "Potential against stability: share of questions solved at least once, and each time";
    let about = "Dots on the diagonal solve the same questions each time. Bars: 95 % of avg@n, this very model on these \
                 questions. cov@n grows with n.";
    let mut svg = Svg::new(title, about);
    svg.text("head", [16.0, 22.0], Anchor::Start, title);
    svg.text("soft", [16.0, 40.0], Anchor::Start, about);
    axes(&mut svg);
    let several = runs.iter().any(|run| run.benchmark != first.benchmark);
    for (at, run) in runs.iter().enumerate() {
        one(&mut svg, at, run);
    }
    numbers(&mut svg, &runs[..runs.len().min(NAMED_MAX)]);
    let labels: Vec<String> = runs
        .iter()
        .take(NAMED_MAX)
        .map(|run| label(run, several))
        .collect();
    for (at, label) in labels.iter().enumerate() {
        let y = TOP + 12.0 + 16.0 * at as f64;
        svg.dot(class(at), [LEFT + SIDE + 24.0, y - 4.0], 4.0);
        svg.text(
            "",
            [LEFT + SIDE + 34.0, y],
            Anchor::Start,
            &format!("{} {label}", at + 1),
        );
    }
    if runs.len() > NAMED_MAX {
        let said = format!("and {} more", runs.len() - NAMED_MAX);
        let y = TOP + 12.0 + 16.0 * NAMED_MAX as f64;
        svg.text("soft", [LEFT + SIDE + 34.0, y], Anchor::Start, &said);
    }
    let longest = labels
        .iter()
        .map(|label| label.chars().count())
        .max()
        .unwrap_or(0) as f64;
    let width =
        (LEFT + SIDE + 76.0 + longest * LETTER).max(32.0 + about.chars().count() as f64 * LETTER);
    let height = (TOP + SIDE + 52.0).max(TOP + 40.0 + 16.0 * labels.len() as f64);
    Some(svg.finish(width, height))
}

fn label(run: &RunFigures, several: bool) -> String {
    let [fewest, most] = run.attempts_each;
    let n = if fewest == most {
        format!("n = {most}")
    } else {
        format!("n = {fewest} to {most}")
    };
    let benchmark = run.benchmark.as_deref().filter(|_| several);
    let of = benchmark.map_or(String::new(), |benchmark| format!(", {benchmark}"));
    format!("{}{of} ({n})", shortened(&run.name, 48))
}

fn class(at: usize) -> &'static str {
    ["c1", "c2", "c3", "c4", "c0"][at % COLOURS]
}

fn place(avg: f64, cov: f64) -> [f64; 2] {
    [
        between(avg, [0.0, 1.0], [LEFT, LEFT + SIDE]),
        between(cov, [0.0, 1.0], [TOP + SIDE, TOP]),
    ]
}

fn axes(svg: &mut Svg) {
    for tick in ticks(0.0, 1.0) {
        let percent = format!("{:.0}", 100.0 * tick);
        let [x, y] = place(tick, tick);
        svg.line("grid", [x, TOP], [x, TOP + SIDE]);
        svg.line("grid", [LEFT, y], [LEFT + SIDE, y]);
        svg.text("soft", [x, TOP + SIDE + 16.0], Anchor::Middle, &percent);
        svg.text("soft", [LEFT - 8.0, y + 4.0], Anchor::End, &percent);
    }
    svg.path("axis", &[place(0.0, 0.0), place(1.0, 1.0)], "4 3");
    svg.text(
        "",
        [LEFT + SIDE / 2.0, TOP + SIDE + 36.0],
        Anchor::Middle,
        "avg@n, percent: stability",
    );
    svg.upright(
        "",
        [20.0, TOP + SIDE / 2.0 + 80.0],
        "cov@n, percent: potential",
    );
}

/// The key's numbers beside the dots; those of runs in one place stand together.
fn numbers(svg: &mut Svg, runs: &[RunFigures]) {
    let mut places: Vec<([f64; 2], String)> = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let here = place(run.avg, run.cov);
        let near = |other: &[f64; 2]| (other[0] - here[0]).abs() + (other[1] - here[1]).abs() < 6.0;
        match places.iter_mut().find(|(other, _)| near(other)) {
            Some((_, said)) => *said += &format!(" {}", at + 1),
            None => places.push((here, (at + 1).to_string())),
        }
    }
    for ([x, y], said) in places {
        svg.text("", [x + 7.0, y - 5.0], Anchor::Start, &said);
    }
}

fn one(svg: &mut Svg, at: usize, run: &RunFigures) {
    let centre = place(run.avg, run.cov);
    if let Some([low, high]) = run.intervals.this_run {
        svg.line(class(at), place(low, run.cov), place(high, run.cov));
    }
    svg.dot(class(at), centre, 4.5);
}
