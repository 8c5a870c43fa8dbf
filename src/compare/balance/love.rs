//! Love plots: standardised differences as dots, so that what is out of balance is seen at once.
//!
//! Named for Thomas Love, who drew them first. One of two subsets has a row for each variable. One of a
//! whole run, which may have thousands of pairs, has a row for each variable too, in which each pair is a
//! dot in the lane of its relation, and below the pairs that differ most. The SVG is written by hand: a
//! few lines, circles and words are all that it needs, and it then opens everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{Balance, LARGE, Line, Relation};
use crate::error::one_line;

/// How many of the pairs that differ most are named.
const NAMED_PAIRS: usize = 20;

/// What the axes tell.
const SIGNED: &str = "difference of means / standard deviation of the accepted pool";
const UNSIGNED: &str = "|difference of means| / standard deviation of the accepted pool";

/// The legend's word for an arrow.
const BEYOND: &str = "beyond the axis";

/// How far the axis goes at most, so that one far pair does not press all others together; chosen by hand.
const LIMIT_MAX: f64 = 3.0;

/// Pixels.
const ROW: f64 = 18.0;
const PLOT_WIDTH: f64 = 420.0;
const LETTER: f64 = 6.7;
const MARGIN: f64 = 16.0;

/// Colours that the colour-blind tell apart (Okabe and Ito 2008), in the order of [`Relation::ALL`].
const COLOURS: [&str; 5] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#333333"];

/// One pair of a run, with its names.
pub(crate) struct Shown<'b> {
    pub first: &'b str,
    pub second: &'b str,
    pub relation: Relation,
    pub balance: &'b Balance,
}

/// The plot of two subsets: a row for each variable and each level, differences with their sign.
pub(crate) fn of_pair(pair: &Shown<'_>) -> String {
    let told: Vec<&Line> = pair
        .balance
        .lines
        .iter()
        .filter(|line| line.smd.is_some())
        .collect();
    let mut panel = Panel::new(limit(told.iter().copied()), true);
    for line in told {
        let mut row = PlotRow::new(line.name());
        row.dots.push(Dot::new(line, pair.relation));
        panel.rows.push(row);
    }
    let title = format!("{} against {}", pair.first, pair.second);
    drawing(&title, &[panel], &[])
}

