//! What rows are wanted, as people type it, and as SQL asks it: `tokens >= 8192`, `recorded_rule is null`.
//!
//! Names and values are looked at here, and only names of columns that there are, operators that are known and values
//! of the column's kind come to stand in a query.

use std::borrow::Cow;

use arrow::datatypes::{DataType, Schema};

use crate::error::{did_you_mean, one_line};
use crate::{Error, Result};

/// Operators as they are typed, longer ones before what they begin with, and as SQL has them.
const OPERATORS: [(&str, &str); 8] = [
    ("!=", "<>"),
    ("<>", "<>"),
    ("<=", "<="),
    (">=", ">="),
    ("=", "="),
    ("<", "<"),
    (">", ">"),
    ("~", "~"),
];

/// What may follow a name instead of an operator.
const NULLS: [(&str, &str); 2] = [("is null", "IS NULL"), ("is not null", "IS NOT NULL")];

/// A typed condition as SQL. Fails where it names no column, or holds it against what it cannot be held against.
pub(super) fn sql(typed: &str, columns: &Schema) -> Result<String> {
    let text = typed.trim();
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let (name, rest) = text.split_at(end.unwrap_or(text.len()));
    let kind = kind_of(name, columns)?;
    let rest = rest.trim();
    if let Some((_, sql)) = NULLS
        .iter()
        .find(|(typed, _)| rest.eq_ignore_ascii_case(typed))
    {
        return Ok(format!("{} {sql}", quoted(name)));
    }
    let known = OPERATORS.iter().find_map(|(typed, sql)| {
        let value = rest.strip_prefix(typed)?;
        Some((*sql, value.trim()))
    });
    let Some((operator, value)) = known else {
        return Err(unread(typed));
    };
    compared(name, kind, operator, value)
}

/// A column held against a value.
pub(super) fn compared(name: &str, kind: Kind, operator: &str, value: &str) -> Result<String> {
    let column = quoted(name);
    match (kind, operator) {
        (Kind::Text, "~") => Ok(format!(
            "strpos(lower({column}), {}) > 0",
            literal(&value.to_lowercase())
        )),
        (_, "~") => Err(Error::usage(
            format!("`~` looks for a piece of text, and column `{name}` holds none"),
            "hold it against a value by `=`, `<` or `>`",
        )),
        (Kind::Text, _) => Ok(format!("{column} {operator} {}", literal(&unquoted(value)))),
        (Kind::Number, _) => Ok(format!("{column} {operator} {}", number(name, value)?)),
        // As narrow as the column: a page shows its values in as many digits as tell them apart.
        (Kind::Single, _) => Ok(format!(
            "{column} {operator} CAST({} AS FLOAT)",
            number(name, value)?
        )),
        (Kind::Truth, _) => Ok(format!("{column} {operator} {}", truth(name, value)?)),
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    /// A number of 32 bits.
    Single,
    Truth,
}

/// The kind of a column of that name; fails where there is none.
pub(super) fn kind_of(name: &str, columns: &Schema) -> Result<Kind> {
    match columns.field_with_name(name) {
        Ok(field) => Ok(match field.data_type() {
            DataType::Boolean => Kind::Truth,
            DataType::Float32 => Kind::Single,
            kind if kind.is_numeric() => Kind::Number,
            _ => Kind::Text,
        }),
        Err(_) => Err(no_column(name, columns)),
    }
}

fn no_column(name: &str, columns: &Schema) -> Error {
    let names = columns.fields().iter().map(|field| field.name().as_str());
    let meant = did_you_mean(name, names);
    Error::usage(
        format!("there is no column `{}`", one_line(name)),
        match meant.is_empty() {
            true => "write `COLUMN OP VALUE`, as `tokens >= 8192`; the columns are those of `gradatim schema ledger`".into(),
            false => meant,
        },
    )
}

fn unread(typed: &str) -> Error {
    Error::usage(
        format!("`{}` is no condition", one_line(typed)),
        "write `COLUMN OP VALUE` with =, !=, <, <=, >, >= or ~ (holds the text), or `COLUMN is null`",
    )
}

/// A name of a column as SQL has it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL has it.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// What people who know SQL put in single quotes, as they mean it.
fn unquoted(value: &str) -> Cow<'_, str> {
    let inner = value
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    inner.map_or(Cow::Borrowed(value), |inner| {
        Cow::Owned(inner.replace("''", "'"))
    })
}

