//! Scores against sizes, a panel a family, a series an arm.

use super::{Figure, Table, WIDTH, Words, listed};
use crate::error::thousands;
use crate::svg::lines::{Panel, draw};
use crate::svg::{fitted, tick};

/// Panels, and series of one, that a page has room for; the first are drawn.
const PANELS_MAX: usize = 6;
const SERIES_MAX: usize = 8;

/// Points of a series that are drawn; sizes are few.
const POINTS_MAX: usize = 40;

/// The panels in their order, with scores from and to `scores`. None where none has a point.
pub(crate) fn lines(words: Words<'_>, scores: [f64; 2], panels: &[Panel]) -> Option<Figure> {
    let with_points = panels
        .iter()
        .filter(|panel| panel.series.iter().any(|series| !series.points.is_empty()));
    let found = with_points.clone().count();
    let mut drawn: Vec<Panel> = with_points.take(PANELS_MAX).cloned().collect();
    if drawn.is_empty() {
        return None;
    }
    let table = table(&drawn);
    let mut how_read = String::from("Sizes are on a logarithm.");
    if found > PANELS_MAX {
        let found = thousands(found as u64);
        how_read += &format!(" The first {PANELS_MAX} of {found} families.");
    }
    for panel in &mut drawn {
        if panel.series.len() > SERIES_MAX {
            let most = thousands(panel.series.len() as u64);
            panel.title += &format!(" (the first {SERIES_MAX} of {most})");
            panel.series.truncate(SERIES_MAX);
        }
        for series in &mut panel.series {
            series.points.truncate(POINTS_MAX);
            for point in &mut series.points {
                point.each.truncate(16);
            }
        }
    }
    let mut svg = words.svg(&how_read, &about(&drawn));
    let [width, height] = draw(&mut svg, &drawn, part(scores, &drawn), WIDTH);
    Some(words.figure(svg.finish(width, height), table))
}

/// The tenths of all scores that hold what is drawn, so that near lines are told apart; at least three.
fn part(scores: [f64; 2], panels: &[Panel]) -> [f64; 2] {
    let tenth = (scores[1] - scores[0]) / 10.0;
    let points = || {
        let series = panels.iter().flat_map(|panel| &panel.series);
        series.flat_map(|series| &series.points)
    };
    let drawn = || {
        let ends = points().flat_map(|point| point.interval.into_iter().flatten());
        let each = points().flat_map(|point| point.each.iter().copied());
        let all = points().map(|point| point.score).chain(ends).chain(each);
        all.filter(|score| score.is_finite())
    };
    let place = |score: f64| ((score - scores[0]) / tenth).clamp(0.0, 10.0);
    let low = libm::floor(place(drawn().fold(f64::INFINITY, f64::min)));
    let high = libm::ceil(place(drawn().fold(f64::NEG_INFINITY, f64::max)));
    let high = high.max(low + 3.0).min(10.0);
    let low = low.min(high - 3.0).max(0.0);
    [low, high].map(|tenths| scores[0] + tenth * tenths)
}

/// Where each series begins and ends.
fn about(panels: &[Panel]) -> String {
    let parts: Vec<String> = panels
        .iter()
        .flat_map(|panel| panel.series.iter().map(move |series| (panel, series)))
        .filter_map(|(panel, series)| {
            let (first, last) = (series.points.first()?, series.points.last()?);
            Some(format!(
                "{} {}: {} at {}, {} at {}",
                fitted(&panel.title, 200.0),
                fitted(&series.name, 200.0),
                tick(first.score, 0.1),
                thousands(first.size as u64),
                tick(last.score, 0.1),
                thousands(last.size as u64)
            ))
        })
        .collect();
    format!("{}.", listed(parts.into_iter()))
}

fn table(panels: &[Panel]) -> Table {
    let mut table = Table::new(&["", "series", "size", "score", "from", "to", ""]);
    for panel in panels {
        for series in &panel.series {
            for point in &series.points {
                let end = |at: usize| {
                    let ends = point.interval;
                    ends.map_or("–".into(), |ends| tick(ends[at], 0.01))
                };
                table.push([
                    panel.title.clone(),
                    series.name.clone(),
                    thousands(point.size as u64),
                    tick(point.score, 0.01),
                    end(0),
                    end(1),
                    if point.is_guess {
                        "not measured".into()
                    } else {
                        String::new()
                    },
                ]);
            }
        }
    }
    table
}
