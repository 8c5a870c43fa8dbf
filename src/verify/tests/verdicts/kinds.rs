//! Answers of every kind, each with one that is the same and one that is not, true by construction.

use gradatim_verify::{Outcome, verify};
use proptest::prelude::*;

/// A gold answer, another spelling of it, and a different answer.
#[derive(Debug, Clone)]
struct Triple {
    gold: String,
    same: String,
    other: String,
}

fn triple(gold: String, same: String, other: String) -> Triple {
    Triple { gold, same, other }
}

/// Which kind of answer to make of a few numbers.
type Kind = fn(i64, i64, i64, i64) -> Triple;

/// Each takes a, b and c from 1 to 40 and k from 2 to 9.
const KINDS: [Kind; 34] = [
    |a, b, _, k| {
        triple(
            format!("\\frac{{{a}}}{{{b}}}"),
            format!("{}/{}", a * k, b * k),
            format!("\\frac{{{}}}{{{b}}}", a + 1),
        )
    },
    |a, b, _, k| {
        triple(
            format!("\\sqrt{{{}}}", k * k * b),
            format!("{k}\\sqrt{{{b}}}"),
            format!("{}\\sqrt{{{b}}} + {a}", k),
        )
    },
    |a, b, _, _| {
        triple(
            format!("\\frac{{{a}}}{{\\sqrt{{{b}}}}}"),
            format!("\\frac{{{a}\\sqrt{{{b}}}}}{{{b}}}"),
            format!("\\frac{{{a}\\sqrt{{{b}}}}}{{{}}}", b + 1),
        )
    },
    |a, b, _, _| {
        triple(
            format!("\\sqrt{{{}+{}\\sqrt{{{b}}}}}", a * a + b, 2 * a),
            format!("{a}+\\sqrt{{{b}}}"),
            format!("{}+\\sqrt{{{b}}}", a + 1),
        )
    },
    |a, b, _, _| {
        triple(
            format!("\\ln {}", a + 1) + &format!("+\\ln {b}"),
            format!("\\ln {}", (a + 1) * b),
            format!("\\ln {}", (a + 1) * b + 1),
        )
    },
    |a, b, _, k| {
        triple(
            format!("\\log_{{{k}}} {}", a + 1),
            format!("\\frac{{\\ln {0}}}{{\\ln {k}}}", a + 1),
            format!("\\frac{{\\ln {}}}{{\\ln {k}}}", a + 1 + b),
        )
    },
    |_, b, _, k| {
        triple(
            format!("\\log_{{{k}}} {}", k.pow(3)),
            "3".into(),
            format!("{}", 3 + b),
        )
    },
    |a, _, _, k| {
        triple(
            format!("\\cos\\frac{{\\pi}}{{{k}}}"),
            format!("\\sin\\left(\\frac{{\\pi}}{{2}}-\\frac{{\\pi}}{{{k}}}\\right)"),
            format!("\\cos\\frac{{\\pi}}{{{}}}", k + a),
        )
    },
    |a, _, _, _| {
        triple(
            format!("\\sin^2 {a}x"),
            format!("\\frac{{1-\\cos {}x}}{{2}}", 2 * a),
            format!("\\frac{{1+\\cos {}x}}{{2}}", 2 * a),
        )
    },
    |a, b, _, _| {
        triple(
            format!("\\arctan\\frac{{{a}}}{{{b}}}"),
            format!("\\frac{{\\pi}}{{2}}-\\arctan\\frac{{{b}}}{{{a}}}"),
            format!("\\frac{{\\pi}}{{2}}-\\arctan\\frac{{{}}}{{{a}}}", b + 1),
        )
    },
    |a, b, _, _| {
        triple(
            format!("(x+{a})(x-{b})"),
            format!("x^2 + {}x - {}", a - b, a * b).replace("+ -", "- "),
            format!("x^2 + {}x - {}", a - b, a * b + 1).replace("+ -", "- "),
        )
    },
    |a, b, _, _| {
        triple(
            format!("\\frac{{1}}{{x+{a}}}-\\frac{{1}}{{x+{}}}", a + b),
            format!("\\frac{{{b}}}{{(x+{a})(x+{})}}", a + b),
            format!("\\frac{{{b}}}{{(x+{a})(x+{})}}", a + b + 1),
        )
    },
    |_, b, _, _| {
        triple(
            format!("(p+{b}q)^2-(p-{b}q)^2"),
            format!("{}pq", 4 * b),
            format!("{}pq^2", 4 * b),
        )
    },
    |a, b, c, _| {
        triple(
            format!("\\{{{a}, {}, {}\\}}", a + b, a + b + c),
            format!("{}, {a}, {}", a + b + c, a + b),
            format!("{}, {a}, {}", a + b + c + 1, a + b),
        )
    },
    |a, b, _, _| {
        triple(
            format!("[{a}, {})", a + b),
            format!("{a} \\le x < {}", a + b),
            format!("{a} \\le x \\le {}", a + b),
        )
    },
    |a, b, _, _| {
        triple(
            format!("(-\\infty,{a})\\cup({},\\infty)", a + b),
            format!("x > {} \\text{{ or }} x < {a}", a + b),
            format!("x > {} \\text{{ or }} x < {a}", a + b + 1),
        )
    },
    |a, b, c, k| {
        triple(
            format!("({a}, {b}, {c})"),
            format!("\\left({a}, \\frac{{{}}}{{{k}}}, {c}\\right)", b * k),
            format!("({a}, {b}, {})", c + 1),
        )
    },
    |a, b, c, _| {
        triple(
            format!("({a},{b}), ({b},{})", a + c),
            format!("({b},{}), ({a},{b})", a + c),
            format!("({b},{}), ({a},{b})", a + c + 1),
        )
    },
    |a, b, _, _| {
        triple(
            format!("x = {a}, y = {b}"),
            format!("(x, y) = ({a}, {b})"),
            format!("(x, y) = ({a}, {})", b + 1),
        )
    },
    |a, b, c, _| {
        triple(
            format!("\\begin{{pmatrix}}{a}&{b}\\\\{c}&1\\end{{pmatrix}}"),
            format!("\\begin{{bmatrix}} {a} & {b} \\\\ {c} & 1 \\end{{bmatrix}}"),
            format!("\\begin{{pmatrix}}{a}&{b}\\\\{c}&2\\end{{pmatrix}}"),
        )
    },
    |a, b, c, _| {
        triple(
            format!("\\begin{{vmatrix}}{a}&{b}\\\\{c}&2\\end{{vmatrix}}"),
            format!("{}", 2 * a - b * c),
            format!("{}", 2 * a + b * c),
        )
    },
    |a, b, c, _| {
        triple(
            format!("({a}+{b}i)({c}-i)"),
            format!("{}+{}i", a * c + b, b * c - a).replace("+-", "-"),
            format!("{}+{}i", a * c + b, b * c - a + 1).replace("+-", "-"),
        )
    },
    |a, _, _, k| {
        triple(
            format!("{a}e^{{i\\pi/{k}}}"),
            format!("{a}\\left(\\cos\\frac{{\\pi}}{{{k}}}+i\\sin\\frac{{\\pi}}{{{k}}}\\right)"),
            format!("{a}\\left(\\cos\\frac{{\\pi}}{{{k}}}-i\\sin\\frac{{\\pi}}{{{k}}}\\right) + 1"),
        )
    },
    |a, b, _, k| {
        triple(
            format!("{a}x+{b}y={k}"),
            format!("{}x+{}y-{}=0", a * k, b * k, k * k),
            format!("{}x+{}y-{}=0", a * k, b * k, k * k + 1),
        )
    },
    |a, b, _, _| {
        triple(
            format!("y={a}x+{b}"),
            format!("{a}x-y+{b}=0"),
            format!("{a}x-y+{}=0", b + 1),
        )
    },
    |a, _, _, k| {
        triple(
            format!("x = {a} + {k}m, m \\in \\mathbb{{Z}}"),
            format!("x = {} + {k}n, n \\in \\mathbb{{Z}}", a + k),
            format!("x = {} + {k}n, n \\in \\mathbb{{Z}}", a + 1),
        )
    },
    |a, b, _, k| {
        triple(
            format!("n \\equiv {a} \\pmod {{{}}}", k + b),
            format!("n \\equiv {} \\pmod {{{}}}", a + k + b, k + b),
            format!("n \\equiv {} \\pmod {{{}}}", a + 1, k + b),
        )
    },
    |a, _, _, _| {
        triple(
            format!("{a}\\text{{ m}}"),
            format!("{} \\text{{ cm}}", 100 * a),
            format!("{} \\text{{ cm}}", 100 * a + 1),
        )
    },
    |a, b, _, _| {
        triple(
            format!("{a} \\text{{ h }} {b} \\text{{ min}}"),
            format!("{} \\text{{ minutes}}", 60 * a + b),
            format!("{} \\text{{ minutes}}", 60 * a + b + 1),
        )
    },
    |a, b, _, k| {
        triple(
            format!("\\begin{{cases}}x+{a} & x>{b}\\\\ {k} & x\\le {b}\\end{{cases}}"),
            format!(
                "\\begin{{cases}}{k}, & \\text{{if }} x\\le {b}\\\\ {a}+x, & \\text{{if }} x>{b}\\end{{cases}}"
            ),
            format!(
                "\\begin{{cases}}x+{a} & x>{b}\\\\ {} & x\\le {b}\\end{{cases}}",
                k + 1
            ),
        )
    },
    |a, b, _, _| {
        // (x + a)(x - b) < 0.
        triple(
            format!("({}, {b})", -a),
            format!("x^2 + {}x - {} < 0", a - b, a * b),
            format!("x^2 + {}x - {} < 0", b - a + 2 * (a - b) + 1, a * b),
        )
    },
    |a, b, _, _| {
        let (low, high) = (a.min(b), a.max(b) + 1);
        triple(
            format!("(-\\infty, {low}) \\cup ({high}, \\infty)"),
            format!("\\mathbb{{R}} \\setminus [{low}, {high}]"),
            format!("\\mathbb{{R}} \\setminus ({low}, {high})"),
        )
    },
    |a, b, _, _| {
        let (hour, minute) = (a % 11 + 1, b + 10);
        triple(
            format!("{hour}:{minute} \\text{{ PM}}"),
            format!("{}:{minute}", hour + 12),
            format!("{hour}:{minute} \\text{{ AM}}"),
        )
    },
    |a, b, _, _| {
        let day = a % 28 + 1;
        let month = ["March", "May", "August"][b.rem_euclid(3) as usize];
        triple(
            format!("\\text{{{month} {day}}}"),
            format!("\\text{{{day} {month}}}"),
            format!("\\text{{{month} {}}}", day + 1),
        )
    },
];

fn answers() -> impl Strategy<Value = (usize, Triple)> {
    (0..KINDS.len(), 1i64..40, 1i64..40, 1i64..40, 2i64..10)
        .prop_map(|(kind, a, b, c, k)| (kind, KINDS[kind](a, b, c, k)))
}

fn outcome(gold: &str, answer: &str) -> Outcome {
    verify(gold, &format!("\\boxed{{{answer}}}")).outcome
}

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(600), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_kind_of_answer_is_known_in_another_spelling((kind, triple) in answers()) {
        prop_assert_eq!(outcome(&triple.gold, &triple.same), Outcome::Correct, "{} {} | {}", kind, triple.gold, triple.same);
        prop_assert_eq!(outcome(&triple.same, &triple.gold), Outcome::Correct, "{} {} | {}", kind, triple.same, triple.gold);
    }

    #[test]
    fn no_kind_of_answer_is_taken_for_another((kind, triple) in answers()) {
        prop_assert_ne!(outcome(&triple.gold, &triple.other), Outcome::Correct, "{} {} | {}", kind, triple.gold, triple.other);
        prop_assert_ne!(outcome(&triple.other, &triple.gold), Outcome::Correct, "{} {} | {}", kind, triple.other, triple.gold);
    }
}