fn number(name: &str, value: &str) -> Result<String> {
    let plain = value.replace([',', '_', ' '], "");
    match plain.parse::<f64>() {
        // Written as it was typed, where a float would lose digits of a large count.
        Ok(_) if plain.bytes().all(|byte| byte.is_ascii_digit()) && plain.len() < 19 => Ok(plain),
        Ok(number) if number.is_finite() => Ok(format!("{number:?}")),
        _ => Err(Error::usage(
            format!(
                "column `{name}` holds numbers, and `{}` is none",
                one_line(value)
            ),
            format!("write `{name} >= 1000`"),
        )),
    }
}

fn truth(name: &str, value: &str) -> Result<&'static str> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok("true"),
        "false" | "no" | "0" => Ok("false"),
        _ => Err(Error::usage(
            format!(
                "column `{name}` holds true or false, and `{}` is neither",
                one_line(value)
            ),
            format!("write `{name} = true`, or `{name} is null`"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::Field;

    use super::*;

    fn of(typed: &str) -> Result<String> {
        let field = |name: &str, kind| Field::new(name, kind, true);
        let columns = Schema::new(vec![
            field("tokens", DataType::UInt32),
            field("repeated_share", DataType::Float32),
            field("recorded_rule", DataType::Boolean),
            field("reason", DataType::Utf8),
        ]);
        sql(typed, &columns)
    }

    #[test]
    fn a_condition_is_a_column_an_operator_and_a_value_of_its_kind() {
        for (typed, expected) in [
            ("tokens >= 8,192", "\"tokens\" >= 8192"),
            ("tokens<100", "\"tokens\" < 100"),
            (
                "repeated_share > .5",
                "\"repeated_share\" > CAST(0.5 AS FLOAT)",
            ),
            (
                "repeated_share>1e-3",
                "\"repeated_share\" > CAST(0.001 AS FLOAT)",
            ),
            ("recorded_rule = no", "\"recorded_rule\" = false"),
            ("recorded_rule IS NULL", "\"recorded_rule\" IS NULL"),
            ("reason != too_long", "\"reason\" <> 'too_long'"),
            ("reason = 'it''s'", "\"reason\" = 'it''s'"),
            ("reason = it's", "\"reason\" = 'it''s'"),
            ("reason ~ LONG", "strpos(lower(\"reason\"), 'long') > 0"),
            ("reason = x' OR '1'='1", "\"reason\" = 'x'' OR ''1''=''1'"),
        ] {
            assert_eq!(of(typed).ok().as_deref(), Some(expected), "{typed}");
        }
    }

    #[test]
    fn what_is_no_condition_is_refused_with_the_mending() {
        for (typed, mend) in [
            ("token > 5", "tokens"),
            ("tokens > many", "tokens >= 1000"),
            ("tokens > inf", "tokens >= 1000"),
            ("tokens ~ 5", "`=`"),
            ("recorded_rule = maybe", "is null"),
            ("tokens", "COLUMN OP VALUE"),
            ("1=1", "COLUMN OP VALUE"),
            ("tokens > 1; DROP TABLE ledger", "tokens >= 1000"),
            ("tokens) OR (1=1", "COLUMN OP VALUE"),
        ] {
            let hint = of(typed).expect_err(typed).hint().unwrap_or_default();
            assert!(hint.contains(mend), "{typed}: {hint}");
        }
    }
}
