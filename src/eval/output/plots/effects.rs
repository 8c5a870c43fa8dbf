//! Effects with their intervals: those of an experiment's axes, or without one the differences between runs.

use crate::eval::experiment::answer::{Answer, Comparison};
use crate::eval::report::{PairFigures, Report};
use crate::svg::intervals::{self, Estimate};
use crate::svg::{Drawing, Svg};

/// Rows that a page has room for; the differences that are largest beside their interval's width come first.
const ROWS_MAX: usize = 60;

/// Draws the effects, in points; none where nothing is compared.
pub(super) fn draw(report: &Report, answer: Option<&Answer>) -> Option<Drawing> {
    let (title, about, mut effects): (_, _, Vec<Estimate>) = match answer {
        Some(answer) => (
            "Effects of the experiment's axes",
            "Points of avg@n; bars: 95 %, on these questions, by what stands over them. Filled: shown, the family's p too.",
            answer.effects.iter().filter_map(of_experiment).collect(),
        ),
        None => (
            "Differences between runs",
            "Points of avg@n; bars: 95 %, these models on questions like these. Filled: shown, the family's p too.",
            report.pairs.iter().filter_map(of_pair).collect(),
        ),
    };
    if effects.is_empty() {
        return None;
    }
    let found = effects.len();
    let title = match found > ROWS_MAX {
        true => format!("{title}: the {ROWS_MAX} clearest of {found}"),
        false => title.to_owned(),
    };
    if found > ROWS_MAX {
        effects.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        effects.truncate(ROWS_MAX);
    }
    let mut svg = Svg::new(&title, about);
    let width = intervals::width_for(&effects);
    let [width, height] = intervals::draw(&mut svg, &effects, "points", width);
    Some(svg.finish(width, height))
}

/// How many of its interval's widths a difference is from 0.
fn weight(effect: &Estimate) -> f64 {
    let width = (effect.interval[1] - effect.interval[0]).max(1e-9);
    effect.value.abs() / width
}

fn of_experiment(effect: &Comparison) -> Option<Estimate> {
    use crate::eval::experiment::answer::Verdict::{Higher, Lower};
    let interval = effect.intervals.of(effect.estimand)?;
    Some(Estimate {
        label: format!("{}: {}", effect.family.name(), effect.name),
        group: effect.estimand.words().to_owned(),
        value: 100.0 * effect.difference?,
        interval: interval.map(|end| 100.0 * end),
        is_clear: matches!(effect.verdict, Higher | Lower),
    })
}

fn of_pair(pair: &PairFigures) -> Option<Estimate> {
    use crate::eval::report::Says::Open;
    Some(Estimate {
        label: format!("{} − {}", pair.a, pair.b),
        group: format!("{} of {} questions", pair.questions, pair.of),
        value: 100.0 * pair.difference?,
        interval: pair.interval?.map(|end| 100.0 * end),
        is_clear: pair.says.is_some_and(|says| says != Open),
    })
}
