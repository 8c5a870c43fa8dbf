//! Verdicts, from the two texts to the outcome.

use gradatim_verify::{
    Options, Outcome, Parts, Reason, Thinking, compare, split_thinking, verify, verify_parts,
};

fn check(gold: &str, response: &str, outcome: Outcome) {
    let verdict = verify(gold, response);
    assert_eq!(
        verdict.outcome, outcome,
        "gold {gold:?}, response {response:?}: {verdict:?}"
    );
}

fn check_answers(outcome: Outcome, pairs: &[(&str, &str)]) {
    let boxed = |answer| format!("So it is $\\boxed{{{answer}}}$.");
    let mut surprises = Vec::new();
    for (gold, answer) in pairs {
        let verdict = verify(gold, &boxed(answer));
        if verdict.outcome != outcome {
            surprises.push(format!(
                "{gold} | {answer}: {} {}",
                verdict.outcome, verdict.reason
            ));
        }
    }
    assert!(
        surprises.is_empty(),
        "not {outcome}:\n{}",
        surprises.join("\n")
    );
}

use Outcome::{Correct, NoAnswer, NoGold, Undecided, Wrong};

#[test]
fn numbers_are_equal_in_any_spelling() {
    check_answers(
        Correct,
        &[
            ("1/2", "0.5"),
            ("\\frac12", "\\dfrac{1}{2}"),
            ("1000", "1,000"),
            ("1000", "1{,}000"),
            ("1000", "1\\,000"),
            ("1000", "10^3"),
            ("2\\frac{1}{2}", "2.5"),
            ("2 1/2", "\\frac52"),
            ("0.\\overline{3}", "1/3"),
            ("3\\times10^{8}", "3e8"),
            ("50\\%", "0.5"),
            ("50\\%", "50"),
            ("90^\\circ", "90"),
            ("90^\\circ", "\\frac{\\pi}{2}"),
            ("\\$5", "5 \\text{ dollars}"),
            ("15\\mbox{ cm}^2", "15"),
            ("15\\text{ cm}", "0.15\\text{ m}"),
            ("\\sqrt{8}", "2\\sqrt{2}"),
            ("\\frac{1}{\\sqrt2}", "\\frac{\\sqrt2}{2}"),
            ("\\sqrt{3+2\\sqrt2}", "1+\\sqrt2"),
            ("\\log_2 8", "3"),
            ("\\binom{5}{2}", "10"),
            ("\\sin 30^\\circ", "\\frac12"),
            ("e^{i\\pi}", "-1"),
            ("1000000!", "1000000\\cdot 999999!"),
            ("2^{2005}", "2\\cdot 2^{2004}"),
            ("3.1416", "\\pi"),
            ("204_5", "204_{5}"),
            ("２", "2"),
        ],
    );
}

#[test]
fn numbers_that_differ_are_wrong() {
    check_answers(
        Wrong,
        &[
            ("1/2", "0.6"),
            ("1000", "100"),
            ("\\sqrt2", "\\sqrt3"),
            ("\\sqrt2", "1.5"),
            ("50\\%", "60"),
            ("1/2004!", "1/2006!"),
            ("1/2^{99}", "1/2^{98}"),
            ("1-\\frac1e", "1+\\frac1e"),
            ("2^{100000}+1", "2^{100000}"),
            ("16386.20", "16386.17"),
            ("\\infty", "5"),
            ("15\\text{ cm}", "15\\text{ m}"),
        ],
    );
}

#[test]
fn expressions_are_compared_as_functions() {
    check_answers(
        Correct,
        &[
            ("(x+1)^2", "x^2+2x+1"),
            ("\\frac{x+2}{7}", "\\frac{x}{7}+\\frac27"),
            ("\\tan^2 y+1", "\\sec^2 y"),
            ("2\\sin x\\cos x", "\\sin 2x"),
            ("\\ln x^2", "2\\ln x"),
            ("2^{n+1}", "2\\cdot 2^n"),
            ("\\binom{n}{2}", "\\frac{n(n-1)}{2}"),
            ("n!", "n(n-1)!"),
            ("f(x)=2x", "2x"),
            ("f(x)=2x", "f(t)=2t"),
        ],
    );
    check_answers(
        Wrong,
        &[
            ("(x+1)^2", "x^2+1"),
            ("2^n", "2^{n+1}"),
            ("x+2n+1", "x+1"),
            ("\\sin x", "\\cos x"),
        ],
    );
    check_answers(Undecided, &[("2x", "2t"), ("5", "5m")]);
}

