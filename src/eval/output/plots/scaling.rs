//! Accuracy by size: draws, their means with intervals, and the curves that were fitted.

use crate::eval::experiment::answer::{Estimand, Extrapolated, Scaling, SizePoint};
use crate::eval::tiers::Tier;
use crate::svg::lines::{self, Panel, Point, Series};
use crate::svg::{Drawing, Svg};

/// Families that a page has room for.
const PANELS_MAX: usize = 12;

/// Pixels: two panels beside each other.
const WIDTH: f64 = 920.0;

/// Draws a panel for each family of sizes, with its tiers; none where there is none.
pub(super) fn draw(scaling: &[Scaling]) -> Option<Drawing> {
    let wholes: Vec<&Scaling> = scaling
        .iter()
        .filter(|one| one.tier.is_none() && one.sizes.len() > 1)
        .collect();
    if wholes.is_empty() {
        return None;
    }
    let title = match wholes.len() > PANELS_MAX {
        true => format!(
            "Accuracy by size: the first {PANELS_MAX} of {} families",
            wholes.len()
        ),
        false => "Accuracy by size".to_owned(),
    };
    let said = format!(
        "Percent of avg@n over the logarithm of size; small dots are {}. Dashed: a ln N + b. Dotted: c − h N^(−e), whose \
         ceiling is a property of the formula. Beyond the largest size, hollow: 95 %, on these questions.",
        dots(&wholes)
    );
    let of_family = |whole: &&Scaling| {
        let tiers = scaling
            .iter()
            .filter(|one| one.tier.is_some() && family(one) == family(whole));
        panel(whole, &tiers.collect::<Vec<_>>())
    };
    let panels: Vec<Panel> = wholes.iter().take(PANELS_MAX).map(of_family).collect();
    let mut svg = Svg::new(&title, &said);
    let [width, height] = lines::draw(&mut svg, &panels, [0.0, 100.0], WIDTH);
    Some(svg.finish(width, height))
}

/// What the small dots are: what is repeated.
fn dots(wholes: &[&Scaling]) -> &'static str {
    let of = |estimand: Estimand| wholes.iter().any(|whole| whole.estimand == estimand);
    match (of(Estimand::ThisKind), of(Estimand::ThisSet)) {
        (true, false) => "draws",
        (true, true) => "draws, of one draw training seeds",
        (false, true) => "training seeds",
        (false, false) => "runs",
    }
}

/// What a family's sizes share, in words.
fn family(of: &Scaling) -> String {
    let named = [
        &of.benchmark,
        &of.grid,
        &of.category,
        &of.length,
        &of.style,
        &of.recipe,
    ];
    let named = named.into_iter().flatten().map(String::as_str);
    named
        .chain([of.budget.as_str()])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

fn panel(whole: &Scaling, tiers: &[&Scaling]) -> Panel {
    let mut all = series("all questions", 0, &whole.sizes);
    all.points.extend(whole.extrapolated.iter().map(beyond));
    let of_tier = |one: &&Scaling| {
        let name = one.tier?;
        let at = Tier::ALL.iter().position(|tier| tier.name() == name);
        Some(series(name, at.map_or(0, |at| at + 1), &one.sizes))
    };
    Panel {
        title: family(whole),
        unit: whole.unit.clone(),
        series: [all]
            .into_iter()
            .chain(tiers.iter().filter_map(of_tier))
            .collect(),
        curves: curves(whole),
    }
}

fn series(name: &str, colour: usize, sizes: &[SizePoint]) -> Series {
    let point = |at: &SizePoint| Point {
        size: at.size as f64,
        score: 100.0 * at.avg,
        each: at.draws.iter().map(|draw| 100.0 * draw).collect(),
        ..Point::default()
    };
    Series {
        name: name.to_owned(),
        colour,
        points: sizes.iter().map(point).collect(),
    }
}

fn beyond(at: &Extrapolated) -> Point {
    Point {
        size: at.size as f64,
        score: 100.0 * at.avg,
        interval: Some(at.interval.map(|share| 100.0 * share)),
        is_guess: true,
        ..Point::default()
    }
}

/// The fitted curves from the first size to the last, with their dashes.
fn curves(whole: &Scaling) -> Vec<(Vec<[f64; 2]>, &'static str)> {
    let beyond = whole.extrapolated.iter().map(|at| at.size);
    let sizes: Vec<u64> = whole.sizes.iter().map(|at| at.size).chain(beyond).collect();
    let ends = [sizes.iter().min(), sizes.iter().max()].map(|size| size.map_or(1, |size| *size));
    let [first, last] = ends.map(|size| libm::log(size.max(1) as f64));
    let drawn = |curve: &dyn Fn(f64) -> f64| -> Vec<[f64; 2]> {
        (0..=60)
            .map(|step| libm::exp(first + (last - first) * f64::from(step) / 60.0))
            .map(|size| [size, 100.0 * curve(size)])
            .collect()
    };
    let logarithm = whole
        .logarithm
        .map(|[a, b]| (drawn(&|size| a * libm::log(size) + b), "6 4"));
    let saturating = whole
        .saturating
        .map(|[c, h, e]| (drawn(&|size| c - h * libm::pow(size, -e)), "1 4"));
    logarithm.into_iter().chain(saturating).collect()
}
