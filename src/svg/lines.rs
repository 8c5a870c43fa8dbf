//! Lines over a logarithm of sizes: scores by how much was trained on. A panel a family, a series an arm.

use super::{Anchor, BOLD, Svg, WIDER, between, fitted, tick, ticks, width_of};
use crate::error::thousands;

/// Between two panels, and under each.
const FOOT: f64 = 64.0;
const HEAD: f64 = 24.0;
const HEIGHT: f64 = 210.0;
/// Room for the numbers of the axis.
const LEFT: f64 = 40.0;
/// Before a series' name: a piece of its line.
const SIGN: f64 = 34.0;
/// Room for names; where they are wider than the first, panels stand under each other.
const NAMES: f64 = 120.0;
const NAMES_MAX: f64 = 250.0;

/// Lines of names at the ends of their series.
const NAME: f64 = 14.0;

/// Shapes and colours tell series apart beside their names.
const DASHES: [&str; 5] = ["", "7 3", "2 3", "9 3 2 3", "4 4"];

/// What is drawn over one axis of sizes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Panel {
    pub title: String,
    /// What sizes are thousands in.
    pub unit: String,
    pub series: Vec<Series>,
    /// Fitted curves: points, and their dashes.
    pub curves: Vec<(Vec<[f64; 2]>, &'static str)>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Series {
    pub name: String,
    /// Of [`super::COLOURS`].
    pub colour: usize,
    pub points: Vec<Point>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Point {
    pub size: f64,
    pub score: f64,
    pub interval: Option<[f64; 2]>,
    /// The single runs that the score is the mean of.
    pub each: Vec<f64>,
    /// Beyond what was measured: hollow, and no part of the line.
    pub is_guess: bool,
}

/// Where sizes and scores lie.
struct Frame {
    sizes: [f64; 2],
    scores: [f64; 2],
    corner: [f64; 2],
    width: f64,
}

impl Frame {
    fn place(&self, size: f64, score: f64) -> [f64; 2] {
        let [left, top] = self.corner;
        let sizes = self.sizes.map(libm::log);
        let [low, high] = self.scores;
        [
            between(libm::log(size), sizes, [left, left + self.width]),
            between(score.clamp(low, high), [low, high], [top + HEIGHT, top]),
        ]
    }
}

/// Draws the panels beside and under each other, scores from and to `scores`; the size that it took.
pub(crate) fn draw(svg: &mut Svg, panels: &[Panel], scores: [f64; 2], width: f64) -> [f64; 2] {
    let names = panels.iter().flat_map(|panel| &panel.series);
    let names = names
        .map(|series| WIDER * width_of(&series.name))
        .fold(0.0, f64::max);
    let across = if names > WIDER * NAMES {
        1
    } else {
        panels.len().clamp(1, 2)
    };
    let room = width / across as f64;
    for (at, panel) in panels.iter().enumerate() {
        let corner = [
            (at % across) as f64 * room,
            (at / across) as f64 * (HEAD + HEIGHT + FOOT),
        ];
        one(svg, panel, scores, corner, [room, names.min(NAMES_MAX)]);
    }
    let rows = panels.len().div_ceil(across);
    [width, rows as f64 * (HEAD + HEIGHT + FOOT) - 16.0]
}

fn one(
    svg: &mut Svg,
    panel: &Panel,
    scores: [f64; 2],
    [left, top]: [f64; 2],
    [room, names]: [f64; 2],
) {
    let sizes = || points(panel).map(|point| point.size);
    let first = sizes().fold(f64::INFINITY, f64::min);
    if !first.is_finite() {
        return;
    }
    let last = sizes().fold(first, f64::max).max(first * 1.01);
    let frame = Frame {
        sizes: [first, last],
        scores,
        corner: [left + LEFT, top + HEAD],
        width: room - LEFT - SIGN - names,
    };
    let title = fitted(&panel.title, (room - 12.0) / BOLD);
    svg.text("strong", [left, top + 12.0], Anchor::Start, &title);
    axes(svg, &frame, panel);
    for (points, dashes) in &panel.curves {
        let places: Vec<[f64; 2]> = points
            .iter()
            .filter(|point| is_drawn(point))
            .map(|[size, score]| frame.place(*size, *score))
            .collect();
        svg.path("c0 faint", &places, dashes);
    }
    for series in &panel.series {
        draw_series(svg, &frame, series);
    }
    name_ends(svg, &frame, panel, names);
}

fn is_drawn([size, score]: &[f64; 2]) -> bool {
    *size > 0.0 && size.is_finite() && score.is_finite()
}

/// All that can be drawn.
fn points(panel: &Panel) -> impl Iterator<Item = &Point> {
    let all = panel.series.iter().flat_map(|series| &series.points);
    all.filter(|point| is_drawn(&[point.size, point.score]))
}

fn axes(svg: &mut Svg, frame: &Frame, panel: &Panel) {
    let steps = ticks(frame.scores[0], frame.scores[1]);
    let step = steps.get(1).map_or(1.0, |second| second - steps[0]);
    for value in steps {
        let [from, to] = frame.sizes.map(|size| frame.place(size, value));
        svg.line("grid", from, to);
        let place = [from[0] - 8.0, from[1] + 4.0];
        svg.text("soft", place, Anchor::End, &tick(value, step));
    }
    let mut sizes: Vec<f64> = points(panel).map(|point| point.size).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.dedup();
    let mut free = f64::NEG_INFINITY;
    for size in sizes {
        let [x, y] = frame.place(size, frame.scores[0]);
        svg.line("grid", [x, y], [x, y - HEIGHT]);
        let label = thousands(size.round() as u64);
        let half = width_of(&label) / 2.0;
        if x - half > free {
            svg.text("soft", [x, y + 16.0], Anchor::Middle, &label);
            free = x + half + 6.0;
        }
    }
    let [x, y] = frame.place(frame.sizes[0], frame.scores[0]);
    let centre = [x + frame.width / 2.0, y + 32.0];
    svg.text(
        "soft",
        centre,
        Anchor::Middle,
        &fitted(&panel.unit, frame.width),
    );
}

fn draw_series(svg: &mut Svg, frame: &Frame, series: &Series) {
    let class = colour(series.colour);
    let drawn = || {
        let all = series.points.iter();
        all.filter(|point| is_drawn(&[point.size, point.score]))
    };
    let measured: Vec<[f64; 2]> = drawn()
        .filter(|point| !point.is_guess)
        .map(|point| frame.place(point.size, point.score))
        .collect();
    svg.path(&format!("{class} thick"), &measured, dashes(series.colour));
    let bars = |is_guess: bool| -> Vec<[[f64; 2]; 2]> {
        drawn()
            .filter(|point| point.is_guess == is_guess)
            .filter_map(|point| Some((point, point.interval?)))
            .filter(|(_, ends)| ends.iter().all(|end| end.is_finite()))
            .map(|(point, ends)| ends.map(|score| frame.place(point.size, score)))
            .collect()
    };
    svg.strokes(class, &bars(false), "");
    svg.strokes(class, &bars(true), "2 2");
    let each: Vec<[f64; 2]> = drawn()
        .flat_map(|point| point.each.iter().map(|score| [point.size, *score]))
        .filter(is_drawn)
        .map(|[size, score]| frame.place(size, score))
        .collect();
    svg.dots(&format!("{class} small"), &each);
    svg.dots(class, &measured);
    for point in drawn().filter(|point| point.is_guess) {
        let place = frame.place(point.size, point.score);
        svg.dot(&format!("{class} hollow"), place, 3.5);
    }
}

/// Which dashes go with a colour: after as many series as there are colours, others.
fn dashes(at: usize) -> &'static str {
    DASHES[(at + at / DASHES.len()) % DASHES.len()]
}

