//! The text of a problem without what does not matter: two spellings of one problem become one text.
//!
//! A copy of a benchmark's problem is seldom the same bytes: `$…$` becomes `\( … \)`, `\frac` becomes
//! `\dfrac`, a line is broken elsewhere. Word n-grams of the raw text lose a third of MATH-500 that way.
//! So both detectors of this stage look at the canonical text only.
//!
//! What does not matter: white space and line breaks; case; delimiters of mathematics, braces, `&`, `\\`;
//! `\left` and `\right`, sizes, fonts, `\text`, spacing commands and environments; variants of one command
//! (`\dfrac`, `\leq`) and their Unicode (`≤`, `α`, `²`, full-width and mathematical letters, accents);
//! quotes and primes; the punctuation of sentences, with commas as thousands separators and ellipses;
//! square or round brackets; pictures (`[asy] … [/asy]`, `![…](…)`). Decimal points stay.
//!
//! That is more than cosmetic in corners (`f'` and `f`, `[0,1)` and `(0,1)`, `\frac{1}{23}` and
//! `\frac{12}{3}` are one): two problems that differ there alone are copies for every purpose here.
//! Nothing is ever written as canonical text, and ids do not depend on it.
//!
//! One pass, linear in the text.

use memchr::memmem;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// A canonical text with the places where its words and sentences stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Canonical {
    /// Without white space.
    pub text: String,
    /// Its words of three letters or more (commands among them) and its numbers, as ranges of bytes.
    pub words: Vec<(u32, u32)>,
    /// Where its sentences start, in bytes; the first starts at 0.
    pub sentences: Vec<u32>,
}

/// The canonical text of a problem.
///
/// ```
/// use gradatim::screen::canonical::canonical;
/// let one = canonical("Find $\\dfrac{1}{2} \\times \\left( x^{2}+1\\right)$ if $x\\le 1,000$.");
/// let other = canonical("find \\( \\frac12 × (x² + 1) \\) if\n\\(x ≤ 1000\\)");
/// assert_eq!(one.text, other.text);
/// assert_ne!(one.text, canonical("Find $\\frac{1}{3} \\times (x^2 + 1)$ if $x \\le 1000$").text);
/// ```
pub fn canonical(problem: &str) -> Canonical {
    let mut writer = Writer::new(problem.len());
    if problem.is_ascii() {
        scan(problem, &mut writer);
    } else {
        scan(&folded(problem), &mut writer);
    }
    writer.finish()
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
    let mut in_number = false;
    for char in canonical.chars() {
        // A point stands in canonical text between digits only.
        if char.is_ascii_digit() || char == '.' {
            if !in_number {
                without.push('0');
            }
            in_number = true;
        } else {
            without.push(char);
            in_number = false;
        }
    }
    without
}

/// What was written last, for the bounds of words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LetterClass {
    Letter,
    Digit,
    Symbol,
}

struct Writer {
    to: Canonical,
    class: LetterClass,
    /// Where the word or number that is being written starts.
    start: usize,
}

/// Words of fewer letters are names of variables, which spacing joins and parts.
const WORD_LETTERS_MIN: usize = 3;

impl Writer {
    fn new(bytes: usize) -> Self {
        Self {
            to: Canonical {
                text: String::with_capacity(bytes),
                words: Vec::with_capacity(bytes / 6),
                sentences: vec![0],
            },
            class: LetterClass::Symbol,
            start: 0,
        }
    }

    fn letter(&mut self, letter: char) {
        self.enter(LetterClass::Letter);
        self.to.text.push(letter);
    }

    fn letters(&mut self, letters: &str) {
        self.enter(LetterClass::Letter);
        self.to.text.push_str(letters);
    }

    fn digit(&mut self, digit: char) {
        self.enter(LetterClass::Digit);
        self.to.text.push(digit);
    }

    fn symbol(&mut self, symbol: char) {
        self.gap();
        // `--`, `**` and what `\times\cdot` leaves are one sign.
        if !(matches!(symbol, '-' | '*') && self.to.text.ends_with(symbol)) {
            self.to.text.push(symbol);
        }
    }

