//! The text of a problem without what does not matter: two spellings of one problem become one text.
//!
//! A copy of a benchmark's problem is seldom the same bytes: `$…$` becomes `\( … \)`, `\frac` becomes
//! `\dfrac` or `1/3`, a line is broken elsewhere, a web page writes `&nbsp;`, a PDF breaks words. Word n-grams
//! of the raw text lose a third of MATH-500 that way. So both detectors of this stage look at the canonical
//! text only.
//!
//! What does not matter:
//!
//! - white space, line breaks, hyphens inside of words and at the ends of lines, case, quotes and primes, the
//!   punctuation of sentences, commas as thousands separators, ellipses;
//! - HTML entities and tags, emphasis, headings and bullets of Markdown;
//! - characters that nobody sees, Cyrillic and other letters that look like Latin ones, full-width and
//!   mathematical letters, accents, Unicode for LaTeX (`≤`, `α`, `²`) and for both the ASCII (`<=`, `^2`);
//! - numbers in words (`two hundred and forty`) or digits;
//! - delimiters of mathematics, braces, `&`, `\\`, `\left` and `\right`, sizes, fonts, lines and marks above
//!   letters, `\text`, spacing commands and environments, variants of one command (`\dfrac`, `\leq`),
//!   fractions as `\frac{a+1}{2}` or `(a+1)/2`, bars as `|a|` or `abs(a)`, square or round brackets;
//! - pictures (`[asy] … [/asy]`, `\begin{tikzpicture} …`, `![…](…)`, `<img …>`). Decimal points stay.
//!
//! That is more than cosmetic in corners (`f'` and `f`, `z` and `\bar z`, `[0,1)` and `(0,1)`, `\frac{1}{2x}` and
//! `\frac12 x` are one): two problems that differ there alone are copies for every purpose here. Nothing is
//! ever written as canonical text, and ids do not depend on it.
//!
//! One pass over the text, and one before it where the text has entities or is not ASCII; linear.

mod markup;
mod scan;
mod spelled;
mod unicode;
mod writer;

use std::borrow::Cow;

use super::figures::Figures;
use writer::Writer;

/// A canonical text with the places where its words and sentences stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Canonical {
    /// Without white space.
    pub text: String,
    /// Its words of three letters or more (commands among them) and its numbers, as ranges of bytes.
    pub words: Vec<(u32, u32)>,
    /// Where its sentences start, in bytes; the first starts at 0.
    pub sentences: Vec<u32>,
    /// Its numbers and formulas.
    pub figures: Figures,
}

/// The canonical text of a problem.
///
/// ```
/// use gradatim::screen::canonical::canonical;
/// let one = canonical("Find $\\dfrac{1}{2} \\times \\left( x^{2}+1\\right)$ if $x\\le 1,000$.");
/// let other = canonical("find&nbsp;1/2 × (x² + 1) if\n\\(x <= one thousand\\)");
/// assert_eq!(one.text, other.text);
/// assert_ne!(one.text, canonical("Find $\\frac{1}{3} \\times (x^2 + 1)$ if $x \\le 1000$").text);
/// ```
pub fn canonical(problem: &str) -> Canonical {
    let problem = markup::unescaped(problem);
    let problem: Cow<'_, str> = match problem.is_ascii() {
        true => problem,
        false => unicode::folded(&problem).into(),
    };
    let mut writer = Writer::new(problem.len());
    scan::scan(&problem, &mut writer);
    writer.finish()
}

impl Canonical {
    /// Its words of three letters or more, one behind the other: what remains when numbers and formulas are
    /// others, variables have other names, or their notation is lost.
    ///
    /// ```
    /// use gradatim::screen::canonical::canonical;
    /// assert_eq!(canonical("For what $x$ is $2^3 \\cdot 3^x = 72$?").prose(), "forwhat");
    /// ```
    pub fn prose(&self) -> String {
        let mut prose = String::with_capacity(self.text.len());
        prose.extend(self.prose_words());
        prose
    }

    /// The words of [`Canonical::prose`], one by one.
    pub(crate) fn prose_words(&self) -> impl Iterator<Item = &str> {
        let words = self.words.iter();
        let words = words.map(|&(start, end)| &self.text[start as usize..end as usize]);
        words.filter(|word| !word.starts_with(|first: char| first.is_ascii_digit()))
    }
}

