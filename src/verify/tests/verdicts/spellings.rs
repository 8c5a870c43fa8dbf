//! Spellings of answers that stand for the same: labels, blanks, bases, commas, words, fractional parts.

use gradatim_verify::{Outcome, compare, verify};

use Outcome::{Correct, NoAnswer, Undecided, Wrong};

/// Checks each pair boxed and bare, both ways round where the outcome does not rest on which is the gold answer.
fn check(outcome: Outcome, pairs: &[(&str, &str)]) {
    let mut surprises = Vec::new();
    for (gold, answer) in pairs {
        let boxed = verify(gold, &format!("So it is $\\boxed{{{answer}}}$."));
        let bare = compare(gold, answer);
        for verdict in [boxed, bare] {
            if verdict.outcome != outcome {
                surprises.push(format!("{gold} | {answer}: {verdict:?}"));
            }
        }
    }
    assert!(
        surprises.is_empty(),
        "not {outcome}:\n{}",
        surprises.join("\n")
    );
}

/// Each pair with its sides changed.
fn turned<'t>(pairs: &[(&'t str, &'t str)]) -> Vec<(&'t str, &'t str)> {
    pairs
        .iter()
        .map(|(gold, answer)| (*answer, *gold))
        .collect()
}

#[test]
fn digits_of_a_base_may_be_small_letters() {
    let same = [
        ("2A_{16}", "2a_{16}"),
        ("FF_{16}", "ff_{16}"),
        ("1B3_{12}", "1b3_{12}"),
        ("2A_{16}", "(2a)_{16}"),
        ("\\text{2A}_{16}", "2a_{16}"),
        ("dead_{16}", "DEAD_{16}"),
    ];
    check(Correct, &same);
    check(Correct, &turned(&same));
    check(
        Wrong,
        &[
            ("2A_{16}", "2b_{16}"),
            ("3a_{16}", "2A_{16}"),
            ("ff_{16}", "FE_{16}"),
        ],
    );
    check(
        Undecided,
        &[("2a_{16}", "42"), ("42", "2a_{16}"), ("2A_{16}", "42")],
    );
    // A term of a sequence.
    check(Wrong, &[("2a_{16}", "3a_{16}")]);
    check(Correct, &[("2a_{16}", "a_{16} + a_{16}")]);
}

#[test]
fn a_label_in_the_box_says_nothing() {
    check(
        Correct,
        &[
            ("23", "Answer: 23"),
            ("23", "\\text{Answer: }23"),
            ("23", "\\textbf{Answer:} 23"),
            ("23", "\\text{Answer: 23}"),
            ("\\frac{1}{2}", "\\text{Final Answer: } \\frac12"),
            ("Answer: 23", "23"),
            ("x = 3", "Answer: x = 3"),
            ("23", "答案：23"),
        ],
    );
    check(Wrong, &[("23", "Answer: 24"), ("23", "\\text{Answer: }24")]);
    check(Correct, &[("2:3", "2:3"), ("C", "Answer: C")]);
}

#[test]
fn a_blank_at_the_end_of_an_answer_says_nothing() {
    check(
        Correct,
        &[
            ("23", "23\\ "),
            ("23", "23\\,"),
            ("23", "23~"),
            ("23", "23\\;."),
            ("\\frac{1}{2}", "\\frac{1}{2}\\quad"),
            ("(1, 2)", "(1, 2)\\ "),
            ("23\\ ", "23"),
            ("x + 1", "x + 1 \\!"),
        ],
    );
    check(Wrong, &[("23", "24\\ "), ("23", "24\\,")]);
}

