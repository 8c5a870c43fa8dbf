//! What must hold for every pair of answers: identities are never `wrong`, perturbations never
//! `correct`, an answer against itself is `correct`, and the two sides can be swapped.

use gradatim_verify::{Outcome, verify};
use proptest::prelude::*;

/// An expression whose value is positive wherever its variables are.
#[derive(Debug, Clone)]
enum Expr {
    Int(u32),
    Var(char),
    Add(Box<Expr>, Box<Expr>),
    Mul(Box<Expr>, Box<Expr>),
    Div(Box<Expr>, Box<Expr>),
    Pow(Box<Expr>, u32),
    Sqrt(Box<Expr>),
    Sin(Box<Expr>),
    Cos(Box<Expr>),
    Exp(Box<Expr>),
    Ln(Box<Expr>),
}

use Expr::{Add, Cos, Div, Exp, Int, Ln, Mul, Pow, Sin, Sqrt, Var};

fn expression(functions: bool) -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        (1u32..30).prop_map(Int),
        prop_oneof![Just('x'), Just('y')].prop_map(Var)
    ];
    leaf.prop_recursive(4, 24, 2, move |inner| {
        let two = (inner.clone(), inner.clone());
        let plain = prop_oneof![
            two.clone().prop_map(|(a, b)| Add(Box::new(a), Box::new(b))),
            two.clone().prop_map(|(a, b)| Mul(Box::new(a), Box::new(b))),
            two.prop_map(|(a, b)| Div(Box::new(a), Box::new(b))),
            (inner.clone(), 2u32..4).prop_map(|(a, n)| Pow(Box::new(a), n)),
        ];
        if !functions {
            return plain.boxed();
        }
        prop_oneof![
            4 => plain,
            1 => inner.clone().prop_map(|a| Sqrt(Box::new(a))),
            1 => inner.clone().prop_map(|a| Sin(Box::new(a))),
            1 => inner.clone().prop_map(|a| Cos(Box::new(a))),
            1 => inner.clone().prop_map(|a| Exp(Box::new(a))),
            1 => inner.prop_map(|a| Ln(Box::new(a))),
        ]
        .boxed()
    })
}

/// LaTeX in one of several spellings; `choices` decides which.
fn latex(expr: &Expr, choices: &mut u64) -> String {
    let mut choose = |count: u64| {
        let choice = *choices % count;
        *choices = choices.rotate_right(7).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        choice
    };
    let style = choose(3);
    let flip = choose(2) == 1;
    match expr {
        Int(value) => value.to_string(),
        Var(name) => name.to_string(),
        Add(a, b) => {
            let (a, b) = if flip { (b, a) } else { (a, b) };
            format!("{} + {}", latex(a, choices), latex(b, choices))
        }
        Mul(a, b) => {
            let (a, b) = if flip { (b, a) } else { (a, b) };
            // a(b + c) = ab + ac.
            if let (Add(c, d), 0) = (&**b, style) {
                let first = Mul(a.clone(), c.clone());
                let second = Mul(a.clone(), d.clone());
                return format!(
                    "\\left({} + {}\\right)",
                    latex(&first, choices),
                    latex(&second, choices)
                );
            }
            let (a, b) = (latex(a, choices), latex(b, choices));
            match style {
                1 => format!("({a})({b})"),
                _ => format!("\\left({a}\\right) \\cdot \\left({b}\\right)"),
            }
        }
        Div(a, b) => {
            let (a, b) = (latex(a, choices), latex(b, choices));
            match style {
                0 => format!("\\dfrac{{{a}}}{{{b}}}"),
                1 => format!("\\frac{{7 ({a})}}{{7 ({b})}}"),
                _ => format!("({a})/({b})"),
            }
        }
        Pow(a, n) => match (&**a, style) {
            (Add(c, d), 0) if *n == 2 => {
                let (c, d) = (latex(c, choices), latex(d, choices));
                format!("(({c})^2 + 2({c})({d}) + ({d})^{{2}})")
            }
            (_, 1) => vec![format!("({})", latex(a, choices)); *n as usize].join(""),
            _ => format!("\\left({}\\right)^{{{n}}}", latex(a, choices)),
        },
        Sqrt(a) => {
            let a = latex(a, choices);
            match style {
                0 => format!("\\sqrt{{{a}}}"),
                1 => format!("\\frac{{\\sqrt{{9({a})}}}}{{3}}"),
                _ => format!("({a})^{{1/2}}"),
            }
        }
        Sin(a) => {
            let a = latex(a, choices);
            match style {
                0 => format!("\\sin\\left({a}\\right)"),
                1 => format!(
                    "2 \\sin\\left(\\frac{{{a}}}{{2}}\\right)\\cos\\left(\\frac{{{a}}}{{2}}\\right)"
                ),
                _ => format!("\\cos\\left(\\frac{{\\pi}}{{2}} - ({a})\\right)"),
            }
        }
        Cos(a) => {
            let a = latex(a, choices);
            match style {
                0 => format!("\\cos({a})"),
                1 => format!("(1 - 2\\sin^2\\left(\\frac{{{a}}}{{2}}\\right))"),
                _ => format!("(2\\cos^{{2}}\\left(\\frac{{{a}}}{{2}}\\right) - 1)"),
            }
        }
        Exp(a) => {
            let a = latex(a, choices);
            if style == 0 {
                format!("e^{{{a}}}")
            } else {
                format!("\\frac{{e^{{{a} + 1}}}}{{e}}")
            }
        }
        Ln(a) => {
            let a = latex(a, choices);
            match style {
                0 => format!("\\ln\\left({a}\\right)"),
                1 => format!("(\\ln\\left(5({a})\\right) - \\ln 5)"),
                _ => format!("\\frac{{1}}{{3}}\\ln\\left(({a})^3\\right)"),
            }
        }
    }
}

