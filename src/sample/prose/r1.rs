//! R1's manner: first person, aloud, doubting and going back.

use super::{Draft, Ending, Reply, capital, done, noticed, reached};
use crate::sample::problem::Problem;
use crate::sample::rng::Rng;

/// A reply of about `target` characters; its thinking is without the tags.
pub(crate) fn r1(problem: &Problem, ending: Ending, target: usize, rng: &mut Rng) -> Reply {
    let attempt = attempt(problem, ending, target, rng);
    let thinking = thinking(
        problem,
        ending,
        target.saturating_sub(attempt.chars().count()),
        rng,
    );
    let (thinking, attempt) = match rng.below(10) {
        0..4 => (thinking.replace('×', "*"), attempt.replace('×', "*")),
        4..6 => (thinking.replace("^2", "²").replace("^3", "³"), attempt),
        _ => (thinking, attempt),
    };
    Reply { thinking, attempt }
}

/// Places of the parts; the steps stand between, at `STEP` times their number.
const STEP: usize = 1000;
const END: usize = 1_000_000;

fn thinking(problem: &Problem, ending: Ending, target: usize, rng: &mut Rng) -> String {
    let steps = done(problem, ending);
    let mut draft = Draft::new();
    draft.tell(0, opening(problem, rng));
    for (number, step) in steps.iter().enumerate() {
        let lead = lead(number, &step.title, rng);
        draft.tell(STEP * (number + 1), format!("{lead}{}", step.body));
    }
    if let Some(slip) = ending.slip {
        draft.tell(STEP * (steps.len() + 1), said_with(&AND, &slip.body, rng));
    }
    draft.tell(END, conclusion(problem, ending, rng));

    draft.fill(extras(problem, ending, rng), target, rng);
    for round in 1..5 {
        if draft.length + 200 > target {
            break;
        }
        draft.fill_in_order(again(problem, ending, round, rng), target);
    }
    draft.text("\n\n")
}

impl Draft {
    /// As `fill`, but what is left out is the end.
    fn fill_in_order(&mut self, pool: Vec<(usize, String)>, target: usize) {
        for (place, text) in pool {
            if self.length + text.chars().count() / 2 < target {
                self.tell(place, text);
            }
        }
    }
}

const AND: [&str; 6] = ["Now. ", "So then: ", "", "Okay. ", "Hmm, okay. ", "Right. "];

fn said_with(leads: &[&str], text: &str, rng: &mut Rng) -> String {
    format!("{}{text}", rng.pick(leads))
}

fn opening(problem: &Problem, rng: &mut Rng) -> String {
    let (asks, known) = (&problem.asks, &problem.known);
    match rng.below(9) {
        0 => format!("Okay, so I need to find {asks}. I have {known}."),
        1 => format!("Alright, let me work out {asks}. Given are {known}."),
        2 => format!("Okay, let's see. The question is about {asks}, and what I know is: {known}."),
        3 => format!("Hmm, so I want {asks}. Let me start by writing down what is given: {known}."),
        4 => format!(
            "Okay, so the problem is to find {asks}. Let me read it again to be sure. I have {known}. Got it."
        ),
        5 => format!("First, I should understand what is wanted: {asks}. The data are {known}."),
        6 => format!(
            "Alright, so I have to figure out {asks} from {known}. Let me think step by step."
        ),
        7 => format!("So, I am given {known}. I need {asks}. Let me think about how to start."),
        _ => format!(
            "Let me think. I'm looking for {asks}. What do I have? {}.",
            capital(known)
        ),
    }
}

fn lead(number: usize, title: &str, rng: &mut Rng) -> String {
    match (number, rng.below(9)) {
        (0, 0..4) => format!("First, let me {title}. "),
        (0, 4..7) => format!("I'll start like this: {title}. "),
        (_, 0) => format!("Now let me {title}. "),
        (_, 1) => format!("Next, I should {title}. "),
        (_, 2) => "Okay. ".into(),
        (_, 3) => "Hmm, okay. ".into(),
        (_, 4) => format!("The next thing to do is to {title}. "),
        (_, 5) => "So. ".into(),
        (_, 6) => format!("Then I can {title}. "),
        _ => String::new(),
    }
}

