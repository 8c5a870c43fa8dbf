//! Counts what was made, for the terminal and `README.md`.

use std::collections::BTreeMap;

use crate::sample::openr1::Row;
use crate::sample::s1k::Line;
use crate::sample::truth::Truth;

pub(crate) fn counts(rows: &[Row], lines: &[Line]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = |what: String| *counts.entry(what).or_default() += 1;
    for row in rows {
        count("openr1: rows".into());
        let category = row.problem_type.as_deref().unwrap_or("null");
        count(format!("openr1: rows of {category}"));
        if row
            .truths
            .iter()
            .filter(|truth| truth.truth == "right")
            .count()
            > 1
        {
            count(format!(
                "openr1: rows of {category} with two right generations"
            ));
        }
        for (what, is) in [
            ("correctness_llama null", row.llama.is_none()),
            ("finish_reasons null", row.finish.is_none()),
            ("uuid null", row.uuid.is_none()),
            ("MCQ", row.question_type == "MCQ"),
        ] {
            if is {
                count(format!("openr1: rows, {what}"));
            }
        }
        if let Some(flaw) = row.flaw {
            count(format!("openr1: row flaw {flaw}"));
        }
        for truth in &row.truths {
            count("openr1: generations".into());
            generation("openr1", truth, &mut count);
        }
    }
    for line in lines {
        count("s1k: lines".into());
        if let Some(flaw) = line.row_flaw {
            count(format!("s1k: line flaw {flaw}"));
        }
        if let Some((_, [left, right])) = &line.truths {
            count(format!(
                "s1k: gemini {}, deepseek {}",
                left.truth, right.truth
            ));
            generation("s1k", left, &mut count);
            generation("s1k", right, &mut count);
        }
    }
    counts
        .iter()
        .map(|(what, count)| format!("{count:>7}  {what}\n"))
        .collect()
}

fn generation(file: &str, truth: &Truth, count: &mut impl FnMut(String)) {
    count(format!("{file}: generations {}", truth.truth));
    if truth.truth == "right" && truth.written != "plain" {
        count(format!("{file}: right, written as {}", truth.written));
    }
    if let Some(flaw) = truth.flaw {
        count(format!("{file}: generation flaw {flaw}"));
    }
}
