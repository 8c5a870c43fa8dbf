//! Rows in OpenR1-Math-220k's shape: several generations a problem, with lists of verdicts.

use crate::sample::families::CATEGORIES;
use crate::sample::pool::Drawn;
use crate::sample::problem::Problem;
use crate::sample::prose::{Ending, length_above, r1};
use crate::sample::rng::Rng;
use crate::sample::truth::Truth;

#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) drawn: Drawn,
    /// As the columns have it, which a flaw may have changed.
    pub(crate) problem: Option<String>,
    pub(crate) solution: String,
    pub(crate) answer: Option<String>,
    pub(crate) problem_type: Option<String>,
    pub(crate) question_type: &'static str,
    pub(crate) source: &'static str,
    pub(crate) uuid: Option<String>,
    pub(crate) complete: Option<Vec<bool>>,
    pub(crate) generations: Option<Vec<Option<String>>>,
    pub(crate) math_verify: Option<Vec<bool>>,
    pub(crate) llama: Option<Vec<bool>>,
    pub(crate) finish: Option<Vec<String>>,
    pub(crate) correctness_count: i64,
    pub(crate) messages: Option<Vec<(String, String)>>,
    pub(crate) truths: Vec<Truth>,
    pub(crate) flaw: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Right,
    Wrong,
    /// Stops in the middle of its thinking.
    Cut,
    /// Repeats one sentence until it is cut off.
    Loop,
    /// Repeats one sentence very often, and then ends well.
    LongLoop,
}

type Fits = fn(&Row) -> bool;
type Apply = fn(&mut Row, &mut Rng);

/// How many rows have which flaw; no row has two, nor is copied or has a twin.
const FLAWS: [(&str, usize, Fits, Apply); 14] = [
    (
        "duplicate_generation",
        25,
        |row| row.truths.len() < 4,
        duplicate_generation,
    ),
    (
        "loop",
        22,
        |row| row.truths.len() < 4,
        |row, rng| add(row, Kind::Loop, rng),
    ),
    (
        "long_loop",
        6,
        |row| row.truths.len() < 4,
        |row, rng| add(row, Kind::LongLoop, rng),
    ),
    (
        "recorded_right",
        60,
        |row| row.truths.iter().any(|t| t.truth == "wrong"),
        recorded_right,
    ),
    (
        "short_verdicts",
        15,
        |row| row.truths.len() > 1,
        short_verdicts,
    ),
    ("null_verdicts", 10, |_| true, null_verdicts),
    (
        "null_generations",
        6,
        |_| true,
        |row, _| no_generations(row, None),
    ),
    (
        "empty_generations",
        6,
        |_| true,
        |row, _| no_generations(row, Some(Vec::new())),
    ),
    (
        "null_generation",
        6,
        |row| row.truths.len() < 4,
        |row, _| add_malformed(row, None),
    ),
    (
        "empty_generation",
        6,
        |row| row.truths.len() < 4,
        |row, _| add_malformed(row, Some("".into())),
    ),
    ("null_problem", 4, |_| true, |row, _| row.problem = None),
    ("null_answer", 6, |_| true, |row, _| no_answer(row, None)),
    ("proof_answer", 8, |_| true, proof_answer),
    (
        "null_problem_type",
        12,
        |_| true,
        |row, _| row.problem_type = None,
    ),
];

const DUPLICATE_ROWS: usize = 30;
const WHITE_SPACE_TWINS: usize = 15;
const NFD_TWINS: usize = 12;

