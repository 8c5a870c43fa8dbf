//! What must not be taken for the answer, or for another one: brackets behind a value, checks, doubting prose, and
//! signs that tell two answers apart.

use gradatim_verify::{Outcome, compare, verify};

fn outcomes(pairs: &[(&str, &str)], holds: impl Fn(Outcome) -> bool) {
    for (gold, response) in pairs {
        let verdict = verify(gold, response);
        assert!(
            holds(verdict.outcome),
            "{gold} | {response}: {:?} {:?}",
            verdict.outcome,
            verdict.extracted
        );
    }
}

fn correct(pairs: &[(&str, &str)]) {
    outcomes(pairs, |outcome| outcome == Outcome::Correct);
}

fn not_correct(pairs: &[(&str, &str)]) {
    outcomes(pairs, |outcome| outcome != Outcome::Correct);
}

#[test]
fn a_bracket_behind_a_value_says_it_again_and_multiplies_nothing() {
    correct(&[
        ("5/8", "Final answer: 5/8 (0.625)"),
        ("0.25", "Final answer: 0.25 (25%)"),
        ("24", "The answer is 24 (3 boxes)."),
        ("24", "Answer: 24 (6 × 4)"),
        ("120", "Total: 120 (5! orders)."),
        ("24", "\\boxed{24 \\text{ (3 boxes)}}"),
        ("16", "The answer is 16 (4 squared)"),
        ("24", "#### 24 (6*4)"),
        ("24", "The answer is 24 (8 each)."),
        ("8 km", "The answer is 8 km (5 miles)."),
        ("5, 6", "The answer is 5, 6 (2 values)"),
    ]);
    not_correct(&[
        ("72", "The answer is 24 (3 boxes)."),
        ("12.25", "Final answer: 3.5 (7/2)"),
        ("192", "The answer is 24 (8 each)."),
        ("72", "\\boxed{24 \\text{ (3 boxes)}}"),
    ]);
}

#[test]
fn a_bracket_that_is_a_factor_still_multiplies() {
    correct(&[
        ("3(x+2)", "The answer is 3 (x+2)"),
        ("21", "\\boxed{3(7)}"),
        ("3(4+\\sqrt2)", "The answer is 3 (4 + \\sqrt{2})"),
    ]);
}

#[test]
fn a_check_behind_the_answer_is_not_the_answer() {
    not_correct(&[
        ("36", "So $x=6$. Check: $6^2 = 36$."),
        ("15", "Thus n = 5. Verify: $1+2+3+4+5 = 15$."),
        (
            "0",
            "Hence the root is $x = 4$. Substituting: $4^2 - 16 = 0$.",
        ),
        ("144", "The number is 12. Indeed, $12^2 = 144$."),
        ("30", "6*5 = 30, thus the final answer is"),
        (
            "24",
            "First, $6\\cdot 4 = 24$. Now we subtract the rest, which gives",
        ),
    ]);
    correct(&[
        ("6", "So $x=6$."),
        ("11", "Adding, we get $4+7=11$."),
        (
            "29",
            "I checked it twice: it adds up. So the cost is indeed $29$.",
        ),
    ]);
}

#[test]
fn degrees_money_and_halves_of_a_day_are_told_apart() {
    not_correct(&[
        ("30^\\circ\\text{C}", "\\boxed{30^\\circ\\text{F}}"),
        ("35°C", "It is 35 °F."),
        ("\\$8", "The answer is 8 cents."),
        ("80 cents", "\\boxed{\\$80}"),
        ("\\$8", "\\boxed{€8}"),
        ("\\$8", "\\boxed{£8}"),
        ("4:15 PM", "The bus leaves at 4:15 AM."),
    ]);
    correct(&[
        ("30^\\circ\\text{C}", "\\boxed{30^\\circ C}"),
        ("\\$8", "\\boxed{8}"),
        ("8", "\\boxed{\\$8}"),
        ("8 dollars", "\\boxed{\\$8}"),
        ("So $4 * 2 = $<<4*2=8>>8\n#### 8", "$\\boxed{8}$ dollars"),
    ]);
}

