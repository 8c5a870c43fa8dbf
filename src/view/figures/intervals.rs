//! Effects of an evaluation: estimates with their intervals.

use super::{Figure, Table, WIDTH, Words, listed};
use crate::error::thousands;
use crate::svg::intervals::{Estimate, draw};
use crate::svg::{fitted, tick};

/// Rows that a page has room for; the first are drawn.
const ROWS_MAX: usize = 48;

/// The estimates in their order, under the words of their unit: "points of avg@n". None where there is none.
pub(crate) fn intervals(words: Words<'_>, unit: &str, estimates: &[Estimate]) -> Option<Figure> {
    let drawn = &estimates[..estimates.len().min(ROWS_MAX)];
    if drawn.is_empty() {
        return None;
    }
    let parts = drawn
        .iter()
        .map(|one| format!("{} {}", fitted(&one.label, 250.0), one.words()));
    let mut how_read = String::from("Filled: clear of chance.");
    if drawn.len() < estimates.len() {
        how_read += &format!(
            " The first {ROWS_MAX} of {}.",
            thousands(estimates.len() as u64)
        );
    }
    let mut svg = words.svg(&how_read, &format!("{unit}. {}.", listed(parts)));
    let [width, height] = draw(&mut svg, drawn, unit, WIDTH);
    let mut table = Table::new(&["", "estimate", "from", "to", "clear", ""]);
    for one in estimates {
        let numbers = [one.value, one.interval[0], one.interval[1]].map(|value| tick(value, 0.01));
        let [value, from, to] = numbers;
        let clear = if one.is_clear { "yes" } else { "no" };
        table.push([
            one.label.clone(),
            value,
            from,
            to,
            clear.into(),
            one.group.clone(),
        ]);
    }
    Some(words.figure(svg.finish(width, height), table))
}
