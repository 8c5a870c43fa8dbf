//! Accuracy by size: draws, their means with intervals, and the curves that were fitted.

use super::between;
use crate::eval::experiment::answer::{Estimand, Scaling, SizePoint};
use crate::eval::tiers::Tier;
use crate::svg::{Anchor, LETTER, Svg, shortened, ticks};

/// Families that a page has room for.
const PANELS_MAX: usize = 12;

const WIDTH: f64 = 400.0;
const HEIGHT: f64 = 240.0;
const MARGIN: f64 = 56.0;
const TOP: f64 = 72.0;

/// Draws a panel for each family of sizes, with its tiers; none where there is none.
pub(super) fn draw(scaling: &[Scaling]) -> Option<String> {
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
    let percent = format!(
        "Percent of avg@n over the logarithm of size; small dots are {}. Dashed: a ln N + b.",
        dots(&wholes)
    );
    let about = [
        percent.as_str(),
        "Dotted: c − h N^(−e), whose ceiling is a property of the formula. Beyond the largest size: 95 %, on these questions.",
    ];
    let mut svg = Svg::new(&title, &about.join(" "));
    svg.text("head", [16.0, 22.0], Anchor::Start, &title);
    for (at, line) in about.iter().enumerate() {
        svg.text("soft", [16.0, 40.0 + 15.0 * at as f64], Anchor::Start, line);
    }
    let shown = &wholes[..wholes.len().min(PANELS_MAX)];
    for (at, whole) in shown.iter().enumerate() {
        let corner = [
            (at % 2) as f64 * (WIDTH + MARGIN * 2.0),
            TOP + (at / 2) as f64 * (HEIGHT + 96.0),
        ];
        let tiers = scaling
            .iter()
            .filter(|one| one.tier.is_some() && family(one) == family(whole));
        panel(&mut svg, whole, &tiers.collect::<Vec<_>>(), corner);
    }
    let columns = shown.len().min(2) as f64;
    let width =
        (columns * (WIDTH + MARGIN * 2.0)).max(16.0 + about[1].chars().count() as f64 * LETTER);
    let height = TOP + shown.len().div_ceil(2) as f64 * (HEIGHT + 96.0);
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

/// Where sizes and shares lie in a panel.
struct Frame {
    sizes: [f64; 2],
    corner: [f64; 2],
}

impl Frame {
    fn place(&self, size: f64, share: f64) -> [f64; 2] {
        let [left, top] = self.corner;
        let [first, last] = self.sizes.map(libm::log);
        [
            between(libm::log(size), [first, last], [left, left + WIDTH]),
            between(share.clamp(0.0, 1.0), [0.0, 1.0], [top + HEIGHT, top]),
        ]
    }
}

fn panel(svg: &mut Svg, whole: &Scaling, tiers: &[&Scaling], [left, top]: [f64; 2]) {
    let sizes = || {
        whole
            .sizes
            .iter()
            .map(|at| at.size)
            .chain(whole.extrapolated.iter().map(|at| at.size))
    };
    let first = sizes().min().unwrap_or(1).max(1) as f64;
    let last = (sizes().max().unwrap_or(1) as f64).max(first * 1.01);
    let frame = Frame {
        sizes: [first, last],
        corner: [left + MARGIN, top + 24.0],
    };
    svg.text(
        "",
        [left + MARGIN, top + 14.0],
        Anchor::Start,
        &shortened(&family(whole), 64),
    );
    axes(svg, &frame, whole);
    for one in tiers {
        let at = Tier::ALL
            .iter()
            .position(|tier| Some(tier.name()) == one.tier);
        points(
            svg,
            &frame,
            &one.sizes,
            ["c1", "c2", "c3", "c4"][at.unwrap_or_default()],
        );
    }
    points(svg, &frame, &whole.sizes, "c0");
    curves(svg, &frame, whole);
    key(svg, &frame, tiers);
}

fn axes(svg: &mut Svg, frame: &Frame, whole: &Scaling) {
    for tick in ticks(0.0, 1.0) {
        let [from, to] = frame.sizes.map(|size| frame.place(size, tick));
        svg.line("grid", from, to);
        svg.text(
            "soft",
            [from[0] - 8.0, from[1] + 4.0],
            Anchor::End,
            &format!("{:.0}", 100.0 * tick),
        );
    }
    let mut free = f64::NEG_INFINITY;
    let beyond = whole.extrapolated.iter().map(|at| at.size);
    for size in whole.sizes.iter().map(|at| at.size).chain(beyond) {
        let [x, y] = frame.place(size as f64, 0.0);
        svg.line("grid", [x, y], [x, y - HEIGHT]);
        let label = size.to_string();
        let half = label.len() as f64 * LETTER / 2.0;
        if x - half > free {
            svg.text("soft", [x, y + 16.0], Anchor::Middle, &label);
            free = x + half + 4.0;
        }
    }
    let [x, y] = frame.place(frame.sizes[0], 0.0);
    svg.text(
        "soft",
        [x + WIDTH / 2.0, y + 32.0],
        Anchor::Middle,
        &whole.unit,
    );
}

fn points(svg: &mut Svg, frame: &Frame, sizes: &[SizePoint], class: &str) {
    let line: Vec<[f64; 2]> = sizes
        .iter()
        .map(|at| frame.place(at.size as f64, at.avg))
        .collect();
    svg.path(class, &line, "");
    for (at, place) in sizes.iter().zip(&line) {
        for draw in &at.draws {
            svg.dot(class, frame.place(at.size as f64, *draw), 1.5);
        }
        svg.dot(class, *place, 3.5);
    }
}

fn curves(svg: &mut Svg, frame: &Frame, whole: &Scaling) {
    let [first, last] = frame.sizes.map(libm::log);
    let sizes = (0..=60).map(|step| libm::exp(first + (last - first) * f64::from(step) / 60.0));
    let sizes: Vec<f64> = sizes.collect();
    let drawn = |curve: &dyn Fn(f64) -> f64| -> Vec<[f64; 2]> {
        sizes
            .iter()
            .map(|size| frame.place(*size, curve(*size)))
            .collect()
    };
    if let Some([a, b]) = whole.logarithm {
        svg.path("c0", &drawn(&|size| a * libm::log(size) + b), "6 4");
    }
    if let Some([c, h, e]) = whole.saturating {
        svg.path("c0", &drawn(&|size| c - h * libm::pow(size, -e)), "1 4");
    }
    for at in &whole.extrapolated {
        let [low, high] = at.interval.map(|share| frame.place(at.size as f64, share));
        svg.path("c0", &[low, high], "2 2");
        svg.dot("c0 line", frame.place(at.size as f64, at.avg), 3.5);
    }
}

fn key(svg: &mut Svg, frame: &Frame, tiers: &[&Scaling]) {
    let [mut x, y] = frame.place(frame.sizes[0], 0.0);
    let named = tiers.iter().filter_map(|one| one.tier);
    for (class, name) in [("c0", "all questions")]
        .into_iter()
        .chain(named.map(|name| (class_of(name), name)))
    {
        svg.dot(class, [x + 4.0, y + 44.0], 3.5);
        svg.text("soft", [x + 12.0, y + 48.0], Anchor::Start, name);
        x += 32.0 + name.len() as f64 * LETTER;
    }
}

fn class_of(tier: &str) -> &'static str {
    let at = Tier::ALL.iter().position(|known| known.name() == tier);
    ["c1", "c2", "c3", "c4"][at.unwrap_or_default()]
}
