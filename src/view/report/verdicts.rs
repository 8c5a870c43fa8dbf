//! Our verifier against what the sources recorded.

use maud::html;

use super::facts::{Facts, Tables, is};
use crate::Result;
use crate::error::thousands;
use crate::manifest::VerdictRecord;
use crate::view::figures::{self, Figure, Words};
use crate::view::page::{Cell, Section, Table, counted, percent};

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let counts = Counts(&facts.manifest.verdicts);
    if counts.all() == 0 {
        return Ok(None);
    }
    let body = html! {
        p.soft {
            "A source's label is right where its rule or its judge says so. Exact copies of a trajectory count once. Our verifier \
             compares exactly: 299.4 is wrong where the gold answer is 300, unless a tolerance is asked for, as "
            code { "rel_tol" } " of " code { "gradatim verify" } "."
        }
        (counts.crossed(&facts.tables).markup())
        @if let Some(said) = counts.undecided() { p { (said) } }
        (by_source(&facts.tables)?.markup())
    };
    Ok(Some(Section {
        id: "verdicts",
        title: "Our verifier against the recorded labels",
        found: counts.found(),
        figures: counts.drawn().into_iter().collect(),
        body,
    }))
}

/// What a source recorded, of its rule and its judge.
pub(super) const RECORDED: &str = "CASE WHEN recorded_rule OR recorded_judge THEN 'right' WHEN recorded_rule IS NULL AND \
                        recorded_judge IS NULL THEN 'none' ELSE 'wrong' END";

/// Our verdicts in their order, and the labels in theirs.
const VERDICTS: [(&str, &str); 5] = [
    ("correct", "the answer is the gold answer"),
    ("wrong", "the answer is another"),
    ("undecided", "they cannot be compared"),
    ("no_answer", "the response gives no answer"),
    ("no_gold", "there is no gold answer"),
];
const LABELS: [&str; 3] = ["right", "wrong", "none"];

/// How often a verdict of ours meets a label.
struct Counts<'m>(&'m [VerdictRecord]);

impl Counts<'_> {
    fn of(&self, verdict: &str, recorded: &str) -> u64 {
        let mut cells = self.0.iter();
        cells
            .find(|cell| cell.verdict == verdict && cell.recorded == recorded)
            .map_or(0, |cell| cell.count)
    }

    fn all(&self) -> u64 {
        self.0.iter().map(|cell| cell.count).sum()
    }

    fn found(&self) -> String {
        let agreed = self.of("correct", "right") + self.of("wrong", "wrong");
        let [more, less] = [self.of("correct", "wrong"), self.of("wrong", "right")];
        match agreed + more + less {
            0 => format!(
                "No trajectory has both a verdict and a label: of {}, our verifier finds {} correct.",
                thousands(self.all()),
                thousands(LABELS.iter().map(|label| self.of("correct", label)).sum())
            ),
            both => format!(
                "Of {} trajectories on which both decide, our verifier and the recorded label agree on {}; it finds {} \
                 correct that are labelled wrong, and {} wrong that are labelled right.",
                thousands(both),
                percent(agreed as f64 / both as f64),
                thousands(more),
                thousands(less)
            ),
        }
    }

    /// Our verdicts under each label; where both decide and differ, marked.
    fn drawn(&self) -> Option<Figure> {
        let group = |label: &str| {
            let counts = VERDICTS.map(|(verdict, _)| (verdict, self.of(verdict, label)));
            let counts = counts.into_iter().filter(|(_, count)| *count > 0);
            let bar = |(verdict, count): (&str, u64)| figures::Bar {
                label: verdict.replace('_', " "),
                value: count as f64,
                is_marked: matches!((verdict, label), ("wrong", "right") | ("correct", "wrong")),
            };
            figures::BarGroup {
                name: match label {
                    "none" => "no label".to_owned(),
                    label => format!("labelled {label}"),
                },
                bars: counts.map(bar).collect(),
            }
        };
        let groups: Vec<figures::BarGroup> = LABELS
            .map(group)
            .into_iter()
            .filter(|group| !group.bars.is_empty())
            .collect();
        let words = Words {
            name: "plot-verdicts",
            title: "Our verdict under each recorded label",
            said: "Trajectories; marked where both decide and differ.",
        };
        figures::bars(words, figures::Unit::Count, &groups)
    }

    /// What one of the two says nothing of.
    fn undecided(&self) -> Option<String> {
        let of = |verdict| ["right", "wrong"].map(|label| self.of(verdict, label));
        let [right, wrong] = ["undecided", "no_answer", "no_gold"]
            .map(of)
            .into_iter()
            .fold([0, 0], |[a, b], [right, wrong]| [a + right, b + wrong]);
        let unlabelled: u64 = VERDICTS
            .map(|(verdict, _)| self.of(verdict, "none"))
            .iter()
            .sum();
        (right + wrong + unlabelled > 0).then(|| {
            format!(
                "On the other {} one of the two says nothing, so that they neither agree nor differ: our verifier decides nothing of \
                 {} labelled right and {} labelled wrong, and {} no label.",
                thousands(right + wrong + unlabelled),
                thousands(right),
                thousands(wrong),
                counted(unlabelled, "has", "have"),
            )
        })
    }

    fn crossed(&self, tables: &Tables) -> Table {
        let mut table = Table::new(
            "Trajectories by our verdict (down) and by the recorded label (across)",
            &[
                "our verdict",
                "means",
                "labelled right",
                "labelled wrong",
                "no label",
                "all",
                "see",
            ],
        );
        for (verdict, means) in VERDICTS {
            let counts = LABELS.map(|label| self.of(verdict, label));
            let all: u64 = counts.iter().sum();
            if all > 0 {
                let mut row = vec![Cell::code(verdict), Cell::text(means)];
                row.extend(counts.into_iter().chain([all]).map(Cell::Count));
                row.push(tables.rows(&format!(
                    "SELECT {RECORDED} AS label, count(DISTINCT trajectory_id) AS trajectories FROM ledger WHERE {} GROUP BY 1",
                    is("verdict", Some(verdict))
                )));
                table.rows.push(row);
            }
        }
        table
    }
}

