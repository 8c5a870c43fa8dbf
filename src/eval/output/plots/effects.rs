//! Effects with their intervals: those of an experiment's axes, or without one the differences between runs.

use super::between;
use crate::eval::experiment::answer::{Answer, Comparison};
use crate::eval::report::{PairFigures, Report};
use crate::svg::{Anchor, LETTER, Svg, shortened, ticks};

/// Rows that a page has room for; the differences that are largest beside their interval's width come first.
const ROWS_MAX: usize = 60;

const PLOT: f64 = 420.0;
const ROW: f64 = 18.0;
const MARGIN: f64 = 16.0;
const TOP: f64 = 60.0;

/// A row, in points.
struct Effect {
    label: String,
    family: String,
    value: f64,
    interval: [f64; 2],
    is_shown: bool,
}

/// Draws the effects; none where nothing is compared.
pub(super) fn draw(report: &Report, answer: Option<&Answer>) -> Option<String> {
    let (title, mut effects) = match answer {
        Some(answer) => (
            "Effects of the experiment's axes".to_owned(),
            answer
                .effects
                .iter()
                .filter_map(of_experiment)
                .collect::<Vec<_>>(),
        ),
        None => (
            "Differences between runs".to_owned(),
            report.pairs.iter().filter_map(of_pair).collect(),
        ),
    };
    if effects.is_empty() {
        return None;
    }
    let about = match answer {
        Some(_) => {
            "Points of avg@n; bars: 95 %, on these questions, by what stands beside each. Filled: shown, the family's p too."
        }
        None => {
            "Points of avg@n; bars: 95 %, these models on questions like these. Filled: shown, the family's p too."
        }
    };
    let found = effects.len();
    if found > ROWS_MAX {
        let weight = |effect: &Effect| {
            let width = (effect.interval[1] - effect.interval[0]).max(1e-9);
            effect.value.abs() / width
        };
        effects.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
        effects.truncate(ROWS_MAX);
    }
    let mut svg = Svg::new(&title, about);
    let title = match found > ROWS_MAX {
        true => format!("{title}: the {ROWS_MAX} clearest of {found}"),
        false => title,
    };
    svg.text("head", [MARGIN, 22.0], Anchor::Start, &title);
    svg.text("soft", [MARGIN, 40.0], Anchor::Start, about);
    let longest = effects
        .iter()
        .map(|effect| effect.label.chars().count())
        .max()
        .unwrap_or(0);
    let left = MARGIN + longest as f64 * LETTER + 12.0;
    panel(&mut svg, &effects, left);
    let width = (left + PLOT + 250.0).max(32.0 + about.chars().count() as f64 * LETTER);
    Some(svg.finish(width, TOP + ROW * effects.len() as f64 + 52.0))
}

fn of_experiment(effect: &Comparison) -> Option<Effect> {
    use crate::eval::experiment::answer::Verdict::{Higher, Lower};
    let interval = effect.intervals.of(effect.estimand)?;
    Some(Effect {
        label: shortened(&format!("{}: {}", effect.family.name(), effect.name), 60),
        family: effect.estimand.words().to_owned(),
        value: 100.0 * effect.difference?,
        interval: interval.map(|end| 100.0 * end),
        is_shown: matches!(effect.verdict, Higher | Lower),
    })
}

fn of_pair(pair: &PairFigures) -> Option<Effect> {
    use crate::eval::report::Says::Open;
    Some(Effect {
        label: format!("{} − {}", shortened(&pair.a, 36), shortened(&pair.b, 36)),
        family: format!("{} of {} questions", pair.questions, pair.of),
        value: 100.0 * pair.difference?,
        interval: pair.interval?.map(|end| 100.0 * end),
        is_shown: pair.says.is_some_and(|says| says != Open),
    })
}

fn panel(svg: &mut Svg, effects: &[Effect], left: f64) {
    let ends = || effects.iter().flat_map(|effect| effect.interval);
    let low = ends().fold(0.0, f64::min) - 1.0;
    let high = ends().fold(0.0, f64::max) + 1.0;
    let x = |value: f64| between(value, [low, high], [left, left + PLOT]);
    let foot = TOP + ROW * effects.len() as f64;
    for at in (0..effects.len()).step_by(2) {
        svg.rect("band", [left, TOP + ROW * at as f64], [PLOT, ROW]);
    }
    for tick in ticks(low, high) {
        svg.line("grid", [x(tick), TOP], [x(tick), foot]);
        svg.text(
            "soft",
            [x(tick), foot + 16.0],
            Anchor::Middle,
            &format!("{tick:.0}"),
        );
    }
    svg.line("axis", [x(0.0), TOP], [x(0.0), foot]);
    svg.text(
        "",
        [left + PLOT / 2.0, foot + 36.0],
        Anchor::Middle,
        "points",
    );
    for (at, effect) in effects.iter().enumerate() {
        let y = TOP + ROW * (at as f64 + 0.5);
        let [from, to] = effect.interval.map(x);
        svg.text("", [left - 8.0, y + 4.0], Anchor::End, &effect.label);
        svg.line("c1", [from, y], [to, y]);
        let class = if effect.is_shown { "c1" } else { "c1 line" };
        svg.dot(class, [x(effect.value), y], 4.0);
        svg.text(
            "soft",
            [left + PLOT + 10.0, y + 4.0],
            Anchor::Start,
            &effect.family,
        );
    }
}
