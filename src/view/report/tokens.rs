//! How long trajectories are, by style and category, and what a trainer's limit would cut.

use maud::html;

use super::facts::{Facts, Row, is};
use crate::Result;
use crate::error::thousands;
use crate::view::page::{Cell, Section, Table, percent};

/// Where trainers cut, beside the pipeline's own limit.
const CUTS: [u64; 3] = [8192, 16384, 32768];

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let whole = facts.ask(&format!(
        "SELECT {} FROM ledger WHERE tokens IS NOT NULL",
        measures()
    ))?;
    let Some(whole) = whole.first().filter(|row| row.count("trajectories") > 0) else {
        return Ok(None);
    };
    let body = html! {
        (by(facts, "style", "By style")?.markup())
        (by(facts, "problem_category", "By category")?.markup())
        (facts.tables.shown_by("The longest", LONGEST))
    };
    Ok(Some(Section {
        id: "tokens",
        title: "How long trajectories are",
        found: found(whole, &facts.manifest.tokenizer),
        body,
        drawings: Vec::new(),
    }))
}

const LONGEST: &str = "SELECT trajectory_id, source, style, problem_category, tokens, thinking_tokens, finished, fate, reason FROM \
                       ledger WHERE tokens IS NOT NULL ORDER BY tokens DESC, trajectory_id LIMIT 20";

/// What is asked of each group.
fn measures() -> String {
    let over = CUTS.map(|cut| format!("count(*) FILTER (WHERE tokens > {cut}) AS over_{cut}"));
    let cut = CUTS[2];
    format!(
        "count(*) AS trajectories, median(CAST(tokens AS DOUBLE)) AS median, avg(tokens) AS mean, \
         percentile_cont(0.9) WITHIN GROUP (ORDER BY CAST(tokens AS DOUBLE)) AS ninth, max(tokens) AS longest, {}, \
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
    let half = rounded(whole.number("median")).unwrap_or_default();
    let ninth = rounded(whole.number("ninth")).unwrap_or_default();
    let begin = format!(
        "Half of the {} trajectories that were read have {} tokens of {tokenizer} or fewer, nine tenths {}",
        thousands(all),
        thousands(half),
        thousands(ninth)
    );
    match over {
        0 => format!("{begin}, and none has more than {}.", thousands(cut)),
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
        format!("{what}: tokens of the whole response"),
        &[
            "which",
            "became",
            "trajectories",
            "half below",
            "mean",
            "nine tenths below",
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
            "SELECT trajectory_id, tokens, thinking_tokens FROM ledger WHERE {} AND {} ORDER BY tokens DESC LIMIT 20",
            is(column, row.text("of")),
            is("fate", row.text("fate"))
        );
        let mut cells = vec![
            Cell::text(row.text("of").unwrap_or("not known")),
            Cell::text(row.text("fate").unwrap_or_default()),
            Cell::Count(all),
        ];
        cells
            .extend(["median", "mean", "ninth"].map(|name| Cell::count(rounded(row.number(name)))));
        cells.push(Cell::Count(row.count("longest")));
        cells.extend(CUTS.map(|cut| share(row.count(&format!("over_{cut}")), all)));
        cells.push(share(row.count("lost"), row.count("thinking")));
        cells.push(facts.tables.rows(&sql));
        table.rows.push(cells);
    }
    Ok(table)
}