#[test]
fn lists_tuples_and_sets_have_their_order() {
    check_answers(
        Correct,
        &[
            ("1,2,3", "3, 2, 1"),
            ("\\{1,2\\}", "2,1"),
            ("(1,2)", "\\left(1, 2\\right)"),
            ("(1,\\frac92)", "(1, 4.5)"),
            ("1\\pm\\sqrt{2}", "1+\\sqrt2, 1-\\sqrt2"),
            ("x=1, y=2", "y=2, x=1"),
            ("x=1, y=2", "(1,2)"),
            ("(x,y)=(1,2)", "x=1, y=2"),
            ("x=1\\text{ or }x=2", "1, 2"),
            ("21,16 \\text{ or } 11", "11, 16, 21"),
        ],
    );
    check_answers(
        Wrong,
        &[("1,2,3", "1,2,4"), ("(1,2)", "(2,1)"), ("1,2", "1")],
    );
}

#[test]
fn intervals_and_relations_are_sets() {
    check_answers(
        Correct,
        &[
            ("[0,1)", "0 \\le x < 1"),
            ("x > 5", "(5, \\infty)"),
            ("x > 5", "5 < x"),
            ("x < 1", "-x > -1"),
            ("x\\in[-2,7]", "-2\\le x\\le 7"),
            ("(-\\infty,1)\\cup(2,\\infty)", "x<1 \\text{ or } x>2"),
            (
                "\\mathbb{R}\\setminus\\{0\\}",
                "(-\\infty,0)\\cup(0,\\infty)",
            ),
            (
                "1\\leq|z|\\leq \\frac{3}{2}",
                "[-\\frac32,-1]\\cup[1,\\frac32]",
            ),
            ("2x+4y-3=0", "y=-\\frac12x+\\frac34"),
            ("x^2/4+y^2/3=1", "x^2/16+y^2/12=1/4"),
        ],
    );
    check_answers(
        Wrong,
        &[("[0,1)", "[0,1]"), ("x>5", "x<5"), ("[0,9)", "[0,1)")],
    );
}

#[test]
fn choices_and_words_are_told_apart() {
    check_answers(
        Correct,
        &[
            ("C", "(C)"),
            ("C", "\\text{C}"),
            ("\\text{odd}", "odd"),
            ("yes", "\\text{Yes}"),
        ],
    );
    check_answers(Wrong, &[("C", "D"), ("yes", "no"), ("odd", "even")]);
    check_answers(Undecided, &[("C", "5"), ("Evelyn", "Briana")]);
}

#[test]
fn a_doubt_is_no_verdict() {
    check_answers(Undecided, &[("n > 5", "n \\ge 6"), ("AB", "ab")]);
    check("1, 2", "(a) \\boxed{1}\n(b) \\boxed{2}", Undecided);
    check("12", "\\boxed{1 \\quad 2}", Wrong);
    check("9000", "\\boxed{\\log_{10}(10^{9000}+1)}", Undecided);
    check("1", "\\boxed{e^{10^{-300}}}", Undecided);
}

#[test]
fn no_gold_and_no_answer_are_outcomes() {
    check("", "\\boxed{4}", NoGold);
    check("proof", "\\boxed{4}", NoGold);
    check("4", "<think>\\boxed{4}", NoAnswer);
    check("4", "", NoAnswer);
}