    fn enter(&mut self, class: LetterClass) {
        if self.class != class {
            self.gap();
            self.class = class;
            self.start = self.to.text.len();
        }
    }

    /// Ends the word.
    fn gap(&mut self) {
        let end = self.to.text.len();
        let letters = end - self.start;
        let is_word = match self.class {
            LetterClass::Letter => letters >= WORD_LETTERS_MIN,
            LetterClass::Digit => true,
            LetterClass::Symbol => false,
        };
        if is_word {
            self.to.words.push((self.start as u32, end as u32));
        }
        self.class = LetterClass::Symbol;
    }

    fn sentence(&mut self) {
        self.gap();
        let here = self.to.text.len() as u32;
        if self.to.sentences.last() != Some(&here) {
            self.to.sentences.push(here);
        }
    }

    /// The words that a command stands for.
    fn word(&mut self, word: &str) {
        self.gap();
        for byte in word.chars() {
            if byte.is_ascii_alphabetic() {
                self.letter(byte.to_ascii_lowercase());
            } else {
                self.symbol(byte);
            }
        }
        self.gap();
    }

    fn finish(mut self) -> Canonical {
        self.gap();
        let end = self.to.text.len() as u32;
        self.to.sentences.retain(|&start| start == 0 || start < end);
        self.to
    }
}

fn scan(text: &str, writer: &mut Writer) {
    let bytes = text.as_bytes();
    let mut pictures = Pictures::default();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let mut next = at + 1;
        match byte {
            b'a'..=b'z' => {
                let run = bytes[at..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_lowercase());
                next = at + run.count();
                writer.letters(&text[at..next]);
            }
            b'A'..=b'Z' => {
                if opens_sentence(bytes, at) {
                    writer.sentence();
                }
                writer.letter(char::from(byte.to_ascii_lowercase()));
            }
            b'0'..=b'9' => writer.digit(char::from(byte)),
            b'\\' => next = command(bytes, at, writer),
            b'[' => match pictures.asymptote(bytes, at) {
                Some(end) => {
                    writer.sentence();
                    next = end;
                }
                None => writer.symbol('('),
            },
            b']' => writer.symbol(')'),
            b'!' => {
                writer.sentence();
                next = pictures.markdown(bytes, at).unwrap_or(next);
            }
            b'.' if is_digit(bytes, at.wrapping_sub(1)) && is_digit(bytes, at + 1) => {
                writer.digit('.');
            }
            b'.' | b'?' | b':' | b'\n' => writer.sentence(),
            b'(' | b')' | b'+' | b'-' | b'*' | b'/' | b'<' | b'=' | b'>' | b'^' | b'|' | b'#'
            | b'%' | b'@' => writer.symbol(char::from(byte)),
            0x80.. => {
                // The text is whole characters, and `at` stands on one's first byte.
                let char = text[at..].chars().next().unwrap_or(' ');
                writer.letter(char);
                next = at + char.len_utf8();
            }
            // Braces, dollars, commas, quotes, `_`, `&`, `~`, `;`, white space.
            _ => writer.gap(),
        }
        at = next;
    }
}

/// Whether the capital at `at` opens a sentence though no point stands before it: a capitalised word behind
/// white space behind a formula, as in `… = 5$ Let's think`.
fn opens_sentence(bytes: &[u8], at: usize) -> bool {
    let before = bytes[..at].trim_ascii_end();
    before.len() < at
        && bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase)
        && before
            .last()
            .is_some_and(|last| !last.is_ascii_alphabetic() && !matches!(last, b',' | b';'))
}

fn is_digit(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_some_and(u8::is_ascii_digit)
}

/// Writes what a command stands for; returns where the text goes on.
fn command(bytes: &[u8], at: usize, writer: &mut Writer) -> usize {
    let start = at + 1;
    let letters = bytes[start..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic());
    let end = start + letters.count();
    if end == start {
        return control_sign(bytes, start, writer);
    }
    let name = std::str::from_utf8(&bytes[start..end]).unwrap_or_default();
    match meaning(name) {
        Meaning::Nothing => writer.gap(),
        Meaning::Same(words) => writer.word(words),
        Meaning::Itself => writer.word(name),
        Meaning::Environment => {
            writer.gap();
            return argument_end(bytes, end);
        }
    }
    end
}

