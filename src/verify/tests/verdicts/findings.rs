//! What is found in prose: stated answers decide, pieces of other statements do not, and what comes later
//! counts.

use gradatim_verify::{Outcome, Thinking, compare, split_thinking, verify};

/// Sentences that state a number.
const STATED: [&str; 34] = [
    "The answer is {}.",
    "**Answer:** {} cm",
    "So x + y = {}",
    "#### {}",
    "<answer>{}</answer>",
    "Answer: {} birds are now in the yard.",
    "Thus, there are **{}** divisors.",
    "Final answer: {} square units",
    "The answer is {}, as required.",
    "The answer is {} because geometry proves it",
    "The total is {} clips, altogether.",
    "He gives away some, so he has {} left.",
    "Erin has {} lollipops left",
    "Thus, Pam pays ${}$ more than Susan.",
    "It is not 1 but more: the answer is {}.",
    "所以一共有 {} 种不同的方法。",
    "The answer is $\\boxed{{}}$.",
    "{\"reasoning\": \"3*4\", \"answer\": {}}",
    "Action: Finish[{}]",
    "The result is therefore {}.",
    "x = {}",
    "{}",
    "\\boxed{{}}\n\nIt is wrong to think that 8 works.",
    "\\boxed{{}}\n\nThis is not a trivial result.",
    "\\boxed{{}}. (It is not possible to do better.)",
    "The number of those that are not prime is \\boxed{{}}.",
    "{'answer': '{}'}",
    "{\"result\": {}}",
    "The answer is {} because 2 * 3 = 6",
    "So we get v = {} g/cm^3",
    "The value is {} J/(mol·K).",
    "Die Antwort ist {}.",
    "정답: {}",
    "Our final answer is ${}$!",
];

/// Sentences in which a number is a piece of something else.
const PIECES: [&str; 66] = [
    "The answer is not {}.",
    "The answer isn't {}.",
    "I do not think the answer is {}.",
    "It is at least {}.",
    "The answer is no more than {}.",
    "The answer is more than {}.",
    "The answer is {} or more.",
    "The answer lies between 2 and {}.",
    "The answer is either 2 or {}.",
    "The answer is the square root of {}.",
    "The answer is log {}.",
    "The answer is ln({}).",
    "The answer is {} squared.",
    "The answer is {} times the radius",
    "The answer is {} for odd n.",
    "The answer is {} if n is odd.",
    "The answer is undefined at x = {}.",
    "The answer is given in equation {}.",
    "See page {}.",
    "The answer is {} out of 900.",
    "The answer is {} and a half.",
    "The answer is {} million.",
    "The answer is minus {}.",
    "The answer is {} + t",
    "The answer is {}x",
    "The answer is 900/{}.",
    "The answer is x = 2, y = {}.",
    "Hence x > {}",
    "Thus we get y = x^{}",
    "So the angle equals pi/{}.",
    "Therefore x equals 2√{}",
    "It takes 2 hours and {} minutes",
    "The ratio is 900 to {}",
    "It is 77 in base {}.",
    "So it is divisible by {}.",
    "Is the answer {}? No.",
    "If n is even the answer is {}.",
    "The interval is [2, {}]",
    "The roots are 2 and {}",
    "I could not find the answer in under {} minutes.",
    "I do not think that it is {}",
    "My guess would be {}.",
    "The answer is unknown; my guess is {}.",
    "The answer is yes, when n = {}.",
    "The answer is {} for x < 0.",
    "The minimum value is attained at x = {}.",
    "Here we use the fact that {} is prime.",
    "where $k = {}$ was assumed.",
    "It cannot be \\boxed{{}}.",
    "The answer isn't \\boxed{{}}.",
    "\\boxed{{}} is wrong.",
    "\\boxed{{}}. Wait, that can't be right.",
    "The answer is {}. Actually, no.",
    "Answer: {}. Scratch that.",
    "**Answer:** {}\n\nHmm, that fails the check.",
    "所以不是{}。",
    "至少是{}",
    "(see reference [{}])",
    "We know that {} divides n.",
    "It has {} as a factor.",
    "Let x = {}.",
    "Assume that n = {}.",
    "One of the roots is {}.",
    "For {} we get a contradiction.",
    "I cannot determine whether it is {}.",
    "the first {} terms",
];

fn said(template: &str, number: u32) -> String {
    template.replace("{}", &number.to_string())
}

#[test]
fn a_number_that_is_stated_decides() {
    for template in STATED {
        for number in [3, 17, 451] {
            let response = said(template, number);
            let verdict = verify(&number.to_string(), &response);
            assert_eq!(verdict.outcome, Outcome::Correct, "{response}: {verdict:?}");
        }
    }
}