fn outcome(gold: &str, answer: &str) -> Outcome {
    verify(gold, &format!("\\boxed{{{answer}}}")).outcome
}

/// The outcome where the response is nothing but the answer.
fn bare(gold: &str, answer: &str) -> Outcome {
    verify(gold, answer).outcome
}

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(300), failure_persistence: None, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn an_identity_is_never_wrong(expr in expression(true), mut a in any::<u64>(), mut b in any::<u64>()) {
        let (left, right) = (latex(&expr, &mut a), latex(&expr, &mut b));
        prop_assert_ne!(outcome(&left, &right), Outcome::Wrong, "{} | {}", left, right);
        prop_assert_ne!(bare(&left, &right), Outcome::Wrong, "bare {} | {}", left, right);
    }

    #[test]
    fn a_rational_identity_is_correct(expr in expression(false), mut a in any::<u64>(), mut b in any::<u64>()) {
        let (left, right) = (latex(&expr, &mut a), latex(&expr, &mut b));
        prop_assert_eq!(outcome(&left, &right), Outcome::Correct, "{} | {}", left, right);
        prop_assert_eq!(bare(&left, &right), Outcome::Correct, "bare {} | {}", left, right);
    }

    #[test]
    fn a_perturbation_is_never_correct(expr in expression(true), mut a in any::<u64>(), mut b in any::<u64>(), kind in 0..4) {
        let (left, right) = (latex(&expr, &mut a), latex(&expr, &mut b));
        let right = match kind {
            0 => format!("{right} + 1"),
            1 => format!("{right} - \\frac{{1}}{{1000003}}"),
            2 => format!("{right} + \\frac{{1}}{{10^{{9}}}}"),
            _ => format!("\\left({right}\\right) + 10^{{-20}}"),
        };
        prop_assert_ne!(outcome(&left, &right), Outcome::Correct, "{} | {}", left, right);
        prop_assert_ne!(bare(&left, &right), Outcome::Correct, "bare {} | {}", left, right);
    }

    #[test]
    fn an_answer_is_itself(expr in expression(true), mut a in any::<u64>()) {
        let text = latex(&expr, &mut a);
        prop_assert_eq!(outcome(&text, &text), Outcome::Correct);
        prop_assert_eq!(bare(&text, &text), Outcome::Correct, "bare {}", text);
    }

    #[test]
    fn the_sides_can_be_swapped(one in expression(true), two in expression(true), mut a in any::<u64>(), mut b in any::<u64>()) {
        let (left, right) = (latex(&one, &mut a), latex(&two, &mut b));
        prop_assert_eq!(outcome(&left, &right), outcome(&right, &left), "{} | {}", left, right);
    }

    #[test]
    fn integers_in_every_spelling(value in 0u64..100_000_000_000, choice in 0usize..4) {
        let text = value.to_string();
        let mut grouped = String::new();
        for (at, digit) in text.chars().enumerate() {
            if at > 0 && (text.len() - at).is_multiple_of(3) {
                grouped.push_str([",", "{,}", "\\,", ",\\!"][choice]);
            }
            grouped.push(digit);
        }
        prop_assert_eq!(outcome(&text, &grouped), Outcome::Correct, "{}", grouped);
        prop_assert_eq!(outcome(&(value + 1).to_string(), &grouped), Outcome::Wrong, "{}", grouped);
    }

    #[test]
    fn any_text_has_a_verdict(gold in "[ -~]{0,60}", response in "[ -~\\n]{0,200}") {
        let _ = verify(&gold, &response);
    }

    #[test]
    fn any_unicode_has_a_verdict(gold in "\\PC{0,40}", pieces in prop::collection::vec(prop_oneof![
        "\\PC{0,6}",
        (0usize..60).prop_map(|at| PIECES[at].to_owned()),
        (0usize..WORDS.len()).prop_map(|at| WORDS[at].to_owned()),
    ], 0..30)) {
        let text = pieces.concat();
        let _ = verify(&gold, &text);
        let _ = verify(&text, &format!("\\boxed{{{gold}}}"));
        let _ = verify(&text, &text);
        let _ = verify("C", &text);
        let _ = verify("even", &text);
        let _ = gradatim_verify::compare(&gold, &text);
    }

    #[test]
    fn any_latex_has_a_verdict(parts in prop::collection::vec(0usize..90, 0..40), other in prop::collection::vec(0usize..90, 0..40)) {
        let text = |parts: &[usize]| parts.iter().map(|at| PIECES[*at % PIECES.len()]).collect::<String>();
        let (gold, answer) = (text(&parts), text(&other));
        // A brace too many ends the box, so that another answer is read.
        if !is_balanced(&gold) || !is_balanced(&answer) {
            return Ok(());
        }
        let there = outcome(&gold, &answer);
        let back = outcome(&answer, &gold);
        if !matches!(there, Outcome::NoGold | Outcome::NoAnswer) && !matches!(back, Outcome::NoGold | Outcome::NoAnswer) {
            prop_assert_eq!(there, back, "{} | {}", gold, answer);
        }
    }
}

