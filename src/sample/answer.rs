//! Gold answers: their values, their spelling, and other spellings of the same value.

use crate::sample::number::{Q, join_terms, polynomial, q, split_root, whole};
use crate::sample::rng::Rng;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    Number(Q),
    /// A number that its problem writes with a decimal point.
    Decimal(Q),
    /// A multiple of a root; the radicand is free of squares and above 1.
    Surd(Q, i64),
    /// A multiple of π, not 0.
    Pi(Q),
    Tuple(Vec<Q>),
    /// Ascending.
    Set(Vec<Q>),
    Interval(Interval),
    Union(Interval, Interval),
    /// Coefficients, constant first, and the name of what it is (`f'(x)`).
    Poly(Vec<i64>, &'static str),
    /// `y = slope x + intercept`, in whole numbers.
    Line(i64, i64),
    Word(String),
    /// A letter of a multiple-choice problem, and the value that it stands for.
    Choice(char, String),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    pub(crate) low: Option<Q>,
    pub(crate) high: Option<Q>,
    pub(crate) low_closed: bool,
    pub(crate) high_closed: bool,
}

pub(crate) fn int(n: i64) -> Answer {
    Answer::Number(whole(n))
}

pub(crate) fn ratio(top: i64, bottom: i64) -> Answer {
    Answer::Number(q(top, bottom))
}

/// `coefficient × √radicand`, simplified.
pub(crate) fn surd(coefficient: Q, radicand: i64) -> Answer {
    let (outside, inside) = split_root(radicand);
    match inside {
        1 => Answer::Number(coefficient * whole(outside)),
        _ => Answer::Surd(coefficient * whole(outside), inside),
    }
}

pub(crate) fn set(mut members: Vec<Q>) -> Answer {
    members.sort_by(|a, b| a.partial_cmp(b).expect("fractions are ordered"));
    members.dedup();
    Answer::Set(members)
}

pub(crate) fn between(low: Q, high: Q, low_closed: bool, high_closed: bool) -> Answer {
    Answer::Interval(Interval {
        low: Some(low),
        high: Some(high),
        low_closed,
        high_closed,
    })
}

/// Everything outside `low..high`, the ends themselves too if `closed`.
pub(crate) fn outside(low: Q, high: Q, closed: bool) -> Answer {
    let below = Interval {
        low: None,
        high: Some(low),
        low_closed: false,
        high_closed: closed,
    };
    let above = Interval {
        low: Some(high),
        high: None,
        low_closed: closed,
        high_closed: false,
    };
    Answer::Union(below, above)
}

pub(crate) fn word(text: impl Into<String>) -> Answer {
    Answer::Word(text.into())
}

impl Interval {
    fn latex(&self, left: &str, right: &str, separator: &str) -> String {
        let low = self.low.map_or("-\\infty".into(), Q::latex);
        let high = self.high.map_or("\\infty".into(), Q::latex);
        let opening = if self.low_closed { "[" } else { "(" };
        let closing = if self.high_closed { "]" } else { ")" };
        format!("{left}{opening}{low}{separator}{high}{right}{closing}")
    }

    fn inequality(&self) -> String {
        let low_sign = if self.low_closed { "\\le" } else { "<" };
        let high_sign = if self.high_closed { "\\le" } else { "<" };
        match (self.low, self.high) {
            (Some(low), Some(high)) => {
                format!("{} {low_sign} x {high_sign} {}", low.latex(), high.latex())
            }
            (None, Some(high)) => format!("x {high_sign} {}", high.latex()),
            (Some(low), None) if self.low_closed => format!("x \\ge {}", low.latex()),
            (Some(low), None) => format!("x > {}", low.latex()),
            (None, None) => "-\\infty < x < \\infty".into(),
        }
    }
}

fn latex_list(numbers: &[Q], separator: &str) -> String {
    numbers
        .iter()
        .map(|n| n.latex())
        .collect::<Vec<_>>()
        .join(separator)
}

impl Answer {
    /// Whether both have the same value, however they are written.
    pub(crate) fn same(&self, other: &Answer) -> bool {
        match (self, other) {
            (
                Answer::Number(a) | Answer::Decimal(a),
                Answer::Number(b) | Answer::Decimal(b), //
            ) => a == b,
            (Answer::Poly(a, _), Answer::Poly(b, _)) => a == b,
            (Answer::Choice(a, _), Answer::Choice(b, _)) => a == b,
            _ => self == other,
        }
    }

    pub(crate) fn is_numeric(&self) -> bool {
        use Answer::*;
        matches!(self, Number(_) | Decimal(_) | Surd(..) | Pi(_))
    }

