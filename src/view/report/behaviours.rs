//! What trajectories do: how often they check, go back, set subgoals, and which words they use.

use maud::html;

use super::facts::{Facts, Row};
use crate::Result;
use crate::view::figures::{self, Figure, Words};
use crate::view::page::{Cell, Section, Table, percent, typed};

/// A count of the ledger, and what it counts.
const BEHAVIOURS: [(&str, &str, &str); 7] = [
    ("verification_count", "checks a result", "“let me check”"),
    ("backtracking_count", "goes back", "“wait, no”"),
    ("subgoal_count", "sets a subgoal", "“first, I need”"),
    (
        "backward_chaining_count",
        "works backwards",
        "“work backwards”",
    ),
    (
        "verification_word_count",
        "words of checking",
        "check, verify",
    ),
    ("tentative_word_count", "words of doubt", "perhaps, might"),
    ("connective_count", "words that connect", "therefore, since"),
];

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let rows = facts.ask(&query())?;
    let styles: Vec<&Row> = rows
        .iter()
        .filter(|row| row.count("measured") > 0)
        .collect();
    if styles.is_empty() {
        return unmeasured(facts);
    }
    let body = html! {
        @for row in &styles { (of_style(facts, row).markup()) }
        p.soft { "Found by words and phrases, so that they say how a trajectory sounds and not what it does." }
    };
    Ok(Some(Section {
        id: "behaviours",
        title: "What trajectories do",
        found: found(facts, &styles),
        figures: drawn(facts, &styles).into_iter().collect(),
        body,
    }))
}

/// That nobody counted them, and how they are counted; none where there is no response to count in.
fn unmeasured(facts: &Facts) -> Result<Option<Section>> {
    let responses = facts.ask("SELECT count(*) AS responses FROM ledger WHERE bytes > 0")?;
    let is_asked = facts
        .pipeline
        .as_ref()
        .is_none_or(|pipeline| pipeline.measure.behaviours);
    if is_asked
        || responses
            .first()
            .is_none_or(|row| row.count("responses") == 0)
    {
        return Ok(None);
    }
    let body = html! {
        p.soft {
            "A pipeline with " code { "behaviours = true" } " under " code { "[measure]" } " counts them"
            @match &facts.audit {
                Some(audit) => {
                    "; an audit counts them where it is given such a pipeline: " (typed("gradatim init DATA > pipeline.toml"))
                    " writes one that reads DATA as the audit did"
                    @if audit.asked.sources.len() > 1 { " (of each of the data one, and their tables go into one file)" }
                    ", to which the key is added, and "
                    (typed("gradatim audit pipeline.toml --out again --report")) " audits its sources"
                }
                None => {}
            }
            "."
        }
    };
    Ok(Some(Section {
        id: "behaviours",
        title: "What trajectories do",
        found: "Not measured: how often trajectories check a result, go back or set a subgoal was not counted, so that nothing \
                is known of it."
            .to_owned(),
        body,
        figures: Vec::new(),
    }))
}

/// How many styles are shown.
const STYLES_MAX: usize = 8;

/// What is asked of each behaviour.
fn measures(column: &str) -> String {
    format!(
        "avg({column}) AS {column}, avg(CASE WHEN {column} > 0 THEN 1.0 ELSE 0.0 END) AS {column}_any, \
         sum({column}) * 1000.0 / sum(tokens) AS {column}_rate"
    )
}

fn query() -> String {
    let each = BEHAVIOURS.map(|(column, ..)| measures(column));
    format!(
        "SELECT style, count(*) AS measured, {} FROM ledger WHERE fate = 'kept' AND verification_count IS NOT NULL \
         GROUP BY style ORDER BY measured DESC, style LIMIT {STYLES_MAX}",
        each.join(", ")
    )
}

fn name(facts: &Facts, row: &Row) -> String {
    let style = row.text("style").map(|style| facts.style(style));
    style.unwrap_or_else(|| "no known style".to_owned())
}

fn found(facts: &Facts, styles: &[&Row]) -> String {
    let any =
        |row: &Row, column: &str| percent(row.number(&format!("{column}_any")).unwrap_or_default());
    let said = styles.iter().map(|row| {
        format!(
            "of the kept trajectories of {}, {} check a result and {} go back",
            name(facts, row),
            any(row, "verification_count"),
            any(row, "backtracking_count")
        )
    });
    let said = said.collect::<Vec<_>>().join("; ");
    let mut letters = said.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    format!(
        "{}{}.",
        first.map(String::from).unwrap_or_default(),
        letters.as_str()
    )
}

/// The share of trajectories with each, a group a style.
fn drawn(facts: &Facts, styles: &[&Row]) -> Option<Figure> {
    let group = |row: &&Row| figures::BarGroup {
        name: name(facts, row),
        bars: BEHAVIOURS
            .iter()
            .filter_map(|(column, what, _)| {
                let value = row.number(&format!("{column}_any"))?;
                Some(figures::Bar {
                    label: (*what).to_owned(),
                    value,
                    is_marked: false,
                })
            })
            .collect(),
    };
    let words = Words {
        name: "plot-behaviours",
        title: "The share of kept trajectories in which it stands at least once",
        said: "",
    };
    figures::bars(
        words,
        figures::Unit::Share,
        &styles.iter().map(group).collect::<Vec<_>>(),
    )
}

fn of_style(facts: &Facts, row: &Row) -> Table {
    let mut table = Table::new(
        format!("Kept trajectories of {}", name(facts, row)),
        &[
            "what",
            "as in",
            "of trajectories",
            "times each",
            "times in 1,000 tokens",
            "see",
        ],
    );
    for (column, what, example) in BEHAVIOURS {
        let number = |name: &str| {
            row.number(name)
                .map_or(Cell::Nothing, |number| Cell::Figure(format!("{number:.2}")))
        };
        let sql = format!(
            "SELECT {} FROM ledger WHERE fate = 'kept' AND verification_count IS NOT NULL AND {}",
            measures(column),
            super::facts::is("style", row.text("style"))
        );
        table.rows.push(vec![
            Cell::text(what),
            Cell::text(example),
            Cell::share(row.number(&format!("{column}_any"))),
            number(column),
            number(&format!("{column}_rate")),
            facts.tables.rows(&sql),
        ]);
    }
    table
}
