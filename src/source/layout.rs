//! How a dataset's columns map to trajectories, one function a layout.
//!
//! The facts (which columns, which may be null, what aligns with what) are from the datasets' cards and
//! code; where they are read wrong, rows vanish: OpenR1's verdicts are lists aligned to `generations`,
//! so that a scalar comparison rejects every row.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::Value;
use super::{Columns, Entry, Facts, Row, Source, Trajectory, Void};

/// The layouts that are known by name.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum Layout {
    /// open-r1/OpenR1-Math-220k: `generations` with lists of verdicts aligned to it.
    Openr1,
    /// AI-MO/NuminaMath-1.5: the human solution is the trajectory.
    Numina,
    /// The problems of NuminaMath-1.5 without their solutions: what a companion is read as.
    Problems,
    /// simplescaling/s1K and s1K-1.1: a Gemini and a DeepSeek trajectory of the same problem.
    S1k,
    /// GAIR/LIMO: `question`, `solution`, `answer`.
    Limo,
    /// open-thoughts/OpenThoughts-114k, both configs: `conversations`, or `deepseek_reasoning` and
    /// `deepseek_solution`.
    Openthoughts,
    /// `messages` of `{role, content}`: the first user turn is the problem, the last assistant turn the
    /// response.
    Messages,
    /// Columns named under `[sources.NAME.columns]`.
    Columns,
}

/// A column that a layout reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    pub name: String,
    pub required: bool,
    /// Named in the pipeline: a Parquet file without it is refused, since it is a typing error.
    pub named: bool,
    pub shape: Shape,
}

/// What a layout accepts in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    Texts,
    Bools,
    Turns,
    Any,
}

fn needed(name: &str, required: bool, shape: Shape) -> Needed {
    Needed {
        name: name.to_owned(),
        required,
        named: false,
        shape,
    }
}

/// The columns that a source reads, in the order of its rows' cells.
pub fn columns(source: &Source) -> Vec<Needed> {
    use Shape::{Bools, Text, Texts, Turns};
    let texts = |names: &[&str], required: bool| -> Vec<Needed> {
        let all = names.iter().map(|name| needed(name, required, Text));
        all.collect()
    };
    match source.layout {
        Layout::Openr1 => {
            let mut all = texts(&["problem"], true);
            all.push(needed("generations", true, Texts));
            all.extend(texts(
                &["answer", "problem_type", "question_type", "source", "uuid"],
                false,
            ));
            all.push(needed("is_reasoning_complete", false, Bools));
            all.push(needed("correctness_math_verify", false, Bools));
            all.push(needed("correctness_llama", false, Bools));
            all.push(needed("finish_reasons", false, Texts));
            all
        }
        Layout::Numina => {
            let mut all = texts(&["problem", "solution"], true);
            all.extend(problem_columns());
            all
        }
        Layout::Problems => {
            let mut all = texts(&["problem"], true);
            all.extend(problem_columns());
            all
        }
        Layout::S1k => {
            let mut all = texts(&["question"], true);
            all.extend(texts(
                &[
                    "solution",
                    "source_type",
                    "gemini_thinking_trajectory",
                    "gemini_attempt",
                    "gemini_grade",
                    "deepseek_thinking_trajectory",
                    "deepseek_attempt",
                    "deepseek_grade",
                ],
                false,
            ));
            all.push(needed("thinking_trajectories", false, Texts));
            all.extend(texts(&["attempt"], false));
            all
        }
        Layout::Limo => {
            let mut all = texts(&["question", "solution"], true);
            all.extend(texts(&["answer"], false));
            all
        }
        Layout::Openthoughts => {
            let mut all = vec![needed("conversations", false, Turns)];
            all.extend(texts(
                &[
                    "problem",
                    "deepseek_reasoning",
                    "deepseek_solution",
                    "ground_truth_solution",
                    "domain",
                    "source",
                ],
                false,
            ));
            all
        }
        Layout::Messages => {
            let mut all = vec![needed("messages", true, Turns)];
            all.extend(texts(
                &["answer", "problem_type", "category", "source"],
                false,
            ));
            all
        }
        Layout::Columns => match &source.columns {
            None => Vec::new(),
            Some(columns) => {
                let mut all: Vec<Needed> = Vec::new();
                for (pick, required) in picks(columns) {
                    let known = all.iter_mut().find(|needed| needed.name == pick.root());
                    match known {
                        Some(known) => known.required |= required,
                        None => all.push(Needed {
                            named: true,
                            ..needed(pick.root(), required, Shape::Any)
                        }),
                    }
                }
                all
            }
        },
    }
}