    /// As the gold column and most trajectories write it.
    pub(crate) fn latex(&self) -> String {
        match self {
            Answer::Number(n) => n.latex(),
            Answer::Decimal(n) => n.decimal(6).expect("a decimal has few digits"),
            Answer::Surd(n, radicand) => {
                let root = format!("\\sqrt{{{radicand}}}");
                fraction_of(*n, &root, "\\frac")
            }
            Answer::Pi(n) => fraction_of(*n, "\\pi", "\\frac"),
            Answer::Tuple(numbers) => format!("({})", latex_list(numbers, ", ")),
            Answer::Set(numbers) => format!("\\{{{}\\}}", latex_list(numbers, ", ")),
            Answer::Interval(interval) => interval.latex("", "", ", "),
            Answer::Union(a, b) => {
                format!("{} \\cup {}", a.latex("", "", ", "), b.latex("", "", ", "))
            }
            Answer::Poly(coefficients, _) => polynomial(coefficients, "x"),
            Answer::Line(slope, intercept) => {
                format!("y = {}", polynomial(&[*intercept, *slope], "x"))
            }
            Answer::Word(text) => text.clone(),
            Answer::Choice(letter, _) => letter.to_string(),
        }
    }

    /// As somebody writes it who thinks aloud: `3√2`, `5π/2`.
    pub(crate) fn plain(&self) -> String {
        match self {
            Answer::Surd(n, radicand) => plain_fraction_of(*n, &format!("√{radicand}")),
            Answer::Pi(n) => plain_fraction_of(*n, "π"),
            Answer::Number(n) => n.to_string(),
            Answer::Tuple(numbers) => format!("({})", plain_list(numbers)),
            Answer::Set(numbers) => plain_list(numbers),
            Answer::Choice(letter, value) => format!("{value}, which is option {letter}"),
            _ => self
                .latex()
                .replace("\\infty", "∞")
                .replace("\\cup", "∪")
                .replace("\\frac{", "")
                .replace("}{", "/")
                .replace('}', ""),
        }
    }

    /// Another spelling of the same value with the name of the way it was respelled. A word of a
    /// name has few; every answer has one.
    pub(crate) fn respell(&self, unit: Option<&str>, rng: &mut Rng) -> (&'static str, String) {
        let mut ways = self.spellings();
        if let (Some(unit), true) = (unit, self.is_numeric()) {
            let glue = if unit == "^\\circ" { "" } else { " " };
            ways.push(("unit", format!("{}{glue}{unit}", self.latex())));
        }
        rng.one_of(&ways)
    }

    fn spellings(&self) -> Vec<(&'static str, String)> {
        let latex = self.latex();
        let mut ways = match self {
            Answer::Number(n) if n.bottom == 1 => whole_spellings(n.top),
            Answer::Number(n) => fraction_spellings(*n),
            Answer::Decimal(n) => vec![
                ("fraction", n.latex()),
                ("trailing_zero", format!("{latex}0")),
                ("text", format!("\\text{{{latex}}}")),
                ("spaces", format!(" {latex} ")),
            ],
            Answer::Surd(n, radicand) => surd_spellings(*n, *radicand),
            Answer::Pi(n) => pi_spellings(*n),
            Answer::Tuple(numbers) => vec![
                (
                    "left_right",
                    format!("\\left({}\\right)", latex_list(numbers, ", ")),
                ),
                ("spaces", format!("( {} )", latex_list(numbers, " , "))),
                ("spaces", format!("({})", latex_list(numbers, ","))),
            ],
            Answer::Set(numbers) => {
                let mut reversed = numbers.clone();
                reversed.reverse();
                vec![
                    (
                        "left_right",
                        format!("\\left\\{{{}\\right\\}}", latex_list(numbers, ", ")),
                    ),
                    (
                        "reordered",
                        format!("\\{{{}\\}}", latex_list(&reversed, ", ")),
                    ),
                    ("bare_list", latex_list(numbers, ", ")),
                    (
                        "equation",
                        format!("x = {}", latex_list(numbers, " \\text{ or } x = ")),
                    ),
                ]
            }
            Answer::Interval(interval) => vec![
                ("left_right", interval.latex("\\left", "\\right", ", ")),
                ("equation", format!("x \\in {latex}")),
                ("inequality", interval.inequality()),
                ("spaces", interval.latex("", "", ",\\,")),
            ],
            Answer::Union(a, b) => {
                let left_right = |i: &Interval| i.latex("\\left", "\\right", ", ");
                vec![
                    (
                        "left_right",
                        format!("{} \\cup {}", left_right(a), left_right(b)),
                    ),
                    ("equation", format!("x \\in {latex}")),
                    (
                        "inequality",
                        format!("{} \\text{{ or }} {}", a.inequality(), b.inequality()),
                    ),
                ]
            }
            Answer::Poly(coefficients, name) => {
                let ascending = coefficients
                    .iter()
                    .enumerate()
                    .map(|(power, &c)| (c, power));
                vec![
                    ("reordered", join_terms(ascending, "x")),
                    ("spaces", latex.replace(' ', "")),
                    ("equation", format!("{name} = {latex}")),
                ]
            }
            Answer::Line(slope, intercept) => vec![
                ("spaces", latex.replace(' ', "")),
                (
                    "reordered",
                    format!(
                        "y = {}",
                        join_terms([(*intercept, 0), (*slope, 1)].into_iter(), "x")
                    ),
                ),
                (
                    "equation",
                    format!("{} - y = 0", polynomial(&[*intercept, *slope], "x")),
                ),
            ],
            Answer::Word(text) => word_spellings(text),
            Answer::Choice(letter, _) => vec![
                ("text", format!("\\text{{{letter}}}")),
                ("text", format!("\\text{{({letter})}}")),
                ("bold", format!("\\mathbf{{{letter}}}")),
                ("left_right", format!("({letter})")),
            ],
        };
        ways.retain(|(_, spelled)| *spelled != latex);
        ways
    }
}