pub(crate) fn rows(problems: &[Drawn], rng: &mut Rng) -> Vec<Row> {
    let mut rows: Vec<Row> = problems.iter().map(|drawn| row(drawn, rng)).collect();
    judge_more(&mut rows, rng);

    let mut order: Vec<usize> = (0..rows.len()).collect();
    rng.shuffle(&mut order);
    for (name, count, fits, apply) in FLAWS {
        for _ in 0..count {
            let row = victim(&rows, &mut order, fits);
            apply(&mut rows[row], rng);
            rows[row].flaw = Some(name);
            settle(&mut rows[row]);
        }
    }
    let mut more = Vec::new();
    for _ in 0..DUPLICATE_ROWS {
        let place = victim(&rows, &mut order, |_| true);
        rows[place].flaw = Some("duplicate_row");
        more.push(rows[place].clone());
    }
    for _ in 0..WHITE_SPACE_TWINS {
        let place = victim(&rows, &mut order, |_| true);
        more.push(twin(&mut rows[place], "white_space_twin", spaced, rng));
    }
    for _ in 0..NFD_TWINS {
        let place = victim(&rows, &mut order, |row| {
            decomposed(&row.drawn.problem.statement) != row.drawn.problem.statement
        });
        more.push(twin(
            &mut rows[place],
            "nfd_twin",
            |text, _| decomposed(text),
            rng,
        ));
    }
    rows.extend(more);
    rng.shuffle(&mut rows);
    rows
}

/// The next row in `order` that a flaw fits, taken out of it.
fn victim(rows: &[Row], order: &mut Vec<usize>, fits: fn(&Row) -> bool) -> usize {
    let at = order
        .iter()
        .position(|&row| fits(&rows[row]))
        .expect("there are more rows than flaws");
    order.remove(at)
}

fn row(drawn: &Drawn, rng: &mut Rng) -> Row {
    let problem = &drawn.problem;
    let finish_known = rng.chance(50);
    let mut row = Row {
        problem: Some(problem.statement.clone()),
        solution: solution(problem, rng),
        answer: Some(problem.answer.latex()),
        problem_type: Some(problem.category.to_string()),
        question_type: if matches!(problem.answer, crate::sample::answer::Answer::Choice(..)) {
            "MCQ"
        } else {
            "math-word-problem"
        },
        source: source(problem.category, rng),
        uuid: (!rng.chance(1)).then(|| uuid(rng)),
        complete: Some(Vec::new()),
        generations: Some(Vec::new()),
        math_verify: Some(Vec::new()),
        llama: None,
        finish: finish_known.then(Vec::new),
        correctness_count: 0,
        messages: None,
        truths: Vec::new(),
        flaw: None,
        drawn: drawn.clone(),
    };
    for kind in kinds(rng) {
        add(&mut row, kind, rng);
    }
    // Where Math-Verify missed a right answer, the judge was asked, though not always.
    let missed = missed(&row);
    if missed && rng.chance(92) {
        judge(&mut row);
    } else if missed {
        for place in 0..row.truths.len() {
            let recorded = row
                .math_verify
                .as_ref()
                .is_some_and(|verdicts| verdicts[place]);
            if row.truths[place].truth == "right" && !recorded {
                row.truths[place].flaw = Some("recorded_wrong");
            }
        }
    }
    settle(&mut row);
    row
}

/// Two right generations for most problems, as the paired controls need them.
fn kinds(rng: &mut Rng) -> Vec<Kind> {
    let right = match rng.below(1000) {
        0..12 => 0,
        12..95 => 1,
        95..975 => 2,
        975..995 => 3,
        _ => 4,
    };
    let bad: usize = match rng.below(100) {
        0..62 => 0,
        62..94 => 1,
        _ => 2,
    };
    let bad = bad.clamp(usize::from(right == 0), 4 - right);
    let mut kinds = vec![Kind::Right; right];
    kinds.extend((0..bad).map(|_| {
        if rng.chance(22) {
            Kind::Cut
        } else {
            Kind::Wrong
        }
    }));
    rng.shuffle(&mut kinds);
    kinds
}

