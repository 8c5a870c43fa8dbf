//! Love plots: standardised differences as dots, so that what is out of balance is seen at once.
//!
//! Named for Thomas Love, who drew them first. One of two subsets has a row for each variable. One of a
//! whole run, which may have thousands of pairs, has a row for each variable too, in which each pair is a
//! dot in the lane of its relation, and below the pairs that differ most. Behind the dots lies what chance
//! makes of two random sets: a dot on it says nothing, however far from 0, and is faint.

use std::collections::{BTreeMap, BTreeSet};

use super::{Balance, LARGE, Meant, Relation};
use crate::svg::{Anchor, Drawing, Svg, fitted, tick, width_of};

/// How many of the pairs that differ most are named.
const NAMED_PAIRS: usize = 20;

/// Variables and levels that a plot has room for; those that differ most come first then.
const ROWS_MAX: usize = 60;

/// What the axes tell.
const SIGNED: &str = "difference of means / standard deviation of the accepted pool";
const UNSIGNED: &str = "|difference of means| / standard deviation of the accepted pool";

/// The legend's words.
const BEYOND: &str = "beyond the axis";
const BY_DESIGN: &str = "by design";
const OPEN: &str = "not held";
const CHANCE: &str = "what chance makes";

/// How far the axis goes at most, so that one far pair does not press all others together; chosen by hand.
const LIMIT_MAX: f64 = 3.0;

/// Pixels.
const WIDTH: f64 = 680.0;
const PLOT_WIDTH: f64 = 250.0;
const NOTES: f64 = 140.0;
const LEFT: f64 = WIDTH - PLOT_WIDTH - NOTES;
const ROW: f64 = 18.0;
const LANE: f64 = 8.0;

/// Of many pairs, dots so near each other are one.
const NEAR: f64 = 4.0;

/// The classes of colours, in the order of [`Relation::ALL`].
const COLOURS: [&str; 5] = ["c1", "c3", "c2", "c4", "c0"];

/// One pair of a run, with its names and how it differs.
pub(crate) struct Shown<'b> {
    pub first: &'b str,
    pub second: &'b str,
    pub relation: Relation,
    pub differences: Vec<Difference<'b>>,
}

/// One variable of a pair, or a level of it.
#[derive(Clone, Copy)]
pub(crate) struct Difference<'b> {
    pub variable: &'b str,
    pub level: Option<&'b str>,
    pub meant: Meant,
    pub smd: f64,
    /// What |smd| passes by chance; none where nobody can say.
    pub chance: Option<f64>,
}

impl<'b> Shown<'b> {
    pub(crate) fn new(names: [&'b str; 2], relation: Relation, balance: &'b Balance) -> Self {
        let difference = |line: &'b super::Line| {
            Some(Difference {
                variable: line.variable,
                level: line.level.as_deref(),
                meant: line.meant,
                smd: line.smd?,
                chance: line.chance,
            })
        };
        Self {
            first: names[0],
            second: names[1],
            relation,
            differences: balance.lines.iter().filter_map(difference).collect(),
        }
    }

    /// The difference that says most, of what is meant to be alike; of equals the first.
    pub(crate) fn worst(&self) -> Option<&Difference<'b>> {
        let unwanted = self
            .differences
            .iter()
            .filter(|one| one.meant == Meant::Alike);
        unwanted.rev().max_by(|a, b| a.says_less(b))
    }

    /// The two names; what the second begins with as the first does is said once.
    pub(crate) fn name(&self) -> String {
        match self.second.strip_prefix(self.first) {
            Some(rest) if !rest.is_empty() => format!("{} / …{rest}", self.first),
            _ => format!("{} / {}", self.first, self.second),
        }
    }
}

