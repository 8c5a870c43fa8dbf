//! How long trajectories are, by style and category, and what a trainer's limit would cut.

use maud::html;

use super::facts::{Facts, Row, is, literal};
use super::findings;
use crate::Result;
use crate::bucket::length::Of;
use crate::error::thousands;
use crate::select::SubsetRole;
use crate::view::figures::{self, Cut, Distribution, Figure, Words};
use crate::view::page::{Cell, Section, Table, percent, said};

/// Where trainers cut, beside the pipeline's own limit.
const CUTS: [u64; 3] = [8192, 16384, 32768];

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let whole = facts.ask(&format!(
        "SELECT {}, sum(tokens) AS total FROM ledger WHERE tokens IS NOT NULL",
        measures()
    ))?;
    let Some(whole) = whole.first().filter(|row| row.count("trajectories") > 0) else {
        return Ok(None);
    };
    let body = html! {
        @if let Some(wall) = findings::wall(facts) { p { (wall) } }
        p.soft { (said(MEASURES)) }
        (findings::limits(facts).markup())
        (by(facts, "style", "By style")?.markup())
        (by(facts, "problem_category", "By category of the problem")?.markup())
        (facts.tables.shown_by("The longest", LONGEST))
    };
    Ok(Some(Section {
        id: "tokens",
        title: "How long trajectories are",
        found: found(whole, &facts.manifest.tokenizer),
        body,
        figures: drawn(facts)?,
    }))
}

/// The histograms: of all, by style and by category.
fn drawn(facts: &Facts) -> Result<Vec<Figure>> {
    let cuts = cuts(facts)?;
    let mut drawn = Vec::new();
    let all = [
        ("plot-tokens", "Tokens of all trajectories", "'all'"),
        ("plot-tokens-style", "Tokens by style", "style"),
        (
            "plot-tokens-category",
            "Tokens by category of the problem",
            "problem_category",
        ),
    ];
    for (name, title, column) in all {
        let series = distributions(facts, column)?;
        // One style, or one category, is all that is drawn already.
        if drawn.is_empty() || series.len() > 1 {
            let words = Words {
                name,
                title,
                said: "",
            };
            drawn.extend(figures::histogram(
                words,
                "trajectories",
                "tokens of the whole response",
                &series,
                &cuts,
            ));
        }
    }
    Ok(drawn)
}

/// How many histograms stand under each other: of the largest groups, and of all others together.
const DRAWN_MAX: usize = 12;

/// What stands for the groups that have no histogram of their own.
const OTHERS: &str = "all others";

/// How often each count of tokens occurs in each of the largest groups, the largest first.
fn distributions(facts: &Facts, column: &str) -> Result<Vec<Distribution>> {
    let rows = facts.ask(&format!(
        "WITH measured AS (SELECT coalesce({column}, 'not known') AS of, tokens FROM ledger WHERE tokens IS NOT NULL), largest AS \
         (SELECT of, count(*) AS trajectories FROM measured GROUP BY of ORDER BY trajectories DESC, of LIMIT {}) SELECT \
         coalesce(largest.of, '{OTHERS}') AS of, coalesce(trajectories, 0) AS trajectories, tokens, count(*) AS times FROM \
         measured LEFT JOIN largest ON measured.of = largest.of GROUP BY 1, 2, 3 ORDER BY trajectories DESC, of, tokens",
        DRAWN_MAX - 1
    ))?;
    let mut found: Vec<Distribution> = Vec::new();
    let mut of: Option<&str> = None;
    for row in &rows {
        let name = row.text("of").unwrap_or_default();
        if of != Some(name) {
            of = Some(name);
            found.push(Distribution {
                name: match column {
                    "style" => facts.style_in_short(name),
                    _ => name.to_owned(),
                },
                values: Vec::new(),
            });
        }
        if let Some(last) = found.last_mut() {
            last.values.push((row.count("tokens"), row.count("times")));
        }
    }
    Ok(found)
}

/// Where something is cut: what is dropped, what the length axis of a grid is made of, and trainers' usual limit.
fn cuts(facts: &Facts) -> Result<Vec<Cut>> {
    let mut cuts: Vec<Cut> = Vec::new();
    let mut put = |value: u64, label: &str| {
        if cuts.iter().all(|cut| cut.value != value) {
            let label = format!("{label} {}", thousands(value));
            cuts.push(Cut { value, label });
        }
    };
    let Some(pipeline) = &facts.pipeline else {
        put(CUTS[2], "many trainers cut at");
        return Ok(cuts);
    };
    if let Some(most) = pipeline.screen.tokens_max {
        put(u64::from(most), "dropped above");
    }
    let of_reply = pipeline
        .grid
        .iter()
        .filter(|grid| grid.length.of == Of::Reply);
    for edge in of_reply.flat_map(|grid| grid.length.edges.iter().flatten()) {
        put(u64::from(*edge), "lengths part at");
    }
    if pipeline.grid.iter().all(|grid| grid.length.of == Of::Reply) {
        if let Some(end) = end_of(facts, "short", "max")? {
            put(end, "short sets reach");
        }
        if let Some(begin) = end_of(facts, "long", "min")? {
            put(begin, "long sets begin at");
        }
    }
    put(CUTS[2], "many trainers cut at");
    Ok(cuts)
}

