//! What DataFusion refuses, in the words of who asked, with the mending.

use datafusion::common::{DataFusionError, SchemaError};

use super::statement::too_deep;
use crate::Error;
use crate::error::{did_you_mean, listed, nearest, one_line};

/// A name as a query writes it: in double quotes where bare letters would mean something else.
pub(super) fn as_written(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    match starts && name.chars().all(is_plain) && !is_of_sql(name) {
        true => name.to_owned(),
        false => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

/// Words that begin a part of a query for the parser, and may be a column's name: behind a comma they end the list.
const OF_SQL: [&str; 10] = [
    "cluster",
    "distribute",
    "end",
    "exclude",
    "fetch",
    "lateral",
    "offset",
    "sort",
    "top",
    "view",
];

fn is_of_sql(name: &str) -> bool {
    OF_SQL.iter().any(|word| word.eq_ignore_ascii_case(name))
}

/// The error of a query over tables of these names.
pub(super) fn failed(error: DataFusionError, sql: &str, tables: &[String]) -> Error {
    let error = match of_ours(error) {
        Ok(error) => return error,
        Err(error) => error,
    };
    if let Some(name) = absent_table(&error) {
        return no_table(&name, tables);
    }
    match error.find_root() {
        DataFusionError::SQL(parser, _) => unparsed(&parser.to_string(), sql, tables),
        DataFusionError::SchemaError(schema, _) => match schema.as_ref() {
            SchemaError::FieldNotFound {
                field,
                valid_fields,
            } => no_column(
                field.name(),
                valid_fields.iter().map(|field| field.name().to_owned()),
            ),
            other => unanswered(&other.to_string()),
        },
        DataFusionError::Plan(words) => misused(words)
            .or_else(|| no_function(words))
            .unwrap_or_else(|| unanswered(words)),
        DataFusionError::NotImplemented(words) if words.starts_with("Dot access") => Error::usage(
            "the query cannot be answered: a part of a nested value is not read by a dot",
            "write the part's name in brackets: `messages[1]['content']`",
        ),
        DataFusionError::NotImplemented(words) => Error::usage(
            format!("the query cannot be answered: {words}"),
            "ask one question at a time, by `SELECT`",
        ),
        DataFusionError::ArrowError(arrow, _) => unanswered(&arrow.to_string()),
        other => unanswered(&other.strip_backtrace()),
    }
}

/// An error of ours that came through DataFusion.
fn of_ours(error: DataFusionError) -> Result<Error, DataFusionError> {
    match error {
        DataFusionError::External(inner) => match inner.downcast::<Error>() {
            Ok(error) => Ok(*error),
            Err(inner) => Err(DataFusionError::External(inner)),
        },
        other => Err(other),
    }
}

fn unanswered(words: &str) -> Error {
    Error::Query(format!("the query cannot be answered: {words}"))
}

fn unparsed(words: &str, sql: &str, tables: &[String]) -> Error {
    if words.contains("recursion limit") {
        return too_deep();
    }
    // The name of the parser's type says nothing to who asks.
    let words = words.trim_start_matches("sql parser error: ");
    Error::usage(
        format!("the query cannot be read: {words}"),
        unquoted(sql, tables)
            .or_else(|| reserved(words))
            .unwrap_or_else(|| {
                "mend it there; a name with `-` or capitals stands in double quotes".into()
            }),
    )
}

/// The mending of a query that the parser left off at a word of SQL that names a column.
fn reserved(words: &str) -> Option<String> {
    let found = words.split_once("found: ")?.1;
    let word = found.split_whitespace().next()?;
    is_of_sql(word).then(|| {
        format!(
            "`{word}` begins a part of a query: write the column in double quotes, as \"{}\"",
            word.to_lowercase()
        )
    })
}

/// A function that has other arguments; DataFusion would call it a bug of its own.
fn misused(words: &str) -> Option<Error> {
    let at = words.find("No function matches")?;
    let what = words[at..].split(". ").next()?;
    Some(Error::usage(
        format!("the query cannot be planned: {what}"),
        "write `CAST(column AS DOUBLE)` where text holds numbers, as in CSV",
    ))
}

/// A function that is none; files are read by none.
fn no_function(words: &str) -> Option<Error> {
    let quoted = |words: &str| Some(words.split_once('\'')?.1.split_once('\'')?.0.to_owned());
    if words.starts_with("table function ") {
        return Some(Error::usage(
            format!("there is no function `{}`", one_line(&quoted(words)?)),
            "ask a file as a table: `--with NAME=PATH` beside `FROM NAME`",
        ));
    }
    let (told, suggested) = words.strip_prefix("Invalid function ")?.split_once('\n')?;
    let (name, suggested) = (quoted(told)?, quoted(suggested)?);
    let meant = did_you_mean(&name, [suggested.as_str()]);
    Some(Error::usage(
        format!("there is no function `{}`", one_line(&name)),
        format!("{meant}`SHOW FUNCTIONS` lists all"),
    ))
}

fn no_table(name: &str, tables: &[String]) -> Error {
    let written: Vec<String> = tables.iter().map(|name| as_written(name)).collect();
    let names = || written.iter().map(String::as_str);
    let mend = match name.contains(['/', '\\', '.']) {
        true => "ask a file as a table, by `--with NAME=PATH` beside `FROM NAME`, or ".to_owned(),
        false => did_you_mean(name, tables.iter().map(String::as_str)),
    };
    Error::usage(
        format!("there is no table `{}`", one_line(name)),
        format!(
            "{mend}ask one of {}; `SHOW TABLES` lists all",
            listed(names())
        ),
    )
}

fn no_column(name: &str, known: impl Iterator<Item = String>) -> Error {
    let mut known: Vec<String> = known.collect();
    known.dedup();
    let names = || known.iter().map(String::as_str);
    let meant = nearest(name, names()).or_else(|| names().find(|known| is_begun(known, name)));
    let meant = meant.map(as_written);
    let meant = meant.map_or_else(String::new, |meant| {
        format!("did you mean `{meant}`? otherwise ")
    });
    let written: Vec<String> = known.iter().map(|name| as_written(name)).collect();
    Error::usage(
        format!("there is no column `{}`", one_line(name)),
        format!(
            "{meant}name one of {}; text stands in single quotes",
            listed(written.iter().map(String::as_str))
        ),
    )
}

/// Whether a name that needs quotes was read up to where it needs them, as `my col` and `my-col` are.
fn is_begun(name: &str, read: &str) -> bool {
    let rest = name
        .to_lowercase()
        .strip_prefix(&read.to_lowercase())
        .map(str::to_owned);
    rest.is_some_and(|rest| rest.starts_with(|c: char| !c.is_alphanumeric() && c != '_'))
}

/// The table that a query names and nobody registered. DataFusion says so in words only.
fn absent_table(error: &DataFusionError) -> Option<String> {
    let DataFusionError::Plan(words) = error.find_root() else {
        return None;
    };
    let name = words
        .strip_prefix("table 'datafusion.public.")?
        .strip_suffix("' not found")?;
    Some(name.to_owned())
}

/// The mending of a query that names a table without the quotes that its name needs.
fn unquoted(sql: &str, tables: &[String]) -> Option<String> {
    let is_bare = |name: &&String| {
        let mut places = sql.match_indices(name.as_str());
        as_written(name) != **name && places.any(|(at, _)| !sql[..at].ends_with('"'))
    };
    // Of `a-b` and `a-b-c` the longer one is meant.
    let meant = tables
        .iter()
        .filter(is_bare)
        .max_by_key(|name| name.len())?;
    Some(format!(
        "write that table in double quotes: {}",
        as_written(meant)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_in_quotes_where_it_must() {
        assert_eq!(as_written("ledger"), "ledger");
        assert_eq!(as_written("random-r1-100"), "\"random-r1-100\"");
        assert_eq!(as_written("Mine"), "\"Mine\"");
        assert_eq!(as_written("a\"b"), "\"a\"\"b\"");
        assert_eq!(as_written("1a"), "\"1a\"");
        assert_eq!(as_written("cluster"), "\"cluster\"");
    }

    #[test]
    fn a_word_of_sql_that_names_a_column_is_told_to_be_quoted() {
        let words = "sql parser error: Expected: ), found: cluster at Line: 1, Column: 40";
        let hint = |words: &str| unparsed(words, "SELECT", &[]).hint().unwrap_or_default();
        assert!(hint(words).contains("write the column in double quotes, as \"cluster\""));
        assert!(!hint("Expected: ), found: FROM at Line: 1").contains("begins"));
    }

    #[test]
    fn a_column_that_was_read_to_its_first_blank_is_meant_whole() {
        let hint = |name: &str| {
            let known = ["id", "my col", "some-thing"]
                .map(str::to_owned)
                .into_iter();
            no_column(name, known).hint().unwrap_or_default()
        };
        assert!(
            hint("my").starts_with("did you mean `\"my col\"`?"),
            "{}",
            hint("my")
        );
        assert!(hint("some").starts_with("did you mean `\"some-thing\"`?"));
    }

    #[test]
    fn a_function_that_reads_files_is_none_and_the_hint_says_how_files_are_asked() {
        let told = |words: &str| no_function(words).expect("an error");
        let error = told("table function 'read_parquet' not found");
        assert_eq!(error.to_string(), "there is no function `read_parquet`");
        assert!(
            error
                .hint()
                .unwrap_or_default()
                .contains("--with NAME=PATH")
        );
        let error = told("Invalid function 'lenght'.\nDid you mean 'length'?");
        assert_eq!(error.to_string(), "there is no function `lenght`");
        assert!(
            error
                .hint()
                .unwrap_or_default()
                .contains("did you mean `length`")
        );
        let far = told("Invalid function 'read_text'.\nDid you mean 'greatest'?");
        assert!(!far.hint().unwrap_or_default().contains("greatest"));
    }

    #[test]
    fn the_longest_table_that_stands_bare_is_the_one_that_was_meant() {
        let tables = ["random-r1", "random-r1-100", "ledger"].map(str::to_owned);
        let mend = |sql| unquoted(sql, &tables);
        let meant = "write that table in double quotes: \"random-r1-100\"";
        assert_eq!(mend("SELECT * FROM random-r1-100").as_deref(), Some(meant));
        assert_eq!(mend("SELECT * FRM \"random-r1-100\""), None);
        assert_eq!(mend("SELECT * FRM ledger"), None);
    }
}
