//! Potential against stability: avg@n to the right, cov@n upwards, a dot a run, or an arm where an experiment has some.

use crate::eval::experiment::answer::{Answer, Estimand};
use crate::eval::report::RunFigures;
use crate::svg::{Anchor, COLOURS, Drawing, Svg, between, shortened, ticks, width_of};

/// Dots that the key names.
const NAMED_MAX: usize = 40;

const SIDE: f64 = 380.0;
const LEFT: f64 = 64.0;
const TOP: f64 = 8.0;

/// What a dot stands for.
struct Dot<'a> {
    name: &'a str,
    benchmark: Option<&'a str>,
    /// The fewest and the most attempts at a question.
    attempts: [u32; 2],
    avg: f64,
    cov: f64,
    interval: Option<[f64; 2]>,
}

/// Draws the runs; of an experiment its arms' means and the models beside it, since runs are many and an arm's are near
/// each other. None where there is none.
pub(super) fn draw(runs: &[RunFigures], answer: Option<&Answer>) -> Option<Drawing> {
    let mut dots: Vec<Dot<'_>> = answer.map_or_else(Vec::new, of_answer);
    let of_arms = !dots.is_empty();
    if !of_arms {
        dots = runs.iter().map(of_run).collect();
    }
    let first = dots.first()?;
    let title =
        "Potential against stability: share of questions solved at least once, and each time";
    let about = match of_arms {
        true => {
            "A dot an arm: means over its runs. Bars: 95 % of avg@n, by what the arm's interval is about, on these \
             questions. cov@n grows with n."
        }
        false => {
            "Dots on the diagonal solve the same questions each time. Bars: 95 % of avg@n, this very model on these \
             questions. cov@n grows with n."
        }
    };
    let mut svg = Svg::new(title, about);
    axes(&mut svg);
    let several = dots.iter().any(|dot| dot.benchmark != first.benchmark);
    for (at, dot) in dots.iter().enumerate() {
        one(&mut svg, at, dot);
    }
    let named = &dots[..dots.len().min(NAMED_MAX)];
    numbers(&mut svg, named);
    let labels: Vec<String> = named.iter().map(|dot| label(dot, several)).collect();
    key(&mut svg, &labels, dots.len());
    let longest = labels
        .iter()
        .map(|label| width_of(label))
        .fold(0.0, f64::max);
    let width = (LEFT + SIDE + 60.0 + longest).max(680.0);
    let height = (TOP + SIDE + 52.0).max(TOP + 40.0 + 16.0 * labels.len() as f64);
    Some(svg.finish(width, height))
}

fn of_run(run: &RunFigures) -> Dot<'_> {
    Dot {
        name: &run.name,
        benchmark: run.benchmark.as_deref(),
        attempts: run.attempts_each,
        avg: run.avg,
        cov: run.cov,
        interval: run.intervals.this_run,
    }
}

/// The arms, and the models that are no line of the experiment.
fn of_answer(answer: &Answer) -> Vec<Dot<'_>> {
    let arms = answer.arms.iter().map(|arm| Dot {
        name: &arm.name,
        benchmark: arm.benchmark.as_deref(),
        attempts: arm.whole.attempts,
        avg: arm.whole.avg,
        cov: arm.whole.cov,
        interval: arm.whole.intervals.of(arm.estimand),
    });
    let beside = answer.references.iter().map(|model| Dot {
        name: &model.name,
        benchmark: model.benchmark.as_deref(),
        attempts: model.whole.attempts,
        avg: model.whole.avg,
        cov: model.whole.cov,
        interval: model.whole.intervals.of(Estimand::ThisRun),
    });
    match answer.arms.is_empty() {
        true => Vec::new(),
        false => arms.chain(beside).collect(),
    }
}

/// What the numbers stand for; how many of all have none.
fn key(svg: &mut Svg, labels: &[String], all: usize) {
    let line = |at: usize| TOP + 12.0 + 16.0 * at as f64;
    for (at, label) in labels.iter().enumerate() {
        svg.dot(class(at), [LEFT + SIDE + 24.0, line(at) - 4.0], 4.0);
        let said = format!("{} {label}", at + 1);
        svg.text("", [LEFT + SIDE + 34.0, line(at)], Anchor::Start, &said);
    }
    if all > labels.len() {
        let said = format!("and {} more", all - labels.len());
        let place = [LEFT + SIDE + 34.0, line(labels.len())];
        svg.text("soft", place, Anchor::Start, &said);
    }
}

fn label(dot: &Dot<'_>, several: bool) -> String {
    let [fewest, most] = dot.attempts;
    let n = if fewest == most {
        format!("n = {most}")
    } else {
        format!("n = {fewest} to {most}")
    };
    let benchmark = dot.benchmark.filter(|_| several);
    let of = benchmark.map_or(String::new(), |benchmark| format!(", {benchmark}"));
    format!("{}{of} ({n})", shortened(dot.name, 48))
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

/// The key's numbers beside the dots; those of dots in one place stand together.
fn numbers(svg: &mut Svg, dots: &[Dot<'_>]) {
    let mut places: Vec<([f64; 2], String)> = Vec::new();
    for (at, dot) in dots.iter().enumerate() {
        let here = place(dot.avg, dot.cov);
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

fn one(svg: &mut Svg, at: usize, dot: &Dot<'_>) {
    if let Some([low, high]) = dot.interval {
        svg.line(class(at), place(low, dot.cov), place(high, dot.cov));
    }
    svg.dot(class(at), place(dot.avg, dot.cov), 4.5);
}
