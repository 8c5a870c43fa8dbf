//! Closed forms that a problem asked for, and left as they stand, against their values.

use gradatim_verify::{Outcome, compare, verify};

/// Expressions with their values, from tables.
const VALUES: [(&str, &str); 49] = [
    ("\\int_0^1 x^2 dx", "1/3"),
    ("\\int_0^{\\pi} \\sin x \\, dx", "2"),
    ("\\int_0^1 e^x\\,\\mathrm{d}x", "e-1"),
    ("\\int_1^2 \\frac{dx}{x}", "\\ln 2"),
    ("\\int_0^1 \\frac{dx}{1+x^2}", "\\frac{\\pi}{4}"),
    ("\\int_0^1 \\frac{1}{\\sqrt{1-x^2}} dx", "\\frac{\\pi}{2}"),
    ("\\int_{-\\infty}^{\\infty} \\frac{1}{1+x^2}\\,dx", "\\pi"),
    ("\\int_{-\\infty}^{\\infty} e^{-x^2}\\,dx", "\\sqrt{\\pi}"),
    ("\\int_0^\\infty x^2 e^{-x} dx", "2"),
    ("\\int_1^\\infty \\frac{1}{x^3} dx", "1/2"),
    ("\\int_0^4 \\sqrt{x} dx", "16/3"),
    ("\\int_1^e \\ln x\\,dx", "1"),
    ("\\int x^2 dx", "\\frac{x^3}{3}+C"),
    ("\\int \\cos 2x\\,dx", "\\frac{\\sin 2x}{2}+C"),
    ("\\lim_{x\\to0}\\frac{\\sin x}{x}", "1"),
    ("\\lim_{x\\to 0}\\frac{1-\\cos x}{x^2}", "1/2"),
    ("\\lim_{n\\to\\infty}\\left(1+\\frac{1}{n}\\right)^n", "e"),
    ("\\lim_{x\\to 0}(1+x)^{1/x}", "e"),
    ("\\lim_{x\\to\\infty}\\frac{2x^2+1}{3x^2-x}", "2/3"),
    ("\\lim_{x\\to 2}\\frac{x^2-4}{x-2}", "4"),
    ("\\lim_{x\\to0}\\frac{e^x-1}{x}", "1"),
    ("\\frac{d}{dx}x^2", "2x"),
    ("\\frac{d^2}{dx^2} x^3", "6x"),
    ("\\frac{d}{dx}\\ln(x^2+1)", "\\frac{2x}{x^2+1}"),
    ("\\frac{d}{dx}\\sin x", "\\cos x"),
    ("\\sum_{n=0}^{\\infty}\\frac{1}{2^n}", "2"),
    ("\\sum_{n=0}^\\infty \\left(-\\frac{1}{3}\\right)^n", "3/4"),
    ("\\sum_{n=1}^{\\infty}\\frac{1}{n^2}", "\\frac{\\pi^2}{6}"),
    ("\\sum_{k=1}^{\\infty} k^{-4}", "\\frac{\\pi^4}{90}"),
    ("\\sum_{n=1}^{\\infty}\\frac{1}{n(n+1)}", "1"),
    ("\\sum_{n=1}^{\\infty}\\frac{1}{n(n+2)}", "3/4"),
    ("\\sum_{n=0}^\\infty \\frac{1}{n!}", "e"),
    ("\\sum_{n=1}^\\infty \\frac{2^n}{n!}", "e^2-1"),
    ("\\sum_{n=1}^\\infty \\frac{(-1)^{n+1}}{n}", "\\ln 2"),
    (
        "\\sum_{n=0}^\\infty \\frac{(-1)^n}{2n+1}",
        "\\frac{\\pi}{4}",
    ),
    ("\\sum_{n=1}^\\infty \\frac{n}{2^n}", "2"),
    ("\\sum_{n=1}^\\infty \\frac{n^2}{3^n}", "3/2"),
    ("\\sum_{n=2}^{\\infty}\\frac{1}{n^2-1}", "3/4"),
    ("_{10}C_3", "120"),
    ("0.\\dot14285\\dot7", "1/7"),
    (
        "\\prod_{n=2}^{\\infty}\\left(1-\\frac{1}{n^2}\\right)",
        "1/2",
    ),
    ("\\prod_{n\\ge2}(1-1/n^2)", "1/2"),
    (
        "\\prod_{n=1}^\\infty \\left(1 - \\frac{1}{4n^2}\\right)",
        "\\frac{2}{\\pi}",
    ),
    (
        "\\prod_{n=1}^\\infty \\frac{4n^2}{4n^2-1}",
        "\\frac{\\pi}{2}",
    ),
    ("\\prod_{k=2}^{\\infty} \\frac{k^3-1}{k^3+1}", "2/3"),
    ("\\prod_{n=1}^\\infty \\frac{n(n+3)}{(n+1)(n+2)}", "1/3"),
    (
        "\\prod_{n=3}^\\infty \\left(1-\\frac{4}{n^2}\\right)",
        "1/6",
    ),
    ("\\sum_{n\\geq1}\\frac{1}{n(n+1)}", "1"),
    ("\\sum_{n \\ge 0} 2^{-n}", "2"),
];

