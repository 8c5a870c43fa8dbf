//! Counts or shares by name: horizontal bars under the names of their groups, each with its number.

use super::{Figure, Table, WIDTH, Words, listed};
use crate::error::thousands;
use crate::svg::{Anchor, BOLD, Svg, fitted, percent, width_of};

/// Bars that a page has room for; of each group the first, the others are thousands.
const BARS_MAX: usize = 48;

/// Pixels.
const ROW: f64 = 20.0;
const BAR: f64 = 13.0;
const LABEL_MAX: f64 = 200.0;
/// Room for a bar's number and share.
const NUMBERS: f64 = 150.0;
const HEAD: f64 = 24.0;

/// Before a bar that should be looked at.
const MARK: &str = "▸ ";

/// What the lengths of bars are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Unit {
    /// Whole numbers, each with its share of its group.
    Count,
    /// From 0 to 1, shown in percent.
    Share,
}

/// Bars under one name.
#[derive(Clone, Debug)]
pub(crate) struct BarGroup {
    /// Empty where there is one group only.
    pub name: String,
    pub bars: Vec<Bar>,
}

#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub label: String,
    pub value: f64,
    /// What should be looked at: in another colour, with a mark.
    pub is_marked: bool,
}

/// The bars of each group in their order; all on one scale. None where no bar has a number.
pub(crate) fn bars(words: Words<'_>, unit: Unit, groups: &[BarGroup]) -> Option<Figure> {
    let all = || {
        groups
            .iter()
            .flat_map(|group| group.bars.iter().filter(is_drawn))
    };
    let most = all().map(|bar| bar.value).reduce(f64::max)?;
    let room = (BARS_MAX / groups.len().max(1)).max(1);
    let labels =
        all().map(|bar| width_of(&bar.label) + if bar.is_marked { width_of(MARK) } else { 0.0 });
    let left = labels.fold(60.0, f64::max).min(LABEL_MAX) + 14.0;
    let mut svg = words.svg(&how_read(groups), &about(unit, groups));
    let mut table = Table::new(&["", "", "value", "share"]);
    let mut y = 0.0;
    for group in groups.iter().take(BARS_MAX) {
        if !group.name.is_empty() {
            let name = fitted(&group.name, WIDTH / BOLD);
            svg.text("strong", [0.0, y + 15.0], Anchor::Start, &name);
            y += HEAD;
        }
        let whole = whole(group);
        for bar in group.bars.iter().filter(is_drawn).take(room) {
            draw(&mut svg, bar, [most, whole], unit, [left, y]);
            y += ROW;
        }
        let more = group.bars.len().saturating_sub(room);
        if more > 0 {
            let said = format!("and {} more", thousands(more as u64));
            svg.text("soft", [left - 10.0, y + 14.0], Anchor::End, &said);
            y += ROW;
        }
        y += 6.0;
    }
    for group in groups {
        let whole = whole(group);
        for bar in &group.bars {
            let [value, share] = said(bar.value, whole, unit);
            table.push([group.name.clone(), bar.label.clone(), value, share]);
        }
    }
    Some(words.figure(svg.finish(WIDTH, y + 2.0), table))
}

fn how_read(groups: &[BarGroup]) -> String {
    let mut said = String::new();
    if groups
        .iter()
        .any(|group| group.bars.iter().any(|bar| bar.is_marked))
    {
        said += "▸ marks what to look at. ";
    }
    if groups.len() > BARS_MAX {
        said += &format!(
            "The first {BARS_MAX} of {} groups.",
            thousands(groups.len() as u64)
        );
    }
    said.trim_end().to_owned()
}

fn about(unit: Unit, groups: &[BarGroup]) -> String {
    let all: Vec<(&BarGroup, &Bar)> = groups
        .iter()
        .flat_map(|group| group.bars.iter().map(move |bar| (group, bar)))
        .collect();
    let parts = all.iter().map(|(group, bar)| {
        let [value, _] = said(bar.value, whole(group), unit);
        let names = [&group.name, &bar.label].map(|name| fitted(name, LABEL_MAX));
        let name = names.join(" ");
        format!("{} {value}", name.trim())
    });
    format!("{}.", listed(parts))
}

/// Whether a bar has a length.
fn is_drawn(bar: &&Bar) -> bool {
    bar.value.is_finite() && bar.value >= 0.0
}

/// What a group's shares are of.
fn whole(group: &BarGroup) -> f64 {
    group
        .bars
        .iter()
        .filter(is_drawn)
        .map(|bar| bar.value)
        .sum()
}

fn draw(svg: &mut Svg, bar: &Bar, [most, whole]: [f64; 2], unit: Unit, [left, top]: [f64; 2]) {
    let base = top + ROW / 2.0 + 4.0;
    let mark = if bar.is_marked { MARK } else { "" };
    let label = fitted(&format!("{mark}{}", bar.label), left - 12.0);
    svg.text("", [left - 10.0, base], Anchor::End, &label);
    let share = if most > 0.0 { bar.value / most } else { 0.0 };
    // What is there is seen, however little it is.
    let width = ((WIDTH - left - NUMBERS) * share).max(if bar.value > 0.0 { 1.0 } else { 0.0 });
    let class = if bar.is_marked { "c3 bar" } else { "c1 bar" };
    svg.rect(class, [left, top + (ROW - BAR) / 2.0], [width, BAR]);
    let [value, share] = said(bar.value, whole, unit);
    let said = match share.as_str() {
        "" => value,
        share => format!("{value}  ({share})"),
    };
    let room = WIDTH - left - width - 8.0;
    svg.text(
        "",
        [left + width + 8.0, base],
        Anchor::Start,
        &fitted(&said, room),
    );
}

/// A bar's number, and its share of its group where there is one.
fn said(value: f64, whole: f64, unit: Unit) -> [String; 2] {
    match unit {
        Unit::Count => [thousands(value as u64), percent(value as u64, whole as u64)],
        Unit::Share => [format!("{:.1} %", 100.0 * value), String::new()],
    }
}
