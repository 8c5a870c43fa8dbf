//! Rows in s1K-1.1's shape: one problem, a Gemini and a DeepSeek trajectory, each with a grade.

use serde_json::{Value, json};

use crate::sample::pool::Drawn;
use crate::sample::problem::Problem;
use crate::sample::prose::{Ending, Reply, gemini, length_above, r1};
use crate::sample::rng::Rng;
use crate::sample::truth::{self, Place, Truth};

pub(crate) const FILE: &str = "s1k/train.jsonl.gz";

/// Of a thousand rows: both right, only Gemini, only DeepSeek; in the others both are wrong.
const RIGHT: [usize; 3] = [550, 80, 170];

/// Of a thousand DeepSeek trajectories, how many stop in their thinking.
const CUT: usize = 20;

pub(crate) struct Line {
    pub(crate) bytes: Vec<u8>,
    pub(crate) row_flaw: Option<&'static str>,
    /// Without them, the line yields nothing that could be read.
    pub(crate) truths: Option<(Drawn, [Truth; 2])>,
}

/// What one of the two wrote, with its grade.
struct Side {
    reply: Reply,
    truth: Truth,
    grade: bool,
}

pub(crate) fn lines(problems: &[Drawn], rng: &mut Rng) -> Vec<Line> {
    let mut lines: Vec<Line> = problems
        .iter()
        .map(|drawn| line(drawn, None, rng))
        .collect();
    for flaw in [
        "number_for_text",
        "missing_column",
        "null_column",
        "null_column",
    ] {
        let drawn = &problems[rng.below(problems.len())];
        lines.push(line(drawn, Some(flaw), rng));
    }
    for _ in 0..8 {
        let place = rng.below(problems.len());
        lines[place].row_flaw = Some("duplicate_row");
        let (bytes, truths) = (lines[place].bytes.clone(), lines[place].truths.clone());
        lines.push(Line {
            bytes,
            truths,
            row_flaw: Some("duplicate_row"),
        });
    }
    rng.shuffle(&mut lines);
    let broken = |bytes: Vec<u8>, flaw| Line {
        bytes,
        row_flaw: Some(flaw),
        truths: None,
    };
    let half = lines[400].bytes[..700].to_vec();
    lines.insert(401, broken(half, "not_json"));
    let mut bytes = lines[800].bytes.clone();
    let quote = bytes
        .windows(4)
        .position(|w| w == b"\": \"")
        .expect("a line holds text")
        + 4;
    bytes.splice(quote..quote, [0xff, 0xfe]);
    lines.insert(801, broken(bytes, "not_utf8"));
    lines.insert(1100, broken(Vec::new(), "blank_line"));
    lines
}

fn line(drawn: &Drawn, flaw: Option<&'static str>, rng: &mut Rng) -> Line {
    let problem = &drawn.problem;
    let dice = rng.below(1000);
    let both = dice < RIGHT[0];
    let only_gemini = (RIGHT[0]..RIGHT[0] + RIGHT[1]).contains(&dice);
    let only_deepseek = (RIGHT[0] + RIGHT[1]..RIGHT.iter().sum()).contains(&dice);
    let left = side(problem, both || only_gemini, false, gemini, rng);
    let cut = !both && !only_deepseek && rng.below(200) < CUT;
    let right = side(problem, both || only_deepseek, cut, r1, rng);
    let grade = |side: &Side| json!(if side.grade { "Yes" } else { "No" });
    let mut fields = vec![
        ("solution", json!(solution(problem, rng))),
        ("question", json!(problem.statement)),
        ("cot_type", json!("math")),
        ("source_type", json!("gradatim/sample")),
        (
            "metadata",
            json!(format!(
                "{{'category': '{}', 'family': '{}'}}",
                problem.category, problem.family
            )),
        ),
        ("gemini_thinking_trajectory", json!(left.reply.thinking)),
        ("gemini_attempt", json!(left.reply.attempt)),
        ("deepseek_thinking_trajectory", json!(right.reply.thinking)),
        ("deepseek_attempt", json!(right.reply.attempt)),
        ("gemini_grade", grade(&left)),
        ("gemini_grade_reason", json!(reason(problem, &left, rng))),
        ("deepseek_grade", grade(&right)),
        ("deepseek_grade_reason", json!(reason(problem, &right, rng))),
    ];
    let mut truths = [left.truth, right.truth];
    match flaw {
        Some("number_for_text") => fields[6].1 = json!(2025),
        Some("missing_column") => drop(fields.remove(8)),
        Some("null_column") => fields[8].1 = Value::Null,
        _ => {}
    }
    match flaw {
        Some(flaw @ "number_for_text") => truths[0] = Truth::malformed(flaw),
        Some(flaw) => truths[1] = Truth::malformed(flaw),
        None => {}
    }
    Line {
        bytes: truth::object(&fields).into_bytes(),
        row_flaw: flaw,
        truths: Some((drawn.clone(), truths)),
    }
}

