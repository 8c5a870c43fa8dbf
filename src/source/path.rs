//! Where a value lies in a row: a column, and the way into it.
//!
//! `a.b` is a field, `a[0]` an item from the front, `a[-1]` from the back, `a[]` every item; a name with a dot or
//! a bracket of its own stands between backticks. A path is read once, with the pipeline: what is none is refused
//! there, where it stands.

use std::fmt;

use arrow::datatypes::DataType;

use super::needed::{self, type_words};
use super::value::Value;
use crate::error;

/// A column's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnPath {
    /// As it is written.
    text: String,
    root: String,
    steps: Vec<Step>,
}

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Field(String),
    /// From the front, or from the back where negative.
    Item(i64),
    Each,
}

/// More steps than any dataset nests its columns by.
const STEPS_MAX: usize = 32;

impl ColumnPath {
    /// All of the column of that name, whatever stands in the name.
    pub(crate) fn column(name: &str) -> Self {
        let text = match name.contains(['.', '[', '`']) {
            true => format!("`{name}`"),
            false => name.to_owned(),
        };
        Self {
            text,
            root: name.to_owned(),
            steps: Vec::new(),
        }
    }

    /// The column of the file that holds it.
    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// As it is written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The value that the path leads to, starting from the root column's cell. JSON inside text is opened on the
    /// way. Missing where there is nothing; a value that has no such inside is one of another type.
    pub(crate) fn resolve<'a>(&self, cell: Value<'a>) -> Value<'a> {
        follow(cell, &self.steps)
    }
}

impl ColumnPath {
    /// Why the path leads nowhere in a column of that type, where the type already says so. Inside of text, which may
    /// be JSON, only its rows tell.
    pub(super) fn astray_in(&self, kind: &DataType) -> Option<String> {
        let mut kind = needed::value(kind);
        for step in &self.steps {
            if needed::is_text(kind) || matches!(kind, DataType::Map(..)) {
                return None;
            }
            let inside = match (step, kind) {
                (Step::Field(name), DataType::Struct(fields)) => {
                    let field = fields.iter().find(|field| field.name() == name);
                    let has = || error::listed(fields.iter().map(|field| field.name().as_str()));
                    field
                        .map(|field| field.data_type())
                        .ok_or_else(|| format!("its fields are {}", has()))
                }
                (Step::Field(_), kind) => Err(format!(
                    "it holds {}, which has no fields",
                    type_words(kind)
                )),
                (Step::Item(_) | Step::Each, kind) => needed::item(kind)
                    .ok_or_else(|| format!("it holds {}, which has no items", type_words(kind))),
            };
            kind = match inside {
                Ok(inside) => needed::value(inside),
                Err(why) => return Some(why),
            };
        }
        None
    }
}

fn follow<'a>(value: Value<'a>, steps: &[Step]) -> Value<'a> {
    let Some((step, rest)) = steps.split_first() else {
        return value;
    };
    if let Step::Field(name) = step {
        return follow(value.inside(name), rest);
    }
    match (step, value.opened()) {
        (_, absent @ (Value::Missing | Value::Null)) => absent,
        (Step::Item(at), Value::List(items)) => follow(item(items, *at), rest),
        (Step::Each, Value::List(items)) => {
            Value::List(items.into_iter().map(|item| follow(item, rest)).collect())
        }
        (_, other) => {
            Value::Other(format!("{} where the path asks for items", other.kind()).into())
        }
    }
}

fn item<'a>(mut items: Vec<Value<'a>>, at: i64) -> Value<'a> {
    let index = match at {
        0.. => usize::try_from(at).ok(),
        _ => usize::try_from(at.unsigned_abs())
            .ok()
            .and_then(|back| items.len().checked_sub(back)),
    };
    match index.filter(|&index| index < items.len()) {
        Some(index) => items.swap_remove(index),
        None => Value::Missing,
    }
}

/// Why a path is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadPath {
    text: String,
    /// The byte where it goes wrong.
    at: usize,
    why: &'static str,
}

impl fmt::Display for BadPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The line of the pipeline stands above with a mark of its own; this one points into the path.
        let before = self.text[..self.at].chars().count();
        writeln!(f, "a column's path goes wrong here:")?;
        writeln!(f, "    {}", self.text)?;
        writeln!(f, "    {}^ {}", " ".repeat(before), self.why)?;
        write!(
            f,
            "write `column`, `column.field`, `column[0]`, `column[-1]` or `column[].field`; a name with a dot or \
             a bracket of its own stands between backticks"
        )
    }
}

impl std::str::FromStr for ColumnPath {
    type Err = BadPath;

    fn from_str(text: &str) -> Result<Self, BadPath> {
        let mut rest = Rest { text, at: 0 };
        let root = rest.name()?;
        let mut steps = Vec::new();
        while let Some(step) = rest.step()? {
            steps.push(step);
            if steps.len() > STEPS_MAX {
                return Err(rest.wrong("more steps than any column is deep"));
            }
        }
        Ok(Self {
            text: text.to_owned(),
            root,
            steps,
        })
    }
}