#[test]
fn order_and_operators_are_told_apart() {
    not_correct(&[
        ("\\angle PQR", "\\boxed{\\angle PRQ}"),
        ("\\angle CAD", "\\boxed{\\angle DCA}"),
        ("TTF", "\\boxed{FTT}"),
        ("\\text{(a) 5 (b) 6}", "\\boxed{\\text{(a) 6 (b) 5}}"),
        ("(a) 5 (b) 6", "\\boxed{(a) 6 (b) 5}"),
        ("(i) 5 (ii) 6", "\\boxed{(i) 6 (ii) 5}"),
        ("q\\land r", "\\boxed{q\\lor r}"),
        ("C\\subset D", "\\boxed{D\\subset C}"),
        ("2\\to 4\\to 6", "\\boxed{6\\to 4\\to 2}"),
        ("CBA", "\\boxed{BCA}"),
        ("ECBDA", "\\boxed{ABCDE}"),
    ]);
    correct(&[
        ("\\angle PQR", "\\boxed{\\angle RQP}"),
        ("(a) 5 (b) 6", "\\boxed{(a) 5, (b) 6}"),
        ("(a) 1/2 (b) 6", "\\boxed{(a) 0.5 (b) 6}"),
        ("CD", "\\boxed{DC}"),
        ("q\\land r", "\\boxed{q\\wedge r}"),
    ]);
}

#[test]
fn a_quantity_in_two_units_is_no_list() {
    correct(&[
        (
            "100 minutes",
            "\\boxed{1 \\text{ hour and } 40 \\text{ minutes}}",
        ),
        ("4 feet and 3 inches", "\\boxed{51 \\text{ inches}}"),
    ]);
    let other = compare("90 minutes", "1 \\text{ hour and } 40 \\text{ minutes}");
    assert_ne!(other.outcome, Outcome::Correct);
}

#[test]
fn what_prose_doubts_is_no_answer() {
    for response in [
        "The incorrect answer is 8.",
        "The answer is 8? No.",
        "No one would say the answer is 8.",
        "There is no reason to believe the answer is 8.",
        "Nobody knows whether it is 8.",
        "I refuse to give the answer 8.",
        "You claimed the answer is 8.",
        "One might think the answer is 8.",
        "They say that the answer is 8, but that contradicts the premise.",
        "The textbook says the answer is 8, but I disagree.",
        "A common wrong answer is 8.",
        "It is tempting to say the answer is 8.",
    ] {
        not_correct(&[("8", response)]);
    }
    for response in [
        "I say the answer is 8.",
        "We claim the answer is 8.",
        "The correct answer is 8.",
        "So the answer is 8, but it was hard.",
    ] {
        correct(&[("8", response)]);
    }
}

#[test]
fn a_function_that_is_not_known_is_no_product() {
    let zeta = compare("\\frac{\\pi^4}{90}", "\\zeta(4)");
    assert_eq!(zeta.outcome, Outcome::Undecided);
}

#[test]
fn json_that_breaks_off_gives_no_answer() {
    not_correct(&[
        ("9", "{\"reasoning\": \"I think it is 9\", \"answ"),
        ("9", "{\"answer\": \"9"),
    ]);
}

#[test]
fn keys_of_json_are_known_in_any_case() {
    correct(&[
        ("9", "{\"Answer\": 9}"),
        ("-9", "{\"ANSWER\": -9}"),
        ("9", "{\"thinking\": \"2\", \"solution\": 9}"),
        ("9", "{\"final\": 9}"),
        ("9", "{\"reasoning\": \"in {1\", \"answer\": 9}"),
        ("9", "{\"answer\": 9, \"solution\": \"We add 4 and 5\"}"),
        ("9", "<answer>{\"answer\": 9}</answer>"),
    ]);
}
