//! The questions of a benchmark's files: a text for each row, with its id and tier where it has them.
//!
//! A benchmark has no trajectories, so no layout fits it; its rows are picked as those of a joined table.
//! Unlike a training set, none of them may be passed over: a row without a problem would be a hole through
//! which contamination passes unseen, and is refused.

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

/// The questions of a file, in its order, whose columns are recognised where `columns` leaves them open.
pub fn problems(file: &SourceFile, columns: &ProblemColumns) -> Result<Vec<BenchmarkRow>> {
    let mut file = file.clone();
    settle(&mut file)?;
    let file = &file;
    let (problem, id, answer) = recognise(file, columns)?;
    let picks = [Some(&problem), id.as_ref(), None, answer.as_ref()];
    let units = units(file, &lookup::columns(&picks), ROW_BYTES_MAX);
    let units = units
        .map_err(|error| error.without_layout("name a column of this file: `--column NAME`"))?;
    rows(file, &units, &picks)
}

/// The questions of a file's units, in order: the text, the id, the tier, the answer.
pub(crate) fn rows(
    file: &SourceFile,
    units: &[Unit],
    picks: &[Option<&Pick>; 4],
) -> Result<Vec<BenchmarkRow>> {
    let mut rows = Vec::new();
    for &unit in units {
        lookup::read(file, unit, picks, |row, values| {
            let values = values.map_err(|why| unread(file, row, why))?;
            let mut values = values.into_iter();
            let mut text = |pick| match values.next()? {
                Value::List(turns) => lookup::text(pick, asked(turns)?),
                value => lookup::text(pick, value),
            };
            let [problem, id, tier, answer] = picks.map(&mut text);
            rows.push(BenchmarkRow {
                row,
                problem: problem.ok_or_else(|| hole(file, picks[0], row))?,
                id,
                tier,
                answer,
            });
            Ok(())
        })?;
    }
    Ok(rows)
}

const MEND_ROW: &str = "mend or remove that row: a benchmark with a hole in it proves nothing";

fn hole(file: &SourceFile, problem: Option<&Pick>, row: u64) -> Error {
    Error::Schema {
        file: file.name.clone(),
        column: problem.map_or_else(String::new, |pick| pick.root().to_owned()),
        problem: format!("has no text in row {row}, counted from 0"),
        hint: MEND_ROW.into(),
    }
}

fn unread(file: &SourceFile, row: u64, why: Void) -> Error {
    let why = match why {
        Void::BadCsv => "has more or fewer cells than the header, or a quote that never closes",
        Void::BadJson => "is no JSON object",
        Void::BadUtf8 => "is not UTF-8",
        Void::TooLarge => "has more bytes than a question can have",
        other => other.as_str(),
    };
    Error::File {
        file: file.name.clone(),
        problem: format!("has a row that cannot be read: row {row}, counted from 0, {why}"),
        hint: MEND_ROW.into(),
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
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rows.jsonl");
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

    #[test]
    fn a_row_without_a_problem_is_refused() {
        assert!(read("{\"problem\": \"1+1?\"}\n{\"problem\": null}\n").is_err());
        assert!(read("{\"text\": \"1+1?\"}\n").is_err());
    }
}
