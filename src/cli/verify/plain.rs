//! The rows that most files have: an object whose gold answer and response are texts in fields of its own.
//!
//! Such a row is read once, without a copy of what is not judged, and is written back as it stands with what was
//! judged at its end. Any other row goes the long way, by `row`; both say the same of a row.

use std::borrow::Cow;

use super::row::{Added, Judged, Judgement, Line, write_added};
use super::scan::Scan;
use super::task::{Said, Task};

/// Judges a row; none where it is not as plain as that.
pub(super) fn judge(task: &Task, text: &str) -> Option<Judged> {
    if !task.is_plain() {
        return None;
    }
    let row = text.trim();
    let is_seen = is_all(row, |byte| matches!(byte, b' '..=b'~'));
    if !is_seen && !is_all(row, |byte| byte >= b' ') {
        return None;
    }
    let read = read(task, row)?;
    let (said, response) = match (&read.response, &read.answer) {
        (Some(response), _) => (Said::Response, response.as_ref()),
        (None, Some(answer)) => (Said::Answer, answer.as_ref()),
        (None, None) => (Said::Response, ""),
    };
    let gold = read.gold.as_deref().unwrap_or_default();
    let judgement = Judgement {
        verdict: said.verdict(gold, response, &task.options),
        recorded: None,
    };
    Some(Judged {
        line: Line {
            is_seen,
            ..line(task, text, &judgement)?
        },
        gold: String::new(),
        is_one: true,
        said,
        judgements: vec![judgement],
    })
}

/// Whether all of a text is such, looked at by the vector.
fn is_all(text: &str, is_such: impl Fn(u8) -> bool) -> bool {
    let blocks = text.as_bytes().chunks(4096);
    let is_all = |block: &[u8]| block.iter().fold(true, |all, byte| all & is_such(*byte));
    blocks.into_iter().all(is_all)
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
            task.names.name(added),
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
        is_seen: false,
    })
}

/// What is judged of a row; none where it has null or nothing.
struct Row<'r> {
    gold: Option<Cow<'r, str>>,
    response: Option<Cow<'r, str>>,
    answer: Option<Cow<'r, str>>,
}

/// Reads a row; none where it is not plain.
fn read<'r>(task: &Task, text: &'r str) -> Option<Row<'r>> {
    let fields = [
        Some(&task.gold),
        task.response.as_ref(),
        task.answer.as_ref(),
    ];
    let mut scan = Scan::begin(text)?;
    let mut texts = [None, None, None];
    let mut is_read = [false; 3];
    while let Some(name) = scan.name()? {
        let is_wanted = |at: &usize| fields[*at].is_some_and(|field| field.name == name);
        let mut wanted = (0..3).filter(is_wanted);
        match wanted.next() {
            Some(at) => {
                // Of two of a name the last counts, and one may be asked for twice: the long way knows.
                if std::mem::replace(&mut is_read[at], true) || wanted.next().is_some() {
                    return None;
                }
                texts[at] = scan.text()?;
            }
            None if name == "options" || task.names.contains(name) => return None,
            None => scan.pass()?,
        }
    }
    let [gold, response, answer] = texts;
    Some(Row {
        gold,
        response,
        answer,
    })
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
            r#"{"gold": "1", "response": ["1"]}"#,
            "{\"gold\": \"1\",\t\"response\": \"1\"}",
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
            fields in prop::collection::vec((0..5_usize, 0..11_usize), 0..6),
        ) {
            const NAMES: [&str; 5] = ["gold", "response", "answer", "n", "\\u0067old"];
            const VALUES: [&str; 11] = [
                "null", "\"7\"", "7", "true", "-0", "\"\\\\boxed{7}\"", "\"caf\\u00e9 7\\n\"", "\"\"", "{\"a\": []}", "1.50", "\"\\ud83d\\ude00 é 7\"",
            ];
            let fields = fields.iter().map(|(name, value)| format!("\"{}\": {}", NAMES[*name], VALUES[*value]));
            let row = format!("{{{}}}", fields.collect::<Vec<_>>().join(", "));
            if let Some((short, long)) = both(&row) {
                prop_assert_eq!(compact(&short), compact(&long));
            }
        }
    }
}