#[test]
fn a_comma_in_braces_is_a_decimal_point_where_the_other_side_has_one() {
    let same = [
        ("7.5", "7{,}5"),
        ("0.25", "0{,}25"),
        ("\\frac{15}{2}", "7{,}5"),
        ("-3.75", "-3{,}75"),
        ("7,5", "7{,}5"),
    ];
    check(Correct, &same);
    check(Correct, &turned(&same));
    check(
        Correct,
        &[("1000", "1{,}000"), ("1234567", "1{,}234{,}567")],
    );
    check(
        Wrong,
        &[
            ("7.5", "7{,}6"),
            ("75", "7{,}5"),
            ("1001", "1{,}000"),
            ("7", "7{,}5"),
        ],
    );
    // Thousands, or decimals: no point says which.
    check(Undecided, &[("1.234", "1{,}234"), ("1{,}234", "1.234")]);
}

#[test]
fn numbers_in_words_are_numbers() {
    check(
        Correct,
        &[
            ("100", "one hundred"),
            ("100", "\\text{a hundred}"),
            ("105", "one hundred and five"),
            ("365", "\\text{three hundred sixty-five}"),
            ("2024", "two thousand twenty-four"),
            ("1500", "fifteen hundred"),
            ("1000000", "one million"),
            ("one hundred", "100"),
            ("-12", "negative twelve"),
            ("2.5", "two point five"),
            ("\\frac{3}{4}", "three quarters"),
            ("twenty-one", "21"),
        ],
    );
    check(
        Wrong,
        &[
            ("100", "one hundred and one"),
            ("365", "three hundred sixty-four"),
            ("1000", "one hundred"),
        ],
    );
    let said = |gold, response| verify(gold, response).outcome;
    assert_eq!(said("100", "The answer is one hundred."), Correct);
    assert_ne!(said("100", "The answer is one hundred and five."), Correct);
    assert_ne!(
        said("100", "There are one hundred and five of them."),
        Correct
    );
    assert_ne!(said("5", "The answer is one hundred and five."), Correct);
}

#[test]
fn braces_are_a_fractional_part_where_the_other_side_rounds_down() {
    let same = [
        ("\\{x\\}", "x - \\lfloor x \\rfloor"),
        ("\\{2x+1\\}", "2x - \\lfloor 2x \\rfloor"),
        ("2\\{x\\}", "2x - 2\\lfloor x \\rfloor"),
        ("\\frac{\\{x\\}}{3}", "\\frac{x - \\lfloor x \\rfloor}{3}"),
        (
            "\\{x\\} + \\{y\\}",
            "x + y - \\lfloor x \\rfloor - \\lfloor y \\rfloor",
        ),
    ];
    for (gold, answer) in same {
        for (gold, answer) in [(gold, answer), (answer, gold)] {
            let outcome = compare(gold, answer).outcome;
            assert_ne!(outcome, Wrong, "{gold} | {answer}");
        }
    }
    check(Correct, &same[..1]);
    check(Correct, &turned(&same[..1]));
    check(Correct, &same[3..]);
    for (gold, answer) in [
        ("\\{x\\}", "x + \\lfloor x \\rfloor"),
        ("\\{x\\}", "\\lfloor x \\rfloor"),
    ] {
        assert_ne!(compare(gold, answer).outcome, Correct, "{gold} | {answer}");
    }
    check(Correct, &[("\\{x\\}", "\\{ x \\}"), ("\\{1\\}", "\\{1\\}")]);
}

#[test]
fn tags_of_thinking_may_be_escaped() {
    for (response, outcome) in [
        (
            "&lt;think&gt;\\boxed{4}? No.&lt;/think&gt;It is \\boxed{5}.",
            Correct,
        ),
        ("\\boxed{4}?&lt;/think&gt;It is \\boxed{5}.", Correct),
        ("&lt;think&gt;It is \\boxed{5}", NoAnswer),
        (
            "\\u003cthink\\u003e\\boxed{4}\\u003c/think\\u003e\\boxed{5}",
            Correct,
        ),
        (
            "&lt;think&gt;\\boxed{5}&lt;/think&gt;It is \\boxed{6}.",
            Wrong,
        ),
    ] {
        assert_eq!(verify("5", response).outcome, outcome, "{response}");
    }
}