#[test]
fn a_number_that_is_a_piece_of_another_statement_is_never_the_answer() {
    let mut surprises = Vec::new();
    for template in PIECES {
        for number in [3, 17, 451] {
            let response = said(template, number);
            let gold = number.to_string();
            for verdict in [verify(&gold, &response), compare(&gold, &response)] {
                if verdict.outcome == Outcome::Correct {
                    surprises.push(format!("{response}: {verdict:?}"));
                }
            }
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

/// Announcements behind a box that take it back.
const LATER: [&str; 14] = [
    "Wait, that is wrong. So the answer is 9.",
    "\n\n**Answer:** 9",
    "\n\n**Final Answer**\n\n$9$",
    "\n\nFinal Answer: 9",
    "\n\nfinal answer: 9",
    "\n\nANSWER: 9",
    "\n#### 9",
    "\n<answer>9</answer>",
    "\nThe correct answer is 9.",
    " Therefore, the answer should be 9.",
    " Final result: 9",
    "\n\nMy final answer is 9.",
    "\n\nANSWER: $9$",
    "\n\n最终答案：9",
];

#[test]
fn what_is_announced_behind_a_box_counts() {
    for later in LATER {
        let response = format!("I get \\boxed{{8}}. {later}");
        assert_eq!(
            verify("9", &response).outcome,
            Outcome::Correct,
            "{response}"
        );
        assert_ne!(
            verify("8", &response).outcome,
            Outcome::Correct,
            "{response}"
        );
    }
}

#[test]
fn no_box_stands_in_for_one_that_was_cut() {
    for cut in ["\\boxed{", "\\boxed{9", "\\boxed{\\frac{17}{2", "\\boxed{}"] {
        let response = format!("First guess \\boxed{{8}}. Correcting myself: {cut}");
        assert_ne!(
            verify("8", &response).outcome,
            Outcome::Correct,
            "{response}"
        );
    }
    let echo = "You asked for the answer in \\boxed{}. The result is 12.";
    assert_eq!(verify("12", echo).outcome, Outcome::Correct);
}

#[test]
fn a_made_up_next_problem_is_not_the_one_asked() {
    for next in [
        "Question: 3+3?\nAnswer: 6",
        "Q: 3+3?\nA: 6",
        "Problem: 3+3?",
    ] {
        let response = format!("2+3=5\n#### 5\n\n{next}\n#### 6");
        assert_eq!(
            verify("5", &response).outcome,
            Outcome::Correct,
            "{response}"
        );
    }
}

#[test]
fn what_is_thought_is_no_answer() {
    for (open, close) in [
        ("<think>", "</think>"),
        ("", "</think>"),
        ("<thought>", "</thought>"),
        ("<thinking>", "</thinking>"),
        ("<reasoning>", "</reasoning>"),
        ("<seed:think>", "</seed:think>"),
        ("◁think▷", "◁/think▷"),
        ("[THINK]", "[/THINK]"),
        ("<|thinking|>", "<|/thinking|>"),
        ("<|begin_of_thought|>", "<|end_of_thought|>"),
        ("<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>"),
        ("<|channel>thought", "<channel|>"),
        (
            "<|channel|>analysis<|message|>",
            "<|end|><|start|>assistant<|channel|>final<|message|>",
        ),
        ("analysis", "assistantfinal"),
    ] {
        let response = format!("{open}Maybe \\boxed{{4}}.{close}The answer is 5.");
        assert_eq!(
            verify("5", &response).outcome,
            Outcome::Correct,
            "{response}"
        );
        assert_eq!(verify("4", &response).outcome, Outcome::Wrong, "{response}");
        if !open.is_empty() {
            let cut = format!("{open}Maybe \\boxed{{4}}.");
            assert_eq!(verify("4", &cut).outcome, Outcome::NoAnswer, "{cut}");
            assert_eq!(split_thinking(&cut).state, Thinking::Open, "{cut}");
        }
    }
    assert_eq!(
        split_thinking("analysis of the cases gives 4").state,
        Thinking::Absent
    );
}

#[test]
fn a_response_that_is_nothing_but_an_answer_is_read_whole() {
    for (gold, answer) in [
        (
            "[0, \\frac{\\pi}{4}) \\cup (\\frac{\\pi}{2}, \\pi]",
            "\\left[0, \\frac{\\pi}{4}\\right) \\cup \\left(\\frac{\\pi}{2}, \\pi\\right]",
        ),
        ("(2,1,3), (2,3,1)", "(2,3,1), (2,1,3)"),
        (
            "10 \\mathrm{ft} x 18 \\mathrm{ft}",
            "10 \\mathrm{ft} x 18 \\mathrm{ft}",
        ),
        (
            "The solution exists but is not unique.",
            "The solution exists but is not unique.",
        ),
        ("42'", "42'"),
        ("185\\", "185\\"),
        (
            "\\bigcup_{k=-\\infty}^{\\infty}(2k, 2k+1)",
            "\\displaystyle\\bigcup_{k=-\\infty}^{\\infty}\\left(2k, 2k+1\\right).",
        ),
    ] {
        assert_eq!(verify(gold, answer).outcome, Outcome::Correct, "{answer}");
        assert_eq!(compare(gold, answer).outcome, Outcome::Correct, "{answer}");
    }
}
