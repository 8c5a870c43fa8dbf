//! Gemini-thinking's manner: numbered, bold headings, nobody speaking.

use super::{Draft, Ending, Reply, capital, done, noticed, reached};
use crate::sample::problem::Problem;
use crate::sample::rng::Rng;

const STEP: usize = 1000;
const END: usize = 1_000_000;

/// A reply of about `target` characters.
pub(crate) fn gemini(problem: &Problem, ending: Ending, target: usize, rng: &mut Rng) -> Reply {
    let attempt = attempt(problem, ending, rng);
    let room = target.saturating_sub(attempt.chars().count());
    let steps = done(problem, ending);
    let mut draft = Draft::new();
    let (asks, known) = (&problem.asks, &problem.known);
    draft.tell(
        0,
        match rng.below(3) {
            0 => {
                format!("**Understand the problem:** The problem asks for {asks}. Given: {known}.")
            }
            1 => {
                format!("**Identify the goal:** The problem asks for {asks}. The data are {known}.")
            }
            _ => format!(
                "**Analyze the question:** We are given {known}. The problem asks for {asks}."
            ),
        },
    );
    for (number, step) in steps.iter().enumerate() {
        draft.tell(
            STEP * (number + 1),
            format!("**{}:** {}", capital(&step.title), step.body),
        );
    }
    if let Some(slip) = ending.slip {
        draft.tell(
            STEP * (steps.len() + 1),
            format!("**Complete the calculation:** {}", slip.body),
        );
    }
    let value = reached(problem, ending);
    draft.tell(
        END,
        match ending.boxed {
            Some(boxed) if rng.chance(50) => {
                format!("**State the final answer:** The result is $\\boxed{{{boxed}}}$.")
            }
            _ => format!("**State the final answer:** The result is {value}."),
        },
    );
    draft.fill(extras(problem, ending, rng), room, rng);
    if draft.length + 300 < room {
        for (number, step) in steps.iter().enumerate() {
            if draft.length < room {
                draft.tell(
                    END - 50,
                    format!(
                        "**Review of step {}:** {} This is consistent with the calculation above.",
                        number + 1,
                        step.body
                    ),
                );
            }
        }
    }
    draft.paragraphs.sort_by_key(|paragraph| paragraph.0);
    for (number, (_, text)) in draft.paragraphs.iter_mut().enumerate() {
        *text = format!("{}.  {text}", number + 1);
    }
    let opening = rng.pick(&[
        "",
        "Here is a structured plan to solve the problem.\n\n",
        "The solution can be broken down into the following steps.\n\n",
        "Here's a breakdown of the reasoning:\n\n",
    ]);
    Reply {
        thinking: opening.to_string() + &draft.text("\n\n"),
        attempt,
    }
}

fn extras(problem: &Problem, ending: Ending, rng: &mut Rng) -> Vec<(usize, String)> {
    let steps = done(problem, ending);
    let mut pool = Vec::new();
    let titles: Vec<&str> = steps.iter().map(|step| step.title.as_str()).collect();
    if titles.len() > 1 {
        pool.push((
            10,
            format!(
                "**Outline the strategy:** The plan has these parts: {}.",
                titles.join("; ")
            ),
        ));
    }
    for look in &problem.looks {
        pool.push((
            20,
            format!(
                "**{}:** {look}",
                rng.pick(&[
                    "Initial observations",
                    "Explore small cases",
                    "Consider the setting"
                ])
            ),
        ));
    }
    for slip in noticed(problem, ending) {
        let place = STEP * (slip.after + 1) - 5;
        pool.push((
            place,
            format!(
                "**{}:** {} This would lead to {}.\n    *   **Correction:** {}",
                rng.pick(&["Initial attempt", "A tempting shortcut", "First approach"]),
                slip.body,
                slip.answer.plain(),
                slip.mend
            ),
        ));
    }
    for (number, step) in steps.iter().enumerate() {
        for op in &step.ops {
            let lines: Vec<String> = op
                .ways()
                .iter()
                .map(|way| format!("    *   {way}"))
                .collect();
            let heading = rng.pick(&[
                "Check of the arithmetic",
                "Detailed calculation",
                "Verification of the intermediate value",
            ]);
            pool.push((
                STEP * (number + 1) + 10,
                format!("**{heading}:** {}.\n{}", op.claim(), lines.join("\n")),
            ));
        }
    }
    if ending.slip.is_none() {
        for check in &problem.checks {
            pool.push((
                END - 500,
                format!(
                    "**{}:** Let's verify the result. {check}",
                    rng.pick(&["Verification", "Sanity check", "Check the result"])
                ),
            ));
        }
        for other in &problem.others {
            pool.push((
                END - 300,
                format!(
                    "**{}:** {other}",
                    rng.pick(&[
                        "Another method",
                        "Cross-check by a second method",
                        "Confirm with a different approach"
                    ])
                ),
            ));
        }
    }
    pool
}

fn attempt(problem: &Problem, ending: Ending, rng: &mut Rng) -> String {
    let steps = done(problem, ending);
    let value = reached(problem, ending);
    let mut parts: Vec<String> = steps
        .iter()
        .zip(1..)
        .map(|(step, number)| format!("**{number}. {}**\n{}", capital(&step.title), step.body))
        .collect();
    if let Some(slip) = ending.slip {
        parts.push(format!(
            "**{}. Complete the calculation**\n{}",
            steps.len() + 1,
            slip.body
        ));
    }
    let opening = rng.pick(&[
        "Here's how to solve the problem:\n\n",
        "Let's solve this step by step.\n\n",
        "",
    ]);
    let end = match ending.boxed {
        Some(boxed) => format!("Final Answer: The final answer is $\\boxed{{{boxed}}}$"),
        None => format!("Final Answer: The final answer is {value}."),
    };
    format!("{opening}{}\n\n{end}", parts.join("\n\n"))
}
