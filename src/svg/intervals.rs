//! Estimates with their intervals, a row each: effects, differences.

use super::{Anchor, LETTER, Svg, WIDER, between, fitted, tick, ticks, width_of};

const ROW: f64 = 20.0;
const PLOT: f64 = 250.0;
/// Least room for an estimate and its interval in words.
const WORDS: f64 = 140.0;
/// Between the plot and the words beside it.
const GAP: f64 = 10.0;

/// A row.
#[derive(Clone, Debug)]
pub(crate) struct Estimate {
    pub label: String,
    /// Rows of one group stand together under its name; without one, under nothing.
    pub group: String,
    pub value: f64,
    pub interval: [f64; 2],
    /// Filled: the interval, and whatever else was asked of it, shows a difference.
    pub is_clear: bool,
}

impl Estimate {
    /// As it stands beside its row.
    pub(crate) fn words(&self) -> String {
        let [low, high] = self.interval.map(signed);
        format!("{} [{low}, {high}]", signed(self.value))
    }

    fn is_drawn(&self) -> bool {
        self.value.is_finite() && self.interval.iter().all(|end| end.is_finite())
    }
}

/// `+3.1`, `−0.4`, `0.0`.
fn signed(value: f64) -> String {
    let number = tick(value, 0.1);
    match value > 0.0 && number != "0.0" {
        true => format!("+{number}"),
        false => number,
    }
}

/// A line of the drawing: a group's name, or a row.
enum Line<'e> {
    Group(&'e str),
    Row(&'e Estimate),
}

/// Draws the rows, with the words under the axis; the size that it took. What is no number is left out.
pub(crate) fn draw(svg: &mut Svg, rows: &[Estimate], unit: &str, width: f64) -> [f64; 2] {
    let rows: Vec<&Estimate> = rows.iter().filter(|row| row.is_drawn()).collect();
    let lines = lines(&rows);
    let left = width - PLOT - words_width(&rows);
    let ends = || rows.iter().flat_map(|row| row.interval);
    let [low, high] = padded(ends().fold(0.0, f64::min), ends().fold(0.0, f64::max));
    let x = |value: f64| between(value, [low, high], [left, left + PLOT]);
    let foot = ROW * lines.len() as f64 + 4.0;
    bands(svg, &lines, [left, PLOT]);
    let steps = ticks(low, high);
    let step = steps.get(1).map_or(1.0, |second| second - steps[0]);
    let mut free = f64::NEG_INFINITY;
    for value in steps {
        svg.line("grid", [x(value), 0.0], [x(value), foot]);
        let label = tick(value, step);
        let half = width_of(&label) / 2.0;
        if x(value) - half >= free {
            svg.text("soft", [x(value), foot + 14.0], Anchor::Middle, &label);
            free = x(value) + half + 6.0;
        }
    }
    svg.line("axis", [x(0.0), 0.0], [x(0.0), foot]);
    let centre = [left + PLOT / 2.0, foot + 30.0];
    svg.text("soft", centre, Anchor::Middle, &fitted(unit, width - left));
    for (at, line) in lines.iter().enumerate() {
        let middle = ROW * (at as f64 + 0.5) + 2.0;
        match line {
            Line::Group(name) => {
                svg.text(
                    "soft",
                    [0.0, middle + 4.0],
                    Anchor::Start,
                    &fitted(name, width),
                );
            }
            Line::Row(row) => one(svg, row, middle, left, &x),
        }
    }
    [width, foot + 38.0]
}

fn one(svg: &mut Svg, row: &Estimate, y: f64, left: f64, x: &dyn Fn(f64) -> f64) {
    let label = fitted(&row.label, (left - GAP) / WIDER);
    svg.text("", [left - GAP, y + 4.0], Anchor::End, &label);
    let [from, to] = row.interval.map(x);
    svg.line("c1 thick", [from, y], [to, y]);
    let class = if row.is_clear { "c1" } else { "c1 hollow" };
    svg.dot(class, [x(row.value), y], 4.0);
    let class = if row.is_clear { "" } else { "soft" };
    let place = [left + PLOT + GAP, y + 4.0];
    svg.text(class, place, Anchor::Start, &row.words());
}

/// Room for the widest interval in words, in whatever font.
fn words_width<'e>(rows: impl IntoIterator<Item = &'e &'e Estimate>) -> f64 {
    let widths = rows.into_iter().map(|row| width_of(&row.words()));
    widths.fold(WORDS - GAP, |widest, width| widest.max(WIDER * width)) + GAP
}