/// A canonical text with every number as `0`: what remains when only numbers were changed.
///
/// ```
/// use gradatim::screen::canonical::{canonical, numberless};
/// let form = |text| numberless(&canonical(text).text);
/// assert_eq!(form("What is $1.5 + 22$?"), form("What is $300 + 4$?"));
/// ```
pub fn numberless(canonical: &str) -> String {
    let mut without = String::with_capacity(canonical.len());
    // A point stands in canonical text between digits only.
    let is_number = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
    let mut rest = canonical;
    while let Some(start) = rest.as_bytes().iter().position(is_number) {
        without.push_str(&rest[..start]);
        without.push('0');
        let digits = rest.as_bytes()[start..]
            .iter()
            .take_while(|byte| is_number(byte));
        rest = &rest[start + digits.count()..];
    }
    without.push_str(rest);
    without
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(text: &str) -> String {
        canonical(text).text
    }

    #[track_caller]
    fn same(spellings: &[&str]) {
        for spelling in spellings {
            assert_eq!(form(spelling), form(spellings[0]), "{spelling}");
        }
    }

    #[test]
    fn spellings_of_one_formula_are_one_text() {
        same(&[
            "$x+1$",
            "\\(x + 1\\)",
            "\\[ x+1 \\]",
            "$$x+1$$",
            "X + 1",
            "𝑥 + １",
        ]);
        same(&["\\frac{1}{2}", "\\dfrac12", "\\tfrac {1} {2}"]);
        same(&["\\left( a \\right)", "(a)", "\\big(a\\big)", "[a]"]);
        same(&["a \\le b", "a \\leq b", "a ≤ b", "a \\leqslant b"]);
        same(&["2 \\times 3", "2 × 3", "2 \\cdot 3", "2·3", "2*3"]);
        same(&["1,000", "1000", "1{,}000", "1\\,000"]);
        same(&[
            "90^\\circ",
            "90^{\\circ}",
            "90°",
            "90\\degree",
            "90 degrees",
        ]);
        same(&["the \"end\".", "the “end”", "the ``end''?"]);
        same(&["x^2", "x^{2}", "x²"]);
        same(&["\\alpha_1", "α₁", "\\alpha_{1}"]);
        same(&[
            "See. [asy] draw(a); [/asy]",
            "See.",
            "See ![](https://a.b/c.jpg)",
            "See.\n\\begin{tikzpicture}\n\\draw (0,0) -- (1,1);\n\\end{tikzpicture}",
        ]);
        same(&[
            "\\begin{align*} a &= b \\\\ c &= d \\end{align*}",
            "a=b c=d",
        ]);
    }

    #[test]
    fn renderings_of_one_text_are_one_text() {
        same(&[
            "Let $x < 3$ & find it.",
            "Let&nbsp;$x &lt; 3$ &amp; find it&#46;",
            "Let $x &amp;lt; 3$ &amp;amp; find it.",
        ]);
        same(&[
            "The area of the hexagon is nonnegative.",
            "The area of the hex-\nagon is non-negative.",
            "The area of the **hexagon** is\u{200b} non\u{ad}negative.<br>",
            "- Thе аrеа of the *hexagon*<br/> is <b>nonnegative</b>.",
            "# The area of the $\\bullet$ hexagon is nonnegative.",
            "Ｔｈｅ area of the hexagon is nonnegative.",
        ]);
        same(&[
            "Side \\overline{AB} of \\triangle ABC",
            "side AB of △ ABC",
            "side AB of triangle ABC",
        ]);
        same(&["a_1, a_2 in $\\mathbb{R}$", "a₁, a₂ ∈ ℝ"]);
        same(&["<i>x</i><sup>2</sup> + <b>y</b>", "$x^2 + y$"]);
        same(&["Решите Уравнение", "РЕШИТЕ УРАВНЕНИЕ", "решите уравнение"]);
    }

    #[test]
    fn notations_of_one_formula_are_one_text() {
        same(&[
            "\\frac{1}{3}",
            "1/3",
            "\\frac13",
            "(1)/(3)",
            "⅓",
            "{1 \\over 3}",
            "1 ÷ 3",
        ]);
        same(&[
            "\\dfrac{a+1}{2b}",
            "(a+1)/(2b)",
            "(a+1)/2b",
            "\\frac {a+1} {2 b}",
        ]);
        same(&[
            "\\frac{\\frac{1}{2}}{x+1}",
            "(1/2)/(x+1)",
            "(\\frac12)/(x + 1)",
        ]);
        same(&["5^{10}", "5¹⁰", "5^10", "5^(10)", "5**10"]);
        same(&[
            "2^{n+1}",
            "2^(n+1)",
            "2ⁿ⁺¹".replace("ⁿ⁺¹", "^(n+1)").as_str(),
        ]);
        same(&["|x| \\le 1", "abs(x) <= 1", "\\lvert x \\rvert ≤ 1"]);
        same(&["P^{\\prime} Q", "P' Q", "P^\\prime Q", "P′Q"]);
        same(&["\\sqrt{3}", "√3", "sqrt(3)", "\\sqrt 3"]);
        same(&["\\begin{array}{l} a", "\\beginarray l a"]);
        same(&["a \\neq b", "a ≠ b", "a != b"]);
        same(&[
            "1,000,000",
            "1000000",
            "1{,}000{,}000",
            "1\\,000\\,000",
            "one million",
        ]);
    }

    #[test]
    fn numbers_side_by_side_stay_apart() {
        for (one, other) in [
            ("(12, 3)", "(1, 23)"),
            ("17_8", "178"),
            ("3\\frac{1}{2}", "\\frac{31}{2}"),
            ("3½", "31/2"),
            ("1, 200", "1,200"),
            ("2(x+1)", "2x+1"),
            ("f(-x)", "f(x)"),
        ] {
            assert_ne!(form(one), form(other));
        }
    }

    #[test]
    fn what_matters_stays() {
        for (one, other) in [
            ("x + 1", "x - 1"),
            ("0.5", "05"),
            ("x^2", "x2"),
            ("a < b", "a <= b"),
            ("\\sin x", "\\cos x"),
            ("解方程", "解不等式"),
        ] {
            assert_ne!(form(one), form(other));
        }
    }

    #[test]
    fn words_and_sentences_are_places_of_the_text() {
        let found = canonical("Let $xy=10$. Find \\sin x? Yes.");
        let words = found.words.iter();
        let words: Vec<&str> = words
            .map(|&(start, end)| &found.text[start as usize..end as usize])
            .collect();
        assert_eq!(words, ["let", "10", "find", "sin", "yes"]);
        let starts = found.sentences.iter();
        let starts: Vec<&str> = starts.map(|&start| &found.text[start as usize..]).collect();
        assert_eq!(starts, ["letxy=10findsinxyes", "findsinxyes", "yes"]);
    }

    #[test]
    fn unclosed_pictures_cost_no_more_than_their_length() {
        let text = "[asy]".repeat(200_000);
        assert_eq!(form(&text).len(), text.len());
        assert!(form(&"![".repeat(200_000)).starts_with('('));
        assert_eq!(form(&"\\begin{tikzpicture}".repeat(200_000)), "");
        let nested = r"\frac{".repeat(200_000);
        assert!(form(&nested).len() <= nested.len());
        assert!(form(&"(".repeat(200_000)).len() <= 200_000);
    }

    proptest! {
        #[test]
        fn a_web_page_s_escapes_and_invisible_characters_change_nothing(
            text in r"(\\(left|frac|le|times|begin|text|,|\(|\{|\\)|[a-zA-Z0-9 .,{}$\[\]()+*!^_<>|-]|≤|α|²|½|е){0,40}"
        ) {
            let escaped: String = text.chars().map(|char| format!("&#{};", char as u32)).collect();
            prop_assert_eq!(canonical(&escaped), canonical(&text));
            let hidden: String = text.chars().flat_map(|char| [char, '\u{200b}']).collect();
            prop_assert_eq!(canonical(&hidden), canonical(&text));
        }

        #[test]
        fn words_and_sentences_lie_in_the_text(
            text in r"(\\(frac|begin)|\PC|[0-9(){}^*<>,&; -]|two |hundred |and |<br>){0,60}"
        ) {
            let found = canonical(&text);
            for (start, end) in found.words {
                prop_assert!(found.text.get(start as usize..end as usize).is_some());
            }
            prop_assert!(found.figures.runs().all(|run| !run.is_empty()));
            for start in found.sentences {
                prop_assert!(found.text.get(start as usize..).is_some());
            }
        }
    }
}