/// Adds a generation of this kind with its verdicts.
fn add(row: &mut Row, kind: Kind, rng: &mut Rng) {
    let lengths: Vec<usize> = row
        .generations
        .iter()
        .flatten()
        .flatten()
        .map(|text| text.chars().count())
        .collect();
    let (text, truth) = loop {
        let (text, truth) = generation(&row.drawn.problem, kind, rng);
        // Of different lengths, so that one of them is the longer one.
        if lengths
            .iter()
            .all(|length| length.abs_diff(text.chars().count()) > 40)
        {
            break (text, truth);
        }
    };
    let finished = !matches!(kind, Kind::Cut | Kind::Loop);
    let right = truth.truth == "right";
    let recorded = right
        && match truth.written {
            "plain" => !rng.chance(1),
            "unboxed" => rng.chance(30),
            _ => rng.chance(65),
        };
    row.complete.get_or_insert_default().push(finished);
    row.generations.get_or_insert_default().push(Some(text));
    row.math_verify.get_or_insert_default().push(recorded);
    if let Some(llama) = &mut row.llama {
        llama.push(right);
    }
    if let Some(finish) = &mut row.finish {
        finish.push(if finished { "stop" } else { "length" }.to_string());
    }
    row.truths.push(truth);
}

fn generation(problem: &Problem, kind: Kind, rng: &mut Rng) -> (String, Truth) {
    let slip = (kind == Kind::Wrong).then(|| &problem.slips[rng.below(problem.slips.len())]);
    let value = slip.map_or(&problem.answer, |slip| &slip.answer);
    let (written, boxed) = match rng.below(1000) {
        0..5 => ("unboxed", None),
        5..150 if kind == Kind::Right => {
            let (written, text) = value.respell(problem.unit, rng);
            (written, Some(text))
        }
        _ => ("plain", Some(value.latex())),
    };
    let ending = Ending {
        slip,
        boxed: boxed.as_deref(),
    };
    let least = if kind == Kind::Cut { 60 } else { 0 };
    let target = length_above(least, rng);
    let reply = r1(problem, ending, target, rng);
    let whole = |thinking: &str| format!("<think>\n{thinking}\n</think>\n\n{}", reply.attempt);
    let truth = |truth| Truth {
        truth,
        written,
        boxed: boxed.clone(),
        flaw: None,
    };
    match kind {
        Kind::Right => (whole(&reply.thinking), truth("right")),
        Kind::Wrong => (whole(&reply.thinking), truth("wrong")),
        Kind::LongLoop => {
            let looped = looped(&reply.thinking, problem, 120, rng);
            (whole(&looped), truth("right"))
        }
        Kind::Loop => {
            let looped = looped(&reply.thinking, problem, 400, rng);
            let kept: String = looped.chars().take(11_000).collect();
            (
                format!("<think>\n{kept}"),
                Truth {
                    written: "none",
                    boxed: None,
                    ..truth("cut")
                },
            )
        }
        Kind::Cut => {
            let length = reply.thinking.chars().count();
            let kept = length * (45 + rng.below(45)) / 100;
            let kept: String = reply.thinking.chars().take(kept).collect();
            (
                format!("<think>\n{kept}"),
                Truth {
                    written: "none",
                    boxed: None,
                    ..truth("cut")
                },
            )
        }
    }
}

/// The thinking up to its middle, one sentence `times` over, and the rest.
fn looped(thinking: &str, problem: &Problem, times: usize, rng: &mut Rng) -> String {
    let claim = problem
        .steps
        .iter()
        .flat_map(|step| &step.ops)
        .next()
        .map(|op| op.claim());
    let claim = claim.unwrap_or_else(|| problem.known.clone());
    let sentence = match rng.below(3) {
        0 => format!("Wait, let me check {claim} once again. "),
        1 => format!("But is {claim} correct? Let me see. "),
        _ => format!("Hmm, I should go back to {claim}. "),
    };
    let paragraphs: Vec<&str> = thinking.split("\n\n").collect();
    let (start, end) = paragraphs.split_at(paragraphs.len() / 2);
    format!(
        "{}\n\n{}\n\n{}",
        start.join("\n\n"),
        sentence.repeat(times).trim_end(),
        end.join("\n\n")
    )
}

