//! Attempts that models trained on the lines of an experiment might have made: `make_sample attempts OUT LOGS [SEED]`.
//!
//! Nothing was trained. Each line of `OUT/__run__/runs.csv` is a model that solves a question with a chance which follows from
//! what its subset is, by the effects below, from its draw, its training seed and the question. `LOGS.truth.json` says
//! these chances: what an analysis of the attempts must find again. Logarithms and exponentials are those of `libm`, so that two
//! systems write the same bytes.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::Fallible;
use super::rng::Rng;

/// What is added to the log-odds of an attempt.
mod effect {
    /// For each doubling of the rows, from 100 on.
    pub const DOUBLING: f64 = 0.15;
    pub const LENGTH: [(&str, f64); 3] = [("short", -0.35), ("normal", 0.0), ("long", 0.35)];
    pub const STYLE: [(&str, f64); 2] = [("r1", 0.0), ("gemini", -0.3)];
    /// Any other category adds nothing.
    pub const CATEGORY: [(&str, f64); 2] = [("diverse", 0.1), ("algebra", -0.1)];
    pub const ROLE: [(&str, f64); 6] = [
        ("subset", 0.0),
        ("random", -0.2),
        ("matched", -0.1),
        ("paired", -0.35),
        ("wrong", -0.8),
        ("derived", -0.6),
    ];
}

/// Standard deviations of the log-odds: between draws, half of whose variance a family shares; between training seeds; of a
/// subset's questions; of the questions of a tier.
const DRAW_SD: f64 = 0.2;
const SEED_SD: f64 = 0.1;
const QUESTION_SD: f64 = 0.3;
const TIER_SD: f64 = 0.5;

const ATTEMPTS: usize = 8;

/// A tier: its questions by the ids of AIME24, and the log-odds of their mean.
const TIERS: [(&str, &[u32], f64); 4] = [
    ("easy", &[69, 60, 67, 72], 2.5),
    ("medium", &[84, 71, 68, 75, 86, 66, 83, 78, 79, 82], 0.6),
    (
        "hard",
        &[70, 74, 76, 77, 87, 85, 64, 65, 80, 61, 88, 73],
        -1.4,
    ),
    ("exh", &[89, 62, 81, 63], -4.0),
];

/// A subset or control of the manifest.
struct Subset {
    name: String,
    /// What its draws are keyed with: families of one name go together.
    family: String,
    draw: u64,
    /// Log-odds over those of a short subset's question.
    effect: f64,
}

/// A line of `runs.csv`.
struct Line {
    run: String,
    subset: String,
    length: f64,
}

struct Question {
    id: u32,
    tier: &'static str,
    odds: f64,
}

/// Everything that is drawn is drawn from a stream of its own, named by what it is of.
struct Chance(u64);

impl Chance {
    fn stream(&self, name: &str) -> Rng {
        let hash = blake3::hash(format!("{} {name}", self.0).as_bytes());
        let (bytes, _) = hash.as_bytes().split_at(8);
        Rng(bytes
            .iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte)))
    }

    /// Of mean 0 and deviation 1.
    fn normal(&self, name: &str) -> f64 {
        let mut stream = self.stream(name);
        let [one, two] = [unit(&mut stream), unit(&mut stream)];
        (-2.0 * libm::log(1.0 - one)).sqrt() * libm::cos(2.0 * std::f64::consts::PI * two)
    }
}