fn conclusion(problem: &Problem, ending: Ending, rng: &mut Rng) -> String {
    let (asks, value) = (&problem.asks, reached(problem, ending));
    let end = match rng.below(7) {
        0 => format!("So {asks}: {value}. I'm fairly confident about that."),
        1 => format!("Therefore the answer should be {value}."),
        2 => format!("So the answer is {value}. That seems right."),
        3 => format!("Okay, so I get {value}. I think that is the answer."),
        4 => format!("Putting it all together, I get {value} for {asks}."),
        5 => format!("Thus, the final answer is {value}."),
        _ => format!("Alright, that settles it: {value}."),
    };
    match ending.boxed {
        Some(boxed) if rng.chance(15) => format!("{end}\n\n**Final Answer**\n\\boxed{{{boxed}}}"),
        _ => end,
    }
}

/// All that can be said beyond the steps.
fn extras(problem: &Problem, ending: Ending, rng: &mut Rng) -> Vec<(usize, String)> {
    let steps = done(problem, ending);
    let mut pool = Vec::new();
    let titles: Vec<&str> = steps.iter().map(|step| step.title.as_str()).collect();
    if let [first, .., last] = titles[..] {
        pool.push((10, match rng.below(3) {
            0 => format!("Let me break this down into parts. First, {}. In the end, {last}.", titles[..titles.len() - 1].join("; then "),),
            1 => format!("Here is a plan: {}.", titles.join(", then ")),
            _ => format!("Working backwards from the goal: in the end I have to {last}. To get there I need to {first} before. So that is where I start."),
        }));
    }
    for look in &problem.looks {
        let lead = [
            "Let me look at a simple case first. ",
            "Before going on, let me get a feeling for it. ",
            "Hmm, let me just try something first. ",
            "Let me see what I have. ",
        ];
        pool.push((20, said_with(&lead, look, rng)));
    }
    for slip in noticed(problem, ending) {
        let place = STEP * (slip.after + 1) - 5;
        pool.push((place, backtrack(slip, rng)));
    }
    for (number, step) in steps.iter().enumerate() {
        for (which, op) in step.ops.iter().enumerate() {
            for way in op.ways() {
                pool.push((
                    STEP * (number + 1) + 10 + which,
                    recheck(&op.claim(), &way, rng),
                ));
            }
        }
    }
    if ending.slip.is_none() {
        for check in &problem.checks {
            let lead = [
                "Let me verify this. ",
                "Let me check the result. ",
                "Wait, let me make sure that this is right. ",
                "To be safe, let me verify. ",
                "Let me double-check with a different test. ",
                "Does that make sense? ",
            ];
            let tail = [
                "",
                " Good.",
                " That matches.",
                " So it checks out.",
                " Great, consistent.",
            ];
            pool.push((
                END - 500,
                format!("{}{check}{}", rng.pick(&lead), rng.pick(&tail)),
            ));
        }
        for other in &problem.others {
            let lead = [
                "Alternatively, there is another way to see it. ",
                "Alternatively, I could do it differently. ",
                "Another approach, just to be sure. ",
                "Hmm, is there a different way? Yes. ",
            ];
            let tail = [
                "",
                " Same answer.",
                " So both approaches agree.",
                " That gives the same.",
            ];
            pool.push((
                END - 300,
                format!("{}{other}{}", rng.pick(&lead), rng.pick(&tail)),
            ));
        }
    } else {
        pool.push((END - 300, format!("Is that plausible? I used {}, and the question was about {}. I think nothing is missing.", problem.known, problem.asks)));
    }
    pool.push((
        15,
        format!(
            "Wait, let me read the problem once more. It is about {}, and given are {}. Right.",
            problem.asks, problem.known
        ),
    ));
    pool
}

fn backtrack(slip: &crate::sample::problem::Slip, rng: &mut Rng) -> String {
    let value = match rng.below(14) {
        0 => format!("\\boxed{{{}}}", slip.answer.latex()),
        _ => slip.answer.plain(),
    };
    let doubt = rng.pick(&[
        "Wait, that can't be right.",
        "Wait, no.",
        "Hmm, hold on.",
        "Wait, I made a mistake here.",
        "But wait.",
        "Hmm, that doesn't look right.",
        "Actually, no.",
    ]);
    let back = rng.pick(&[
        "Let me go back and do it properly.",
        "So I have to redo this part.",
        "Let me correct that.",
        "Okay, back to where I was.",
        "So scratch that.",
        "",
    ]);
    let start = rng.pick(&[
        "My first idea: ",
        "Maybe it is simple. ",
        "Hmm, let me think. ",
        "",
        "I might try it like this. ",
    ]);
    format!(
        "{start}{} Then the result would be {value}.\n\n{doubt} {} {back}",
        slip.body, slip.mend
    )
    .trim_end()
    .to_string()
}