/// What is not read yet of a path.
struct Rest<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Rest<'t> {
    fn left(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn wrong(&self, why: &'static str) -> BadPath {
        BadPath {
            text: self.text.to_owned(),
            at: self.at,
            why,
        }
    }

    fn take(&mut self, mark: char) -> bool {
        let is_there = self.left().starts_with(mark);
        self.at += if is_there { mark.len_utf8() } else { 0 };
        is_there
    }

    /// A name, between backticks or up to the next dot or bracket.
    fn name(&mut self) -> Result<String, BadPath> {
        if self.take('`') {
            let Some((name, _)) = self.left().split_once('`') else {
                return Err(self.wrong("this name has no closing backtick"));
            };
            self.at += name.len() + 1;
            return Ok(name.to_owned());
        }
        let left = self.left();
        let name = &left[..left.find(['.', '[', ']', '`']).unwrap_or(left.len())];
        if name.is_empty() {
            return Err(self.wrong("a name is missing"));
        }
        self.at += name.len();
        Ok(name.to_owned())
    }

    fn step(&mut self) -> Result<Option<Step>, BadPath> {
        if self.left().is_empty() {
            Ok(None)
        } else if self.take('.') {
            Ok(Some(Step::Field(self.name()?)))
        } else if self.take('[') {
            self.item().map(Some)
        } else {
            Err(self.wrong("a step begins with a dot or a bracket"))
        }
    }

    /// What stands in brackets.
    fn item(&mut self) -> Result<Step, BadPath> {
        let left = self.left();
        let Some(end) = left.find(']') else {
            return Err(self.wrong("this bracket is never closed"));
        };
        let step = match &left[..end] {
            "" => Step::Each,
            number => {
                let is_plain = number
                    .trim_start_matches('-')
                    .bytes()
                    .all(|byte| byte.is_ascii_digit());
                let parsed = number.parse().ok().filter(|_| is_plain);
                Step::Item(
                    parsed.ok_or_else(|| self.wrong("no number of an item; `[]` is every item"))?,
                )
            }
        };
        self.at += end + 1;
        Ok(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::value::from_json;

    fn at(path: &str, json: &'static str) -> Value<'static> {
        let path: ColumnPath = path.parse().expect("a path");
        path.resolve(from_json(json).expect("JSON"))
    }

    #[test]
    fn a_path_goes_into_fields_and_items_from_either_end() {
        let turns = r#"[{"role": "system"}, {"role": "user", "content": "1+1?"}]"#;
        assert_eq!(at("prompt[1].content", turns), Value::Text("1+1?".into()));
        assert_eq!(at("prompt[-1].content", turns), Value::Text("1+1?".into()));
        assert_eq!(at("prompt[2].content", turns), Value::Missing);
        assert_eq!(at("prompt[-3].content", turns), Value::Missing);
        let roles = Value::List(vec![
            Value::Text("system".into()),
            Value::Text("user".into()),
        ]);
        assert_eq!(at("prompt[].role", turns), roles);
        assert_eq!(at("prompt[0]", "null"), Value::Null);
    }

    #[test]
    fn json_inside_text_is_opened_on_the_way() {
        let text = r#""{\"truth\": [1, 2]}""#;
        assert_eq!(at("info.truth[0]", text), Value::Integer(1));
        assert_eq!(at("info[0]", r#""[\"a\"]""#), Value::Text("a".into()));
        let each = at("info[].a", r#""[{\"a\": 3}]""#);
        assert_eq!(each, Value::List(vec![Value::Integer(3)]));
    }

    #[test]
    fn a_value_without_such_an_inside_is_of_another_type_and_not_missing() {
        for (path, json) in [
            ("a.b", "\"plain\""),
            ("a[0]", "7"),
            ("a[].b", "{}"),
            ("a.b", "[]"),
        ] {
            assert!(
                matches!(at(path, json), Value::Other(_)),
                "{path} of {json}"
            );
        }
    }

    #[test]
    fn a_name_of_its_own_stands_between_backticks() {
        let path: ColumnPath = "`a.b[0]`.`c.d`".parse().expect("a path");
        assert_eq!(path.root(), "a.b[0]");
        assert_eq!(
            path.resolve(from_json(r#"{"c.d": 1}"#).expect("JSON")),
            Value::Integer(1)
        );
        let column = ColumnPath::column("a.b");
        assert_eq!((column.as_str(), column.root()), ("`a.b`", "a.b"));
        assert_eq!(column.as_str().parse(), Ok(column));
    }

    #[test]
    fn what_is_no_path_is_refused_with_the_place_where_it_goes_wrong() {
        let refused = |path: &str| match path.parse::<ColumnPath>() {
            Err(BadPath { at, .. }) => at,
            Ok(path) => panic!("{path:?}"),
        };
        assert_eq!(refused(""), 0);
        assert_eq!(refused("prompt["), 7);
        assert_eq!(refused("prompt[0"), 7);
        assert_eq!(refused("prompt[x]"), 7);
        assert_eq!(refused("prompt[0x1]"), 7);
        assert_eq!(refused("prompt[--1]"), 7);
        assert_eq!(refused("prompt[*]"), 7);
        assert_eq!(refused("a]"), 1);
        assert_eq!(refused("a[0]b"), 4);
        assert_eq!(refused("a..b"), 2);
        assert_eq!(refused("a."), 2);
        assert_eq!(refused(".a"), 0);
        assert_eq!(refused("`a"), 1);
        assert_eq!(refused("a[99999999999999999999]"), 2);
        assert!(
            format!("a{}", "[0]".repeat(40))
                .parse::<ColumnPath>()
                .is_err()
        );
        let shown = "日本[x]"
            .parse::<ColumnPath>()
            .expect_err("no path")
            .to_string();
        assert!(
            shown.contains("\n    日本[x]\n       ^ no number"),
            "{shown}"
        );
    }
}