/// `\(`, `\,`, `\{`, `\\` and their kin say nothing; `\%` and `\|` are their sign.
fn control_sign(bytes: &[u8], at: usize, writer: &mut Writer) -> usize {
    match bytes.get(at) {
        Some(sign @ (b'%' | b'#' | b'|')) => writer.symbol(char::from(*sign)),
        // A letter of another alphabet stands for itself.
        None | Some(0x80..) => {
            writer.gap();
            return at;
        }
        Some(b'\n') => writer.sentence(),
        Some(_) => writer.gap(),
    }
    at + 1
}

/// The longest name of an environment, with its braces.
const ENVIRONMENT_BYTES_MAX: usize = 40;

/// Behind the `{…}` that follows, where one does.
fn argument_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..bytes.len().min(at + ENVIRONMENT_BYTES_MAX)];
    if rest.first() != Some(&b'{') {
        return at;
    }
    rest.iter()
        .position(|&byte| byte == b'}')
        .map_or(at, |length| at + length + 1)
}

/// Pictures that say the same as the text beside them, and that copies leave out.
#[derive(Default)]
struct Pictures {
    /// No `[/asy]` stands in the rest of the text: without this an unclosed picture would be looked for
    /// again and again.
    none_left: bool,
}

/// The longest `![…](…)` that is taken for a picture.
const LINK_BYTES_MAX: usize = 1000;

impl Pictures {
    /// Behind the `[asy] … [/asy]` that starts here.
    fn asymptote(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        const OPEN: &[u8] = b"[asy]";
        const CLOSE: &[u8] = b"[/asy]";
        let here = bytes.get(at..at + OPEN.len())?;
        if self.none_left || !here.eq_ignore_ascii_case(OPEN) {
            return None;
        }
        let mut ends = memchr::memchr_iter(b'[', &bytes[at..]).map(|length| at + length);
        let is_close = |&start: &usize| {
            let tag = bytes.get(start..start + CLOSE.len());
            tag.is_some_and(|tag| tag.eq_ignore_ascii_case(CLOSE))
        };
        let found = ends.find(is_close);
        self.none_left = found.is_none();
        found.map(|start| start + CLOSE.len())
    }

    /// Behind the `![…](…)` that starts here.
    fn markdown(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let rest = &bytes[at..bytes.len().min(at + LINK_BYTES_MAX)];
        if !rest.starts_with(b"![") {
            return None;
        }
        let link = memmem::find(rest, b"](")?;
        let end = memchr::memchr(b')', &rest[link..])?;
        Some(at + link + end + 1)
    }
}

