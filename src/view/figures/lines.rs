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
    let mut drawn: Vec<Panel> = panels
        .iter()
        .filter(|panel| panel.series.iter().any(|series| !series.points.is_empty()))
        .cloned()
        .collect();
    if drawn.is_empty() {
        return None;
    }
    let table = table(&drawn);
    let mut how_read = String::from("Sizes are on a logarithm.");
    if drawn.len() > PANELS_MAX {
        how_read += &format!(
            " The first {PANELS_MAX} of {} families.",
            thousands(drawn.len() as u64)
        );
        drawn.truncate(PANELS_MAX);
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
    let [width, height] = draw(&mut svg, &drawn, scores, WIDTH);
    Some(words.figure(svg.finish(width, height), table))
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
