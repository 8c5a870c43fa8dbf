//! The heat map of a ladder: a row a run, a column a question, as dark as the share of right attempts.

use super::benchmark;
use crate::eval::report::{LadderFigures, LadderRow};
use crate::eval::tiers::Tier;
use crate::svg::{Anchor, Drawing, Svg, fitted, width_of};

/// More columns are wider than any page: questions beside each other then share one.
const COLUMNS_MAX: usize = 240;

/// With more cells, what each stands for would be most of the file.
const TOLD_CELLS_MAX: usize = 3000;

/// Pixels.
const LABEL_MAX: f64 = 290.0;
const FOOT_MAX: f64 = 110.0;
const ROW: f64 = 18.0;

/// A column: one question, or some of about the same ease.
struct Column {
    label: String,
    tier: Option<Tier>,
    shares: Vec<f64>,
}

/// Draws a ladder: the strongest run on top, the easiest question at the left.
pub(super) fn draw(ladder: &LadderFigures) -> Drawing {
    let columns = columns(ladder);
    let title = format!(
        "The ladder of {}: {} runs, {} questions",
        benchmark(ladder.benchmark.as_deref()),
        ladder.runs,
        ladder.questions
    );
    let mut said = format!(
        "A row a run, a column a question, as dark as the share of right attempts. {} errors of Guttman's scale; tables \
         with the same margins have {:.1} ± {:.1}, and a share of {:.2} of them as few.",
        ladder.errors, ladder.null_mean, ladder.null_sd, ladder.p
    );
    if columns.len() < ladder.cells.len() {
        said += " A column is the mean of several questions of about the same ease.";
    }
    let mut svg = Svg::new(&title, &said);
    let labels: Vec<String> = ladder
        .names
        .iter()
        .map(|name| fitted(name, LABEL_MAX))
        .collect();
    let longest = labels
        .iter()
        .map(|label| width_of(label))
        .fold(0.0, f64::max);
    let left = longest + 10.0;
    let width = (760.0 / columns.len().max(1) as f64).clamp(3.0, 22.0);
    rows(&mut svg, &labels, [left, 0.0]);
    cells(&mut svg, ladder, &columns, [left, 0.0], width);
    let foot = ROW * labels.len() as f64;
    let depth = feet(&mut svg, &columns, [left, foot], width);
    let right = left + width * columns.len() as f64;
    key(&mut svg, [left, foot + depth + 24.0]);
    svg.finish(right.max(left + 480.0), foot + depth + 32.0)
}

fn columns(ladder: &LadderFigures) -> Vec<Column> {
    let together = ladder.cells.len().div_ceil(COLUMNS_MAX).max(1);
    let column = |rows: &[LadderRow]| {
        let share =
            |run: usize| rows.iter().map(|row| row.shares[run]).sum::<f64>() / rows.len() as f64;
        let tier = rows[0]
            .tier
            .filter(|tier| rows.iter().all(|row| row.tier == Some(*tier)));
        Column {
            label: if rows.len() == 1 {
                rows[0].question.clone()
            } else {
                String::new()
            },
            tier,
            shares: (0..ladder.names.len()).map(share).collect(),
        }
    };
    ladder.cells.chunks(together).map(column).collect()
}

fn rows(svg: &mut Svg, labels: &[String], [left, top]: [f64; 2]) {
    for (at, label) in labels.iter().enumerate() {
        let middle = top + ROW * (at as f64 + 0.5) + 4.0;
        svg.text("", [left - 8.0, middle], Anchor::End, label);
    }
}

fn cells(
    svg: &mut Svg,
    ladder: &LadderFigures,
    columns: &[Column],
    [left, top]: [f64; 2],
    width: f64,
) {
    let is_told = columns.len() * ladder.names.len() <= TOLD_CELLS_MAX;
    for (x, column) in columns.iter().enumerate() {
        for (y, share) in column.shares.iter().enumerate() {
            let place = [left + width * x as f64, top + ROW * y as f64];
            let about = match is_told {
                true => format!(
                    "{}, question {}: {:.0} % right",
                    ladder.names[y],
                    column.label,
                    100.0 * share
                ),
                false => String::new(),
            };
            svg.heat(*share, place, [width, ROW], &about);
        }
    }
    let size = [
        width * columns.len() as f64,
        ROW * ladder.names.len() as f64,
    ];
    svg.rect("cell", [left, top], size);
}

/// The tiers and the questions' names below; how deep they go.
fn feet(svg: &mut Svg, columns: &[Column], [left, foot]: [f64; 2], width: f64) -> f64 {
    let mut depth = 0.0;
    for (at, column) in columns.iter().enumerate() {
        let x = left + width * at as f64;
        if let Some(tier) = column.tier {
            svg.rect(class(tier), [x + 0.5, foot + 3.0], [width - 1.0, 6.0]);
        }
        if width >= 12.0 {
            let label = fitted(&column.label, FOOT_MAX);
            let long = width_of(&label);
            depth = f64::max(depth, long);
            svg.upright("soft", [x + width / 2.0 + 4.0, foot + 14.0 + long], &label);
        }
    }
    depth + 14.0
}

/// The colour of a tier.
fn class(tier: Tier) -> &'static str {
    ["c1", "c2", "c3", "c4"][tier as usize]
}

fn key(svg: &mut Svg, [left, y]: [f64; 2]) {
    let mut x = left;
    for tier in Tier::ALL {
        svg.rect(class(tier), [x, y - 8.0], [10.0, 6.0]);
        svg.text("soft", [x + 14.0, y], Anchor::Start, tier.name());
        x += 32.0 + width_of(tier.name());
    }
    for (at, share) in [0.0, 0.5, 1.0].into_iter().enumerate() {
        let place = [x + 20.0 * at as f64, y - 10.0];
        svg.heat(share, place, [20.0, 12.0], "");
        svg.rect("cell", place, [20.0, 12.0]);
    }
    svg.text(
        "soft",
        [x + 66.0, y],
        Anchor::Start,
        "0, half, all attempts right",
    );
}