/// Behind every second row, so that the eye keeps to it.
fn bands(svg: &mut Svg, lines: &[Line<'_>], [left, width]: [f64; 2]) {
    for (at, line) in lines.iter().enumerate().skip(1).step_by(2) {
        if matches!(line, Line::Row(_)) {
            svg.rect("band", [left, ROW * at as f64 + 2.0], [width, ROW]);
        }
    }
}

/// Groups in the order of their first rows.
fn lines<'e>(rows: &[&'e Estimate]) -> Vec<Line<'e>> {
    let mut groups: Vec<&str> = Vec::new();
    for row in rows {
        if !groups.contains(&row.group.as_str()) {
            groups.push(&row.group);
        }
    }
    let of = |group: &'e str| {
        let name = (!group.is_empty()).then_some(Line::Group(group));
        let rows = rows.iter().filter(move |row| row.group == group);
        name.into_iter().chain(rows.map(|row| Line::Row(row)))
    };
    groups.into_iter().flat_map(of).collect()
}

/// A little room on both sides.
fn padded(low: f64, high: f64) -> [f64; 2] {
    let room = ((high - low) / 30.0).max(0.05);
    [low - room, high + room]
}

/// How wide a drawing is that shows the longest label whole, up to a page's width.
pub(crate) fn width_for(rows: &[Estimate]) -> f64 {
    let labels = rows.iter().map(|row| width_of(&row.label));
    let longest = labels.fold(40.0 * LETTER, f64::max);
    let words = words_width(&rows.iter().filter(|row| row.is_drawn()).collect::<Vec<_>>());
    WIDER * longest.min(70.0 * LETTER) + GAP + PLOT + words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::svg::read;

    fn row(label: &str, group: &str, value: f64, interval: [f64; 2]) -> Estimate {
        Estimate {
            label: label.into(),
            group: group.into(),
            value,
            interval,
            is_clear: value > 1.0,
        }
    }

    fn drawn(rows: &[Estimate]) -> String {
        let mut svg = Svg::new("Effects", "");
        let [width, height] = draw(&mut svg, rows, "points", 680.0);
        svg.finish(width, height).inline("effects")
    }

    #[test]
    fn an_estimate_lies_in_its_interval_as_its_value_does() {
        let svg = drawn(&[
            row("a", "", 2.0, [0.0, 8.0]),
            row("b", "", 0.5, [-1.0, 1.0]),
        ]);
        let bars = read::paths(&svg, "c1 thick line");
        let dots = read::dots(&svg);
        let [[from, _], [to, _]] = [bars[0][0], bars[0][1]];
        assert!(((dots[0][0] - from) / (to - from) - 0.25).abs() < 0.01);
        assert_eq!(svg.matches("hollow").count(), 1);
        assert!(svg.contains(">+2.0 [0.0, +8.0]<"), "{svg}");
        assert!(svg.contains(">+0.5 [−1.0, +1.0]<"));
    }

    #[test]
    fn an_interval_is_written_whole_and_has_room_in_a_wider_font() {
        let rows = [
            row("run-one - run-two", "", -88.8, [-100.0, -77.7]),
            row("short", "", 100.0, [88.8, 100.0]),
        ];
        let svg = drawn(&rows);
        for whole in [
            "−88.8 [−100.0, −77.7]",
            "+100.0 [+88.8, +100.0]",
            "run-one - run-two",
        ] {
            let texts = read::texts(&svg);
            let found = texts.iter().find(|one| one.text == whole);
            let found = found.unwrap_or_else(|| panic!("{whole}: {svg}"));
            let wide = WIDER * width_of(whole);
            let [from, to] = match whole.starts_with("run") {
                true => [found.x + found.width - wide, found.x + found.width],
                false => [found.x, found.x + wide],
            };
            // Places are written to a tenth.
            assert!(from >= -0.05 && to <= 680.05, "{whole}: {from} to {to}");
        }
    }

    #[test]
    fn rows_of_a_group_stand_under_its_name_and_what_is_no_number_is_left_out() {
        let rows = [
            row("a", "one", 2.0, [1.0, 3.0]),
            row("b", "two", 2.0, [1.0, 3.0]),
            row("c", "one", 2.0, [1.0, 3.0]),
            row("d", "one", f64::NAN, [1.0, f64::INFINITY]),
        ];
        let svg = drawn(&rows);
        let texts = read::texts(&svg);
        let y = |text: &str| texts.iter().find(|one| one.text == text).expect("a text").y;
        assert!(y("one") < y("a") && y("a") < y("c") && y("c") < y("two") && y("two") < y("b"));
        assert!(!svg.contains(">d<") && !svg.contains("NaN") && !svg.contains("inf"));
        read::is_clean(&svg);
    }
}