/// What NuminaMath-1.5 says of a problem, in the order that [`problem_row`] takes it.
fn problem_columns() -> Vec<Needed> {
    let texts = [
        "answer",
        "problem_type",
        "question_type",
        "source",
        "problem_is_valid",
        "solution_is_valid",
    ];
    let mut all: Vec<Needed> = texts
        .iter()
        .map(|name| needed(name, false, Shape::Text))
        .collect();
    all.push(needed("synthetic", false, Shape::Any));
    all
}

fn picks(columns: &Columns) -> Vec<(&super::pick::Pick, bool)> {
    let optional = [
        &columns.answer,
        &columns.recorded,
        &columns.finish,
        &columns.style,
        &columns.category,
        &columns.origin,
        &columns.id,
    ];
    let mut all = vec![(&columns.problem, true), (&columns.response, true)];
    all.extend(optional.into_iter().flatten().map(|pick| (pick, false)));
    all
}

/// Whether the source can hold recorded verdicts at all.
pub fn records(source: &Source) -> bool {
    match source.layout {
        Layout::Openr1 | Layout::S1k => true,
        Layout::Numina
        | Layout::Problems
        | Layout::Limo
        | Layout::Openthoughts
        | Layout::Messages => false,
        Layout::Columns => source
            .columns
            .as_ref()
            .is_some_and(|columns| columns.recorded.is_some()),
    }
}

/// Whether the layout has that column of NuminaMath-1.5.
pub fn tells(source: &Source, column: &str) -> bool {
    columns(source)
        .iter()
        .any(|needed| needed.name == column && !needed.named)
}

/// The layout whose columns a file has, or none; the most telling first.
pub fn recognise(names: &[String]) -> Option<Layout> {
    let has = |wanted: &[&str]| wanted.iter().all(|name| names.iter().any(|n| n == name));
    let known: [(Layout, &[&str]); 8] = [
        (Layout::Openr1, &["problem", "generations"]),
        (Layout::S1k, &["question", "gemini_thinking_trajectory"]),
        (Layout::S1k, &["question", "thinking_trajectories"]),
        (Layout::Openthoughts, &["problem", "deepseek_reasoning"]),
        (Layout::Openthoughts, &["conversations"]),
        (Layout::Limo, &["question", "solution", "answer"]),
        (
            Layout::Numina,
            &["problem", "solution", "answer", "problem_type"],
        ),
        (Layout::Messages, &["messages"]),
    ];
    known
        .into_iter()
        .find(|(_, wanted)| has(wanted))
        .map(|(layout, _)| layout)
}

/// The entries of a row, in order of generation; never none.
pub fn entries<'a>(source: &'a Source, row: Row<'a>, out: &mut Vec<Entry<'a>>) {
    let start = out.len();
    let read = row.cells.and_then(|cells| {
        let mut cells = Cells(cells.into_iter());
        match source.layout {
            Layout::Openr1 => openr1(&mut cells, out),
            Layout::Numina => numina(&mut cells, out),
            Layout::Problems => problems(&mut cells, out),
            Layout::S1k => s1k(&mut cells, out),
            Layout::Limo => limo(&mut cells, out),
            Layout::Openthoughts => openthoughts(&mut cells, out),
            Layout::Messages => messages(&mut cells, out),
            Layout::Columns => named(source, &mut cells, out),
        }
    });
    if let Err(void) = read {
        out.truncate(start);
        out.push(Entry {
            generation: None,
            body: Err(void),
        });
    }
    for entry in &mut out[start..] {
        if let Ok(trajectory) = &mut entry.body {
            complete(source, trajectory);
            let bytes = trajectory.problem.len() + trajectory.response.len();
            if bytes as u64 > source.row_bytes_max {
                entry.body = Err(Void::TooLarge);
            }
        }
    }
}

