//! The rows that most files have: an object whose gold answer and response are texts in fields of its own.
//!
//! Such a row is read once, without a copy of what is not judged, and is written back as it stands with what was
//! judged at its end. Any other row goes the long way, by `row`; both say the same of a row.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::row::{Added, Judged, Judgement, Line, write_added};
use super::task::{Said, Task};

/// Judges a row; none where it is not as plain as that.
pub(super) fn judge(task: &Task, text: &str) -> Option<Judged> {
    if !task.is_plain() {
        return None;
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let row = Wanted(task).deserialize(&mut json).ok()?;
    json.end().ok()?;
    let (said, response) = match (&row.response, &row.answer) {
        (Some(response), _) => (Said::Response, response.as_ref()),
        (None, Some(answer)) => (Said::Answer, answer.as_ref()),
        (None, None) => (Said::Response, ""),
    };
    let gold = row.gold.as_deref().unwrap_or_default();
    let judgement = Judgement {
        verdict: said.verdict(gold, response, &task.options),
        recorded: None,
    };
    Some(Judged {
        line: line(task, text, &judgement)?,
        gold: String::new(),
        is_one: true,
        said,
        judgements: vec![judgement],
    })
}

/// The row as it stands up to its last brace, and what comes behind that.
fn line(task: &Task, text: &str, judgement: &Judgement) -> Option<Line> {
    let start = text.len() - text.trim_start().len();
    let head = text.trim_end().strip_suffix('}')?.trim_end();
    let mut tail = Vec::with_capacity(128);
    for (at, added) in Added::ALL.into_iter().enumerate() {
        if at > 0 || !head.ends_with('{') {
            tail.push(b',');
        }
        write_added(
            &mut tail,
            added,
            std::slice::from_ref(judgement),
            !task.is_listed,
        )
        .ok()?;
    }
    tail.extend_from_slice(b"}\n");
    Some(Line {
        head: start..head.len(),
        tail,
    })
}

/// What is judged of a row; none where it has null or nothing.
#[derive(Default)]
struct Row<'r> {
    gold: Option<Cow<'r, str>>,
    response: Option<Cow<'r, str>>,
    answer: Option<Cow<'r, str>>,
}

/// Reads a row, and fails where it is not plain.
struct Wanted<'t>(&'t Task);

impl Wanted<'_> {
    /// Which of the wanted fields has this name, and none where nobody wants it.
    fn field(&self, name: &str) -> Option<usize> {
        let task = self.0;
        let fields = [
            Some(&task.gold),
            task.response.as_ref(),
            task.answer.as_ref(),
        ];
        let mut fields = fields.into_iter();
        fields.position(|field| field.is_some_and(|field| field.name == name))
    }
}

/// Fields that make a row another than a plain one.
fn is_special(name: &str) -> bool {
    name == "options" || Added::ALL.iter().any(|added| added.name() == name)
}

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = Row<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Row<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = Row<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row<'de>, A::Error> {
        let mut row = Row::default();
        let mut is_read = [false; 3];
        while let Some(Text(Some(name))) = map.next_key::<Text<'de>>()? {
            let Some(at) = self.field(&name) else {
                if is_special(&name) {
                    return Err(de::Error::custom("another kind of row"));
                }
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            // Of two of a name the last counts, which only the long way knows.
            if std::mem::replace(&mut is_read[at], true) || is_shared(self.0, at) {
                return Err(de::Error::custom("another kind of row"));
            }
            let Text(text) = map.next_value()?;
            *[&mut row.gold, &mut row.response, &mut row.answer][at] = text;
        }
        Ok(row)
    }
}

/// Whether the gold answer's field is also judged.
fn is_shared(task: &Task, at: usize) -> bool {
    at == 0 && task.said().any(|(_, field)| field.name == task.gold.name)
}

/// A text, or what is written as one: an integer or a bool. None for null.
struct Text<'r>(Option<Cow<'r, str>>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_unit<E>(self) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(text.to_owned()))))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(number.to_string()))))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(if truth {
            "true"
        } else {
            "false"
        }))))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::row::{judge_long, tests::task};
    use super::*;

    /// What is written of a row by either way; none where it goes the long one alone.
    fn both(text: &str) -> Option<(String, String)> {
        let task = task(&[]);
        let short = judge(&task, text)?;
        let long = judge_long(&task, text).expect("the long way judges what the short one does");
        Some((short.line.written(text), long.line.written(text)))
    }

    fn compact(line: &str) -> serde_json::Value {
        assert!(
            line.ends_with('\n') && line.matches('\n').count() == 1,
            "{line}"
        );
        serde_json::from_str(line).expect("a row")
    }

    #[test]
    fn a_plain_row_is_written_back_as_it_stands() {
        let row = "{\"z\" : 1.50e+05, \"gold\": \"1\", \"response\": \"So \\\\boxed{1}\" }\r\n";
        let (short, _) = both(row).expect("a plain row");
        let head = "{\"z\" : 1.50e+05, \"gold\": \"1\", \"response\": \"So \\\\boxed{1}\"";
        let expected = ",\"verdict\":\"correct\",\"extracted\":\"1\",\"reason\":";
        assert!(short.starts_with(&format!("{head}{expected}")), "{short}");
        assert!(
            both(" {} ")
                .expect("a plain row")
                .0
                .starts_with("{\"verdict\":")
        );
    }

    #[test]
    fn a_row_that_asks_for_more_goes_the_long_way() {
        for row in [
            r#"{"gold": 1.50, "response": "1"}"#,
            r#"{"gold": "1", "response": ["1"]}"#,
            r#"{"gold": "1", "response": "1", "options": {}}"#,
            r#"{"gold": "1", "response": "1", "verdict": null}"#,
            r#"{"gold": "1", "gold": "2", "response": "1"}"#,
            r#"{"gold": "1", "response": "\ud800"}"#,
            r#"{"gold": "1"} {}"#,
            r#"["gold"]"#,
        ] {
            assert!(both(row).is_none(), "{row}");
        }
    }

    proptest! {
        #[test]
        fn both_ways_say_the_same_of_a_row(
            fields in prop::collection::vec((0..5_usize, 0..9_usize), 0..6),
        ) {
            const NAMES: [&str; 5] = ["gold", "response", "answer", "n", "\\u0067old"];
            const VALUES: [&str; 9] = [
                "null", "\"7\"", "7", "true", "-0", "\"\\\\boxed{7}\"", "\"caf\\u00e9 7\\n\"", "\"\"", "{\"a\": []}",
            ];
            let fields = fields.iter().map(|(name, value)| format!("\"{}\": {}", NAMES[*name], VALUES[*value]));
            let row = format!("{{{}}}", fields.collect::<Vec<_>>().join(", "));
            if let Some((short, long)) = both(&row) {
                prop_assert_eq!(compact(&short), compact(&long));
            }
        }
    }
}
