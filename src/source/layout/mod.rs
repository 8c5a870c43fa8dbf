//! How a dataset's columns map to trajectories: a file for each layout, and here what they have in common.
//!
//! A layout's file says which columns there are, which may be null and what aligns with what. These facts
//! are from the datasets' cards and code; where they are read wrong, rows vanish. A new layout is a file
//! with its `Reading`, a variant of [`Layout`] and its line in `Layout::reading`.

mod alpaca;
mod cells;
mod columns;
mod completion;
mod evalchemy;
mod limo;
mod lmeval;
mod media;
mod messages;
mod numina;
mod openr1;
mod openthoughts;
mod picks;
mod preference;
mod response;
mod roles;
mod rollouts;
mod s1k;
mod sharegpt;
mod verl;

use std::borrow::Cow;
use std::mem;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use columns::Columns;
pub use picks::Picks;
pub(crate) use roles::roles;

use super::needed::Needed;
use super::value::Value;
use super::{Entry, Remark, Row, Source, Trajectory, Void, markup};

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
    /// `messages`: a chat of a question and its answer; of several by `turns`.
    Messages,
    /// ShareGPT: `conversations`, the same with `{from, value}`, and perhaps an `answer`.
    Sharegpt,
    /// `prompt` and `completion`, as TRL has them, or `input` and `output`: texts or turns.
    Completion,
    /// Alpaca: `instruction`, what it is about in `input` or `context`, and `output` or `response`.
    Alpaca,
    /// Preferences (DPO): `prompt` and `chosen`, which is the response; `rejected` is passed over.
    Preference,
    /// Rollouts of prime-rl and verifiers: `prompt`, `completion`, `answer`, `reward`.
    Rollouts,
    /// verl: `prompt`, `reward_model` and `responses`, or the `input`, `output`, `gts` and `score` of its dumps.
    Verl,
    /// Logs of lm-evaluation-harness: `doc`, `target`, `resps`.
    Lmeval,
    /// Logs of Evalchemy: `problem` or `question`, and `model_outputs`.
    Evalchemy,
    /// Columns named under `[sources.NAME.columns]`.
    Columns,
}

impl Layout {
    /// Every layout.
    pub fn all() -> &'static [Self] {
        <Self as clap::ValueEnum>::value_variants()
    }

    /// As the pipeline spells it.
    pub(crate) fn name(self) -> String {
        let value = clap::ValueEnum::to_possible_value(&self);
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn reading(self) -> &'static Reading {
        match self {
            Self::Openr1 => &openr1::READING,
            Self::Numina => &numina::SOLUTIONS,
            Self::Problems => &numina::PROBLEMS,
            Self::S1k => &s1k::READING,
            Self::Limo => &limo::READING,
            Self::Openthoughts => &openthoughts::READING,
            Self::Messages => &messages::READING,
            Self::Sharegpt => &sharegpt::READING,
            Self::Completion => &completion::READING,
            Self::Alpaca => &alpaca::READING,
            Self::Preference => &preference::READING,
            Self::Rollouts => &rollouts::READING,
            Self::Verl => &verl::READING,
            Self::Lmeval => &lmeval::READING,
            Self::Evalchemy => &evalchemy::READING,
            Self::Columns => &columns::READING,
        }
    }
}

/// The layouts that are recognised, in the order in which they are tried: the most telling first, since
/// the columns of one may be among those of another.
const RECOGNISED: [Layout; 14] = [
    Layout::Openr1,
    Layout::S1k,
    Layout::Openthoughts,
    Layout::Evalchemy,
    Layout::Lmeval,
    Layout::Verl,
    Layout::Rollouts,
    Layout::Limo,
    Layout::Numina,
    Layout::Alpaca,
    Layout::Preference,
    Layout::Messages,
    Layout::Sharegpt,
    Layout::Completion,
];

/// What words in the names of columns begin with that hold what a model wrote: a dataset with one of these beside a
/// human solution is not read by that solution.
const OF_A_MODEL: &[&str] = &[
    "response",
    "generat",
    "output",
    "complet",
    "rollout",
    "trajector",
    "reason",
    "think",
    "thought",
    "trace",
    "attempt",
    "reply",
    "cot",
    "conversation",
    "model",
    "llm",
    "deepseek",
    "r1",
    "qwq",
    "qwen",
    "gemini",
    "gpt",
    "claude",
    "llama",
];

/// How a layout is read: what its file says of it.
struct Reading {
    /// The columns that a source reads, in the order of its rows' cells.
    columns: fn(&Source) -> Vec<Needed>,
    /// Whether the source can hold recorded verdicts at all.
    records: fn(&Source) -> bool,
    /// A file with all columns of one of these is recognised.
    recognised_by: &'static [&'static [&'static str]],
    /// It is not where a word in the name of a column that the layout does not read begins with one of these.
    unless: &'static [&'static str],
    /// Adds the entries of a row's cells, in order of generation, or says why there are none.
    entries: ReadRow,
}

