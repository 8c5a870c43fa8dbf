//! Whether each control can be compared with its subset.

use maud::html;

use super::facts::{Facts, Row, literal};
use crate::Result;
use crate::error::thousands;
use crate::view::figures::{self, Figure, Words};
use crate::view::page::{Cell, Section, Table, counted};

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    if !facts.tables.has("balance") {
        return Ok(None);
    }
    let relations = facts.ask(&format!(
        "SELECT relation, count(*) AS pairs, count(*) FILTER (WHERE worse > 0) AS apart, max(worst) AS worst FROM ({PAIRS}) GROUP \
         BY relation ORDER BY pairs DESC, relation"
    ))?;
    if relations.is_empty() {
        return Ok(None);
    }
    let body = html! {
        p.soft {
            "A difference is of means, in standard deviations of all that was accepted. It counts where it is larger than a \
             tenth, farther apart than two random sets of these sizes lie in 95 of 100 draws, and not what the set is \
             chosen for."
        }
        (by_relation(facts, &relations).markup())
        (worst(facts)?.markup())
        (facts.tables.shown_by("Every difference of every pair", "SELECT * FROM balance WHERE smd IS NOT NULL ORDER BY abs(smd) DESC LIMIT 50"))
    };
    Ok(Some(Section {
        id: "balance",
        title: "Are the controls comparable?",
        found: found(&relations),
        body,
        figures: drawn(facts)?.into_iter().collect(),
    }))
}

/// Every difference of every pair: a Love plot.
fn drawn(facts: &Facts) -> Result<Option<Figure>> {
    let rows = facts.ask(
        "SELECT subset, control, relation, variable, level, by_design, smd, chance FROM balance WHERE smd IS NOT NULL",
    )?;
    let compared = rows.iter().filter_map(|row| {
        let text = |name| row.text(name).unwrap_or_default().to_owned();
        Some(figures::Compared {
            subset: text("subset"),
            control: text("control"),
            relation: text("relation"),
            variable: text("variable"),
            level: row.text("level").map(str::to_owned),
            by_design: row.truth("by_design").unwrap_or_default(),
            smd: row.number("smd")?,
            chance: row.number("chance"),
        })
    });
    let words = Words {
        name: "plot-balance",
        title: "How far each set lies from its control, in each thing that is measured",
        said: "",
    };
    Ok(figures::love(words, &compared.collect::<Vec<_>>()))
}

/// Each pair, with the differences that count, and the largest that no purpose explains.
const PAIRS: &str = "SELECT subset, control, relation, count(*) FILTER (WHERE large AND beyond_chance AND NOT by_design) AS worse, \
                     max(CASE WHEN NOT by_design THEN abs(smd) END) AS worst, max(rows_shared) AS rows_shared FROM balance \
                     GROUP BY subset, control, relation";

fn found(relations: &[Row]) -> String {
    let sum = |name: &str| relations.iter().map(|row| row.count(name)).sum::<u64>();
    let (pairs, apart) = (sum("pairs"), sum("apart"));
    let of_each = relations.iter().map(|row| {
        let relation = row.text("relation").unwrap_or_default();
        format!(
            "{} {relation} ({} apart)",
            thousands(row.count("pairs")),
            thousands(row.count("apart"))
        )
    });
    format!(
        "In {} of {} a set and its control differ in something that neither chance nor the choice explains: {}.",
        thousands(apart),
        counted(pairs, "comparison", "comparisons"),
        of_each.collect::<Vec<_>>().join(", ")
    )
}

/// What a control is to its subset.
fn meaning(relation: &str) -> &'static str {
    match relation {
        "random" => "the same number of rows, drawn from all",
        "matched" => "row by row the same kind of problem, without what the set is chosen for",
        "paired" => "the same problems, at the other end of lengths",
        "style" => "the same problems in another style",
        _ => "",
    }
}

fn by_relation(facts: &Facts, relations: &[Row]) -> Table {
    let mut table = Table::new(
        "Comparisons by kind of control",
        &[
            "kind",
            "means",
            "comparisons",
            "that differ",
            "largest difference",
            "see",
        ],
    );
    for row in relations {
        let relation = row.text("relation").unwrap_or_default();
        let sql = format!(
            "SELECT subset, control, variable, level, smd, chance FROM balance WHERE relation = {} AND large AND beyond_chance \
             AND NOT by_design ORDER BY abs(smd) DESC",
            literal(relation)
        );
        table.rows.push(vec![
            Cell::text(relation),
            Cell::text(meaning(relation)),
            Cell::Count(row.count("pairs")),
            Cell::Count(row.count("apart")),
            row.number("worst")
                .map_or(Cell::Nothing, |smd| Cell::Figure(format!("{smd:.2}"))),
            facts.tables.rows(&sql),
        ]);
    }
    table
}

/// How many differences are named.
const NAMED_MAX: usize = 30;

fn worst(facts: &Facts) -> Result<Table> {
    let rows = facts.ask(&format!(
        "SELECT subset, control, variable, level, subset_mean, control_mean, smd, chance FROM balance WHERE large AND \
         beyond_chance AND NOT by_design AND smd IS NOT NULL ORDER BY abs(smd) DESC, subset, control, variable, level LIMIT {NAMED_MAX}"
    ))?;
    let mut table = Table::new(
        format!("The largest differences that nothing explains, at most {NAMED_MAX}"),
        &[
            "set",
            "control",
            "in",
            "of the set",
            "of the control",
            "difference",
            "by chance up to",
            "see",
        ],
    );
    for row in &rows {
        let text = |name| row.text(name).unwrap_or_default();
        let number = |name| {
            row.number(name).map_or(Cell::Nothing, |number: f64| {
                Cell::Figure(format!("{number:.2}"))
            })
        };
        let variable = match row.text("level") {
            Some(level) => format!("{}: {level}", text("variable")),
            None => text("variable").to_owned(),
        };
        let sql = format!(
            "SELECT * FROM balance WHERE subset = {} AND control = {}",
            literal(text("subset")),
            literal(text("control"))
        );
        let mut cells = vec![
            Cell::code(text("subset")),
            Cell::code(text("control")),
            Cell::Text(variable),
        ];
        cells.extend(["subset_mean", "control_mean", "smd", "chance"].map(number));
        cells.push(facts.tables.rows(&sql));
        table.rows.push(cells);
    }
    Ok(table)
}
