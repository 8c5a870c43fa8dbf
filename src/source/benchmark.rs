//! The questions of a benchmark's files: a text for each row, with its id and tier where it has them.
//!
//! A benchmark has no trajectories, so no layout fits it; its rows are picked as those of a joined table.
//! Unlike a training set, none of them may be passed over in silence: a row without a problem is a hole through
//! which contamination passes unseen. Where a benchmark is looked for, few such rows are named ([`Problems::unread`]);
//! where its questions are counted, one is refused.

use super::pick::Pick;
use super::value::Value;
use super::{ROW_BYTES_MAX, SourceFile, Unit, Void, column_kinds, lookup, settle, units};
use crate::{Error, Result};

/// One row of a benchmark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BenchmarkRow {
    pub row: u64,
    pub problem: String,
    /// The benchmark's own id of the problem.
    pub id: Option<String>,
    pub tier: Option<String>,
    /// Its gold answer.
    pub answer: Option<String>,
}

/// The questions of a file, in its order.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    pub rows: Vec<BenchmarkRow>,
    /// The rows that have none which can be read, counted from 0, and why.
    pub unread: Vec<(u64, String)>,
}

/// One row in so many may be unread; of more, the file is not what it is taken for.
const UNREAD_ONE_IN: usize = 20;

/// Names that columns with problems have, the most telling first; case does not matter.
const PROBLEM_COLUMNS: [&str; 5] = ["problem", "question", "prompt", "input", "messages"];
const ANSWER_COLUMNS: [&str; 5] = [
    "answer",
    "short answer",
    "final_answer",
    "expected_answer",
    "gold",
];
const ID_COLUMNS: [&str; 5] = ["unique_id", "problem_id", "problem id", "id", "uuid"];

/// Which columns hold the problem and its id; they are recognised by name where this does not say.
#[derive(Clone, Debug, Default)]
pub struct ProblemColumns {
    pub problem: Option<Pick>,
    pub id: Option<Pick>,
}

/// The questions of a file whose columns are recognised where `columns` leaves them open.
///
/// Fails where the file cannot be read, or more of its rows than one in [`UNREAD_ONE_IN`].
pub fn problems(file: &SourceFile, columns: &ProblemColumns) -> Result<Problems> {
    let mut file = file.clone();
    settle(&mut file)?;
    let file = &file;
    let (problem, id, answer) = recognise(file, columns)?;
    let picks = [Some(&problem), id.as_ref(), None, answer.as_ref()];
    let units = units(file, &lookup::columns(&picks), ROW_BYTES_MAX);
    let units = units
        .map_err(|error| error.without_layout("name a column of this file: `--column NAME`"))?;
    let mut found = Problems::default();
    let mut first = None;
    for &unit in &units {
        visit(file, unit, &picks, |row| {
            match row {
                Ok(row) => found.rows.push(row),
                Err((row, why)) => {
                    found.unread.push((row, why.to_string()));
                    first.get_or_insert((row, why));
                }
            }
            Ok(())
        })?;
    }
    let all = found.rows.len() + found.unread.len();
    match first {
        Some((row, why)) if found.unread.len() * UNREAD_ONE_IN > all => {
            Err(why.of(file, picks[0], row))
        }
        _ => Ok(found),
    }
}

/// The questions of a file's units, in order: the text, the id, the tier, the answer.
pub(crate) fn rows(
    file: &SourceFile,
    units: &[Unit],
    picks: &[Option<&Pick>; 4],
) -> Result<Vec<BenchmarkRow>> {
    let mut rows = Vec::new();
    for &unit in units {
        visit(file, unit, picks, |row| {
            rows.push(row.map_err(|(row, why)| why.of(file, picks[0], row))?);
            Ok(())
        })?;
    }
    Ok(rows)
}

/// Visits the rows of a unit; of one without a question its number and why.
fn visit(
    file: &SourceFile,
    unit: Unit,
    picks: &[Option<&Pick>; 4],
    mut take: impl FnMut(Result<BenchmarkRow, (u64, Hole)>) -> Result<()>,
) -> Result<()> {
    lookup::read(file, unit, picks, |row, values| {
        let values = match values {
            Ok(values) => values,
            Err(why) => return take(Err((row, Hole::Unread(why)))),
        };
        let mut values = values.into_iter();
        let mut text = |pick| match values.next()? {
            Value::List(turns) => lookup::text(pick, asked(turns)?),
            value => lookup::text(pick, value),
        };
        let [problem, id, tier, answer] = picks.map(&mut text);
        take(
            problem
                .ok_or((row, Hole::NoText))
                .map(|problem| BenchmarkRow {
                    row,
                    problem,
                    id,
                    tier,
                    answer,
                }),
        )
    })
}

/// Why a row has no question.
#[derive(Clone, Copy)]
enum Hole {
    Unread(Void),
    NoText,
}