fn is_balanced(text: &str) -> bool {
    let mut depth = 0;
    text.replace("\\\\", "  ")
        .replace("\\{", "  ")
        .replace("\\}", "  ")
        .chars()
        .all(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth >= 0
        })
        && depth == 0
        && !text.ends_with('\\')
        && !text.contains("\\boxed")
}

const WORDS: [&str; 48] = [
    "analysis",
    "assistantfinal",
    "Question: ",
    "{\"answer\": ",
    "Finish[",
    "\\boxed{",
    "not ",
    "at least ",
    "◁think▷",
    " if n is odd",
    " m/s",
    "3",
    "final answer is ",
    "The answer is",
    "答案：",
    "**",
    "$",
    "\\[",
    "\\]",
    "\\(",
    "\\)",
    "####",
    "<answer>",
    "</answer>",
    "<think>",
    "</think>",
    ". ",
    "\n",
    "。",
    "√",
    "½",
    "\\text{é}",
    "Option C",
    "故选",
    "选项为(D)",
    " is correct",
    "正确",
    "项",
    "it's ",
    "①③",
    "A, C",
    "3个",
    "3万元",
    " not ",
    "1.234,5",
    "\\text{ min 5 s}",
    "No, ",
    " is even",
];

const PIECES: [&str; 74] = [
    "\\int_0^1 ",
    "\\int ",
    "dx",
    "\\lim_{x\\to 0} ",
    "\\lim_{x\\to\\infty} ",
    "\\frac{d}{dx}",
    "\\sum_{n=1}^{\\infty}",
    "_{10}C_3",
    "C_1",
    "\\dot1",
    " m/s",
    "\\mathrm{kg\\,m}",
    " squared",
    "n!",
    "\\frac{",
    "}{",
    "}",
    "{",
    "1",
    "2",
    "37",
    "x",
    "y",
    "+",
    "-",
    "\\cdot ",
    "^",
    "_",
    "(",
    ")",
    "[",
    "]",
    "\\{",
    "\\}",
    "\\sqrt",
    "\\sqrt[3]{",
    "\\sin ",
    "\\log_",
    ",",
    ";",
    "=",
    "<",
    "\\le ",
    "\\pm ",
    "!",
    "|",
    "\\cup ",
    "\\infty ",
    "\\pi ",
    "e",
    "i",
    "\\text{",
    "\\text{ and }",
    "cm",
    "\\%",
    "^\\circ",
    "\\binom{",
    "\\sum_{k=1}^{",
    "\\begin{pmatrix}",
    "\\end{pmatrix}",
    "&",
    "\\\\",
    "\\left(",
    "\\right)",
    "/",
    ".",
    "0.5",
    "1,000",
    "\\in ",
    "\\mathbb{R}",
    "\\lfloor ",
    "\\rfloor ",
    "\\boxed{",
    "f(x)",
];