#[test]
fn two_answers_are_compared_without_a_response_around_them() {
    assert_eq!(compare("\\frac{1}{2}", "0.5").outcome, Correct);
    assert_eq!(compare("2", "\\frac{11}{2^{20}").outcome, Wrong);
    assert_eq!(compare("1, 2", "\\boxed{2}, \\boxed{1}").outcome, Correct);
    assert_eq!(compare("7", "<think>7").outcome, Undecided);
    assert_eq!(compare("7", "  ").reason, Reason::NothingFound);
    assert_eq!(compare("proof", "7").reason, Reason::ProofGold);
}

#[test]
fn parts_that_are_known_are_not_looked_for() {
    let options = Options::default();
    let response = "<think>\\boxed{1}</think>\\boxed{2}";
    let parts = split_thinking(response);
    assert_eq!(
        verify_parts("2", response, &parts, &options),
        verify("2", response)
    );
    let all = |end| Parts {
        state: Thinking::Absent,
        thinking: 0..0,
        answer: 0..end,
    };
    let first = verify_parts("1", response, &all(16), &options);
    assert_eq!(first.outcome, Correct);
    let beyond = verify_parts("2", response, &all(1_000), &options);
    assert_eq!(beyond.outcome, NoAnswer);
}

#[test]
fn outcomes_come_back_from_their_names() {
    for outcome in Outcome::ALL {
        assert_eq!(outcome.as_str().parse(), Ok(outcome));
    }
    assert!("right".parse::<Outcome>().is_err());
}

#[test]
fn hostile_answers_end() {
    let deep = format!("{}1{}", "(".repeat(5_000), ")".repeat(5_000));
    let tower = "9^".repeat(500) + "9";
    let digits = "7".repeat(100_000);
    let fractions = "\\frac{1}{".repeat(500) + "2" + &"}".repeat(500);
    let bangs = format!("3{}", "!".repeat(300));
    for hostile in [
        deep,
        tower,
        digits,
        fractions,
        bangs,
        "9^{9^{9^9}}".into(),
        "(10^6)!".into(),
    ] {
        let verdict = verify("12", &format!("\\boxed{{{hostile}}}"));
        assert_ne!(verdict.outcome, Correct, "{}", &hostile[..20]);
        let same = verify(&hostile, &format!("\\boxed{{{hostile}}}"));
        assert_eq!(same.outcome, Correct, "{}", &hostile[..20]);
    }
}

#[test]
fn who_does_not_know_gives_no_answer() {
    for response in [
        "I don't know",
        "I don't know.",
        "I don’t know how to solve this.",
        "<think>It may be 5.</think>I don't know.",
        "So \\boxed{\\text{I don't know}}",
        "The answer is: I don't know",
        "<answer>I cannot determine the answer</answer>",
        "#### I don't know",
        "I'm sorry, but I can't solve this.",
        "No answer",
        "\\boxed{\\text{No answer.}}",
        "我不知道",
    ] {
        for gold in [
            "5",
            "\\frac{x}{2}",
            "A",
            "yes",
            "\\text{cannot be determined}",
            "\\emptyset",
        ] {
            check(gold, response, NoAnswer);
        }
        check("proof", response, NoGold);
        assert_eq!(gradatim_verify::extract(response), None, "{response}");
    }
    assert_eq!(compare("5", "I don't know").outcome, NoAnswer);
    for (gold, answer, outcome) in [
        ("\\text{no answer}", "No answer", Correct),
        (
            "\\text{cannot be determined}",
            "\\text{Cannot be determined}",
            Correct,
        ),
        ("\\text{no solution}", "\\text{no solution}", Correct),
        ("\\text{does not exist}", "\\text{DNE}", Correct),
        ("5", "\\text{no solution}", Undecided),
        ("5", "\\text{cannot be determined}", Undecided),
        ("5", "\\text{does not exist}", Undecided),
    ] {
        check(gold, &format!("\\boxed{{{answer}}}"), outcome);
        assert_eq!(compare(gold, answer).outcome, outcome, "{gold} | {answer}");
    }
    // What it does not know is not what it says.
    check("A", "I don't know whether it is A", NoAnswer);
    check("x", "I cannot determine $x$.", NoAnswer);
    check("5", "I don't know. The answer is $5$.", Correct);
    check("5", "I don't know another way, so \\boxed{5}", Correct);
}