/// Whether Math-Verify recorded a right answer as wrong.
fn missed(row: &Row) -> bool {
    let verdicts = row.math_verify.iter().flatten();
    row.truths
        .iter()
        .zip(verdicts)
        .any(|(truth, recorded)| truth.truth == "right" && !recorded)
}

fn judge(row: &mut Row) {
    row.llama = Some(
        row.truths
            .iter()
            .map(|truth| truth.truth == "right")
            .collect(),
    );
}

/// Judges rows that need no judge until 12 % are judged, as in the real data.
fn judge_more(rows: &mut [Row], rng: &mut Rng) {
    let mut left = (rows.len() * 12 / 100)
        .saturating_sub(rows.iter().filter(|row| row.llama.is_some()).count());
    while left > 0 {
        let row = &mut rows[rng.below(rows.len())];
        if row.llama.is_none() && !missed(row) {
            judge(row);
            left -= 1;
        }
    }
}

/// Counts what is recorded as right, and chooses the generation of `messages`.
fn settle(row: &mut Row) {
    let count = row.generations.as_ref().map_or(0, Vec::len);
    let at = |verdicts: &Option<Vec<bool>>, place: usize| {
        verdicts.as_ref().and_then(|v| v.get(place)) == Some(&true)
    };
    let recorded: Vec<usize> = (0..count)
        .filter(|&place| at(&row.math_verify, place) || at(&row.llama, place))
        .collect();
    row.correctness_count = recorded.len() as i64;
    let texts = row.generations.as_deref().unwrap_or_default();
    let text = |place: usize| texts.get(place).cloned().flatten();
    let chosen = recorded
        .first()
        .and_then(|&place| text(place))
        .or_else(|| texts.iter().flatten().next().cloned());
    let user = row.problem.clone().unwrap_or_default();
    row.messages = chosen.map(|chosen| vec![("user".into(), user), ("assistant".into(), chosen)]);
}

fn solution(problem: &Problem, rng: &mut Rng) -> String {
    let bodies: Vec<&str> = problem
        .steps
        .iter()
        .map(|step| step.body.as_str())
        .collect();
    let end = match rng.below(3) {
        0 => format!("The answer is ${}$.", problem.answer.latex()),
        1 => format!("$\\boxed{{{}}}$", problem.answer.latex()),
        _ => format!("Hence ${}$.", problem.answer.latex()),
    };
    format!("{} {end}", bodies.join(" "))
}

fn source(category: &str, rng: &mut Rng) -> &'static str {
    match (category, rng.below(10)) {
        ("Inequalities", 0..3) => "inequalities",
        ("Number Theory", 0..3) => "number_theory",
        (_, 0..5) => "olympiads",
        (_, 5..7) => "cn_contest",
        (_, 7..9) => "aops_forum",
        _ => rng.one_of(&["amc_aime", "olympiads_ref"]),
    }
}

fn uuid(rng: &mut Rng) -> String {
    let (a, b) = (rng.next(), rng.next());
    format!(
        "{:08x}-{:04x}-5{:03x}-{:04x}-{:012x}",
        a >> 32,
        a >> 16 & 0xffff,
        a & 0xfff,
        0x8000 | b >> 48 & 0x3fff,
        b & 0xffff_ffff_ffff
    )
}

fn duplicate_generation(row: &mut Row, rng: &mut Rng) {
    let place = rng.below(row.truths.len());
    let mut copy = row.truths[place].clone();
    copy.flaw = Some("duplicate_generation");
    row.truths.push(copy);
    for verdicts in [&mut row.complete, &mut row.math_verify, &mut row.llama]
        .into_iter()
        .flatten()
    {
        verdicts.push(verdicts[place]);
    }
    for texts in row.finish.iter_mut() {
        texts.push(texts[place].clone());
    }
    for texts in row.generations.iter_mut() {
        texts.push(texts[place].clone());
    }
}

