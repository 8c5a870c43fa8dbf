//! How a measurement is distributed: one histogram, or one a style or category over the same axis, with cuts as lines.

use super::{Figure, Table, WIDTH, Words, listed};
use crate::error::thousands;
use crate::svg::{
    Anchor, BOLD, Svg, between, fitted, logarithmic_ticks, percent, tick, ticks, width_of,
};

/// Histograms that a page has room for; the largest come first, the others together are the last.
const SERIES_MAX: usize = 12;

/// Bars of a histogram, or a few more.
const BARS: f64 = 48.0;

/// Cuts that have room for their words.
const CUTS_MAX: usize = 6;

/// An axis is logarithmic where values at its ends are so many times each other.
const DECADES: f64 = 20.0;

/// Pixels.
const LABEL: f64 = 164.0;
const PANEL: f64 = 46.0;
const SINGLE: f64 = 150.0;
const LANE: f64 = 15.0;

/// The values of one series, each with how often it occurs, in any order.
#[derive(Clone, Debug)]
pub(crate) struct Distribution {
    pub name: String,
    pub values: Vec<(u64, u64)>,
}

/// A line across the axis: up to it on one side, over it on the other.
#[derive(Clone, Debug)]
pub(crate) struct Cut {
    pub value: u64,
    pub label: String,
}

/// Where values lie.
struct Axis {
    low: f64,
    high: f64,
    is_logarithmic: bool,
    left: f64,
    /// Where the bars begin and end, upwards.
    edges: Vec<f64>,
}

/// A series in bars.
struct Bars {
    name: String,
    count: u64,
    median: u64,
    heights: Vec<u64>,
}

/// The histograms of one measurement of some things ("trajectories"); its name and unit stand under the axis ("tokens of
/// the whole response"). None where no series has a value.
pub(crate) fn histogram(
    words: Words<'_>,
    things: &str,
    unit: &str,
    series: &[Distribution],
    cuts: &[Cut],
) -> Option<Figure> {
    let series = few(series);
    let is_single = series.len() == 1;
    let axis = Axis::of(&series, if is_single { 52.0 } else { LABEL })?;
    let bars: Vec<Bars> = series
        .iter()
        .map(|one| Bars::of(one, &axis.edges))
        .collect();
    let medians = bars.iter().map(|one| {
        let name = fitted(&one.name, LABEL);
        format!(
            "{name}: {} {things}, median {}",
            thousands(one.count),
            thousands(one.median)
        )
    });
    let about = format!("{unit}. {}.", listed(medians));
    let mut svg = words.svg(&how_read(&axis, is_single), &about);
    let inside: Vec<&Cut> = cuts
        .iter()
        .filter(|cut| axis.holds(cut.value as f64))
        .collect();
    let top = label_cuts(&mut svg, &axis, &inside);
    let foot = match bars.as_slice() {
        [one] => single(&mut svg, &axis, one, top),
        many => multiples(&mut svg, &axis, things, many, top),
    };
    for cut in inside {
        let x = axis.x(cut.value as f64);
        svg.path("c3 thick", &[[x, top - 2.0], [x, foot]], "5 3");
    }
    ground(&mut svg, &axis, foot, unit);
    let drawing = svg.finish(WIDTH, foot + 40.0);
    Some(words.figure(drawing, table(&bars, &axis.edges)))
}

fn how_read(axis: &Axis, is_single: bool) -> String {
    let mut said = String::new();
    if !is_single {
        said += "Each row to its own tallest bar; the dot is its median. ";
    }
    if axis.is_logarithmic {
        said += "The axis is logarithmic.";
    }
    said.trim_end().to_owned()
}

/// What is drawn of the series: those without a value are not, the smallest of too many are one.
fn few(series: &[Distribution]) -> Vec<Distribution> {
    let count = |one: &Distribution| one.values.iter().map(|(_, count)| count).sum::<u64>();
    let mut drawn: Vec<Distribution> = series
        .iter()
        .filter(|one| count(one) > 0)
        .cloned()
        .collect();
    if drawn.len() <= SERIES_MAX {
        return drawn;
    }
    drawn.sort_by_key(|one| std::cmp::Reverse(count(one)));
    let others = drawn.split_off(SERIES_MAX - 1);
    drawn.push(Distribution {
        name: format!("{} others", thousands(others.len() as u64)),
        values: others.into_iter().flat_map(|one| one.values).collect(),
    });
    drawn
}

impl Axis {
    fn of(series: &[Distribution], left: f64) -> Option<Self> {
        let values = || {
            let all = series.iter().flat_map(|one| &one.values);
            all.filter(|(_, count)| *count > 0).map(|(value, _)| *value)
        };
        let (least, most) = (values().min()?, values().max()?);
        // From the least that a logarithm knows: what is 0 stands in the first bar.
        let some = values().filter(|value| *value > 0).min().unwrap_or(1);
        let is_logarithmic = most as f64 >= DECADES * some as f64;
        let low = if is_logarithmic { some } else { least } as f64;
        let high = (most as f64).max(low + 1.0);
        let edges = match is_logarithmic {
            true => doubling(low, high),
            false => even(low, high),
        };
        Some(Self {
            low,
            high,
            is_logarithmic,
            left,
            edges,
        })
    }