impl std::fmt::Display for Hole {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Self::NoText => "has no text",
            Self::Unread(Void::BadCsv) => {
                "has more or fewer cells than the header, or a quote that never closes"
            }
            Self::Unread(Void::BadJson) => "is no JSON object",
            Self::Unread(Void::BadUtf8) => "is not UTF-8",
            Self::Unread(Void::TooLarge) => "has more bytes than a question can have",
            Self::Unread(other) => other.as_str(),
        })
    }
}

impl Hole {
    fn of(self, file: &SourceFile, problem: Option<&Pick>, row: u64) -> Error {
        let hint = "mend or remove that row: a benchmark with a hole in it proves nothing".into();
        match self {
            Self::NoText => Error::Schema {
                file: file.name.clone(),
                column: problem.map_or_else(String::new, |pick| pick.root().to_owned()),
                problem: format!("has no text in row {row}, counted from 0"),
                hint,
            },
            Self::Unread(_) => Error::File {
                file: file.name.clone(),
                problem: format!(
                    "has a row that cannot be read: row {row}, counted from 0, {self}"
                ),
                hint,
            },
        }
    }
}

/// The columns with the problem, its id and its answer.
fn recognise(
    file: &SourceFile,
    columns: &ProblemColumns,
) -> Result<(Pick, Option<Pick>, Option<Pick>)> {
    let kinds = column_kinds(file)?;
    let names: Vec<String> = kinds.into_iter().map(|(name, _)| name).collect();
    let recognised = |known: &[&str]| {
        let is = |wanted: &str| names.iter().find(|name| name.eq_ignore_ascii_case(wanted));
        known
            .iter()
            .find_map(|wanted| is(wanted))
            .map(|name| Pick::column(name))
    };
    let problem = columns
        .problem
        .clone()
        .or_else(|| recognised(&PROBLEM_COLUMNS));
    let problem = problem.ok_or_else(|| Error::Schema {
        file: file.name.clone(),
        column: PROBLEM_COLUMNS[0].into(),
        problem: "is missing".into(),
        hint: format!(
            "name the one with problems, with `gradatim fingerprint --column NAME`; it has {}",
            names.join(", ")
        ),
    })?;
    let id = columns.id.clone().or_else(|| recognised(&ID_COLUMNS));
    Ok((problem, id, recognised(&ANSWER_COLUMNS)))
}

/// What the user says first in a chat.
fn asked(turns: Vec<Value<'_>>) -> Option<Value<'_>> {
    let is_user = |turn: &Value<'_>| {
        let role = turn.clone().field("role").text();
        matches!(role, Ok(Some(role)) if role == "user" || role == "human")
    };
    Some(turns.into_iter().find(is_user)?.field("content"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::files;

    fn read(rows: &str) -> Result<Vec<BenchmarkRow>> {
        Ok(read_as("rows.jsonl", rows)?.rows)
    }

    fn read_as(name: &str, rows: &str) -> Result<Problems> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, rows).expect("a file");
        problems(&files::find(&path)?[0], &ProblemColumns::default())
    }

    fn row(row: u64, id: Option<&str>, problem: &str) -> BenchmarkRow {
        BenchmarkRow {
            row,
            problem: problem.into(),
            id: id.map(str::to_owned),
            tier: None,
            answer: None,
        }
    }

    #[test]
    fn columns_are_recognised_and_the_first_user_of_a_chat_asks() {
        let found =
            read("{\"Question\": \"1+1?\", \"ID\": 7}\n{\"Question\": \"2+2?\", \"ID\": 8}\n");
        assert_eq!(
            found.expect("rows"),
            [row(0, Some("7"), "1+1?"), row(1, Some("8"), "2+2?")]
        );
        let chat = "{\"prompt\": [{\"role\": \"system\", \"content\": \"Think.\"}, \
                    {\"role\": \"user\", \"content\": \"1+1?\"}]}\n";
        assert_eq!(read(chat).expect("rows"), [row(0, None, "1+1?")]);
    }

    /// Row 20 has lost the quote behind its problem, so that its answer is of it.
    #[test]
    fn one_bad_row_of_many_is_named() {
        let row = |at| format!("{at},\"What is {at}, and one more?\",{at}\n");
        let rows: String = (0..30).map(row).collect();
        let header = "id,problem,answer\n";
        let broken = rows.replace("20, and one more?\",20", "20, and one more?\n,20\"");
        let found = read_as("rows.csv", &format!("{header}{broken}")).expect("rows");
        let unread: Vec<u64> = found.unread.iter().map(|(row, _)| *row).collect();
        assert_eq!((found.rows.len(), unread), (29, vec![20]));
        assert!(found.unread[0].1.contains("cells"), "{:?}", found.unread);
        let few: String = broken
            .lines()
            .skip(18)
            .take(5)
            .map(|line| format!("{line}\n"))
            .collect();
        assert!(read_as("rows.csv", &format!("{header}{few}")).is_err());
    }

    #[test]
    fn a_row_without_a_problem_is_refused() {
        assert!(read("{\"problem\": \"1+1?\"}\n{\"problem\": null}\n").is_err());
        assert!(read("{\"text\": \"1+1?\"}\n").is_err());
    }
}