enum Meaning {
    Nothing,
    Same(&'static str),
    Itself,
    /// `\begin` or `\end`, with its argument.
    Environment,
}

fn meaning(name: &str) -> Meaning {
    use Meaning::{Environment, Nothing, Same};
    match name {
        "left" | "right" | "middle" | "big" | "Big" | "bigg" | "Bigg" | "bigl" | "bigr"
        | "Bigl" | "Bigr" | "biggl" | "biggr" | "Biggl" | "Biggr" | "displaystyle"
        | "textstyle" | "scriptstyle" | "scriptscriptstyle" | "limits" | "nolimits"
        | "displaylimits" | "quad" | "qquad" | "enspace" | "thinspace" | "medspace"
        | "thickspace" | "negthinspace" | "hfill" | "text" | "textbf" | "textit" | "textrm"
        | "textsf" | "texttt" | "textnormal" | "textsc" | "emph" | "underline" | "mathrm"
        | "mathbf" | "mathit" | "mathsf" | "mathtt" | "mathcal" | "mathbb" | "mathfrak"
        | "mathscr" | "mathop" | "boldsymbol" | "bm" | "operatorname" | "mbox" | "hbox" | "rm"
        | "bf" | "it" | "cal" | "boxed" | "noindent" | "par" | "newline" | "item" | "hline"
        | "centering" | "small" | "large" | "Large" | "ldots" | "dots" | "cdots" | "dotsc"
        | "dotsb" | "dotsm" | "vdots" | "ddots" | "prime" | "lbrace" | "rbrace" | "lq" | "rq" => {
            Nothing
        }
        "begin" | "end" => Environment,
        "dfrac" | "tfrac" | "cfrac" => Same("frac"),
        "dbinom" | "tbinom" => Same("binom"),
        "le" | "leq" | "leqslant" | "leqq" => Same("<="),
        "ge" | "geq" | "geqslant" | "geqq" => Same(">="),
        "lt" => Same("<"),
        "gt" => Same(">"),
        "ne" | "neq" => Same("neq"),
        "times" | "cdot" | "ast" | "cdotp" => Same("*"),
        "to" | "rightarrow" | "longrightarrow" => Same("->"),
        "Rightarrow" | "Longrightarrow" | "implies" => Same("=>"),
        "degree" => Same("^circ"),
        "lvert" | "rvert" | "vert" | "mid" => Same("|"),
        "lVert" | "rVert" | "Vert" | "parallel" => Same("|"),
        "lbrack" | "lparen" => Same("("),
        "rbrack" | "rparen" => Same(")"),
        "varepsilon" => Same("epsilon"),
        "varphi" => Same("phi"),
        "vartheta" => Same("theta"),
        "emptyset" | "varnothing" => Same("emptyset"),
        "setminus" | "backslash" => Same("setminus"),
        "land" | "wedge" => Same("wedge"),
        "lor" | "vee" => Same("vee"),
        _ => Meaning::Itself,
    }
}

/// The text with each character outside ASCII as the LaTeX or the letters that it stands for.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len() + text.len() / 4);
    for char in text.chars() {
        if char.is_ascii() {
            folded.push(char);
        } else if let Some((mark, plain)) = raised_or_lowered(char) {
            folded.push(mark);
            folded.push(plain);
        } else {
            decompose_compatible(char, |part| fold_part(part, &mut folded));
        }
    }
    folded
}

fn fold_part(part: char, folded: &mut String) {
    if part.is_ascii() {
        folded.push(part);
    } else if is_combining_mark(part) || is_invisible(part) {
        // An accent, or nothing at all.
    } else if part.is_whitespace() || part.is_control() {
        folded.push(' ');
    } else if let Some(latex) = latex_of(part) {
        folded.push_str(latex);
        folded.push(' ');
    } else {
        for lower in part.to_lowercase() {
            match latex_of(lower) {
                Some(latex) => {
                    folded.push_str(latex);
                    folded.push(' ');
                }
                None if is_combining_mark(lower) => {}
                None => folded.push(lower),
            }
        }
    }
}