#[test]
fn what_rules_work_out_has_its_value() {
    for (expression, value) in VALUES {
        for (gold, answer) in [(value, expression), (expression, value)] {
            let verdict = verify(gold, &format!("\\boxed{{{answer}}}"));
            assert_eq!(
                verdict.outcome,
                Outcome::Correct,
                "{gold} | {answer}: {verdict:?}"
            );
        }
        let wrong = verify(
            // A constant more is the same antiderivative.
            &format!(
                "{value} + {}",
                if value.contains('C') { "x/7" } else { "1/7" }
            ),
            &format!("\\boxed{{{expression}}}"),
        );
        assert_ne!(wrong.outcome, Outcome::Correct, "{expression}");
    }
}

/// What has no value, and what its rule would give without its conditions.
const NONE: [(&str, &str); 14] = [
    ("\\int_{-1}^1 \\frac{1}{x^2} dx", "-2"),
    ("\\int_{-1}^1 \\frac{1}{x} dx", "0"),
    ("\\int_0^{\\infty} \\frac{1}{x^2}\\,dx", "0"),
    ("\\int_0^{\\infty} \\sin x\\,dx", "1"),
    ("\\lim_{x\\to 0} \\frac{1}{x}", "0"),
    ("\\lim_{x\\to0}\\frac{|x|}{x}", "1"),
    ("\\sum_{n=0}^{\\infty} 2^n", "-1"),
    ("\\sum_{n=1}^{\\infty} (-1)^n", "-1/2"),
    ("\\sum_{n=1}^{\\infty}\\frac{1}{n}", "2"),
    ("\\prod_{n=2}^\\infty (1-\\frac{1}{n})", "1"),
    ("\\prod_{n=1}^\\infty (1+\\frac{1}{n})", "1"),
    ("\\prod_{n=1}^\\infty \\frac{n}{n-3}", "1"),
    ("\\prod_{n=0}^\\infty \\frac{n^2-1}{n^2}", "1"),
    ("\\prod_{n=1}^\\infty 2", "1"),
];

#[test]
fn what_has_no_value_is_not_given_one() {
    for (expression, value) in NONE {
        let outcome = verify(value, &format!("\\boxed{{{expression}}}")).outcome;
        assert_ne!(outcome, Outcome::Correct, "{expression}");
        let itself = verify(expression, &format!("\\boxed{{{expression}}}")).outcome;
        assert_eq!(itself, Outcome::Correct, "{expression}");
    }
}

#[test]
fn constants_of_integration_have_any_name() {
    for (gold, answer) in [
        ("C_1e^x+C_2e^{-x}", "Ae^{x}+Be^{-x}"),
        ("C_1e^x+C_2e^{-x}", "C_1e^{-x}+C_2e^{x}"),
        ("y = C_1\\cos x + C_2 \\sin x", "y = A\\cos x + B\\sin x"),
        ("e^x+C", "e^x+K"),
        ("\\sin^2 x + C", "-\\cos^2 x + C"),
        ("\\ln|x| + C", "\\ln|2x| + C"),
        ("x\\ln x - x + C", "x(\\ln x - 1) + 7 + C"),
        ("Ce^{-t}", "Ae^{-t}"),
        ("x^2 + y^2 = C", "x^2 + y^2 = K"),
        ("f(x) = cx", "f(x) = kx"),
        ("f(x) = ax + b", "f(t) = ct + d"),
    ] {
        assert_eq!(
            verify(gold, &format!("\\boxed{{{answer}}}")).outcome,
            Outcome::Correct,
            "{answer}"
        );
    }
    for (gold, answer) in [
        ("C_1e^x+C_2e^{-x}", "Ae^{2x}+Be^{-x}"),
        ("Ae^x+Be^{-x}", "Pe^{x}+Qe^{-x}"),
        ("\\sin^2 x + C", "\\cos^2 x + C"),
        ("\\frac{x^2}{2} + C", "\\frac{(x+1)^2}{2} + C"),
        ("\\ln|x| + C", "\\ln x + C"),
        ("ax^2 + C", "ax^2 + x + C"),
        ("Ce^{-t}", "Ae^{t}"),
        ("f(x) = cx", "f(x) = kx^2"),
        ("f(x) = x + a", "f(x) = x + b"),
    ] {
        assert_ne!(
            verify(gold, &format!("\\boxed{{{answer}}}")).outcome,
            Outcome::Correct,
            "{answer}"
        );
    }
}