impl Difference<'_> {
    /// The variable, with its level.
    pub(crate) fn name(&self) -> String {
        match self.level {
            None => self.variable.to_owned(),
            Some(level) => format!("{}: {level}", self.variable),
        }
    }

    /// How much less it says than another: what chance makes says less than what it does not, and then what is smaller.
    pub(crate) fn says_less(&self, other: &Self) -> std::cmp::Ordering {
        let is_chance = other.is_chance().cmp(&self.is_chance());
        is_chance.then(self.smd.abs().total_cmp(&other.smd.abs()))
    }

    /// Whether it counts: chance does not make as much, and it is large.
    pub(crate) fn counts(&self) -> bool {
        self.chance.is_some() && !self.is_chance() && self.smd.abs() >= LARGE
    }

    /// Whether chance alone makes as much.
    fn is_chance(&self) -> bool {
        self.chance.is_some_and(|chance| self.smd.abs() <= chance)
    }
}

/// The plot of two subsets: a row for each variable and each level, differences with their sign.
pub(crate) fn of_pair(pair: &Shown<'_>) -> Drawing {
    let mut told: Vec<&Difference<'_>> = pair.differences.iter().collect();
    let title = format!("{} against {}", pair.first, pair.second);
    let mut said = format!(
        "Differences of the first less the second. {}",
        how_read(true)
    );
    if told.len() > ROWS_MAX {
        told.sort_by(|a, b| b.smd.abs().total_cmp(&a.smd.abs()));
        said += &format!(" The {ROWS_MAX} largest of {}.", told.len());
        told.truncate(ROWS_MAX);
    }
    let mut panel = Panel::new(limit(pair.differences.iter()), true);
    for difference in told {
        let mut row = PlotRow::new(difference.name());
        row.dots.push(Dot::new(difference, pair.relation));
        row.chance = difference.chance;
        panel.rows.push(row);
    }
    drawing(Svg::new(&title, &said), &[panel], &[])
}