    /// The first and the last edge.
    fn ends(&self) -> [f64; 2] {
        let ends = [self.edges.first(), self.edges.last()];
        ends.map(|end| end.copied().unwrap_or(1.0))
    }

    fn holds(&self, value: f64) -> bool {
        let [first, last] = self.ends();
        (first..=last).contains(&value)
    }

    /// Where a value is said: of bars that are one value each, at its bar's middle.
    fn middle(&self, value: f64) -> f64 {
        let width = self.edges[1] - self.edges[0];
        match !self.is_logarithmic && width < 1.5 {
            true => self.x(value + 0.5),
            false => self.x(value),
        }
    }

    fn x(&self, value: f64) -> f64 {
        let ends = self.ends();
        let scale = |value: f64| match self.is_logarithmic {
            true => libm::log(value.max(ends[0])),
            false => value,
        };
        between(scale(value), ends.map(scale), [self.left, WIDTH - 16.0])
    }
}

/// Bars of one width, which is whole, as counts are.
fn even(low: f64, high: f64) -> Vec<f64> {
    let steps = ticks(low, high);
    let step = steps.get(1).map_or(1.0, |second| second - steps[0]);
    let room = BARS * step / (high - low);
    let parts = [2.0, 5.0, 10.0].into_iter().rfind(|part| *part <= room);
    let step = (step / parts.unwrap_or(1.0)).max(1.0);
    let (first, last) = (libm::floor(low / step), libm::floor(high / step) + 1.0);
    steps_between(first, last).map(|at| at * step).collect()
}

/// Bars that are each as many times higher as the last: some to a power of two, so that cuts at powers of two stand
/// between them.
fn doubling(low: f64, high: f64) -> Vec<f64> {
    let octaves = libm::log2(high / low);
    let parts = [2.0, 4.0, 8.0]
        .into_iter()
        .rfind(|part| part * octaves <= BARS * 1.3);
    let parts = parts.unwrap_or(1.0);
    let first = libm::floor(libm::log2(low) * parts + 1e-9);
    let last = libm::floor(libm::log2(high) * parts + 1e-9) + 1.0;
    steps_between(first, last)
        .map(|at| libm::exp2(at / parts))
        .collect()
}

fn steps_between(first: f64, last: f64) -> impl Iterator<Item = f64> {
    (0..=(last - first) as usize).map(move |at| first + at as f64)
}

impl Bars {
    fn of(series: &Distribution, edges: &[f64]) -> Self {
        let mut heights = vec![0; edges.len() - 1];
        let mut values = series.values.clone();
        values.sort_unstable();
        for (value, count) in &values {
            // One more than the last edge at or below it; what is below them all stands in the first.
            let above = edges.partition_point(|edge| *edge <= *value as f64 * (1.0 + 1e-12));
            heights[above.clamp(1, edges.len() - 1) - 1] += count;
        }
        let count = values.iter().map(|(_, count)| count).sum();
        Self {
            name: series.name.clone(),
            count,
            median: median(&values, count),
            heights,
        }
    }

    fn tallest(&self) -> u64 {
        self.heights.iter().copied().max().unwrap_or(0).max(1)
    }
}

/// The middle value, or halfway between the two that are there; to the nearest whole number, as tables say it.
fn median(sorted: &[(u64, u64)], count: u64) -> u64 {
    let at = |place: u64| {
        let mut seen = 0;
        let found = sorted.iter().find(|(_, count_here)| {
            seen += count_here;
            seen > place
        });
        found.map_or(0, |(value, _)| *value)
    };
    let middle = [count.saturating_sub(1) / 2, count / 2].map(at);
    middle[0] + (middle[1] - middle[0]).div_ceil(2)
}

/// The words of the cuts over the panels, each in the first lane that has room; where the panels begin.
fn label_cuts(svg: &mut Svg, axis: &Axis, cuts: &[&Cut]) -> f64 {
    let mut cuts: Vec<&&Cut> = cuts.iter().collect();
    cuts.sort_by_key(|cut| cut.value);
    cuts.truncate(CUTS_MAX);
    let mut lanes: Vec<f64> = Vec::new();
    let mut placed = Vec::new();
    for cut in cuts {
        let label = fitted(&cut.label, 260.0);
        let width = width_of(&label);
        let x = axis.x(cut.value as f64);
        // Over its line, as far as the drawing's edges let it.
        let from = (x - width / 2.0).clamp(0.0, WIDTH - width);
        let free = lanes.iter().position(|end| *end <= from);
        let lane = free.unwrap_or_else(|| {
            lanes.push(0.0);
            lanes.len() - 1
        });
        lanes[lane] = from + width + 8.0;
        placed.push((label, from, lane));
    }
    // The first lane is the lowest, beside the lines' ends.
    let top = LANE * lanes.len() as f64 + 8.0;
    for (label, from, lane) in placed {
        let y = top - 6.0 - LANE * lane as f64;
        svg.text("", [from, y], Anchor::Start, &label);
    }
    top
}