/// `\frac{5\pi}{2}`, from 5/2 and `\pi`.
fn fraction_of(n: Q, what: &str, frac: &str) -> String {
    let sign = if n.top < 0 { "-" } else { "" };
    let top = match n.top.abs() {
        1 => what.to_string(),
        size => format!("{size}{what}"),
    };
    match n.bottom {
        1 => format!("{sign}{top}"),
        bottom => format!("{sign}{frac}{{{top}}}{{{bottom}}}"),
    }
}

fn plain_fraction_of(n: Q, what: &str) -> String {
    let below = if n.bottom == 1 {
        String::new()
    } else {
        format!("/{}", n.bottom)
    };
    fraction_of(whole(n.top), what, "") + &below
}

fn plain_list(numbers: &[Q]) -> String {
    numbers
        .iter()
        .map(Q::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

fn thousands(n: i64, comma: &str) -> String {
    let digits = n.abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text += comma;
        }
        text.push(digit);
    }
    if n < 0 { format!("-{text}") } else { text }
}

fn whole_spellings(n: i64) -> Vec<(&'static str, String)> {
    let mut ways = vec![
        ("text", format!("\\text{{{n}}}")),
        ("spaces", format!(" {n} ")),
        ("decimal", format!("{n}.0")),
        ("equation", format!("x = {n}")),
    ];
    if n.abs() >= 1000 {
        ways.extend(std::iter::repeat_n(("thousands", thousands(n, ",")), 4));
        ways.extend(std::iter::repeat_n(("thousands", thousands(n, "{,}")), 2));
    }
    ways
}

fn fraction_spellings(n: Q) -> Vec<(&'static str, String)> {
    let sign = if n.top < 0 { "-" } else { "" };
    let (top, bottom) = (n.top.abs(), n.bottom);
    let mut ways = vec![
        ("dfrac", n.latex_with("\\dfrac")),
        ("dfrac", n.latex_with("\\dfrac")),
        ("tfrac", n.latex_with("\\tfrac")),
        ("slash", n.to_string()),
        ("spaces", format!("{sign}\\frac{{ {top} }}{{ {bottom} }}")),
        (
            "text",
            format!("{sign}\\frac{{\\text{{{top}}}}}{{\\text{{{bottom}}}}}"),
        ),
    ];
    if let Some(decimal) = n.decimal(3) {
        ways.extend(std::iter::repeat_n(("decimal", decimal), 3));
    }
    ways
}

fn surd_spellings(n: Q, radicand: i64) -> Vec<(&'static str, String)> {
    let root = format!("\\sqrt{{{radicand}}}");
    if n.bottom != 1 {
        return vec![
            ("dfrac", fraction_of(n, &root, "\\dfrac")),
            ("reordered", format!("{}{root}", n.latex())),
        ];
    }
    let inside = n.top * n.top * radicand;
    let sign = if n.top < 0 { "-" } else { "" };
    let mut ways = vec![
        ("unsimplified", format!("{sign}\\sqrt{{{inside}}}")),
        ("spaces", format!("{} {root}", n.top)),
    ];
    if n.top > 1 {
        ways.push(("times", format!("{} \\cdot {root}", n.top)));
        ways.push(("times", format!("{}\\,{root}", n.top)));
    } else {
        ways.retain(|(way, _)| *way == "none");
        ways.push(("spaces", format!(" {root} ")));
        ways.push(("times", format!("1 \\cdot {root}")));
    }
    ways
}

fn pi_spellings(n: Q) -> Vec<(&'static str, String)> {
    if n.bottom == 1 {
        return vec![
            ("spaces", format!("{} \\pi", n.top)),
            ("times", format!("{} \\cdot \\pi", n.top)),
            ("text", format!("{}\\pi \\text{{ }}", n.top)),
        ];
    }
    let mut ways = vec![
        ("dfrac", fraction_of(n, "\\pi", "\\dfrac")),
        ("reordered", format!("{}\\pi", n.latex())),
        (
            "spaces",
            format!("\\frac{{ {} \\pi }}{{ {} }}", n.top, n.bottom),
        ),
    ];
    if let Some(decimal) = n.decimal(2) {
        ways.push(("decimal", format!("{decimal}\\pi")));
    }
    ways
}

fn word_spellings(text: &str) -> Vec<(&'static str, String)> {
    let mut ways = vec![
        ("text", format!("\\text{{{text}}}")),
        ("text", format!("\\text{{{text}}}")),
        ("bold", format!("\\textbf{{{text}}}")),
        ("spaces", format!("\\text{{ {text} }}")),
        ("full_stop", format!("\\text{{{text}.}}")),
    ];
    if ["Yes", "No"].contains(&text) {
        ways.push(("case", text.to_lowercase()));
    }
    ways
}