/// The plot of a run: every pair in a row for each variable, then the pairs that differ most.
pub(crate) fn of_run(pairs: &[Shown<'_>]) -> Drawing {
    let limit = limit(pairs.iter().flat_map(|pair| &pair.differences));
    let relations: BTreeSet<Relation> = pairs.iter().map(|pair| pair.relation).collect();
    let relations: Vec<Relation> = relations.into_iter().collect();
    let title = format!(
        "Balance of {} pairs of a subset and its control",
        pairs.len()
    );
    let panels = [by_variable(pairs, &relations, limit), by_pair(pairs, limit)];
    drawing(Svg::new(&title, &how_read(false)), &panels, &relations)
}

fn how_read(one: bool) -> String {
    let dot = if one {
        "A dot a variable"
    } else {
        "A dot a pair"
    };
    let grey = if one {
        "Grey: as far as random sets of these sizes lie apart by chance; what is no farther is faint"
    } else {
        "It is faint where random sets of the pair's own sizes lie as far apart by chance, and full where they do not: small \
         sets lie farther apart by chance than large ones. Grey, of a row: as far as chance takes each of its pairs, so that no \
         full dot stands there"
    };
    format!(
        "{dot}; a square is of what nothing holds alike. {grey}. The dashed line is {LARGE}: large."
    )
}

/// A row for each variable, with a lane for each relation. Of a mix the level that differs most.
fn by_variable(pairs: &[Shown<'_>], relations: &[Relation], limit: f64) -> Panel {
    let mut rows: Vec<PlotRow> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for pair in pairs {
        for difference in worst_levels(pair) {
            let at = *places.entry(difference.variable).or_insert_with(|| {
                rows.push(PlotRow::new(difference.variable.to_owned()));
                rows.len() - 1
            });
            let lane = relations.iter().position(|one| *one == pair.relation);
            let mut dot = Dot::new(difference, pair.relation);
            dot.lane = (lane.unwrap_or_default() as f64 + 0.5) / relations.len() as f64 - 0.5;
            rows[at].dots.push(dot);
            rows[at].narrow(difference.chance);
        }
    }
    let farthest = |row: &PlotRow| {
        let sizes = row.dots.iter().map(|dot| dot.value.abs());
        sizes.fold(0.0, f64::max)
    };
    if rows.len() > ROWS_MAX {
        rows.sort_by(|a, b| farthest(b).total_cmp(&farthest(a)));
        rows.truncate(ROWS_MAX);
    }
    Panel {
        rows,
        lanes: relations.len().max(1),
        ..Panel::new(limit, false)
    }
}

/// Of each variable the level that differs most, in the order in which they are told.
fn worst_levels<'p, 'b>(pair: &'p Shown<'b>) -> Vec<&'p Difference<'b>> {
    let mut worst: Vec<&Difference<'b>> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for difference in &pair.differences {
        let at = *places.entry(difference.variable).or_insert(worst.len());
        match worst.get_mut(at) {
            Some(place) if difference.smd.abs() > place.smd.abs() => *place = difference,
            Some(_) => {}
            None => worst.push(difference),
        }
    }
    worst
}

/// The pairs whose worst difference says most.
fn by_pair(pairs: &[Shown<'_>], limit: f64) -> Panel {
    let mut worst: Vec<(&Shown<'_>, &Difference<'_>)> = pairs
        .iter()
        .filter_map(|pair| Some((pair, pair.worst()?)))
        .collect();
    worst.sort_by(|a, b| b.1.says_less(a.1));
    let mut panel = Panel::new(limit, false);
    panel.title = "each pair, where it differs most in what is meant to be alike".into();
    if worst.len() > NAMED_PAIRS {
        // Of many those alone of which something is said.
        worst.retain(|(_, difference)| difference.counts());
        let all = format!(
            "{} of {} pairs differ beyond chance",
            worst.len(),
            pairs.len()
        );
        panel.title = match worst.len() {
            0..=NAMED_PAIRS => format!("{all} in what is meant to be alike"),
            _ => format!("{all} in what is meant to be alike; the {NAMED_PAIRS} that differ most"),
        };
        worst.truncate(NAMED_PAIRS);
    }
    for (pair, difference) in worst {
        let mut row = PlotRow::new(pair.name());
        row.note = difference.name();
        row.dots.push(Dot::new(difference, pair.relation));
        row.narrow(difference.chance);
        panel.rows.push(row);
    }
    panel
}

/// How far the axis goes: to the largest difference, by design or not, from 0.3 to [`LIMIT_MAX`]; what is
/// farther is an arrow at the edge, which the legend tells.
fn limit<'l, 'b: 'l>(differences: impl Iterator<Item = &'l Difference<'b>>) -> f64 {
    let largest = differences.fold(0.0_f64, |most, one| most.max(one.smd.abs()));
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
}

struct PlotRow {
    label: String,
    /// Said behind the plot.
    note: String,
    dots: Vec<Dot>,
    /// The least of what chance makes of its dots.
    chance: Option<f64>,
}

#[derive(Clone, Copy)]
struct Dot {
    value: f64,
    relation: Relation,
    meant: Meant,
    /// Whether chance makes as much.
    is_faint: bool,
    /// Above or below the middle of its row, from -0.5 to 0.5.
    lane: f64,
}

/// What a difference is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Dot,
    /// By design: hollow, so that what was meant is told from what was not without its colour.
    Diamond,
    /// What nothing holds alike: hollow too.
    Square,
    /// Beyond the axis: on its edge, pointing off the plot.
    ArrowLeft,
    ArrowRight,
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
        }
    }

    fn row_height(&self) -> f64 {
        ROW.max(LANE * self.lanes as f64 + 6.0)
    }

    fn head(&self) -> f64 {
        if self.title.is_empty() { 4.0 } else { 24.0 }
    }

    fn height(&self) -> f64 {
        // Without a row it is its title.
        let axis = if self.rows.is_empty() { 0.0 } else { 46.0 };
        self.head() + self.row_height() * self.rows.len() as f64 + axis
    }

    /// Pixels from the drawing's left edge.
    fn x(&self, value: f64) -> f64 {
        let inside = value.clamp(-self.limit, self.limit) / self.limit;
        let share = if self.signed {
            (inside + 1.0) / 2.0
        } else {
            inside
        };
        LEFT + share * PLOT_WIDTH
    }

    fn ticks(&self) -> Vec<f64> {
        let steps = [(0.5, 0.1), (1.0, 0.2)];
        let found = steps.iter().find(|(limit, _)| self.limit <= *limit);
        let step = found.map_or(0.5, |(_, step)| *step);
        let count = (self.limit / step + 1e-9).floor() as i32;
        let first = if self.signed { -count } else { 0 };
        (first..=count).map(|at| f64::from(at) * step).collect()
    }

    fn draw(&self, svg: &mut Svg, top: f64) {
        let (head, height) = (top + self.head(), self.row_height());
        let foot = head + height * self.rows.len() as f64;
        if !self.title.is_empty() {
            svg.text("strong", [0.0, top + 14.0], Anchor::Start, &self.title);
        }
        if self.rows.is_empty() {
            return;
        }
        for (at, row) in self.rows.iter().enumerate() {
            let y = head + height * at as f64;
            if at % 2 == 0 {
                svg.rect("band", [LEFT, y], [PLOT_WIDTH, height]);
            }
            self.draw_chance(svg, row, y);
        }
        for value in self.ticks() {
            let x = self.x(value);
            svg.line("grid", [x, head], [x, foot]);
            let place = [x, foot + 14.0];
            svg.text("soft", place, Anchor::Middle, &tick(value, 0.1));
        }
        let centre = [LEFT + PLOT_WIDTH / 2.0, foot + 30.0];
        svg.text("soft", centre, Anchor::Middle, self.axis);
        for large in [-LARGE, LARGE] {
            if large > 0.0 || self.signed {
                let x = self.x(large);
                svg.path("axis", &[[x, head], [x, foot]], "4 3");
            }
        }
        svg.line("axis", [self.x(0.0), head], [self.x(0.0), foot]);
        for (at, row) in self.rows.iter().enumerate() {
            self.draw_row(svg, row, head + height * (at as f64 + 0.5));
        }
    }

    /// What chance makes of each of the row's dots, whatever the sizes of its sets.
    fn draw_chance(&self, svg: &mut Svg, row: &PlotRow, y: f64) {
        let Some(least) = row.chance else { return };
        let from = if self.signed { -least } else { 0.0 };
        let (from, to) = (self.x(from), self.x(least));
        let size = [to - from, self.row_height() - 2.0];
        svg.rect("null", [from, y + 1.0], size);
    }

    /// A row's words, and its dots: one path for all of a kind, those that fall on one place drawn once.
    fn draw_row(&self, svg: &mut Svg, row: &PlotRow, middle: f64) {
        let label = fitted(&row.label, LEFT - 12.0);
        svg.text("", [LEFT - 10.0, middle + 4.0], Anchor::End, &label);
        let near = if row.dots.len() > 100 { NEAR } else { 1.0 };
        let mut kinds: BTreeMap<(Relation, bool, Mark), BTreeSet<[i64; 2]>> = BTreeMap::new();
        for dot in &row.dots {
            let x = (self.x(self.value(dot)) / near).round() * near;
            let y = middle + dot.lane * (self.row_height() - 6.0);
            let kind = (dot.relation, dot.is_faint, self.mark(dot));
            let place = [x, y.round()].map(|pixels| pixels as i64);
            kinds.entry(kind).or_default().insert(place);
        }
        for ((relation, is_faint, mark), places) in kinds {
            let places: Vec<[f64; 2]> = places
                .into_iter()
                .map(|place| place.map(|pixels| pixels as f64))
                .collect();
            let faint = if is_faint { " faint" } else { "" };
            mark.draw(
                svg,
                &format!("{}{faint}", COLOURS[place(relation)]),
                &places,
            );
        }
        let note = fitted(&self.note(row), NOTES - 14.0);
        if !note.is_empty() {
            let place = [LEFT + PLOT_WIDTH + 14.0, middle + 4.0];
            svg.text("soft", place, Anchor::Start, &note);
        }
    }

    /// What stands behind the plot: the row's note, with the value where the axis does not tell it.
    fn note(&self, row: &PlotRow) -> String {
        match row.dots.as_slice() {
            [dot] if self.is_beyond(dot) => {
                let value = tick(self.value(dot), 0.1);
                match row.note.as_str() {
                    "" => value,
                    note => format!("{value}, {note}"),
                }
            }
            _ => row.note.clone(),
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

    fn has(&self, is: impl Fn(&Dot) -> bool) -> bool {
        let mut dots = self.rows.iter().flat_map(|row| &row.dots);
        dots.any(is)
    }

    fn mark(&self, dot: &Dot) -> Mark {
        match (self.is_beyond(dot), dot.meant) {
            (true, _) if self.value(dot) < 0.0 => Mark::ArrowLeft,
            (true, _) => Mark::ArrowRight,
            (false, Meant::Unlike) => Mark::Diamond,
            (false, Meant::Open) => Mark::Square,
            (false, Meant::Alike) => Mark::Dot,
        }
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
            chance: None,
        }
    }

    /// Takes in what chance makes of one more dot.
    fn narrow(&mut self, chance: Option<f64>) {
        let both = [self.chance, chance].into_iter().flatten();
        self.chance = both.reduce(f64::min);
    }
}