fn recheck(claim: &str, way: &str, rng: &mut Rng) -> String {
    match rng.below(10) {
        0 => format!("Wait, let me double-check {claim}. {way} Good."),
        1 => format!("Let me check {claim}. {way}"),
        2 => format!("Hmm, {claim}, is that right? {way} Yes."),
        3 => format!("Just to be sure about {claim}: {way}"),
        4 => format!("Let me verify that {claim}. {way} Okay."),
        5 => format!("Wait, is {claim}? {way} Yes, it is."),
        6 => format!("I should be careful with {claim}. {way} Fine."),
        7 => format!("({claim}, since: {way})"),
        8 => format!("Let me recompute {claim} to be safe. {way} That matches."),
        _ => format!("Checking {claim}: {way} Correct."),
    }
}

const AGAIN: [&str; 5] = [
    "Let me go over everything once more to be sure.",
    "Hmm, I want to be really certain here, so let me go through all of it again, slowly.",
    "Wait, before I finish, let me retrace every step.",
    "Let me write it all down again from the beginning, without skipping anything.",
    "I keep second-guessing myself, so one more pass through the whole argument.",
];

/// The derivation once more, after everything else has been said.
fn again(problem: &Problem, ending: Ending, round: usize, rng: &mut Rng) -> Vec<(usize, String)> {
    let start = END - 300 + 40 * round;
    let opening = AGAIN[(problem.statement.len() + round) % AGAIN.len()];
    let mut pool = vec![(start, opening.to_string())];
    for step in done(problem, ending) {
        let lead = match rng.below(5) {
            0 => format!("I had to {}. ", step.title),
            1 => "Again: ".to_string(),
            2 => format!("Did I {} correctly? ", step.title),
            3 => "Okay, this part. ".to_string(),
            _ => String::new(),
        };
        let tail = rng.pick(&[
            "",
            " Yes.",
            " That still holds.",
            " Nothing wrong with that.",
            " Okay.",
        ]);
        pool.push((start + 1, format!("{lead}{}{tail}", step.body)));
        for op in &step.ops {
            let ways = op.ways();
            if !ways.is_empty() && rng.chance(60) {
                pool.push((start + 1, recheck(&op.claim(), &rng.one_of(&ways), rng)));
            }
        }
    }
    match ending.slip {
        Some(slip) => pool.push((start + 2, slip.body.clone())),
        None => pool.extend(
            problem
                .checks
                .iter()
                .map(|check| (start + 2, format!("And the test again: {check}"))),
        ),
    }
    pool
}

/// What R1 writes after the thinking.
fn attempt(problem: &Problem, ending: Ending, target: usize, rng: &mut Rng) -> String {
    let steps = done(problem, ending);
    let slip = ending.slip.map(|slip| slip.body.as_str());
    let bodies: Vec<&str> = steps
        .iter()
        .map(|step| step.body.as_str())
        .chain(slip)
        .collect();
    let value = reached(problem, ending);
    let Some(boxed) = ending.boxed else {
        return format!("{} So the answer is {value}.", bodies[bodies.len() - 1]);
    };
    let boxed = format!("\\boxed{{{boxed}}}");
    let style = if target < 1000 {
        3 + rng.below(2)
    } else {
        rng.below(5)
    };
    match style {
        0 => {
            let lines: Vec<String> = bodies
                .iter()
                .zip(1..)
                .map(|(body, number)| format!("{number}. {body}"))
                .collect();
            format!(
                "To find {}, we proceed as follows:\n\n{}\n\nThus, the answer is {boxed}.",
                problem.asks,
                lines.join("\n")
            )
        }
        1 => format!(
            "**Solution**\n\n{}\n\n**Final Answer**\n\\[\n{boxed}\n\\]",
            bodies.join(" ")
        ),
        2 => {
            let titles = steps
                .iter()
                .map(|step| capital(&step.title))
                .chain(slip.map(|_| "Finish".to_string()));
            let parts: Vec<String> = titles
                .zip(&bodies)
                .map(|(title, body)| format!("**{title}:**\n{body}"))
                .collect();
            format!(
                "{}\n\nThe final answer is \\({boxed}\\).",
                parts.join("\n\n")
            )
        }
        3 => format!("{}\n\n{boxed}", bodies[bodies.len() - 1]),
        _ => format!("{}\n\nThe answer is ${boxed}$.", bodies[bodies.len() - 1]),
    }
}
