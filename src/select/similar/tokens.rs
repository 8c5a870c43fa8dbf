//! The terms of a problem: what it is about, without its numbers and its markup.
//!
//! Of the canonical text (`screen::canonical`), in which spellings of one thing are one, a term is
//!
//! - a word of three letters or more, in the singular (`triangle`, the name of `\sqrt`), and one letter of a script
//!   that writes without spaces;
//! - two of them that follow one another (`common divisor`, `sum digit` of "sum of the digits"), since together they
//!   say what neither does;
//! - the shape of a formula, with every number as `0` and every variable as `x` (`x^0+x=0`).
//!
//! Numbers are accidents: two problems that share a `2024` ask nothing in common. So are names of variables, and
//! whatever lays out. Words that only join others are no terms.

use std::collections::BTreeMap;

use crate::screen::canonical::{canonical, numberless};

/// Words that join others: they stand in a pair's middle and in no term.
const JOINING: [&str; 45] = [
    "all", "and", "any", "are", "both", "but", "can", "does", "each", "every", "for", "from",
    "has", "have", "her", "him", "his", "how", "into", "its", "let", "may", "not", "our", "she",
    "such", "than", "that", "the", "their", "then", "there", "these", "they", "this", "was",
    "were", "what", "when", "where", "which", "who", "will", "with", "you",
];

/// Letters of the small words that may stand between two words of a pair: two of them, as `of an`.
const SMALL_LETTERS_MAX: usize = 4;

/// How often each term stands in a problem, in the order of the terms, so that whatever is summed over
/// them has one order on every machine.
///
/// ```
/// use gradatim::select::similar::tokens::terms;
/// let counts = terms(r"Find the \textbf{roots} of \( x^2 - 5x + 6 = 0 \) in 2024.");
/// let terms: Vec<&str> = counts.keys().map(String::as_str).collect();
/// assert_eq!(terms, ["find", "find root", "root", "x^0-0x+0=0"]);
/// ```
pub fn terms(problem: &str) -> BTreeMap<String, u32> {
    let canonical = canonical(problem);
    let mut counts = BTreeMap::new();
    let mut add = |term: String| *counts.entry(term).or_default() += 1;
    // The last word, and where it ends with what joins it to the next.
    let mut last: Option<(String, usize)> = None;
    for &(start, end) in &canonical.words {
        let word = &canonical.text[start as usize..end as usize];
        if word.starts_with(|first: char| first.is_ascii_digit()) {
            continue;
        }
        // Within a sentence, behind one another or with small words between (`of a`), which are in no range.
        let joins = |stop: usize, start: usize| {
            let between = canonical.text.get(stop..start);
            let is_small = |gap: &str| {
                gap.len() <= SMALL_LETTERS_MAX && gap.bytes().all(|byte| byte.is_ascii_lowercase())
            };
            let opens = canonical.sentences.binary_search(&(start as u32)).is_ok();
            between.is_some_and(is_small) && !opens
        };
        for (at, part) in parts(word) {
            let start = start as usize + at;
            let before = last.take().filter(|(_, stop)| joins(*stop, start));
            if JOINING.contains(&part) {
                last = before.map(|(word, _)| (word, start + part.len()));
                continue;
            }
            let term = singular(part);
            if let Some((word, _)) = before {
                add(format!("{word} {term}"));
            }
            add(term.to_owned());
            last = Some((term.to_owned(), start + part.len()));
        }
    }
    for run in canonical.figures.runs().filter(|run| is_formula(run)) {
        add(numberless(run));
    }
    counts
}

/// Whether a term is two words.
pub(super) fn is_pair(term: &str) -> bool {
    term.contains(' ')
}

/// The letters of a script without spaces one by one, and what stands between them; each with its place.
fn parts(word: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = &word[at..];
        let first = rest.chars().next()?;
        let length = match is_ideograph(first) {
            true => first.len_utf8(),
            false => rest.find(is_ideograph).unwrap_or(rest.len()),
        };
        at += length;
        Some((at - length, &rest[..length]))
    })
}

/// A word without the `s` of an English plural.
fn singular(word: &str) -> &str {
    let is_plural = word.len() > 3
        && !["ss", "us", "is", "os"]
            .iter()
            .any(|end| word.ends_with(end));
    word.strip_suffix('s').filter(|_| is_plural).unwrap_or(word)
}

/// Whether figures relate something, and are no bare number or variable with an index.
fn is_formula(run: &str) -> bool {
    run.contains(|sign: char| !sign.is_ascii_digit() && !['.', '_', 'x'].contains(&sign))
}

/// Letters of Chinese, Japanese and Korean.
fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(problem: &str, expected: &[&str]) {
        let counts = terms(problem);
        let told: Vec<&str> = counts.keys().map(String::as_str).collect();
        assert_eq!(told, expected, "{problem}");
    }

    #[test]
    fn markup_numbers_and_names_of_variables_are_no_terms() {
        let plain = terms("Find the area of the hexagon with side $12$ in 2024.");
        let marked = terms("\\textit{Find} the area of the hexagon with side \\(7\\) in 1998");
        assert_eq!(plain, marked);
        let renamed = [
            "Solve $x^2 + 3x = 7$ for $x$",
            "Solve \\(y^{2}+4y=11\\) for \\(y\\)",
        ];
        assert_eq!(terms(renamed[0]), terms(renamed[1]));
        assert!(terms(renamed[0]).contains_key("x^0+0x=0"));
    }

    #[test]
    fn words_are_in_the_singular_and_pairs_pass_over_what_joins_them() {
        check("the sums of the digits", &["digit", "sum", "sum digit"]);
        check("a sum. Digits", &["digit", "sum"]);
        check("digits of a prime", &["digit", "digit prime", "prime"]);
        check(
            "bus class axis",
            &["axis", "bus", "bus class", "class", "class axis"],
        );
    }

    #[test]
    fn scripts_without_spaces_have_a_term_a_letter() {
        check(
            "三角形的面积",
            &[
                "三", "三 角", "形", "形 的", "的", "的 面", "积", "角", "角 形", "面", "面 积",
            ],
        );
    }

    #[test]
    fn a_text_of_numbers_alone_has_no_terms() {
        check("$12$, 7.5", &[]);
        check("", &[]);
    }
}