impl Dot {
    fn new(difference: &Difference<'_>, relation: Relation) -> Self {
        Self {
            value: difference.smd,
            relation,
            meant: difference.meant,
            is_faint: difference.is_chance(),
            lane: 0.0,
        }
    }
}

fn place(relation: Relation) -> usize {
    let at = Relation::ALL.iter().position(|one| *one == relation);
    at.unwrap_or_default()
}

fn drawing(mut svg: Svg, panels: &[Panel], relations: &[Relation]) -> Drawing {
    let mut top = key(&mut svg, panels, relations) + 18.0;
    for panel in panels {
        panel.draw(&mut svg, top);
        top += panel.height() + 8.0;
    }
    svg.finish(WIDTH, top)
}

/// What colours, forms and grey mean, of those that are drawn; where the last line of it lies.
fn key(svg: &mut Svg, panels: &[Panel], relations: &[Relation]) -> f64 {
    let (mut x, mut y) = (4.0, 8.0);
    let mut said = |svg: &mut Svg, words: &str, mark: &dyn Fn(&mut Svg, [f64; 2])| {
        if x > 4.0 && x + 11.0 + width_of(words) > WIDTH {
            (x, y) = (4.0, y + 16.0);
        }
        mark(svg, [x, y]);
        svg.text("", [x + 11.0, y + 4.0], Anchor::Start, words);
        x += 28.0 + width_of(words);
    };
    for relation in relations {
        let class = COLOURS[place(*relation)];
        said(svg, relation.as_str(), &|svg, at| {
            Mark::Dot.draw(svg, class, &[at])
        });
    }
    let any = |is: &dyn Fn(&Panel, &Dot) -> bool| {
        let mut panels = panels.iter();
        panels.any(|panel| panel.has(|dot| is(panel, dot)))
    };
    for (meant, words, mark) in [
        (Meant::Unlike, BY_DESIGN, Mark::Diamond),
        (Meant::Open, OPEN, Mark::Square),
    ] {
        if any(&|_, dot| dot.meant == meant) {
            said(svg, words, &|svg, at| mark.draw(svg, "c0", &[at]));
        }
    }
    if any(&Panel::is_beyond) {
        said(svg, BEYOND, &|svg, [x, y]| {
            Mark::ArrowRight.draw(svg, "c0", &[[x - 4.0, y]]);
        });
    }
    let mut rows = panels.iter().flat_map(|panel| &panel.rows);
    if rows.any(|row| row.chance.is_some()) {
        said(svg, CHANCE, &|svg, [x, y]| {
            svg.rect("null", [x - 5.0, y - 6.0], [12.0, 12.0]);
        });
    }
    y
}