type ReadRow = for<'a> fn(&'a Source, Vec<Value<'a>>, &mut Vec<Entry<'a>>) -> Result<(), Void>;

/// The columns that a source reads, in the order of its rows' cells.
pub fn columns(source: &Source) -> Vec<Needed> {
    (source.layout.reading().columns)(source)
}

/// The same source as problems with gold answers alone, where these have columns of their own: of its rows nothing
/// else is read, least of all what a model wrote. None where they have not.
pub(crate) fn of_problems(source: &Source) -> Option<Source> {
    let columns = match &source.columns {
        Some(columns) => columns.of_problems()?,
        None => roles::of_problems(source)?,
    };
    Some(Source {
        layout: Layout::Columns,
        columns: Some(columns),
        ..source.clone()
    })
}

/// Whether the source can hold recorded verdicts at all.
pub(crate) fn records(source: &Source) -> bool {
    (source.layout.reading().records)(source)
}

/// Whether the layout has that column of NuminaMath-1.5.
pub(crate) fn tells(source: &Source, column: &str) -> bool {
    columns(source)
        .iter()
        .any(|needed| needed.name == column && !needed.named)
}

/// The layout whose columns a file has, or none; the most telling first.
pub(crate) fn recognise(names: &[String]) -> Option<Layout> {
    let has = |wanted: &&[&str]| wanted.iter().all(|name| names.iter().any(|n| n == name));
    RECOGNISED
        .into_iter()
        .filter(|layout| layout.reading().recognised_by.iter().any(has))
        .find(|&layout| says_otherwise(layout, names).is_none())
}

/// A column that says that the file is not of a layout whose columns it has.
fn says_otherwise(layout: Layout, names: &[String]) -> Option<&String> {
    let read = columns(&Source::of(layout));
    let is_read = |name: &String| read.iter().any(|needed| needed.name == *name);
    let has_word = |name: &String| {
        let name = name.to_lowercase();
        let mut words = name.split(|letter: char| !letter.is_alphanumeric());
        words.any(|word| {
            layout
                .reading()
                .unless
                .iter()
                .any(|begins| word.starts_with(begins))
        })
    };
    names.iter().find(|name| has_word(name) && !is_read(name))
}

/// The layouts of which a file has at least half of the telling columns and not all, with those that it lacks.
pub(crate) fn nearly(names: &[String]) -> Vec<(Layout, Vec<&'static str>)> {
    let lacks = |wanted: &'static [&'static str]| -> Vec<&'static str> {
        let is_lacking = |name: &&&str| names.iter().all(|known| known != **name);
        wanted.iter().filter(is_lacking).copied().collect()
    };
    let near = RECOGNISED.into_iter().filter_map(|layout| {
        let sets = layout.reading().recognised_by.iter();
        let half = sets.filter(|wanted| 2 * lacks(wanted).len() <= wanted.len());
        let nearest = half.map(|wanted| lacks(wanted)).min_by_key(Vec::len)?;
        (!nearest.is_empty()).then_some((layout, nearest))
    });
    near.collect()
}

/// The entries of a row, in order of generation; never none.
pub fn entries<'a>(source: &'a Source, row: Row<'a>, out: &mut Vec<Entry<'a>>) {
    let start = out.len();
    let (read, remarks) = (row.cells, row.remarks);
    let read = read.and_then(|cells| (source.layout.reading().entries)(source, cells, out));
    if let Err(void) = read {
        out.truncate(start);
        out.push(Entry {
            generation: None,
            body: Err(void),
        });
    }
    for entry in &mut out[start..] {
        if let Ok(trajectory) = &mut entry.body {
            trajectory.remarks = trajectory.remarks.and(remarks);
            complete(source, trajectory);
            if let Err(void) = normalise(source, trajectory) {
                entry.body = Err(void);
            }
        }
    }
}

