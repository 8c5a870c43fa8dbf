//! The questions that fewest attempts solve, and those that most do.

use maud::html;

use super::{Evaluation, score};
use crate::Result;
use crate::error::thousands;
use crate::view::page::{Cell, Section, Table, counted};
use crate::view::report::facts::{Row, is};

/// How many questions of a benchmark are shown at each end.
const SHOWN: u64 = 5;

/// Rows that are shown of many benchmarks.
const ROWS_MAX: usize = 100;

impl Evaluation {
    /// Of all runs together; nothing where no attempt was made.
    pub(super) fn hardest(&self) -> Result<Option<Section>> {
        let benchmarks = self.tables.ask(&format!(
            "SELECT benchmark, count(*) AS questions, count(*) FILTER (WHERE solved = 0) AS nobody, count(*) FILTER (WHERE rights = \
             attempts) AS everybody FROM ({EACH}) GROUP BY benchmark ORDER BY benchmark"
        ))?;
        if benchmarks.is_empty() {
            return Ok(None);
        }
        let rows = self.tables.ask(&format!(
            "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY benchmark ORDER BY share, length(question), question) AS up, \
             row_number() OVER (PARTITION BY benchmark ORDER BY share DESC, length(question) DESC, question DESC) AS down FROM ({EACH})) \
             WHERE up <= {SHOWN} OR down <= {SHOWN} ORDER BY benchmark, up LIMIT {ROWS_MAX}"
        ))?;
        let mut table = Table::new(
            format!(
                "The {SHOWN} hardest and the {SHOWN} easiest questions, the hardest first, all runs together"
            ),
            &[
                "question",
                "benchmark",
                "tier",
                "attempts",
                "right",
                "runs that solve it at least once",
                "of runs",
                "see",
            ],
        );
        table.rows.extend(rows.iter().map(|row| self.question(row)));
        let all = format!("{EACH} ORDER BY share, question");
        Ok(Some(Section {
            id: "hardest",
            title: "The hardest and the easiest questions",
            found: benchmarks.iter().map(found).collect::<Vec<_>>().join(" "),
            body: html! {
                (table.markup())
                (self.tables.shown_by("All questions, the hardest first", &all))
            },
            figures: Vec::new(),
        }))
    }

    fn question(&self, row: &Row) -> Vec<Cell> {
        let [question, benchmark] = ["question", "benchmark"].map(|name| row.text(name));
        let sql = format!(
            "SELECT run, count(*) FILTER (WHERE outcome = 'right') AS rights, count(*) AS attempts FROM attempts WHERE {} AND {} GROUP \
             BY run ORDER BY rights DESC, run",
            is("question", question),
            is("benchmark", benchmark)
        );
        vec![
            Cell::text(question.unwrap_or_default()),
            Cell::text(benchmark.unwrap_or("not known")),
            Cell::text(row.text("tier").unwrap_or_default()),
            Cell::Count(row.count("attempts")),
            Cell::Figure(format!("{} %", score(row.number("share")))),
            Cell::Count(row.count("solved")),
            Cell::Count(row.count("runs")),
            self.tables.rows(&sql),
        ]
    }
}

/// Each question with all runs' attempts together.
const EACH: &str = "SELECT benchmark, question, max(tier) AS tier, sum(attempts) AS attempts, sum(rights) AS rights, \
                    CAST(sum(rights) AS DOUBLE) / sum(attempts) AS share, count(*) FILTER (WHERE rights > 0) AS solved, count(*) AS runs FROM \
                    (SELECT run, benchmark, question, max(tier) AS tier, count(*) AS attempts, count(*) FILTER (WHERE outcome = 'right') AS \
                    rights FROM attempts GROUP BY run, benchmark, question) GROUP BY benchmark, question";

fn found(row: &Row) -> String {
    let [nobody, everybody] = ["nobody", "everybody"].map(|name| row.count(name));
    format!(
        "Of {} of {} {}, and {} solved in every attempt of all runs.",
        counted(row.count("questions"), "question", "questions"),
        row.text("benchmark")
            .unwrap_or("a benchmark that is not known"),
        match nobody {
            0 => "each is solved by some run at least once".to_owned(),
            1 => "1 is never solved".to_owned(),
            some => format!("{} are never solved", thousands(some)),
        },
        match everybody {
            0 => "none is".to_owned(),
            1 => "1 is".to_owned(),
            some => format!("{} are", thousands(some)),
        }
    )
}