type Tell = fn(&Problem, Ending, usize, &mut Rng) -> Reply;

fn side(problem: &Problem, right: bool, cut: bool, tell: Tell, rng: &mut Rng) -> Side {
    let slip = (!right).then(|| &problem.slips[rng.below(problem.slips.len())]);
    let value = slip.map_or(&problem.answer, |slip| &slip.answer);
    let (written, boxed) = match rng.below(100) {
        0..9 if right => value.respell(problem.unit, rng),
        _ => ("plain", value.latex()),
    };
    let ending = Ending {
        slip,
        boxed: Some(&boxed),
    };
    let target = length_above(if cut { 50 } else { 0 }, rng);
    let mut reply = tell(problem, ending, target, rng);
    if cut {
        let kept = reply.thinking.chars().count() * (45 + rng.below(45)) / 100;
        reply.thinking = reply.thinking.chars().take(kept).collect();
        reply.attempt = String::new();
        let truth = Truth {
            truth: "cut",
            written: "none",
            boxed: None,
            flaw: None,
        };
        return Side {
            reply,
            truth,
            grade: false,
        };
    }
    // The judge errs now and then, more often where the spelling differs.
    let errs = rng.below(1000) < if written == "plain" { 8 } else { 80 };
    let flaw = errs.then_some(if right {
        "recorded_wrong"
    } else {
        "recorded_right"
    });
    let truth = Truth {
        truth: if right { "right" } else { "wrong" },
        written,
        boxed: Some(boxed),
        flaw,
    };
    Side {
        reply,
        truth,
        grade: right != errs,
    }
}

/// The short answer, or a sentence that ends in it.
fn solution(problem: &Problem, rng: &mut Rng) -> String {
    let answer = problem.answer.latex();
    match rng.below(6) {
        0..3 => answer,
        3 => format!("${answer}$"),
        4 => format!(
            "{} The answer is ${answer}$.",
            problem.steps[problem.steps.len() - 1].body
        ),
        _ => format!(
            "{} So the answer is $\\boxed{{{answer}}}$.",
            problem.steps[problem.steps.len() - 1].body
        ),
    }
}

fn reason(problem: &Problem, side: &Side, rng: &mut Rng) -> String {
    let gold = problem.answer.latex();
    let found = side.truth.boxed.as_deref().unwrap_or("nothing");
    match (side.grade, rng.below(2)) {
        (true, 0) => {
            format!("The attempt arrives at {found}, which matches the reference {gold}.\n\nYes")
        }
        (true, _) => format!(
            "Reference answer: {gold}. Final answer of the attempt: {found}. They are equivalent.\n\nYes"
        ),
        (false, 0) => format!("The reference is {gold}, but the attempt ends with {found}.\n\nNo"),
        (false, _) => format!(
            "The attempt gives {found} where {gold} is expected, so it is not accepted.\n\nNo"
        ),
    }
}

pub(crate) fn truth_lines(line: &Line, row: usize) -> Vec<String> {
    let place = |generation, style| Place {
        file: FILE,
        row,
        generation,
        style,
        row_flaw: line.row_flaw,
        problem_number: line.truths.as_ref().map(|truths| truths.0.number),
    };
    let Some((drawn, [left, right])) = &line.truths else {
        let flaw = line.row_flaw.expect("a line without truths is broken");
        return vec![truth::line(
            &place(None, "none"),
            None,
            &Truth::malformed(flaw),
        )];
    };
    vec![
        truth::line(&place(Some(0), "gemini"), Some(&drawn.problem), left),
        truth::line(&place(Some(1), "r1"), Some(&drawn.problem), right),
    ]
}