/// From 0 to 1, 1 never.
fn unit(stream: &mut Rng) -> f64 {
    (stream.next() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Makes the attempts of every line, at AIME24's questions by their ids, and writes them beside their truth.
pub fn make(out: &Path, logs: &Path, seed: u64) -> Fallible<()> {
    let chance = Chance(seed);
    let questions = questions(&chance);
    let subsets = subsets(out)?;
    let lines = lines(out)?;
    fs_err::create_dir_all(logs)?;
    let file = fs_err::File::create(logs.join("aime24.jsonl"))?;
    let mut file = std::io::BufWriter::new(file);
    for line in &lines {
        let subset = subsets
            .get(&line.subset)
            .ok_or("a run of a subset that the manifest lacks")?;
        write(&mut file, &chance, line, subset, &questions)?;
    }
    file.flush()?;
    let truth = truth(&chance, seed, &subsets, &lines, &questions);
    fs_err::write(
        logs.with_extension("truth.json"),
        serde_json::to_string_pretty(&truth)? + "\n",
    )?;
    Ok(())
}

fn questions(chance: &Chance) -> Vec<Question> {
    let of_tier = |&(tier, ids, mean): &(&'static str, &'static [u32], f64)| {
        let question = move |id: &u32| Question {
            id: *id,
            tier,
            odds: mean + TIER_SD * chance.normal(&format!("question {id}")),
        };
        ids.iter().map(question).collect::<Vec<Question>>()
    };
    let mut questions: Vec<Question> = TIERS.iter().flat_map(of_tier).collect();
    questions.sort_by_key(|question| question.id);
    questions
}

fn subsets(out: &Path) -> Fallible<BTreeMap<String, Subset>> {
    let text = fs_err::read_to_string(out.join("__run__/manifest.json"))?;
    let manifest: Value = serde_json::from_str(&text)?;
    let records = manifest["subsets"]
        .as_array()
        .ok_or("the manifest has no subsets")?;
    let of = |record: &Value| {
        let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
        let subset = Subset {
            name: text("name"),
            family: text("drawn_as"),
            draw: record["draw"].as_u64().unwrap_or(0),
            effect: effect_of(record),
        };
        (subset.name.clone(), subset)
    };
    Ok(records.iter().map(of).collect())
}

fn effect_of(record: &Value) -> f64 {
    let of = |table: &[(&str, f64)], key: &str| {
        let found = table.iter().find(|(name, _)| record[key] == *name);
        found.map_or(0.0, |(_, effect)| *effect)
    };
    // What was asked for, so that every draw of a kind has the same, but where it was asked for in tokens.
    let rows = if record["unit"] == "rows" {
        "asked"
    } else {
        "size"
    };
    let rows = record[rows].as_f64().unwrap_or(100.0).max(1.0);
    effect::DOUBLING * libm::log2(rows / 100.0)
        + of(&effect::LENGTH, "length")
        + of(&effect::STYLE, "style")
        + of(&effect::CATEGORY, "category")
        + of(&effect::ROLE, "role")
}

fn lines(out: &Path) -> Fallible<Vec<Line>> {
    let text = fs_err::read_to_string(out.join("__run__/runs.csv"))?;
    let mut rows = text
        .lines()
        .map(|line| line.split(',').collect::<Vec<&str>>());
    let header = rows.next().ok_or("runs.csv is empty")?;
    let place = |name: &str| {
        header
            .iter()
            .position(|column| *column == name)
            .ok_or(format!("runs.csv has no {name}"))
    };
    let [run, subset, rows_at, tokens] = [
        place("run")?,
        place("subset")?,
        place("rows")?,
        place("tokens")?,
    ];
    let line = |row: Vec<&str>| -> Fallible<Line> {
        if row.len() != header.len() {
            return Err("a name with a comma".into());
        }
        Ok(Line {
            run: row[run].to_owned(),
            subset: row[subset].to_owned(),
            length: row[tokens].parse::<f64>()? / row[rows_at].parse::<f64>()?.max(1.0),
        })
    };
    rows.map(line).collect()
}

/// What a subset's draw adds: half of it shared by its family's draw of that number.
fn of_draw(chance: &Chance, subset: &Subset) -> f64 {
    let family = chance.normal(&format!("family {} {}", subset.family, subset.draw));
    let own = chance.normal(&format!("subset {}", subset.name));
    DRAW_SD * (family + own) / std::f64::consts::SQRT_2
}

/// What a kind of subset has at a question, whichever its draw: of what its name would be without one.
fn of_question(chance: &Chance, subset: &Subset, question: &Question) -> f64 {
    QUESTION_SD
        * chance.normal(&format!(
            "kind {:.9} {} {}",
            subset.effect, subset.family, question.id
        ))
}

fn odds(chance: &Chance, subset: &Subset, question: &Question) -> f64 {
    question.odds + subset.effect + of_question(chance, subset, question)
}

fn write(
    file: &mut impl Write,
    chance: &Chance,
    line: &Line,
    subset: &Subset,
    questions: &[Question],
) -> Fallible<()> {
    let of_run = of_draw(chance, subset) + SEED_SD * chance.normal(&format!("run {}", line.run));
    let mut stream = chance.stream(&format!("attempts {}", line.run));
    for question in questions {
        let rate = logistic(odds(chance, subset, question) + of_run);
        for attempt in 0..ATTEMPTS {
            let is_right = unit(&mut stream) < rate;
            let tokens = line.length * (2.0 - rate) * (0.6 + 0.8 * unit(&mut stream));
            let answer = if is_right { 0 } else { 1 + stream.below(6) };
            let row = json!({
                "run": line.run,
                "benchmark": "aime24",
                "question_id": question.id,
                "attempt": attempt,
                "correct": u8::from(is_right),
                "answer": answer.to_string(),
                "tokens": tokens as u64,
                "finish_reason": "stop",
                "temperature": 0.6,
                "top_p": 0.95,
                "max_tokens": 32768,
                "template": "qwen",
                "grader": "made up",
            });
            writeln!(file, "{row}")?;
        }
    }
    Ok(())
}

/// The mean chance over the questions, whole and by tier, of each subset: as this very set, and as any set of its kind, on these
/// questions and on questions like these, all over all trainings; and of each run.
fn truth(
    chance: &Chance,
    seed: u64,
    subsets: &BTreeMap<String, Subset>,
    lines: &[Line],
    questions: &[Question],
) -> Value {
    let trained: HashMap<&str, &Subset> = lines
        .iter()
        .filter_map(|line| Some((line.subset.as_str(), subsets.get(&line.subset)?)))
        .collect();
    let mut names: Vec<&&str> = trained.keys().collect();
    names.sort();
    let of_subset = |name: &&&str| {
        let subset = trained[**name];
        let own = of_draw(chance, subset);
        let any_draw = (DRAW_SD * DRAW_SD + SEED_SD * SEED_SD).sqrt();
        let of_questions = QUESTION_SD * QUESTION_SD + TIER_SD * TIER_SD;
        let like_these = |draw: f64, training: f64| {
            let any_question = (training * training + of_questions).sqrt();
            rates(questions, |question| {
                smoothed(mean_of(question.tier) + subset.effect + draw, any_question)
            })
        };
        let this_set = rates(questions, |question| {
            smoothed(odds(chance, subset, question) + own, SEED_SD)
        });
        let this_kind = rates(questions, |question| {
            smoothed(odds(chance, subset, question), any_draw)
        });
        let value = json!({
            "this_set": this_set,
            "this_kind": this_kind,
            "this_set_on_questions_like_these": like_these(own, SEED_SD),
            "this_kind_on_questions_like_these": like_these(0.0, any_draw),
        });
        ((**name).to_owned(), value)
    };
    let of_run = |line: &Line| {
        let subset = subsets.get(&line.subset)?;
        let run = of_draw(chance, subset) + SEED_SD * chance.normal(&format!("run {}", line.run));
        Some((
            line.run.clone(),
            rates(questions, |question| {
                logistic(odds(chance, subset, question) + run)
            }),
        ))
    };
    json!({
        "seed": seed,
        "log_odds": {
            "doubling": effect::DOUBLING,
            "length": table(&effect::LENGTH),
            "style": table(&effect::STYLE),
            "category": table(&effect::CATEGORY),
            "role": table(&effect::ROLE),
            "draw_sd": DRAW_SD,
            "seed_sd": SEED_SD,
            "question_sd": QUESTION_SD,
        },
        "subsets": names.iter().map(of_subset).collect::<serde_json::Map<String, Value>>(),
        "runs": lines.iter().filter_map(of_run).collect::<serde_json::Map<String, Value>>(),
    })
}

fn table(rows: &[(&str, f64)]) -> Value {
    rows.iter()
        .map(|(name, effect)| ((*name).to_owned(), json!(effect)))
        .collect::<serde_json::Map<String, Value>>()
        .into()
}

fn mean_of(tier: &str) -> f64 {
    TIERS
        .iter()
        .find(|(name, ..)| *name == tier)
        .map_or(0.0, |(.., mean)| *mean)
}

/// Means over all questions and over those of each tier.
fn rates(questions: &[Question], of: impl Fn(&Question) -> f64) -> Value {
    let all: Vec<(&str, f64)> = questions
        .iter()
        .map(|question| (question.tier, of(question)))
        .collect();
    let mean = |tier: Option<&str>| {
        let own: Vec<f64> = all
            .iter()
            .filter(|(own, _)| tier.is_none_or(|tier| tier == *own))
            .map(|(_, rate)| *rate)
            .collect();
        own.iter().sum::<f64>() / own.len() as f64
    };
    let mut rates = serde_json::Map::from_iter([("whole".to_owned(), json!(mean(None)))]);
    rates.extend(
        TIERS
            .iter()
            .map(|(tier, ..)| ((*tier).to_owned(), json!(mean(Some(tier))))),
    );
    rates.into()
}

fn logistic(odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-odds))
}

/// The mean chance where the odds vary normally, by the trapezoidal rule.
fn smoothed(odds: f64, sd: f64) -> f64 {
    const STEPS: i32 = 80;
    let (mut sum, mut weights) = (0.0, 0.0);
    for step in -STEPS..=STEPS {
        let z = 6.0 * f64::from(step) / f64::from(STEPS);
        let weight = libm::exp(-z * z / 2.0);
        sum += weight * logistic(odds + sd * z);
        weights += weight;
    }
    sum / weights
}