/// Fills in what the pipeline says of the whole source.
fn complete<'a>(source: &'a Source, trajectory: &mut Trajectory<'a>) {
    let named = |text: &'a Option<String>| text.as_deref().map(Cow::Borrowed);
    if source.style.is_some() {
        trajectory.style = named(&source.style);
    }
    if trajectory.category.is_none() {
        trajectory.category = named(&source.category);
    }
    trajectory.category = trajectory.category.take().and_then(slug);
}

/// `Logic and Puzzles` as `logic_and_puzzles`.
fn slug(name: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    (!words.is_empty()).then(|| Cow::Owned(words.join("_")))
}

/// A row's cells, taken in the order of [`columns`].
struct Cells<'a>(std::vec::IntoIter<Value<'a>>);

impl<'a> Cells<'a> {
    fn take(&mut self) -> Value<'a> {
        self.0.next().unwrap_or(Value::Missing)
    }

    fn text(&mut self) -> Result<Option<Cow<'a, str>>, Void> {
        self.take().text()
    }

    fn problem(&mut self) -> Result<Option<Cow<'a, str>>, Void> {
        Ok(self.text()?.filter(|text| !text.trim().is_empty()))
    }

    /// The list at this place, or an empty one: a list that is null vouches for nothing.
    fn list(&mut self) -> Result<Vec<Value<'a>>, Void> {
        Ok(self.take().list()?.unwrap_or_default())
    }
}

type Out<'o, 'a> = &'o mut Vec<Entry<'a>>;

fn push<'a>(
    out: Out<'_, 'a>,
    generation: usize,
    problem: &Option<Cow<'a, str>>,
    response: Result<Option<Cow<'a, str>>, Void>,
    rest: Trajectory<'a>,
) {
    let body = response.and_then(|response| {
        let problem = problem.clone().ok_or(Void::NoProblem)?;
        let response = response.ok_or(Void::NoResponse)?;
        if response.trim().is_empty() {
            return Err(Void::EmptyResponse);
        }
        Ok(Trajectory {
            problem,
            response,
            ..rest
        })
    });
    out.push(Entry {
        generation: Some(generation as u32),
        body,
    });
}

fn openr1<'a>(cells: &mut Cells<'a>, out: Out<'_, 'a>) -> Result<(), Void> {
    let problem = cells.problem()?;
    let generations = cells.list()?;
    let [gold, category, question_type, origin, source_id] = [
        cells.text()?,
        cells.text()?,
        cells.text()?,
        cells.text()?,
        cells.text()?,
    ];
    let [complete, rule, judge, finish] =
        [cells.list()?, cells.list()?, cells.list()?, cells.list()?];
    if generations.is_empty() {
        return Err(Void::NoGenerations);
    }
    for (index, response) in generations.into_iter().enumerate() {
        let at = |list: &[Value<'a>]| list.get(index).and_then(Value::truth);
        let reason = finish.get(index).and_then(Value::finished);
        let finished = match (at(&complete), reason) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (complete, reason) => complete.or(reason),
        };
        let rest = Trajectory {
            gold: gold.clone(),
            recorded_rule: at(&rule),
            recorded_judge: at(&judge),
            finished,
            style: Some("r1".into()),
            category: category.clone(),
            origin: origin.clone(),
            facts: Facts {
                question_type: question_type.clone(),
                ..Facts::default()
            },
            source_id: source_id.clone(),
            ..Trajectory::default()
        };
        push(out, index, &problem, response.text(), rest);
    }
    Ok(())
}

fn numina<'a>(cells: &mut Cells<'a>, out: Out<'_, 'a>) -> Result<(), Void> {
    let problem = cells.problem()?;
    let solution = cells.text();
    let rest = Trajectory {
        style: Some("human".into()),
        ..problem_row(cells)?
    };
    push(out, 0, &problem, solution, rest);
    Ok(())
}

