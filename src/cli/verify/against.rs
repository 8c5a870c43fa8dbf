//! Verdicts held against a column that the rows carry: the table, and the rows that differ.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::Result;
use crate::schema::{Column, Kind, schema};
use crate::table::Table;
use crate::verify::Outcome;
use arrow::array::{StringBuilder, UInt64Builder};

use super::super::table::{table, thousands};
use super::row::{Bad, Judged};

/// Counts, and the disagreements where they are wanted.
pub struct Against {
    counts: BTreeMap<(Outcome, Option<bool>), u64>,
    rows: Option<(Table, PathBuf)>,
}

const COLUMNS: [Column; 6] = [
    column("line", Kind::U64, false),
    column("gold", Kind::Text, false),
    column("extracted", Kind::Text, true),
    column("verdict", Kind::Text, false),
    column("reason", Kind::Text, false),
    column("recorded", Kind::Text, false),
];

const fn column(name: &'static str, kind: Kind, nullable: bool) -> Column {
    Column {
        name,
        kind,
        nullable,
        meaning: "",
    }
}

impl Against {
    pub fn new(path: Option<&Path>) -> Result<Self> {
        let rows = path.map(|path| {
            let mut aside = path.as_os_str().to_owned();
            aside.push(".partial");
            let table = Table::create(Path::new(&aside), schema(&COLUMNS))?;
            Ok::<_, crate::Error>((table, path.to_owned()))
        });
        Ok(Self {
            counts: BTreeMap::new(),
            rows: rows.transpose()?,
        })
    }

    /// Counts judged rows, which come with their line numbers.
    pub fn add<'j>(
        &mut self,
        judged: impl Iterator<Item = (u64, &'j Result<Judged, Bad>)>,
    ) -> Result<()> {
        let mut lines = UInt64Builder::new();
        let mut texts: [StringBuilder; 5] = std::array::from_fn(|_| StringBuilder::new());
        for (line, judged) in judged {
            let Ok(judged) = judged else { continue };
            let outcome = judged.verdict.outcome;
            *self.counts.entry((outcome, judged.recorded)).or_default() += 1;
            let Some(recorded) = judged.recorded else {
                continue;
            };
            if recorded == (outcome == Outcome::Correct) {
                continue;
            }
            lines.append_value(line);
            let values = [
                Some(judged.gold.as_str()),
                judged.verdict.extracted.as_deref(),
                Some(outcome.as_str()),
                Some(judged.verdict.reason.as_str()),
                Some(if recorded { "right" } else { "wrong" }),
            ];
            for (text, value) in texts.iter_mut().zip(values) {
                text.append_option(value);
            }
        }
        let Some((table, _)) = &mut self.rows else {
            return Ok(());
        };
        let mut arrays: Vec<arrow::array::ArrayRef> = vec![Arc::new(lines.finish())];
        for text in &mut texts {
            arrays.push(Arc::new(text.finish()));
        }
        table.write(arrays)
    }

    /// Leaves nothing where it has not come to its end.
    pub fn abandon(self) -> Result<()> {
        match self.rows {
            Some((table, _)) => Ok(fs_err::remove_file(table.finish()?)?),
            None => Ok(()),
        }
    }

    /// The table; a `correct` that the column calls wrong stands apart from a right one that we missed.
    pub fn finish(self, name: &str) -> Result<String> {
        if let Some((table, path)) = self.rows {
            fs_err::rename(table.finish()?, path)?;
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