/// The plot of a run: every pair in a row for each variable, then the pairs that differ most.
pub(crate) fn of_run(pairs: &[Shown<'_>]) -> String {
    let lines = pairs.iter().flat_map(|pair| &pair.balance.lines);
    let limit = limit(lines);
    let relations: BTreeSet<Relation> = pairs.iter().map(|pair| pair.relation).collect();
    let relations: Vec<Relation> = relations.into_iter().collect();
    let title = format!(
        "Balance of {} pairs of a subset and its control",
        pairs.len()
    );
    let panels = [by_variable(pairs, &relations, limit), by_pair(pairs, limit)];
    drawing(&title, &panels, &relations)
}

/// A row for each variable, with a lane for each relation. Of a mix the level that differs most.
fn by_variable(pairs: &[Shown<'_>], relations: &[Relation], limit: f64) -> Panel {
    let mut rows: Vec<PlotRow> = Vec::new();
    for pair in pairs {
        let mut worst: BTreeMap<&str, (usize, &Line)> = BTreeMap::new();
        for (at, line) in pair.balance.lines.iter().enumerate() {
            let Some(smd) = line.smd else { continue };
            let place = worst.entry(line.variable).or_insert((at, line));
            if place.1.smd.is_some_and(|other| smd.abs() > other.abs()) {
                place.1 = line;
            }
        }
        let mut in_order: Vec<(usize, &Line)> = worst.into_values().collect();
        in_order.sort_by_key(|(at, _)| *at);
        for (_, line) in in_order {
            let at = rows.iter().position(|row| row.label == line.variable);
            let at = at.unwrap_or_else(|| {
                rows.push(PlotRow::new(line.variable.to_owned()));
                rows.len() - 1
            });
            let mut dot = Dot::new(line, pair.relation);
            let lane = relations
                .iter()
                .position(|one| *one == pair.relation)
                .unwrap_or_default();
            dot.lane = (lane as f64 + 0.5) / relations.len() as f64 - 0.5;
            rows[at].dots.push(dot);
        }
    }
    Panel {
        rows,
        lanes: relations.len().max(1),
        faint: pairs.len() > 8,
        ..Panel::new(limit, false)
    }
}

/// The pairs whose worst difference is largest.
fn by_pair(pairs: &[Shown<'_>], limit: f64) -> Panel {
    let mut worst: Vec<(&Shown<'_>, &Line)> = pairs
        .iter()
        .filter_map(|pair| Some((pair, pair.balance.worst()?)))
        .collect();
    let size = |line: &Line| line.smd.unwrap_or_default().abs();
    worst.sort_by(|a, b| size(b.1).total_cmp(&size(a.1)));
    let mut panel = Panel::new(limit, false);
    if worst.len() > NAMED_PAIRS {
        panel.title = format!(
            "the {NAMED_PAIRS} pairs that differ most, of {}",
            worst.len()
        );
        worst.truncate(NAMED_PAIRS);
    } else {
        panel.title = "each pair, where it differs most".into();
    }
    for (pair, line) in worst {
        let mut row = PlotRow::new(format!("{} / {}", pair.first, pair.second));
        row.note = line.name();
        row.dots.push(Dot::new(line, pair.relation));
        panel.rows.push(row);
    }
    panel
}

/// How far the axis goes: to the largest difference, by design or not, from 0.3 to [`LIMIT_MAX`]; what is
/// farther is an arrow at the edge, which the legend tells.
fn limit<'l>(lines: impl Iterator<Item = &'l Line>) -> f64 {
    let told = lines.filter_map(|line| line.smd);
    let largest = told.fold(0.0_f64, |most, smd| most.max(smd.abs()));
    ((largest * 10.5).ceil() / 10.0).clamp(0.3, LIMIT_MAX)
}

struct Panel {
    title: String,
    /// What its numbers are.
    axis: &'static str,
    rows: Vec<PlotRow>,
    limit: f64,
    signed: bool,
    lanes: usize,
    faint: bool,
}

struct PlotRow {
    label: String,
    /// Said behind its dot.
    note: String,
    dots: Vec<Dot>,
}

#[derive(Clone, Copy)]
struct Dot {
    value: f64,
    relation: Relation,
    by_design: bool,
    /// Above or below the middle of its row, from -0.5 to 0.5.
    lane: f64,
}

impl Panel {
    fn new(limit: f64, signed: bool) -> Self {
        Self {
            title: String::new(),
            axis: if signed { SIGNED } else { UNSIGNED },
            rows: Vec::new(),
            limit,
            signed,
            lanes: 1,
            faint: false,
        }
    }

    fn row_height(&self) -> f64 {
        ROW.max(8.0 * self.lanes as f64 + 4.0)
    }

    fn height(&self) -> f64 {
        self.row_height() * self.rows.len() as f64 + 70.0
    }

    /// Pixels from the plot's left edge.
    fn x(&self, value: f64) -> f64 {
        let inside = value.clamp(-self.limit, self.limit) / self.limit;
        let share = if self.signed {
            (inside + 1.0) / 2.0
        } else {
            inside
        };
        share * PLOT_WIDTH
    }

    fn ticks(&self) -> Vec<f64> {
        let steps = [(0.5, 0.1), (1.0, 0.2)];
        let found = steps.iter().find(|(limit, _)| self.limit <= *limit);
        let step = found.map_or(0.5, |(_, step)| *step);
        let count = (self.limit / step + 1e-9).floor() as i32;
        let first = if self.signed { -count } else { 0 };
        (first..=count).map(|at| f64::from(at) * step).collect()
    }

    fn draw(&self, svg: &mut Svg, left: f64, top: f64) {
        let (head, height) = (top + 24.0, self.row_height());
        let foot = head + height * self.rows.len() as f64;
        svg.text(left, top + 14.0, "start", "bold", &self.title);
        for at in (0..self.rows.len()).step_by(2) {
            svg.band(left, head + height * at as f64, PLOT_WIDTH, height);
        }
        for tick in self.ticks() {
            let x = left + self.x(tick);
            svg.line(x, head, x, foot, "#dddddd", "");
            svg.text(x, foot + 14.0, "middle", "normal", &format!("{tick:.1}"));
        }
        let centre = left + PLOT_WIDTH / 2.0;
        svg.text(centre, foot + 30.0, "middle", "normal", self.axis);
        let threshold: &[f64] = if self.signed {
            &[-LARGE, LARGE]
        } else {
            &[LARGE]
        };
        for value in threshold {
            let x = left + self.x(*value);
            svg.line(x, head, x, foot, "#666666", "4 3");
        }
        let zero = left + self.x(0.0);
        svg.line(zero, head, zero, foot, "#333333", "");
        for (at, row) in self.rows.iter().enumerate() {
            let middle = head + height * (at as f64 + 0.5);
            svg.text(
                left - 10.0,
                middle + 4.0,
                "end",
                "normal",
                &shortened(&row.label),
            );
            self.draw_row(svg, row, left, middle);
        }
    }

    /// A row's dots; those that fall on one pixel are drawn once.
    fn draw_row(&self, svg: &mut Svg, row: &PlotRow, left: f64, middle: f64) {
        let mut drawn = BTreeSet::new();
        for dot in &row.dots {
            let value = self.value(dot);
            let x = left + self.x(value);
            let y = middle + dot.lane * (self.row_height() - 4.0);
            let beyond = self.is_beyond(dot);
            let place = (x.round() as i64, dot.relation, dot.by_design, beyond);
            match (drawn.insert(place), beyond) {
                (false, _) => {}
                (true, false) => svg.dot(x, y, dot, self.faint),
                (true, true) => svg.arrow(x, y, value.signum(), dot, self.faint),
            }
            let (anchor, off) = if beyond && value < 0.0 {
                ("end", -12.0)
            } else {
                ("start", 12.0)
            };
            let note = row.note_of(value, beyond);
            svg.text(x + off, middle + 4.0, anchor, "normal", &note);
        }
    }

    /// Where the dot belongs on the axis.
    fn value(&self, dot: &Dot) -> f64 {
        if self.signed {
            dot.value
        } else {
            dot.value.abs()
        }
    }

    fn has_beyond(&self) -> bool {
        let mut dots = self.rows.iter().flat_map(|row| &row.dots);
        dots.any(|dot| self.is_beyond(dot))
    }

    /// Whether the axis ends before it.
    fn is_beyond(&self, dot: &Dot) -> bool {
        dot.value.abs() > self.limit
    }
}

impl PlotRow {
    fn new(label: String) -> Self {
        Self {
            label,
            note: String::new(),
            dots: Vec::new(),
        }
    }

    /// What stands behind a dot: its value where the axis does not tell it and no other dot is in the way.
    fn note_of(&self, value: f64, beyond: bool) -> String {
        match (beyond && self.dots.len() == 1, self.note.as_str()) {
            (false, note) => note.to_owned(),
            (true, "") => format!("{value:.1}"),
            (true, note) => format!("{value:.1}, {note}"),
        }
    }
}

impl Dot {
    fn new(line: &Line, relation: Relation) -> Self {
        Self {
            value: line.smd.unwrap_or_default(),
            relation,
            by_design: line.by_design,
            lane: 0.0,
        }
    }
}

/// At most 72 letters, cut in the middle: names of subsets differ at both ends.
fn shortened(label: &str) -> String {
    let letters: Vec<char> = label.chars().collect();
    if letters.len() <= 72 {
        return label.to_owned();
    }
    let (head, tail) = (&letters[..35], &letters[letters.len() - 36..]);
    head.iter().chain(&['…']).chain(tail).collect()
}

fn drawing(title: &str, panels: &[Panel], relations: &[Relation]) -> String {
    let labels = panels.iter().flat_map(|panel| &panel.rows);
    let longest = labels
        .map(|row| shortened(&row.label).chars().count())
        .max();
    let left = MARGIN + longest.unwrap_or_default() as f64 * LETTER + 12.0;
    let notes = panels.iter().flat_map(|panel| &panel.rows);
    let note = notes
        .map(|row| row.note.chars().count())
        .max()
        .unwrap_or_default();
    // Behind its dot's value where that is beyond the axis.
    let note = (note + 5) as f64 * LETTER + 12.0;
    let width = left + PLOT_WIDTH + note.max(56.0);
    let heights: f64 = panels.iter().map(Panel::height).sum();
    let mut svg = Svg::default();
    svg.text(MARGIN, 22.0, "start", "bold", &shortened(title));
    let mut key = MARGIN;
    for relation in relations {
        let dot = Dot {
            value: 0.0,
            relation: *relation,
            by_design: false,
            lane: 0.0,
        };
        svg.dot(key + 4.0, 40.0, &dot, false);
        svg.text(key + 12.0, 44.0, "start", "normal", relation.as_str());
        key += 84.0;
    }
    let mark = |by_design| Dot {
        value: 0.0,
        relation: Relation::None,
        by_design,
        lane: 0.0,
    };
    svg.dot(key + 4.0, 40.0, &mark(true), false);
    svg.text(key + 12.0, 44.0, "start", "normal", "by design");
    key += 84.0;
    if panels.iter().any(Panel::has_beyond) {
        svg.arrow(key, 40.0, 1.0, &mark(false), false);
        svg.text(key + 12.0, 44.0, "start", "normal", BEYOND);
        key += BEYOND.len() as f64 * LETTER;
    }
    let mut top = 52.0;
    for panel in panels {
        panel.draw(&mut svg, left, top);
        top += panel.height();
    }
    svg.finish(width.max(key + MARGIN), heights + 60.0)
}

/// The elements of a drawing.
#[derive(Default)]
struct Svg(String);

impl Svg {
    /// Behind every second row, so that the eye keeps to it.
    fn band(&mut self, x: f64, y: f64, width: f64, height: f64) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            self.0,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"#f4f4f4\"/>"
        );
    }

    fn line(&mut self, x1: f64, y1: f64, x2: f64, y2: f64, colour: &str, dashes: &str) {
        let _ = writeln!(
            self.0,
            "<path d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" stroke=\"{colour}\" stroke-dasharray=\"{dashes}\"/>"
        );
    }

    fn text(&mut self, x: f64, y: f64, anchor: &str, weight: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        // XML has no word for a control.
        let text = one_line(text)
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;");
        let _ = writeln!(
            self.0,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-weight=\"{weight}\">{text}</text>"
        );
    }

    fn dot(&mut self, x: f64, y: f64, dot: &Dot, faint: bool) {
        let place = format!("circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.4\"");
        self.mark(&place, dot, faint);
    }

    /// It stands on the edge and points off the plot: to the right with 1, to the left with -1.
    fn arrow(&mut self, x: f64, y: f64, side: f64, dot: &Dot, faint: bool) {
        let (above, below, point) = (y - 3.8, y + 3.8, x + 8.0 * side);
        let place = format!("path d=\"M{x:.1} {above:.1}L{point:.1} {y:.1}L{x:.1} {below:.1}Z\"");
        self.mark(&place, dot, faint);
    }

    /// Filled, or hollow where the difference is by design.
    fn mark(&mut self, place: &str, dot: &Dot, faint: bool) {
        let at = Relation::ALL.iter().position(|one| *one == dot.relation);
        let colour = COLOURS[at.unwrap_or_default()];
        let fill = if dot.by_design { "none" } else { colour };
        let opacity = if faint { 0.5 } else { 1.0 };
        let _ = writeln!(
            self.0,
            "<{place} fill=\"{fill}\" stroke=\"{colour}\" opacity=\"{opacity}\"/>"
        );
    }

    fn finish(self, width: f64, height: f64) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 \
             {width:.0} {height:.0}\" font-family=\"ui-sans-serif, Helvetica, Arial, sans-serif\" \
             font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n{}</svg>\n",
            self.0
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plot of a run with one pair for each `tokens` difference, by design, beside a small one.
    fn plot(tokens: &[f64]) -> String {
        let line = |variable, smd, by_design| Line {
            variable,
            by_design,
            smd: Some(smd),
            ..Line::default()
        };
        let balances: Vec<Balance> = tokens
            .iter()
            .map(|&smd| Balance {
                lines: vec![line("tokens", smd, true), line("turns", 0.2, false)],
                ..Balance::default()
            })
            .collect();
        let pairs: Vec<Shown<'_>> = balances
            .iter()
            .map(|balance| Shown {
                first: "long",
                second: "random",
                relation: Relation::Random,
                balance,
            })
            .collect();
        of_run(&pairs)
    }

    #[test]
    fn a_difference_by_design_is_drawn_where_its_value_is() {
        let drawn = plot(&[0.25, -2.0]);
        for tick in ["0.5", "1.0", "1.5", "2.0"] {
            assert!(drawn.contains(&format!(">{tick}<")), "{tick}: {drawn}");
        }
        assert!(!drawn.contains(BEYOND));
        assert_eq!(drawn.matches("<circle").count(), 2 + 2 + 1 + 2, "{drawn}");
    }

    #[test]
    fn what_is_beyond_the_axis_is_an_arrow_and_the_legend_says_so() {
        let drawn = plot(&[0.25, 3.5]);
        assert!(drawn.contains(&format!(">{BEYOND}<")), "{drawn}");
        let arrows = drawn.matches("Z\"").count();
        assert_eq!(arrows, 2, "the pair's and the legend's: {drawn}");
        assert!(drawn.contains(">3.0<") && !drawn.contains(">3.5<"));
    }

    #[test]
    fn each_panel_says_what_its_axis_is() {
        assert_eq!(plot(&[0.25]).matches(UNSIGNED).count(), 2);
    }
}