/// The class of a series' colour.
fn colour(at: usize) -> &'static str {
    ["c0", "c1", "c2", "c3", "c4"][at % super::COLOURS]
}

/// Each series' name at its end, moved where it would lie on another.
fn name_ends(svg: &mut Svg, frame: &Frame, panel: &Panel, width: f64) {
    let end = |series: &Series| {
        let last = series
            .points
            .iter()
            .rfind(|point| !point.is_guess && is_drawn(&[point.size, point.score]));
        last.map(|point| frame.place(frame.sizes[1], point.score)[1])
    };
    let mut places: Vec<(f64, &Series)> = panel
        .series
        .iter()
        .filter_map(|series| Some((end(series)?, series)))
        .collect();
    places.sort_by(|a, b| a.0.total_cmp(&b.0));
    let bottom = frame.corner[1] + HEIGHT;
    // Up from the bottom as far as they must, then down from the top.
    let mut free = bottom + 4.0;
    for (y, _) in places.iter_mut().rev() {
        *y = y.min(free);
        free = *y - NAME;
    }
    let mut free = frame.corner[1] - 6.0;
    for (y, series) in places {
        let y = y.max(free);
        free = y + NAME;
        let x = frame.corner[0] + frame.width + 10.0;
        let class = colour(series.colour);
        svg.path(
            &format!("{class} thick"),
            &[[x, y], [x + 16.0, y]],
            dashes(series.colour),
        );
        svg.dot(class, [x + 8.0, y], 2.5);
        let name = fitted(&series.name, width / WIDER);
        svg.text("", [x + 21.0, y + 4.0], Anchor::Start, &name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::svg::read;

    fn series(name: &str, colour: usize, scores: [f64; 3]) -> Series {
        let points = [100.0, 1000.0, 10_000.0].into_iter().zip(scores);
        Series {
            name: name.into(),
            colour,
            points: points
                .map(|(size, score)| Point {
                    size,
                    score,
                    interval: Some([score - 5.0, score + 5.0]),
                    ..Point::default()
                })
                .collect(),
        }
    }

    fn drawn(series: Vec<Series>) -> String {
        let panel = Panel {
            title: "diverse".into(),
            unit: "rows".into(),
            series,
            curves: Vec::new(),
        };
        let mut svg = Svg::new("Scaling", "");
        let [width, height] = draw(&mut svg, &[panel], [0.0, 100.0], 680.0);
        svg.finish(width, height).inline("scaling")
    }

    #[test]
    fn sizes_lie_on_a_logarithm_and_scores_on_a_line() {
        let svg = drawn(vec![series("all", 0, [0.0, 50.0, 100.0])]);
        let line = &read::paths(&svg, "c0 thick line")[0];
        assert!((line[1][0] - (line[0][0] + line[2][0]) / 2.0).abs() < 0.11);
        assert!((line[1][1] - (line[0][1] + line[2][1]) / 2.0).abs() < 0.11);
        assert!((line[0][1] - line[2][1] - HEIGHT).abs() < 0.11);
    }

    #[test]
    fn names_of_series_that_end_in_one_place_stand_under_each_other() {
        let all = (0..12).map(|at| series(&format!("arm {at}"), at, [1.0, 2.0, 3.0]));
        read::is_clean(&drawn(all.collect()));
    }

    #[test]
    fn no_two_of_a_dozen_series_are_drawn_alike() {
        let drawn = (0..12).map(|at| (colour(at), dashes(at)));
        let alike: std::collections::BTreeSet<_> = drawn.collect();
        assert_eq!(alike.len(), 12);
    }

    #[test]
    fn a_long_name_has_room_where_panels_can_stand_under_each_other() {
        let svg = drawn(vec![series(
            "diverse-long against random",
            0,
            [1.0, 2.0, 3.0],
        )]);
        assert!(svg.contains(">diverse-long against random<"), "{svg}");
        read::is_clean(&svg);
    }

    #[test]
    fn what_is_no_number_or_no_size_is_left_out() {
        let mut broken = series("broken", 1, [f64::NAN, 10.0, f64::INFINITY]);
        broken.points[1].size = 0.0;
        let svg = drawn(vec![series("all", 0, [0.0, 50.0, 100.0]), broken]);
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        let nothing = drawn(Vec::new());
        assert!(!nothing.contains("NaN") && !nothing.contains("inf"));
    }
}
