//! The problems of a benchmark's files: a text and an id for each row.
//!
//! A benchmark has no trajectories, so no layout fits it; but its files are found and read as those of any
//! source. Unlike a training set, none of its rows may be passed over: a row without a problem would be a
//! hole through which contamination passes unseen, and is refused.

use super::pick::Pick;
use super::value::Value;
use super::{
    BatchSize, Columns, Layout, Row, Source, SourceFile, column_kinds, layout, read, units,
};
use crate::{Error, Result};

/// One row of a benchmark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posed {
    /// The benchmark's own id of the problem, or its row.
    pub id: String,
    pub problem: String,
}

/// Names that columns with problems have, the most telling first; case does not matter.
const PROBLEM_COLUMNS: [&str; 5] = ["problem", "question", "prompt", "input", "messages"];
const ID_COLUMNS: [&str; 5] = ["unique_id", "problem_id", "problem id", "id", "uuid"];

/// Which columns hold the problem and its id; they are recognised by name where this does not say.
#[derive(Clone, Debug, Default)]
pub struct Named {
    pub problem: Option<Pick>,
    pub id: Option<Pick>,
}

/// The problems of a file, in its order.
pub fn problems(file: &SourceFile, named: &Named) -> Result<Vec<Posed>> {
    let source = source(file, named)?;
    let columns = layout::columns(&source);
    let mut posed = Vec::new();
    for unit in units(file, &columns, source.row_bytes_max)? {
        for batch in read(file, unit, &source, BatchSize::of_rows(1000))? {
            let batch = batch?;
            for index in 0..batch.len() {
                let row = batch.row(index);
                let number = row.number;
                posed.push(of_row(&source, row).ok_or_else(|| hole(file, number))?);
            }
        }
    }
    Ok(posed)
}

fn hole(file: &SourceFile, row: u64) -> Error {
    Error::Schema {
        file: file.name.clone(),
        column: "problem".into(),
        problem: format!("has no text in row {row}"),
        hint: "mend or remove that row: a benchmark with a hole in it proves nothing".into(),
    }
}

/// A source that reads the two columns.
fn source(file: &SourceFile, named: &Named) -> Result<Source> {
    let kinds = column_kinds(file)?;
    let names: Vec<String> = kinds.into_iter().map(|(name, _)| name).collect();
    let recognised = |known: &[&str]| {
        let is = |wanted: &str| names.iter().find(|name| name.eq_ignore_ascii_case(wanted));
        known
            .iter()
            .find_map(|wanted| is(wanted))
            .map(|name| Pick::column(name))
    };
    let problem = named
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
    let id = named.id.clone().or_else(|| recognised(&ID_COLUMNS));
    Ok(Source {
        columns: Some(Columns {
            response: problem.clone(),
            problem,
            id,
            answer: None,
            recorded: None,
            finish: None,
            style: None,
            category: None,
            origin: None,
        }),
        ..Source::of(Layout::Columns)
    })
}

fn of_row(source: &Source, row: Row<'_>) -> Option<Posed> {
    let columns = source.columns.as_ref()?;
    // In the order of the layout's columns: the problem's, then the id's, which may be the same.
    let mut cells = row.cells.ok()?.into_iter();
    let cell = cells.next()?;
    let id_cell = cells.next().unwrap_or(Value::Missing);
    let problem = match columns.problem.resolve(cell.clone()) {
        Value::List(turns) => asked(turns)?,
        _ => columns.problem.text(cell).ok()??.into_owned(),
    };
    let id = columns.id.as_ref().and_then(|id| id.text(id_cell).ok()?);
    (!problem.trim().is_empty()).then(|| Posed {
        id: id.map_or_else(|| row.number.to_string(), |id| id.into_owned()),
        problem,
    })
}

/// What the user says first in a chat.
fn asked(turns: Vec<Value<'_>>) -> Option<String> {
    let is_user = |turn: &Value<'_>| {
        let role = turn.clone().field("role").text();
        matches!(role, Ok(Some(role)) if role == "user" || role == "human")
    };
    let turn = turns.into_iter().find(is_user)?;
    Some(turn.field("content").text().ok()??.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::files;

    fn read(rows: &str) -> Result<Vec<Posed>> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rows.jsonl");
        std::fs::write(&path, rows).expect("a file");
        problems(&files::find(&path)?[0], &Named::default())
    }

    fn posed(id: &str, problem: &str) -> Posed {
        Posed {
            id: id.into(),
            problem: problem.into(),
        }
    }

    #[test]
    fn columns_are_recognised_and_a_row_is_an_id_where_there_is_none() {
        let found =
            read("{\"Question\": \"1+1?\", \"ID\": 7}\n{\"Question\": \"2+2?\", \"ID\": 8}\n");
        assert_eq!(
            found.expect("rows"),
            [posed("7", "1+1?"), posed("8", "2+2?")]
        );
        let chat = "{\"prompt\": [{\"role\": \"system\", \"content\": \"Think.\"}, \
                    {\"role\": \"user\", \"content\": \"1+1?\"}]}\n";
        assert_eq!(read(chat).expect("rows"), [posed("0", "1+1?")]);
    }

    #[test]
    fn a_row_without_a_problem_is_refused() {
        assert!(read("{\"problem\": \"1+1?\"}\n{\"problem\": null}\n").is_err());
        assert!(read("{\"text\": \"1+1?\"}\n").is_err());
    }
}