/// Gives problem and response their normal form. Fails where one has none by the source's rules.
fn normalise<'a>(source: &'a Source, trajectory: &mut Trajectory<'a>) -> Result<(), Void> {
    open_thinking(trajectory);
    let (rule, remarks) = (source.control_tokens, &mut trajectory.remarks);
    let problem = mem::take(&mut trajectory.problem);
    trajectory.problem = markup::problem(problem, rule, remarks)?;
    if trajectory.problem.is_empty() {
        return Err(Void::NoProblem);
    }
    if trajectory.problem.contains("<image>") {
        remarks.add(Remark::ImageMark);
    }
    // A problem that is read alone has no response.
    if !trajectory.response.is_empty() {
        let response = mem::take(&mut trajectory.response);
        trajectory.response = markup::response(response, &trajectory.problem, rule, remarks)?;
        if trajectory.response.is_empty() {
            return Err(Void::EmptyResponse);
        }
    }
    let bytes = trajectory.problem.len() + trajectory.response.len();
    match bytes as u64 > source.row_bytes_max {
        true => Err(Void::TooLarge),
        false => Ok(()),
    }
}

/// Puts the mark of thinking that ends a prompt in front of the response, where some chat templates begin it: there a
/// response that was cut off inside of its thinking would look like an answer.
fn open_thinking(trajectory: &mut Trajectory<'_>) {
    const OPENS: &str = "<think>";
    let Some(asked) = trajectory.problem.trim_end().strip_suffix(OPENS) else {
        return;
    };
    if trajectory.response.is_empty() {
        return;
    }
    trajectory.problem = Cow::Owned(asked.to_owned());
    if !trajectory.response.trim_start().starts_with(OPENS) {
        trajectory.response = Cow::Owned(format!("{OPENS}\n{}", trajectory.response));
        trajectory.remarks.add(Remark::ThinkingOpened);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Remarks, value};

    /// The entries of a row of JSON, as a reader hands it over.
    pub(super) fn read_with<'a>(source: &'a Source, row: &'a str) -> Vec<Entry<'a>> {
        let row = value::from_json(row).expect("JSON");
        let needed = columns(source);
        let cells = needed.iter().map(|needed| row.clone().field(&needed.name));
        let row = Row {
            number: 0,
            offset: None,
            cells: Ok(cells.collect()),
            remarks: Remarks::default(),
        };
        let mut read = Vec::new();
        entries(source, row, &mut read);
        read
    }

    /// The generations of a row, and why each yields no trajectory.
    pub(super) fn read(layout: Layout, row: &str) -> Vec<(Option<u32>, Result<(), Void>)> {
        let source = Source::of(layout);
        let read = read_with(&source, row).into_iter();
        read.map(|entry| (entry.generation, entry.body.map(drop)))
            .collect()
    }

    /// The trajectories of a row that has no others.
    pub(super) fn trajectories(layout: Layout, row: &str) -> Vec<Trajectory<'_>> {
        let source: &'static Source = Box::leak(Box::new(Source::of(layout)));
        let read = read_with(source, row).into_iter();
        read.map(|entry| entry.body.expect("a trajectory"))
            .collect()
    }

    #[test]
    fn every_layout_takes_the_cells_that_it_lists() {
        for &layout in Layout::all() {
            assert!(!read(layout, "{}").is_empty(), "{layout:?}");
        }
    }

    #[test]
    fn what_a_layout_is_recognised_by_it_reads() {
        for &layout in Layout::all() {
            let sets = layout.reading().recognised_by;
            assert_eq!(RECOGNISED.contains(&layout), !sets.is_empty(), "{layout:?}");
            let read = columns(&Source::of(layout));
            for name in sets.iter().copied().flatten() {
                assert!(read.iter().any(|needed| needed.name == *name), "{name}");
            }
        }
    }

    /// Problem and gold answer of the first trajectory of a row; none where it has none.
    fn asked(source: &Source, row: &str) -> Option<(String, Option<String>)> {
        let read = read_with(source, row).into_iter();
        let first = read.filter_map(|entry| entry.body.ok()).next()?;
        Some((first.problem.into_owned(), first.gold.map(Cow::into_owned)))
    }

    #[test]
    fn a_problem_is_read_without_its_responses_as_with_them() {
        let row = r#"{"problem": "1 + 1?\r\n", "question": "1 + 1?<|im_end|>", "instruction": "1 + 1?", "answer": [2.0],
                      "solution": "2", "generations": ["It is 2."], "output": "It is 2."}"#;
        let mut alone = Vec::new();
        for &layout in Layout::all() {
            let source = Source::of(layout);
            let Some(problems) = of_problems(&source) else {
                continue;
            };
            let needed = columns(&problems);
            assert!(
                needed
                    .iter()
                    .all(|one| ["problem", "answer"].contains(&roles::role(layout, &one.name)))
            );
            if let Some(whole) = asked(&source, row) {
                assert_eq!(asked(&problems, row), Some(whole), "{layout:?}");
                alone.push(layout);
            }
        }
        assert_eq!(
            alone,
            [
                Layout::Openr1,
                Layout::Numina,
                Layout::Problems,
                Layout::Limo
            ]
        );
        assert!(of_problems(&Source::of(Layout::Messages)).is_none());
    }

    #[test]
    fn of_named_columns_a_problem_is_read_alone_where_no_response_stands_in_one_of_them() {
        let named = |columns: &str| Source {
            columns: Some(toml::from_str(columns).expect("columns")),
            ..Source::of(Layout::Columns)
        };
        let row = r#"{"q": {"text": "1 + 1?"}, "r": "It is 2.", "a": "so: 2", "chat": [{"role": "user", "content": "1 + 1?"},
                      {"role": "assistant", "content": "2"}]}"#;
        let source =
            named("problem = 'q.text'\nresponse = 'r'\nanswer = { column = 'a', after = ': ' }");
        let problems = of_problems(&source).expect("columns of their own");
        let names: Vec<String> = columns(&problems).into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["q", "a"]);
        assert_eq!(
            asked(&problems, row),
            Some(("1 + 1?".into(), Some("2".into())))
        );
        assert_eq!(asked(&problems, row), asked(&source, row));
        assert!(of_problems(&named("problem = 'chat'\nresponse = 'chat'")).is_none());
    }

    #[test]
    fn of_several_layouts_the_most_telling_is_recognised() {
        let recognised = |names: &str| {
            let names: Vec<String> = names.split(' ').map(str::to_owned).collect();
            recognise(&names)
        };
        let openr1 = "messages problem solution answer problem_type generations";
        assert_eq!(recognised(openr1), Some(Layout::Openr1));
        let s1k = "solution answer question gemini_thinking_trajectory";
        assert_eq!(recognised(s1k), Some(Layout::S1k));
        let numina = "messages problem solution answer problem_type";
        assert_eq!(recognised(numina), Some(Layout::Numina));
        assert_eq!(recognised("prompt completion"), Some(Layout::Completion));
        assert_eq!(
            recognised("prompt completion answer reward"),
            Some(Layout::Rollouts)
        );
        assert_eq!(
            recognised("prompt data_source reward_model extra_info"),
            Some(Layout::Verl)
        );
        assert_eq!(
            recognised("input output gts score step"),
            Some(Layout::Verl)
        );
        assert_eq!(
            recognised("doc_id doc target arguments resps filtered_resps"),
            Some(Layout::Lmeval)
        );
        assert_eq!(
            recognised("problem solution answer model_output"),
            Some(Layout::Evalchemy)
        );
        assert_eq!(recognised("prompt response"), None);
    }

    #[test]
    fn a_layout_is_not_recognised_where_another_column_says_otherwise() {
        let recognised = |names: &[&str]| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            recognise(&names)
        };
        let math = ["question", "solution", "answer"];
        assert_eq!(recognised(&math), Some(Layout::Limo));
        let with = |other| recognised(&[math.as_slice(), &[other]].concat());
        assert_eq!(with("deepseek-reasoner (question)"), None);
        assert_eq!(with("model_answer"), None);
        assert_eq!(with("R1"), None);
        assert_eq!(with("scottish"), Some(Layout::Limo));
        assert_eq!(with("level"), Some(Layout::Limo));
        assert_eq!(recognised(&["conversations"]), Some(Layout::Sharegpt));
        assert_eq!(
            recognised(&["system", "conversations"]),
            Some(Layout::Openthoughts)
        );
        assert_eq!(
            recognised(&["system", "conversations", "answer"]),
            Some(Layout::Sharegpt)
        );
        let alpaca = ["instruction", "input", "output"];
        assert_eq!(recognised(&alpaca), Some(Layout::Alpaca));
        let dpo = ["prompt", "chosen", "rejected"];
        assert_eq!(recognised(&dpo), Some(Layout::Preference));
    }

    #[test]
    fn thinking_that_the_prompt_begins_is_the_response_s() {
        for (said, expected) in [
            ("Add", "<think>\nAdd"),
            ("Add</think>2", "<think>\nAdd</think>2"),
            ("<think>\nAdd", "<think>\nAdd"),
        ] {
            let row = format!(r#"{{"question": "1+1?\n<think>\n", "solution": {said:?}}}"#);
            let row: &'static str = Box::leak(row.into_boxed_str());
            let read = trajectories(Layout::Limo, row);
            assert_eq!(
                (read[0].problem.as_ref(), read[0].response.as_ref()),
                ("1+1?", expected)
            );
        }
    }

    #[test]
    fn a_category_is_written_as_a_slug_and_a_blank_one_is_none() {
        let slug = |name: &'static str| slug(Cow::Borrowed(name));
        assert_eq!(
            slug("Logic and  Puzzles").as_deref(),
            Some("logic_and_puzzles")
        );
        assert_eq!(slug(" "), None);
    }
}