/// How many sources a table has: the largest.
const SOURCES_MAX: usize = 60;

/// The score of each source: the share of its trajectories that our verifier finds correct, and that are labelled right. A copy
/// that stands in two sources is one of each.
fn by_source(tables: &Tables) -> Result<Table> {
    let mut table = Table::new(
        "Score by source: the share of its trajectories that is correct",
        &[
            "source",
            "trajectories",
            "found correct",
            "score",
            "found wrong",
            "not decided",
            "labelled right",
            "of the labelled",
            "see",
        ],
    );
    let rows = tables.ask(&format!(
        "SELECT source, count(*) AS trajectories, count(*) FILTER (WHERE verdict = 'correct') AS correct, count(*) FILTER (WHERE \
         verdict = 'wrong') AS wrong, count(*) FILTER (WHERE label = 'right') AS labelled_right, count(*) FILTER (WHERE label <> \
         'none') AS labelled FROM (SELECT source, trajectory_id, min(verdict) AS verdict, max({RECORDED}) AS label FROM ledger WHERE \
         trajectory_id IS NOT NULL GROUP BY source, trajectory_id) GROUP BY source ORDER BY trajectories DESC, source LIMIT \
         {SOURCES_MAX}"
    ))?;
    for row in &rows {
        let [all, correct, wrong] =
            ["trajectories", "correct", "wrong"].map(|name| row.count(name));
        let [right, labelled] = ["labelled_right", "labelled"].map(|name| row.count(name));
        let share =
            |part: u64, whole: u64| Cell::share((whole > 0).then(|| part as f64 / whole as f64));
        table.rows.push(vec![
            Cell::code(row.text("source").unwrap_or_default()),
            Cell::Count(all),
            Cell::Count(correct),
            share(correct, all),
            Cell::Count(wrong),
            Cell::Count(all - correct - wrong),
            Cell::count((labelled > 0).then_some(right)),
            share(right, labelled),
            tables.rows(&format!(
                "SELECT verdict, count(DISTINCT trajectory_id) AS trajectories FROM ledger WHERE {} AND trajectory_id IS NOT NULL \
                 GROUP BY verdict ORDER BY verdict",
                is("source", row.text("source"))
            )),
        ]);
    }
    Ok(table)
}
