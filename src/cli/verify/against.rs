//! Verdicts held against a column that the rows carry: the table, and the rows that differ.

use std::collections::BTreeMap;
use std::path::Path;

use crate::Result;
use crate::disk::{Over, Partial};
use crate::schema::{Filled, arrays, column, heads, schema};
use crate::table::Table;
use crate::verify::{Outcome, Verdict};

use super::super::table::{table, thousands};
use super::output::begin;
use super::row::{Bad, Judged, Judgement};

/// Counts, and the disagreements where they are wanted.
pub(super) struct Against {
    counts: BTreeMap<(Outcome, Option<bool>), u64>,
    rows: Option<(Table, Partial)>,
    row_count: u64,
}

/// A row whose verdict is not what its column says.
struct DifferingRow<'j> {
    line: u64,
    gold: &'j str,
    verdict: &'j Verdict,
    recorded: bool,
}

fn columns<'j>() -> Vec<Filled<'j, DifferingRow<'j>>> {
    vec![
        column::<u64>("line", "line of the file, from 1").always(|row| row.line),
        column::<str>("gold", "the gold answer").always(|row| row.gold),
        column::<str>(
            "extracted",
            "the extracted answer; null where there is none",
        )
        .perhaps(|row| row.verdict.extracted.as_deref()),
        column::<str>("verdict", "ours").always(|row| row.verdict.outcome.as_str()),
        column::<str>("reason", "the rule that decided our verdict")
            .always(|row| row.verdict.reason.as_str()),
        column::<str>("recorded", "right or wrong by the column")
            .always(|row| if row.recorded { "right" } else { "wrong" }),
    ]
}

impl Against {
    pub(super) fn new(path: Option<&Path>) -> Result<Self> {
        let rows = path.map(|path| {
            let partial = begin(path)?;
            let table = Table::create(&partial.built(), schema(&heads(&columns())))?;
            Ok::<_, crate::Error>((table, partial))
        });
        Ok(Self {
            counts: BTreeMap::new(),
            row_count: 0,
            rows: rows.transpose()?,
        })
    }

    /// Counts judged rows, which come with their line numbers.
    pub(super) fn add<'j>(
        &mut self,
        judged: impl Iterator<Item = (u64, &'j Result<Judged, Bad>)>,
    ) -> Result<()> {
        let mut rows = Vec::new();
        for (line, judged) in judged {
            self.row_count += 1;
            let Ok(judged) = judged else { continue };
            for Judgement { verdict, recorded } in &judged.judgements {
                let outcome = verdict.outcome;
                *self.counts.entry((outcome, *recorded)).or_default() += 1;
                let Some(recorded) = *recorded else { continue };
                if recorded != (outcome == Outcome::Correct) {
                    rows.push(DifferingRow {
                        line,
                        gold: &judged.gold,
                        verdict,
                        recorded,
                    });
                }
            }
        }
        match &mut self.rows {
            Some((table, _)) => table.write(arrays(&columns(), &rows)),
            None => Ok(()),
        }
    }

    /// Whether there were verdicts, and each says that there was nothing to hold an answer against.
    pub(super) fn is_without_gold(&self) -> bool {
        let mut outcomes = self.counts.keys().map(|(outcome, _)| outcome);
        !self.counts.is_empty() && outcomes.all(|outcome| *outcome == Outcome::NoGold)
    }

    /// How many rows there were, and verdicts on them.
    pub(super) fn total(&self, unjudged: u64) -> String {
        let verdicts = self.counts.values().sum();
        format!(
            "{} rows, {} verdicts, {} rows that could not be judged\n",
            thousands(self.row_count),
            thousands(verdicts),
            thousands(unjudged)
        )
    }

    /// How often each verdict came, for who asks for nothing else.
    pub(super) fn verdicts(&self) -> String {
        let rows = Outcome::ALL.map(|outcome| {
            let counts = self.counts.iter().filter(|((one, _), _)| *one == outcome);
            let count = counts.map(|(_, count)| count).sum();
            vec![outcome.as_str().to_owned(), thousands(count)]
        });
        table(&["verdict", "count"], &rows)
    }

    /// The table; a `correct` that the column calls wrong stands apart from a right one that we missed.
    pub(super) fn finish(self, name: &str) -> Result<String> {
        if let Some((table, partial)) = self.rows {
            table.finish()?;
            partial.finish(Over::Files)?;
        }
        let count = |outcome, recorded| {
            self.counts
                .get(&(outcome, recorded))
                .copied()
                .unwrap_or_default()
        };
        let rows = Outcome::ALL.map(|outcome| {
            let cell = |recorded| thousands(count(outcome, recorded));
            vec![
                outcome.as_str().to_owned(),
                cell(Some(true)),
                cell(Some(false)),
                cell(None),
            ]
        });
        let sum = |recorded: bool, wanted: fn(Outcome) -> bool| -> u64 {
            let outcomes = Outcome::ALL.into_iter().filter(|outcome| wanted(*outcome));
            outcomes.map(|outcome| count(outcome, Some(recorded))).sum()
        };
        let missed = sum(true, |outcome| outcome != Outcome::Correct);
        let refuted = count(Outcome::Wrong, Some(true));
        Ok(format!(
            "{}\ncorrect, and {name} says wrong: {}\nnot correct, and {name} says right: {} (of these `wrong`: {})\n",
            table(&["verdict", "right", "wrong", "none"], &rows),
            thousands(count(Outcome::Correct, Some(false))),
            thousands(missed),
            thousands(refuted),
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::tests::written;
    use crate::verify::verify;

    #[test]
    fn a_row_that_differs_has_each_text_in_the_column_of_its_name() {
        let verdict = verify("7", "It is \\boxed{8}.");
        let row = DifferingRow {
            line: 3,
            gold: "7",
            verdict: &verdict,
            recorded: true,
        };
        let expected = json!({
            "line": 3, "gold": "7", "extracted": "8", "verdict": "wrong",
            "reason": verdict.reason.as_str(), "recorded": "right",
        });
        assert_eq!(written(&columns(), &[row]), [expected]);
    }
}