#[test]
fn a_constant_of_integration_takes_up_constants_beside_a_function_of_its_variable() {
    use Outcome::{Correct, Undecided, Wrong};
    for (gold, answer, outcome) in [
        ("x^2 + C", "x^2 + 1 + C", Correct),
        ("x + C", "x + 1 + C", Correct),
        ("\\ln x + C", "\\ln 2x + C", Correct),
        ("\\ln t + C", "\\ln(a t) + C", Correct),
        (
            "\\frac{1}{2}\\sin^2\\theta + C",
            "-\\frac12\\cos^2\\theta + C",
            Correct,
        ),
        ("\\tan^2 \\varphi + C", "\\sec^2 \\varphi + C", Correct),
        ("\\sin^2 α + C", "-\\cos^2 α + K", Correct),
        (
            "\\frac12\\ln(x^2+r^2) + C",
            "\\frac12\\ln(1 + \\frac{x^2}{r^2}) + C",
            Correct,
        ),
        ("F(x) = e^{2x} + C", "F(x) = e^{2x} + 3 + C", Correct),
        ("A + C", "A + C + 10", Wrong),
        ("A + C", "A + K + 10", Undecided),
        ("A + B + C", "A + B + C + 10", Wrong),
        ("Ax+By+C", "Ax+By+C+10", Wrong),
        ("n + C", "n + 1 + C", Wrong),
        ("2\\pi n + C", "2\\pi n + 1 + C", Wrong),
        ("a + b + C", "a + b + C + 1", Wrong),
        ("y = A + C", "y = A + C + 10", Wrong),
        ("(A + C, 1)", "(A + C + 10, 1)", Wrong),
        ("x^2 + C", "2x^2 + C", Wrong),
        ("n^2 + c", "n^2 + 1 + c", Wrong),
        ("ax^2 + bx + c", "ax^2 + bx + c + 1", Wrong),
        // Of what the function is, or whether `C` is of integration, is not known.
        ("\\ln P + C", "\\ln 2P + C", Undecided),
        ("n^2 + C", "n^2 + 1 + C", Undecided),
        ("Ax^2 + Bx + C", "Ax^2 + Bx + C + 1", Undecided),
        ("x^2 + C", "x^2 + t + C", Undecided),
        ("\\ln x + c", "\\ln 2x + c", Undecided),
        (
            "\\ln(t^2+r^2) + C",
            "\\ln(1 + \\frac{t^2}{r^2}) + C",
            Undecided,
        ),
    ] {
        let there = compare(gold, answer).outcome;
        let back = compare(answer, gold).outcome;
        assert_eq!((there, back), (outcome, outcome), "{gold} | {answer}");
    }
}

/// Steps of an integer, and whether they are the same.
const STEPS: [(&str, &str, bool); 9] = [
    ("\\lceil n/2 \\rceil", "\\lfloor (n+1)/2 \\rfloor", true),
    ("\\lfloor (n+2)/3 \\rfloor", "\\lceil n/3 \\rceil", true),
    ("\\lfloor n/2 \\rfloor", "\\frac{2n-1+(-1)^n}{4}", true),
    (
        "\\lfloor n^2/4 \\rfloor",
        "\\lfloor n/2 \\rfloor \\lceil n/2 \\rceil",
        true,
    ),
    ("n - \\lfloor n/2 \\rfloor", "\\lceil n/2 \\rceil", true),
    ("\\lceil n/2 \\rceil", "\\lfloor n/2 \\rfloor", false),
    ("\\lfloor n/3 \\rfloor", "\\lfloor (n+1)/3 \\rfloor", false),
    (
        "\\lfloor n^2/4 \\rfloor",
        "\\lfloor (n^2+1)/4 \\rfloor + \\lfloor n/400 \\rfloor",
        false,
    ),
    ("\\lfloor n/401 \\rfloor", "0", false),
];

#[test]
fn steps_of_a_stated_integer_are_equal_in_every_class_of_remainders() {
    for (gold, answer, equal) in STEPS {
        for said in [
            ", n \\in \\mathbb{Z}",
            ", n \\in \\mathbb{N}",
            " \\text{ for integer } n",
        ] {
            let outcome = verify(gold, &format!("\\boxed{{{answer}{said}}}")).outcome;
            assert_eq!(
                outcome == Outcome::Correct,
                equal,
                "{gold} | {answer}{said}: {outcome}"
            );
        }
        // A power of minus one says it of its exponent.
        let unsaid = verify(gold, &format!("\\boxed{{{answer}}}")).outcome;
        assert!(
            unsaid != Outcome::Correct || answer.contains("(-1)^n"),
            "{gold} | {answer}"
        );
    }
}

#[test]
fn braces_in_a_sum_take_the_fractional_part() {
    for (gold, answer) in [
        ("x", "\\lfloor x \\rfloor + \\{x\\}"),
        ("\\lfloor x \\rfloor", "x - \\{x\\}"),
    ] {
        assert_eq!(
            verify(gold, &format!("\\boxed{{{answer}}}")).outcome,
            Outcome::Correct,
            "{answer}"
        );
    }
    let taken_away = verify("x", "\\boxed{A - \\{x\\}}").outcome;
    assert_ne!(taken_away, Outcome::Correct);
}