/// One entry a row, whose response is empty: nothing looks at it.
fn problems<'a>(cells: &mut Cells<'a>, out: Out<'_, 'a>) -> Result<(), Void> {
    let problem = cells.problem()?.ok_or(Void::NoProblem)?;
    out.push(Entry {
        generation: Some(0),
        body: Ok(Trajectory {
            problem,
            ..problem_row(cells)?
        }),
    });
    Ok(())
}

fn problem_row<'a>(cells: &mut Cells<'a>) -> Result<Trajectory<'a>, Void> {
    let gold = cells.text()?;
    let category = cells.text()?;
    let question_type = cells.text()?;
    let origin = cells.text()?;
    let facts = Facts {
        question_type,
        problem_is_valid: cells.text()?,
        solution_is_valid: cells.text()?,
        synthetic: cells.take().truth(),
    };
    Ok(Trajectory {
        gold,
        category,
        origin,
        facts,
        ..Trajectory::default()
    })
}

fn limo<'a>(cells: &mut Cells<'a>, out: Out<'_, 'a>) -> Result<(), Void> {
    let problem = cells.problem()?;
    let solution = cells.text();
    let rest = Trajectory {
        gold: cells.text()?,
        ..Trajectory::default()
    };
    push(out, 0, &problem, solution, rest);
    Ok(())
}

/// Gemini's is generation 0 and DeepSeek's 1, in the same markup, so that style is all that differs.
fn s1k<'a>(cells: &mut Cells<'a>, out: Out<'_, 'a>) -> Result<(), Void> {
    let problem = cells.problem()?;
    let gold = cells.text()?;
    let origin = cells.text()?;
    let mut arms = Vec::new();
    for style in ["gemini", "r1"] {
        arms.push((style, cells.take(), cells.take(), cells.take()));
    }
    let older = cells.take();
    let attempt = cells.take();
    if !older.is_absent() {
        let first = older.list()?.and_then(|list| list.into_iter().next());
        let thinking = first.unwrap_or(Value::Null);
        arms[0] = ("gemini", thinking, attempt, Value::Missing);
    }
    let start = out.len();
    for (index, (style, thinking, attempt, grade)) in arms.into_iter().enumerate() {
        if thinking == Value::Missing && attempt == Value::Missing {
            continue;
        }
        let response = match (thinking.text(), attempt.text()) {
            (Ok(Some(thinking)), Ok(Some(attempt))) if attempt.trim().is_empty() => {
                // It was cut off while it thought.
                Ok(Some(Cow::Owned(format!("<think>\n{}", thinking.trim()))))
            }
            (Ok(Some(thinking)), Ok(Some(attempt))) => Ok(Some(marked(&thinking, &attempt))),
            (Err(void), _) | (_, Err(void)) => Err(void),
            _ => Ok(None),
        };
        let rest = Trajectory {
            gold: gold.clone(),
            recorded_judge: grade.truth(),
            style: Some(style.into()),
            origin: origin.clone(),
            ..Trajectory::default()
        };
        push(out, index, &problem, response, rest);
    }
    if out.len() == start {
        return Err(Void::NoGenerations);
    }
    Ok(())
}

/// Thinking and answer in the one markup that is trained on.
fn marked<'a>(thinking: &str, answer: &str) -> Cow<'a, str> {
    Cow::Owned(format!(
        "<think>\n{}\n</think>\n\n{}",
        thinking.trim(),
        answer.trim()
    ))
}

fn openthoughts<'a>(cells: &mut Cells<'a>, out: Out<'_, 'a>) -> Result<(), Void> {
    let turns = cells.take();
    let problem = cells.problem()?;
    let thinking = cells.text()?;
    let solution = cells.text()?;
    let rest = Trajectory {
        gold: cells.text()?,
        category: cells.text()?,
        origin: cells.text()?,
        style: Some("r1".into()),
        ..Trajectory::default()
    };
    if turns.is_absent() {
        let response = match (thinking, solution) {
            (Some(thinking), Some(solution)) => Some(marked(&thinking, &solution)),
            _ => None,
        };
        push(out, 0, &problem, Ok(response), rest);
        return Ok(());
    }
    let (asked, response) = first_and_last(turns, "from", "value")?;
    let response = response.map(|text| remark(&text).unwrap_or(text));
    push(out, 0, &asked.or(problem), Ok(response), rest);
    Ok(())
}

