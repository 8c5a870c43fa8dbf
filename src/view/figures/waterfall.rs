//! Where every row went: what came in, what was dropped for which reason, what is kept.

use super::{Figure, Table, WIDTH, Words, listed};
use crate::error::thousands;
use crate::svg::{Anchor, BOLD, Svg, fitted, percent, width_of};

/// Reasons that a page has room for; the others are one bar of their stage.
const REASONS_MAX: usize = 40;

/// Pixels.
const ROW: f64 = 22.0;
const BAR: f64 = 14.0;
const LABEL_MAX: f64 = 200.0;
const COUNT_END: f64 = WIDTH - 76.0;
const PLOT_END: f64 = COUNT_END - 74.0;

/// What one stage drops.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub name: String,
    pub drops: Vec<Drop>,
}

/// What is dropped for one reason.
#[derive(Clone, Debug)]
pub(crate) struct Drop {
    pub reason: String,
    pub count: u64,
}

/// A bar: from a count of rows down to another.
struct Step {
    label: String,
    from: u64,
    to: u64,
    kind: Kind,
}

/// Where counts lie: from 0 at the left to all that came in.
struct Axis {
    left: f64,
    entered: u64,
}

impl Axis {
    fn x(&self, count: u64) -> f64 {
        self.left + (PLOT_END - self.left) * count as f64 / self.entered as f64
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Entered,
    Stage,
    Dropped,
    Kept,
}

/// The waterfall of so many rows, `unit` in their plural: "entries". Each row is dropped for one reason at most, so that
/// what no reason drops is kept. None of none.
pub(crate) fn waterfall(
    words: Words<'_>,
    unit: &str,
    entered: u64,
    stages: &[Stage],
) -> Option<Figure> {
    if entered == 0 {
        return None;
    }
    let steps = steps(unit, entered, &few(stages));
    let kept = steps.last().map_or(0, |step| step.from);
    let mut dropped: Vec<&Drop> = stages.iter().flat_map(|stage| &stage.drops).collect();
    dropped.sort_by_key(|drop| std::cmp::Reverse(drop.count));
    let reasons = dropped.iter().map(|drop| {
        format!(
            "{} {}",
            fitted(&drop.reason, LABEL_MAX),
            thousands(drop.count)
        )
    });
    let dropped = match reasons.len() {
        0 => String::new(),
        _ => format!(" Dropped: {}.", listed(reasons)),
    };
    let about = format!(
        "Of {} {unit} {} are kept ({}).{dropped}",
        thousands(entered),
        thousands(kept),
        percent(kept, entered),
    );
    let bars = steps.iter().filter(|step| step.kind != Kind::Stage);
    let labels = bars.map(|step| width_of(&step.label)).fold(60.0, f64::max);
    let axis = Axis {
        left: labels.min(LABEL_MAX) + 14.0,
        entered,
    };
    let mut svg = words.svg("", &about);
    for (at, step) in steps.iter().enumerate() {
        draw(&mut svg, step, &axis, ROW * at as f64);
        let mut after = steps.iter().enumerate().skip(at + 1);
        let next = after.find(|(_, next)| next.kind != Kind::Stage);
        if let Some((below, next)) = next.filter(|_| step.kind != Kind::Stage) {
            connect(&mut svg, axis.x(next.from), [at, below]);
        }
    }
    let drawing = svg.finish(WIDTH, ROW * steps.len() as f64 + 4.0);
    Some(words.figure(drawing, table(unit, entered, stages)))
}

/// The largest reasons by name, of each stage the others together.
fn few(stages: &[Stage]) -> Vec<Stage> {
    let mut counts: Vec<u64> = stages
        .iter()
        .flat_map(|stage| stage.drops.iter().map(|drop| drop.count))
        .collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let least = counts.get(REASONS_MAX).map_or(0, |count| count + 1);
    let few = |stage: &Stage| {
        let (mut drops, others): (Vec<Drop>, Vec<Drop>) = stage
            .drops
            .iter()
            .filter(|drop| drop.count > 0)
            .cloned()
            .partition(|drop| drop.count >= least);
        drops.sort_by_key(|drop| std::cmp::Reverse(drop.count));
        if !others.is_empty() {
            drops.push(Drop {
                reason: format!("{} other reasons", thousands(others.len() as u64)),
                count: others.iter().map(|drop| drop.count).sum(),
            });
        }
        Stage {
            name: stage.name.clone(),
            drops,
        }
    };
    let stages = stages.iter().map(few);
    stages
        .filter(|stage| !stage.drops.is_empty())
        .take(REASONS_MAX)
        .collect()
}

fn steps(unit: &str, entered: u64, stages: &[Stage]) -> Vec<Step> {
    let step = |label: &str, from, to, kind| Step {
        label: label.to_owned(),
        from,
        to,
        kind,
    };
    let mut steps = vec![step(&format!("{unit} read"), entered, 0, Kind::Entered)];
    let mut left = entered;
    for stage in stages {
        if !stage.name.is_empty() {
            steps.push(step(&stage.name, left, left, Kind::Stage));
        }
        for drop in &stage.drops {
            let after = left.saturating_sub(drop.count);
            steps.push(step(&drop.reason, left, after, Kind::Dropped));
            left = after;
        }
    }
    steps.push(step("kept", left, 0, Kind::Kept));
    steps
}

fn draw(svg: &mut Svg, step: &Step, axis: &Axis, top: f64) {
    let base = top + ROW / 2.0 + 4.0;
    if step.kind == Kind::Stage {
        let name = fitted(&step.label, PLOT_END / BOLD);
        svg.text("strong", [0.0, base], Anchor::Start, &name);
        return;
    }
    let label = fitted(&step.label, LABEL_MAX);
    svg.text("", [axis.left - 10.0, base], Anchor::End, &label);
    let (class, sign) = match step.kind {
        Kind::Dropped => ("c3 bar", "−"),
        Kind::Kept => ("c2 bar", ""),
        _ => ("c0 bar", ""),
    };
    let (from, to) = (axis.x(step.to), axis.x(step.from));
    // What is there is seen, however little it is.
    let width = (to - from).max(if step.from > step.to { 1.0 } else { 0.0 });
    svg.rect(class, [to - width, top + (ROW - BAR) / 2.0], [width, BAR]);
    let count = step.from - step.to;
    let said = format!("{sign}{}", thousands(count));
    svg.text("", [COUNT_END, base], Anchor::End, &said);
    svg.text(
        "soft",
        [WIDTH, base],
        Anchor::End,
        &percent(count, axis.entered),
    );
}

/// From what one bar leaves down to where the next begins.
fn connect(svg: &mut Svg, x: f64, [at, below]: [usize; 2]) {
    let from = ROW * (at as f64 + 0.5) + BAR / 2.0;
    let to = ROW * (below as f64 + 0.5) - BAR / 2.0;
    svg.line("axis", [x, from], [x, to]);
}

fn table(unit: &str, entered: u64, stages: &[Stage]) -> Table {
    let mut table = Table::new(&["", "reason", "rows", "share", "left"]);
    let row = |stage: &str, reason: &str, count: u64, left: u64| {
        [
            stage.to_owned(),
            reason.to_owned(),
            thousands(count),
            percent(count, entered),
            thousands(left),
        ]
    };
    table.push(row(&format!("{unit} read"), "", entered, entered));
    let mut left = entered;
    for stage in stages {
        for drop in stage.drops.iter().filter(|drop| drop.count > 0) {
            left = left.saturating_sub(drop.count);
            table.push(row(&stage.name, &drop.reason, drop.count, left));
        }
    }
    table.push(row("kept", "", left, left));
    table
}