/// One histogram with its counts at the left; where it stands.
fn single(svg: &mut Svg, axis: &Axis, bars: &Bars, top: f64) -> f64 {
    let foot = top + SINGLE;
    let tallest = bars.tallest() as f64;
    let steps = ticks(0.0, tallest);
    for value in steps.into_iter().filter(|value| value.fract() == 0.0) {
        let y = foot - SINGLE * value / tallest;
        svg.line("grid", [axis.left, y], [WIDTH - 16.0, y]);
        let count = thousands(value as u64);
        svg.text("soft", [axis.left - 8.0, y + 4.0], Anchor::End, &count);
    }
    draw(svg, axis, bars, foot, SINGLE);
    foot
}

/// A row a histogram; where the last stands.
fn multiples(svg: &mut Svg, axis: &Axis, things: &str, many: &[Bars], top: f64) -> f64 {
    for (at, bars) in many.iter().enumerate() {
        let foot = top + (PANEL + 6.0) * (at + 1) as f64 - 6.0;
        let room = LABEL - 14.0;
        let name = fitted(&bars.name, room / BOLD);
        svg.text("strong", [0.0, foot - 28.0], Anchor::Start, &name);
        let count = fitted(&format!("{} {things}", thousands(bars.count)), room);
        svg.text("soft", [0.0, foot - 14.0], Anchor::Start, &count);
        let median = fitted(&format!("median {}", thousands(bars.median)), room);
        svg.text("soft", [0.0, foot], Anchor::Start, &median);
        draw(svg, axis, bars, foot, PANEL - 4.0);
        svg.line("grid", [axis.left, foot], [WIDTH - 16.0, foot]);
        svg.dot("c0", [axis.middle(bars.median as f64), foot], 3.5);
    }
    top + (PANEL + 6.0) * many.len() as f64
}

fn draw(svg: &mut Svg, axis: &Axis, bars: &Bars, foot: f64, height: f64) {
    let tallest = bars.tallest() as f64;
    let drawn = axis.edges.windows(2).zip(&bars.heights);
    let columns: Vec<[f64; 4]> = drawn
        .filter(|(_, count)| **count > 0)
        .map(|(ends, count)| {
            let (from, to) = (axis.x(ends[0]), axis.x(ends[1]));
            // What is there is seen, however little it is.
            let tall = (height * *count as f64 / tallest).max(0.7);
            [from, foot - tall, (to - from - 0.7).max(0.7), tall]
        })
        .collect();
    svg.rects("c1 bar", &columns);
}

/// The axis under the panels.
fn ground(svg: &mut Svg, axis: &Axis, foot: f64, unit: &str) {
    svg.line("axis", [axis.left, foot], [WIDTH - 16.0, foot]);
    let steps = match axis.is_logarithmic {
        true => logarithmic_ticks(axis.low, axis.high),
        false => ticks(axis.low, axis.high),
    };
    let mut free = axis.left - 20.0;
    for value in steps.iter().filter(|value| value.fract() == 0.0) {
        let x = axis.middle(*value);
        svg.line("axis", [x, foot], [x, foot + 4.0]);
        let label = tick(*value, 1.0);
        let half = width_of(&label) / 2.0;
        if x - half >= free && x + half <= WIDTH {
            svg.text("soft", [x, foot + 17.0], Anchor::Middle, &label);
            free = x + half + 6.0;
        }
    }
    let centre = [(axis.left + WIDTH) / 2.0, foot + 34.0];
    let unit = fitted(unit, WIDTH - axis.left);
    svg.text("soft", centre, Anchor::Middle, &unit);
}

/// Rows that the table has room for.
const TABLE_ROWS: usize = 80;

/// Each bar that holds something; of many series as many bars together as leave room for all of them.
fn table(bars: &[Bars], edges: &[f64]) -> Table {
    let mut table = Table::new(&["", "in all", "median", "from", "below", "count", "share"]);
    let whole = |edge: f64| tick(libm::ceil(edge - 1e-6), 1.0);
    let together = (bars.len() * (edges.len() - 1)).div_ceil(TABLE_ROWS).max(1);
    for one in bars {
        for (at, heights) in one.heights.chunks(together).enumerate() {
            let first = at * together;
            let count: u64 = heights.iter().sum();
            if count > 0 {
                table.push([
                    one.name.clone(),
                    thousands(one.count),
                    thousands(one.median),
                    whole(edges[first]),
                    whole(edges[first + heights.len()]),
                    thousands(count),
                    percent(count, one.count),
                ]);
            }
        }
    }
    table
}