/// OpenThoughts' and Sky-T1's markers as `<think>`; none where the text has others.
fn remark<'a>(text: &str) -> Option<Cow<'a, str>> {
    let (_, rest) = text.split_once("<|begin_of_thought|>")?;
    let (thinking, rest) = rest.split_once("<|end_of_thought|>")?;
    let answer = rest.replace("<|begin_of_solution|>", "");
    let answer = answer.replace("<|end_of_solution|>", "");
    Some(marked(thinking, &answer))
}

fn messages<'a>(cells: &mut Cells<'a>, out: Out<'_, 'a>) -> Result<(), Void> {
    let (problem, response) = first_and_last(cells.take(), "role", "content")?;
    let gold = cells.text()?;
    let [problem_type, category] = [cells.text()?, cells.text()?];
    let rest = Trajectory {
        gold,
        category: problem_type.or(category),
        origin: cells.text()?,
        ..Trajectory::default()
    };
    push(out, 0, &problem, Ok(response), rest);
    Ok(())
}

type Turns<'a> = (Option<Cow<'a, str>>, Option<Cow<'a, str>>);

/// What the user says first and the assistant last.
fn first_and_last<'a>(turns: Value<'a>, role: &str, content: &str) -> Result<Turns<'a>, Void> {
    let Some(turns) = turns.list()? else {
        return Err(Void::NoGenerations);
    };
    let (mut asked, mut said) = (None, None);
    for turn in turns {
        let who = turn.clone().field(role).text()?.unwrap_or_default();
        let text = turn.field(content).text()?;
        match who.as_ref() {
            "user" | "human" if asked.is_none() => asked = text,
            "assistant" | "gpt" => said = text,
            _ => {}
        }
    }
    Ok((asked.filter(|text| !text.trim().is_empty()), said))
}

fn named<'a>(source: &'a Source, cells: &mut Cells<'a>, out: Out<'_, 'a>) -> Result<(), Void> {
    let Some(columns) = &source.columns else {
        return Err(Void::WrongType);
    };
    let roots = super::layout::columns(source);
    let cells: Vec<Value<'a>> = roots.iter().map(|_| cells.take()).collect();
    let cell = |pick: &super::pick::Pick| -> Value<'a> {
        let at = roots.iter().position(|needed| needed.name == pick.root());
        at.map_or(Value::Missing, |at| cells[at].clone())
    };
    let text = |pick: &'a Option<super::pick::Pick>| match pick {
        Some(pick) => pick.text(cell(pick)),
        None => Ok(None),
    };
    let value = |pick: &Option<super::pick::Pick>| match pick {
        Some(pick) => pick.resolve(cell(pick)),
        None => Value::Missing,
    };
    let problem = columns.problem.text(cell(&columns.problem))?;
    let problem = problem.filter(|text| !text.trim().is_empty());
    let rest = Trajectory {
        gold: text(&columns.answer)?,
        style: text(&columns.style)?,
        category: text(&columns.category)?,
        origin: text(&columns.origin)?,
        source_id: text(&columns.id)?,
        ..Trajectory::default()
    };
    let recorded = value(&columns.recorded);
    let finish = value(&columns.finish);
    let responses = match columns.response.resolve(cell(&columns.response)) {
        Value::List(items) => items,
        Value::Missing | Value::Null => return Err(Void::NoGenerations),
        one => vec![one],
    };
    if responses.is_empty() {
        return Err(Void::NoGenerations);
    }
    for (index, response) in responses.into_iter().enumerate() {
        let at = |value: &Value<'a>| match value {
            Value::List(items) => items.get(index).cloned().unwrap_or(Value::Missing),
            one => one.clone(),
        };
        let response = response
            .text()
            .map(|text| text.map(|text| columns.response.cut(text)));
        let rest = Trajectory {
            recorded_rule: at(&recorded).truth(),
            finished: at(&finish).finished(),
            ..rest.clone()
        };
        push(out, index, &problem, response, rest);
    }
    Ok(())
}