impl Mark {
    fn draw(self, svg: &mut Svg, class: &str, places: &[[f64; 2]]) {
        let around = |corners: &[[f64; 2]]| -> Vec<Vec<[f64; 2]>> {
            let shape =
                |[x, y]: &[f64; 2]| corners.iter().map(|[dx, dy]| [x + dx, y + dy]).collect();
            places.iter().map(shape).collect()
        };
        match self {
            Self::Dot => svg.dots(class, places),
            Self::Diamond => {
                let shapes = around(&[[0.0, -4.0], [4.0, 0.0], [0.0, 4.0], [-4.0, 0.0]]);
                svg.shapes(&format!("{class} line"), &shapes);
            }
            Self::Square => {
                let shapes = around(&[[-3.0, -3.0], [3.0, -3.0], [3.0, 3.0], [-3.0, 3.0]]);
                svg.shapes(&format!("{class} line"), &shapes);
            }
            Self::ArrowLeft => svg.shapes(class, &around(&[[0.0, -4.0], [-8.0, 0.0], [0.0, 4.0]])),
            Self::ArrowRight => svg.shapes(class, &around(&[[0.0, -4.0], [8.0, 0.0], [0.0, 4.0]])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Line;
    use super::*;
    use crate::svg::read;

    /// The plot of a run with one pair for each `tokens` difference, by design, beside a small one.
    fn plot(tokens: &[f64]) -> String {
        let line = |variable, smd, meant| Line {
            variable,
            meant,
            smd: Some(smd),
            chance: Some(0.21),
            ..Line::default()
        };
        let balances: Vec<Balance> = tokens
            .iter()
            .map(|&smd| Balance {
                lines: vec![
                    line("tokens", smd, Meant::Unlike),
                    line("turns", 0.2, Meant::Alike),
                ],
                ..Balance::default()
            })
            .collect();
        let pairs: Vec<Shown<'_>> = balances
            .iter()
            .map(|balance| Shown::new(["long", "random"], Relation::Random, balance))
            .collect();
        of_run(&pairs).file("balance")
    }

    #[test]
    fn a_difference_by_design_is_drawn_where_its_value_is() {
        let drawn = plot(&[0.25, -1.0]);
        read::is_clean(&drawn);
        for tick in ["0.5", "1.0"] {
            assert!(drawn.contains(&format!(">{tick}<")), "{tick}: {drawn}");
        }
        assert!(!drawn.contains(BEYOND));
        // The axis goes to 1.1: 1.05 times the largest, rounded up.
        let diamonds = &read::paths(&drawn, "c1 line")[0];
        let middles: Vec<f64> = diamonds.iter().step_by(4).map(|corner| corner[0]).collect();
        let expected = [0.25, 1.0].map(|value| LEFT + value / 1.1 * PLOT_WIDTH);
        for (found, expected) in middles.iter().zip(expected) {
            // To a pixel.
            assert!((found - expected).abs() < 1.0, "{middles:?} {expected}");
        }
        assert_eq!(middles.len(), 2);
    }

    #[test]
    fn what_chance_makes_is_faint_and_lies_on_grey() {
        let drawn = plot(&[0.25]);
        let faint = &read::paths(&drawn, "c1 faint dots")[0];
        let grey = read::rects(&drawn, "null");
        let [left, _, width, _] = grey[1];
        assert!(faint[0][0] > left && faint[0][0] < left + width, "{grey:?}");
        // 0.21 of an axis that goes to 0.3.
        assert!((width - 0.7 * PLOT_WIDTH).abs() < 0.1, "{width}");
        assert!(drawn.contains(CHANCE));
    }

    #[test]
    fn what_is_beyond_the_axis_is_an_arrow_and_the_legend_says_so() {
        let drawn = plot(&[0.25, 3.5]);
        assert!(drawn.contains(&format!(">{BEYOND}<")), "{drawn}");
        let arrows = read::paths(&drawn, "c1").len() + read::paths(&drawn, "c0").len();
        assert_eq!(arrows, 2, "the pair's and the legend's: {drawn}");
        assert!(drawn.contains(">3.0<") && !drawn.contains(">3.5<"));
    }

    #[test]
    fn each_panel_says_what_its_axis_is_and_one_without_rows_has_none() {
        assert_eq!(plot(&[0.25]).matches(UNSIGNED).count(), 2);
        // Of many pairs none differs beyond chance.
        let none = plot(&[0.25; 30]);
        assert!(
            none.contains(">0 of 30 pairs differ beyond chance"),
            "{none}"
        );
        assert_eq!(none.matches(UNSIGNED).count(), 1);
    }

    #[test]
    fn thousands_of_pairs_are_a_drawing_of_some_kilobytes() {
        let tokens: Vec<f64> = (0..4000).map(|at| f64::from(at) / 4000.0).collect();
        let drawn = plot(&tokens);
        assert!(drawn.len() < 60_000, "{}", drawn.len());
        read::is_clean(&drawn);
    }

    #[test]
    fn what_chance_does_not_make_is_named_before_what_it_does_however_large() {
        let difference = |variable, smd, chance| Difference {
            variable,
            level: None,
            meant: Meant::Alike,
            smd,
            chance: Some(chance),
        };
        let pair = Shown {
            first: "a",
            second: "b",
            relation: Relation::Random,
            differences: vec![
                difference("rare", 1.5, 2.0),
                difference("first", -0.4, 0.1),
                difference("second", 0.4, 0.1),
                difference("small", 0.2, 0.1),
            ],
        };
        assert_eq!(pair.worst().map(|worst| worst.variable), Some("first"));
    }

    /// Pairs of small and of large sets: what chance makes of them is not the same.
    fn of_sizes(count: usize) -> String {
        let pair = |at: usize| {
            let (smd, chance) = [(0.25, 0.1), (0.3, 0.4), (0.15, 0.2)][at % 3];
            Shown {
                first: "set",
                second: "control",
                relation: Relation::Matched,
                differences: vec![Difference {
                    variable: "tokens",
                    level: None,
                    meant: Meant::Alike,
                    smd: smd + at as f64 / 1e4,
                    chance: Some(chance),
                }],
            }
        };
        of_run(&(0..count).map(pair).collect::<Vec<_>>()).file("balance")
    }

    #[test]
    fn no_full_dot_stands_on_the_grey_of_its_row_and_what_is_named_counts() {
        let drawn = of_sizes(60);
        assert!(
            drawn.contains(">20 of 60 pairs differ beyond chance in what is meant to be alike<"),
            "{drawn}"
        );
        let grey = read::rects(&drawn, "null");
        // The legend's stands first.
        let [left, _, width, _] = grey[1];
        let mut full: Vec<[f64; 2]> = read::paths(&drawn, "c3 dots").concat();
        full.retain(|dot| dot[0] > LEFT);
        assert!(!full.is_empty());
        assert!(
            full.iter().all(|dot| dot[0] > left + width),
            "{full:?} {grey:?}"
        );
        assert_eq!(
            of_sizes(60).matches(">tokens<").count(),
            1 + 20,
            "the row, and the pairs that count"
        );
    }

    #[test]
    fn a_name_that_the_second_repeats_is_said_once() {
        let pair = |first, second| Shown {
            first,
            second,
            relation: Relation::Matched,
            differences: Vec::new(),
        };
        assert_eq!(pair("a-100", "a-100-matched").name(), "a-100 / …-matched");
        assert_eq!(pair("a-100", "random").name(), "a-100 / random");
        assert_eq!(pair("a", "a").name(), "a / a");
    }
}