/// The most or the least tokens that a set of that length has, controls left out.
fn end_of(facts: &Facts, length: &str, end: &str) -> Result<Option<u64>> {
    let sets = facts
        .manifest
        .subsets
        .iter()
        .filter(|one| one.role == SubsetRole::Subset && one.length.as_deref() == Some(length));
    let names: Vec<String> = sets.map(|one| literal(&one.name)).collect();
    if names.is_empty() {
        return Ok(None);
    }
    let rows = facts.ask(&format!(
        "SELECT {end}(tokens) AS tokens FROM ledger WHERE fate = 'kept' AND trajectory_id IN (SELECT trajectory_id FROM selection \
         WHERE subset IN ({}))",
        names.join(", ")
    ))?;
    Ok(rows
        .first()
        .and_then(|row| row.number("tokens"))
        .map(|tokens| tokens as u64))
}

const LONGEST: &str = "SELECT trajectory_id, source, style, problem_category, tokens, thinking_tokens, finished, fate, reason FROM \
                       ledger WHERE tokens IS NOT NULL ORDER BY tokens DESC, trajectory_id LIMIT 20";

/// The one definition of what stands in the middle, on the page as in the folder's tables.
const MEASURES: &str = "The median is the value in the middle, p90 and p95 those that 90 and 95 of 100 lie at or below; between two \
                        values they are interpolated, as in the tables of the folder (`tokens_median`), and rounded to whole tokens.";

/// How tokens are distributed: `median`, `p90` and `p95`.
pub(super) const SPREAD: &str = "median(CAST(tokens AS DOUBLE)) AS median, percentile_cont(0.9) WITHIN GROUP (ORDER BY CAST(tokens AS \
                                 DOUBLE)) AS p90, percentile_cont(0.95) WITHIN GROUP (ORDER BY CAST(tokens AS DOUBLE)) AS p95";

/// The cells of [`SPREAD`], in its order.
pub(super) fn spread(row: &Row) -> impl Iterator<Item = Cell> {
    ["median", "p90", "p95"]
        .map(|name| Cell::count(rounded(row.number(name))))
        .into_iter()
}

/// What is asked of each group.
fn measures() -> String {
    let over = CUTS.map(|cut| format!("count(*) FILTER (WHERE tokens > {cut}) AS over_{cut}"));
    let cut = CUTS[2];
    format!(
        "count(*) AS trajectories, {SPREAD}, max(tokens) AS longest, {}, \
         sum(CASE WHEN thinking_tokens > {cut} THEN thinking_tokens - {cut} ELSE 0 END) AS lost, sum(thinking_tokens) AS \
         thinking",
        over.join(", ")
    )
}

fn rounded(number: Option<f64>) -> Option<u64> {
    number.map(|number| number.round() as u64)
}

fn found(whole: &Row, tokenizer: &str) -> String {
    let all = whole.count("trajectories");
    let cut = CUTS[2];
    let over = whole.count(&format!("over_{cut}"));
    let share = |part: u64, whole: u64| percent(part as f64 / whole.max(1) as f64);
    let [median, p90, p95] = ["median", "p90", "p95"]
        .map(|name| thousands(rounded(whole.number(name)).unwrap_or_default()));
    let begin = format!(
        "The {} trajectories that were read have {} tokens of {tokenizer} in all, {median} in the median, {p90} at p90 and {p95} at p95",
        thousands(all),
        thousands(whole.count("total")),
    );
    match over {
        0 => format!(
            "{begin}, and the longest {}: none is over {}.",
            thousands(whole.count("longest")),
            thousands(cut)
        ),
        _ => format!(
            "{begin}; {} ({}) have more than {}, where {} of all thinking would be cut.",
            thousands(over),
            share(over, all),
            thousands(cut),
            share(whole.count("lost"), whole.count("thinking"))
        ),
    }
}

/// How many groups a table has: the largest.
const GROUPS_MAX: usize = 30;

fn by(facts: &Facts, column: &str, what: &str) -> Result<Table> {
    let rows = facts.ask(&format!(
        "SELECT {column} AS of, fate, {} FROM ledger WHERE tokens IS NOT NULL GROUP BY {column}, fate ORDER BY sum(count(*)) OVER \
         (PARTITION BY {column}) DESC, {column}, fate DESC LIMIT {}",
        measures(),
        2 * GROUPS_MAX
    ))?;
    let mut table = Table::new(
        format!(
            "{what}: tokens of the whole response, of every trajectory that was read, copies too"
        ),
        &[
            if column == "style" {
                "style"
            } else {
                "category"
            },
            "became",
            "trajectories",
            "median",
            "p90",
            "p95",
            "longest",
            "over 8,192",
            "over 16,384",
            "over 32,768",
            "thinking cut there",
            "see",
        ],
    );
    for row in &rows {
        let all = row.count("trajectories");
        let share =
            |part: u64, whole: u64| Cell::share((whole > 0).then(|| part as f64 / whole as f64));
        let sql = format!(
            "SELECT {} FROM ledger WHERE {} AND {} AND tokens IS NOT NULL",
            measures(),
            is(column, row.text("of")),
            is("fate", row.text("fate"))
        );
        let mut cells = vec![
            Cell::Text(match (row.text("of"), column) {
                (None, _) => "not known".to_owned(),
                (Some(style), "style") => facts.style(style),
                (Some(category), _) => category.to_owned(),
            }),
            Cell::text(row.text("fate").unwrap_or_default()),
            Cell::Count(all),
        ];
        cells.extend(spread(row));
        cells.push(Cell::Count(row.count("longest")));
        cells.extend(CUTS.map(|cut| share(row.count(&format!("over_{cut}")), all)));
        cells.push(share(row.count("lost"), row.count("thinking")));
        cells.push(facts.tables.rows(&sql));
        table.rows.push(cells);
    }
    Ok(table)
}
