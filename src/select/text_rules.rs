//! What recipes ask of a problem's text.
//!
//! s1's is its code's `drop_weird_string_patterns` (simplescaling/s1 `data/filter.ipynb`); OpenThoughts' is
//! what its NuminaMath step drops (`open-thoughts` @ e3ad6c9), as far as a pool of problems can follow it.

/// A rule for the text of a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextRule {
    S1,
    Openthoughts,
}

impl TextRule {
    pub const ALL: [Self; 2] = [Self::S1, Self::Openthoughts];

    /// Whether a problem with this text, gold answer and origin passes.
    pub fn passes(self, problem: &str, gold: Option<&str>, origin: Option<&str>) -> bool {
        match self {
            Self::S1 => s1(problem, origin),
            Self::Openthoughts => openthoughts(problem, gold),
        }
    }
}

/// s1's quality: no figure, no image, no page or section numbers left by an extraction.
///
/// `[asy]` is kept where the problem is from AIME, which stands in `origin`.
fn s1(problem: &str, origin: Option<&str>) -> bool {
    if problem.contains("[asy]") {
        return origin.is_some_and(|origin| origin.to_ascii_lowercase().contains("aime"));
    }
    !problem.contains("![Image]") && !names_a_page(problem) && !has_bold_number(problem)
}

/// `p1.` to `p999.`, anywhere.
fn names_a_page(problem: &str) -> bool {
    let bytes = problem.as_bytes();
    memchr::memchr_iter(b'p', bytes).any(|at| {
        let digits = bytes[at + 1..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let number = &bytes[at + 1..at + 1 + digits];
        (1..=3).contains(&digits) && number[0] != b'0' && bytes.get(at + 1 + digits) == Some(&b'.')
    })
}

/// s1's `\*\*(?=.*\d)[^\s\]]*\*\*`: two stars, a digit somewhere behind them on the line, and no white
/// space or `]` before the next two stars.
fn has_bold_number(problem: &str) -> bool {
    let opens = memchr::memmem::find_iter(problem.as_bytes(), b"**");
    // Overlapping pairs too: in `***` the second star opens as well.
    let mut opens: Vec<usize> = opens.flat_map(|at| [at, at + 1]).collect();
    opens.dedup();
    opens.into_iter().any(|at| {
        let Some(rest) = problem[at..].strip_prefix("**") else {
            return false;
        };
        let line = rest.split('\n').next().unwrap_or_default();
        let word = rest
            .find(|letter: char| letter.is_whitespace() || letter == ']')
            .map_or(rest, |end| &rest[..end]);
        line.chars().any(char::is_numeric) && word.contains("**")
    })
}

/// The words that speak of a figure, and `answer:`, which gives it away.
const OPENTHOUGHTS_WORDS: [&str; 7] = ["figure", "diagram", "jpeg", "png", "jpg", "svg", "answer:"];

/// OpenThoughts: no figure, not several parts, and an answer that can be compared.
///
/// Theirs asks that the human solution holds a `\boxed{}` that is not empty; a pool has no solutions, so
/// that a gold answer stands for it.
fn openthoughts(problem: &str, gold: Option<&str>) -> bool {
    let lower = problem.to_lowercase();
    let figure = OPENTHOUGHTS_WORDS.iter().any(|word| lower.contains(word));
    let parts = lower.starts_with("a)") && lower.contains("b)");
    !figure && !parts && gold.is_some_and(|gold| !gold.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s1_drops_what_its_patterns_drop() {
        for (problem, kept) in [
            ("Find $x$.", true),
            ("[asy] draw((0,0)); [/asy]", false),
            ("See ![Image](a.png)", false),
            ("**p12.** Find $x$.", false),
            ("See p12. Find", false),
            ("p1234. is no page of theirs", true),
            ("p0. neither", true),
            ("**1.** Find $x$.", false),
            ("**Problem 1** has a space in its bold", true),
            ("**Problem** 1 has its digit behind", false),
            ("**bold** without one", true),
            ("[**1]** is cut by the bracket", true),
            ("***7** and three stars", false),
        ] {
            assert_eq!(s1(problem, None), kept, "{problem}");
        }
        assert!(s1("[asy] draw((0,0)); [/asy]", Some("amc_aime")));
    }

    #[test]
    fn openthoughts_drops_figures_parts_and_what_has_no_answer() {
        for (problem, gold, kept) in [
            ("Find $x$.", Some("3"), true),
            ("In the Figure, find $x$.", Some("3"), false),
            ("a) Find $x$. b) Find $y$.", Some("3"), false),
            ("Find a) and b)", Some("3"), true),
            ("Find $x$.", None, false),
            ("Find $x$.", Some(" "), false),
        ] {
            assert_eq!(openthoughts(problem, gold), kept, "{problem}");
        }
    }
}
