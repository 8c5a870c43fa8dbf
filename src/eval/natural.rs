//! Names and values in the order in which people count: `rs2` before `rs10`, `.5` before `1e3`.

use std::cmp::Ordering;

/// A name as texts, each with the number behind it: `size-100` before `size-1000`.
pub(crate) fn parts(name: &str) -> Vec<(String, u128)> {
    let mut parts = Vec::new();
    let mut rest = name;
    while !rest.is_empty() {
        let digits = |text: &str, is: bool| {
            let end = text.find(|letter: char| letter.is_ascii_digit() != is);
            end.unwrap_or(text.len())
        };
        let (text, behind) = rest.split_at(digits(rest, false));
        let (number, behind) = behind.split_at(digits(behind, true));
        parts.push((text.to_owned(), number.parse().unwrap_or(u128::MAX)));
        rest = behind;
    }
    parts
}

/// The order of two names; those that count the same stand by their bytes.
pub(crate) fn names(a: &str, b: &str) -> Ordering {
    parts(a).cmp(&parts(b)).then_with(|| a.cmp(b))
}

/// The order of two values of a column: numbers by what they are, and before all else.
pub(crate) fn values(a: &str, b: &str) -> Ordering {
    let number = |text: &str| {
        text.trim()
            .parse()
            .ok()
            .filter(|number: &f64| !number.is_nan())
    };
    match (number(a), number(b)) {
        (Some(x), Some(y)) => x.total_cmp(&y).then_with(|| names(a, b)),
        (x, y) => y.is_some().cmp(&x.is_some()).then_with(|| names(a, b)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(mut texts: Vec<&str>, by: fn(&str, &str) -> Ordering) -> Vec<&str> {
        texts.sort_by(|a, b| by(a, b));
        texts
    }

    #[test]
    fn numbers_in_names_count() {
        let files = vec![
            "rs10.jsonl",
            "rs1.jsonl",
            "rs2.jsonl",
            "a/rs3.jsonl",
            "rs01.jsonl",
        ];
        let order = [
            "a/rs3.jsonl",
            "rs01.jsonl",
            "rs1.jsonl",
            "rs2.jsonl",
            "rs10.jsonl",
        ];
        assert_eq!(sorted(files, names), order);
    }

    #[test]
    fn values_stand_by_what_they_are() {
        let given = vec![
            "1000", "b10", "0.5", "100", "b9", "0.25", "200", "-1", "1e2",
        ];
        let order = [
            "-1", "0.25", "0.5", "1e2", "100", "200", "1000", "b9", "b10",
        ];
        assert_eq!(sorted(given, values), order);
    }
}