fn is_invisible(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// A superscript or subscript as `^` or `_` and its plain sign.
fn raised_or_lowered(char: char) -> Option<(char, char)> {
    const RAISED: &str = "⁰0¹1²2³3⁴4⁵5⁶6⁷7⁸8⁹9⁺+⁻-⁼=⁽(⁾)ⁿnⁱi";
    let mut pairs = RAISED.chars();
    while let (Some(raised), Some(plain)) = (pairs.next(), pairs.next()) {
        if raised == char {
            return Some(('^', plain));
        }
    }
    match char {
        '₀'..='₉' => char::from_digit(char as u32 - '₀' as u32, 10).map(|plain| ('_', plain)),
        _ => None,
    }
}

/// The LaTeX of a sign or a Greek letter; punctuation becomes its ASCII.
fn latex_of(char: char) -> Option<&'static str> {
    Some(match char {
        '≤' | '⩽' | '≦' => "\\le",
        '≥' | '⩾' | '≧' => "\\ge",
        '≠' => "\\ne",
        '×' | '·' | '⋅' | '∗' | '∙' | '•' | '⋆' => "*",
        '−' | '–' | '—' | '‐' | '‑' | '‒' | '―' => "-",
        '→' | '⟶' => "\\to",
        '⇒' | '⟹' => "\\implies",
        '°' | '∘' => "^\\circ",
        '÷' => "\\div",
        '±' => "\\pm",
        '∓' => "\\mp",
        '√' => "\\sqrt",
        '∞' => "\\infty",
        '∈' => "\\in",
        '∉' => "\\notin",
        '⊂' => "\\subset",
        '⊆' => "\\subseteq",
        '∪' => "\\cup",
        '∩' => "\\cap",
        '∅' => "\\emptyset",
        '∖' => "\\setminus",
        '∑' => "\\sum",
        '∏' => "\\prod",
        '∫' => "\\int",
        '∂' => "\\partial",
        '∠' => "\\angle",
        '△' => "\\triangle",
        '⊥' => "\\perp",
        '∣' | '∥' | '‖' => "|",
        '≈' => "\\approx",
        '≡' => "\\equiv",
        '≅' => "\\cong",
        '∼' => "\\sim",
        '⌊' => "\\lfloor",
        '⌋' => "\\rfloor",
        '⌈' => "\\lceil",
        '⌉' => "\\rceil",
        '∧' => "\\wedge",
        '∨' => "\\vee",
        '∀' => "\\forall",
        '∃' => "\\exists",
        '⁄' | '∕' => "/",
        '…' | '⋯' | '⋮' | '′' | '″' | '‴' | '‘' | '’' | '‚' | '“' | '”' | '„' | '«' | '»'
        | '、' => " ",
        '。' | '¿' | '¡' => ".",
        'α' | 'Α' => "\\alpha",
        'β' | 'Β' => "\\beta",
        'γ' | 'Γ' => "\\gamma",
        'δ' | 'Δ' => "\\delta",
        'ε' | 'Ε' => "\\epsilon",
        'ζ' | 'Ζ' => "\\zeta",
        'η' | 'Η' => "\\eta",
        'θ' | 'Θ' => "\\theta",
        'ι' | 'Ι' => "\\iota",
        'κ' | 'Κ' => "\\kappa",
        'λ' | 'Λ' => "\\lambda",
        'μ' | 'Μ' => "\\mu",
        'ν' | 'Ν' => "\\nu",
        'ξ' | 'Ξ' => "\\xi",
        'π' | 'Π' => "\\pi",
        'ρ' | 'Ρ' => "\\rho",
        'σ' | 'ς' | 'Σ' => "\\sigma",
        'τ' | 'Τ' => "\\tau",
        'φ' | 'Φ' => "\\phi",
        'χ' | 'Χ' => "\\chi",
        'ψ' | 'Ψ' => "\\psi",
        'ω' | 'Ω' => "\\omega",
        _ => return None,
    })
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
        same(&["90^\\circ", "90^{\\circ}", "90°", "90\\degree"]);
        same(&["the \"end\".", "the “end”", "the ``end''?"]);
        same(&["x^2", "x^{2}", "x²"]);
        same(&["\\alpha_1", "α₁", "\\alpha_{1}"]);
        same(&[
            "See. [asy] draw(a); [/asy]",
            "See.",
            "See ![](https://a.b/c.jpg)",
        ]);
        same(&[
            "\\begin{align*} a &= b \\\\ c &= d \\end{align*}",
            "a=b c=d",
        ]);
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
    }

    proptest! {
        #[test]
        fn canonical_text_is_its_own_canonical_text(text in "\\PC{0,60}") {
            let once = form(&text);
            prop_assert_eq!(form(&once), once.clone());
            let without = numberless(&once);
            prop_assert_eq!(numberless(&without), without);
        }

        #[test]
        fn latex_is_its_own_canonical_text(
            text in r"(\\(left|frac|le|times|begin|text|,|\(|\{|\\)|[a-zA-Z0-9 .,{}$\[\]()+*!^_-]|≤|α|²|½){0,40}"
        ) {
            let once = form(&text);
            prop_assert_eq!(form(&once), once.clone());
        }

        #[test]
        fn words_and_sentences_lie_in_the_text(text in "\\PC{0,60}") {
            let found = canonical(&text);
            for (start, end) in found.words {
                prop_assert!(found.text.get(start as usize..end as usize).is_some());
            }
            for start in found.sentences {
                prop_assert!(found.text.get(start as usize..).is_some());
            }
        }
    }
}