fn recorded_right(row: &mut Row, _: &mut Rng) {
    let place = row
        .truths
        .iter()
        .position(|truth| truth.truth == "wrong")
        .expect("a wrong one is there");
    row.truths[place].flaw = Some("recorded_right");
    row.math_verify
        .as_mut()
        .expect("nothing else was done to the row")[place] = true;
}

fn short_verdicts(row: &mut Row, rng: &mut Rng) {
    row.math_verify
        .as_mut()
        .expect("nothing else was done to the row")
        .pop();
    row.llama = None;
    if rng.chance(50) {
        row.complete
            .as_mut()
            .expect("nothing else was done to the row")
            .pop();
    }
}

fn null_verdicts(row: &mut Row, rng: &mut Rng) {
    (row.math_verify, row.llama) = (None, None);
    if rng.chance(50) {
        (row.complete, row.finish) = (None, None);
    }
}

fn no_generations(row: &mut Row, generations: Option<Vec<Option<String>>>) {
    let empty = generations.as_ref().map(|_| Vec::new());
    (row.complete, row.math_verify, row.llama, row.finish) = (empty.clone(), empty, None, None);
    row.generations = generations;
    row.truths = Vec::new();
}

fn add_malformed(row: &mut Row, text: Option<String>) {
    let flaw = if text.is_none() {
        "null_generation"
    } else {
        "empty_generation"
    };
    row.truths.push(Truth::malformed(flaw));
    row.generations.get_or_insert_default().push(text);
    for verdicts in [&mut row.complete, &mut row.math_verify, &mut row.llama]
        .into_iter()
        .flatten()
    {
        verdicts.push(false);
    }
    for texts in row.finish.iter_mut() {
        texts.push("length".into());
    }
}

/// Without a gold answer nothing can have been recorded as right.
fn no_answer(row: &mut Row, answer: Option<String>) {
    row.answer = answer;
    row.llama = None;
    for verdicts in row.math_verify.iter_mut() {
        verdicts.fill(false);
    }
}

fn proof_answer(row: &mut Row, _: &mut Rng) {
    row.problem = Some(format!(
        "{}\n\nProve your result.",
        row.drawn.problem.statement
    ));
    row.question_type = "proof";
    no_answer(row, Some("proof".into()));
}

/// The same problem, its text changed by `change`, with generations of its own.
fn twin(
    original: &mut Row,
    flaw: &'static str,
    change: fn(&str, &mut Rng) -> String,
    rng: &mut Rng,
) -> Row {
    original.flaw = Some(flaw);
    let mut twin = row(&original.drawn, rng);
    twin.problem = Some(change(&original.drawn.problem.statement, rng));
    twin.flaw = Some(flaw);
    settle(&mut twin);
    twin
}

/// The text with other white space between its words.
fn spaced(text: &str, rng: &mut Rng) -> String {
    let mut out = String::new();
    for word in text.split(' ') {
        out += word;
        out += match rng.below(6) {
            0 => "  ",
            1 => "\n",
            _ => " ",
        };
    }
    out.replacen("  ", " \t", 1)
}

/// The text in Unicode NFD, as far as its names need it.
fn decomposed(text: &str) -> String {
    const LETTERS: [(char, &str); 8] = [
        ('é', "e\u{301}"),
        ('ë', "e\u{308}"),
        ('í', "i\u{301}"),
        ('á', "a\u{301}"),
        ('ü', "u\u{308}"),
        ('ö', "o\u{308}"),
        ('ó', "o\u{301}"),
        ('ñ', "n\u{303}"),
    ];
    text.chars()
        .map(|letter| {
            LETTERS
                .iter()
                .find(|known| known.0 == letter)
                .map_or(letter.to_string(), |known| known.1.to_string())
        })
        .collect()
}

/// How many rows each category should have.
pub(crate) fn wanted() -> impl Iterator<Item = (&'static str, usize)> {
    CATEGORIES
        .iter()
        .map(|(name, _)| (*name, if *name == "Other" { 120 } else { 780 }))
}
