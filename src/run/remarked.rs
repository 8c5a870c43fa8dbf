//! What was done to the trajectories of each source when they were read, and which of its columns likely hold more
//! of them, in sentences with counts. They count entries, exact copies too: it is the reading that they describe.

use super::experiment::Experiment;
use crate::error::quoted;
use crate::plan::PlannedSource;
use crate::source::look::{self, Look};
use crate::source::value::Value;
use crate::source::{ColumnPath, Pick, Place, Remark, Remarks, layout};

/// The trajectories of one source.
#[derive(Default)]
struct Counts {
    all: u64,
    without_thinking: u64,
    without_gold: u64,
    /// By remark, in the order of [`Remark::ALL`].
    remarked: [u64; Remark::ALL.len()],
}

impl Counts {
    fn add(&mut self, remarks: Remarks, thinking_tokens: u32, has_gold: bool) {
        self.all += 1;
        self.without_gold += u64::from(!has_gold);
        self.without_thinking += u64::from(thinking_tokens == 0);
        for (count, remark) in self.remarked.iter_mut().zip(Remark::ALL) {
            *count += u64::from(remarks.has(remark));
        }
    }

    fn are_all(&self, remark: Remark) -> bool {
        let mut counts = Remark::ALL.into_iter().zip(self.remarked);
        counts.any(|(known, count)| known == remark && count == self.all)
    }

    /// What is to be said of the source of that name.
    fn sentences(&self, source: &str) -> Vec<String> {
        let of = |count: u64| format!("{count} of {} trajectories of `{source}`", self.all);
        let remarked = Remark::ALL.into_iter().zip(self.remarked);
        let remarked = remarked.filter(|(_, count)| *count > 0);
        let mut sentences: Vec<String> = remarked
            .map(|(remark, count)| format!("{} {}", of(count), remark.sentence()))
            .collect();
        if (1..self.all).contains(&self.without_thinking) {
            let none = of(self.without_thinking);
            sentences.push(format!(
                "{none} have no thinking, and the others have: templates of models that reason, as Qwen3's, put an \
                 empty one there, which is trained on"
            ));
        }
        sentences
    }
}

/// The sentences of every source, in the order of the plan.
pub(super) fn sentences(experiment: &Experiment<'_>) -> Vec<String> {
    let sources = experiment.plan.sources.iter().zip(counts(experiment));
    let of = |(source, counts): (&PlannedSource, Counts)| {
        let mut sentences = counts.sentences(&source.name);
        sentences.extend(of_unread(source, &counts));
        sentences
    };
    sources.flat_map(of).collect()
}

/// Those about columns that nothing reads, of the sources that are asked for.
pub(super) fn unread_columns(
    experiment: &Experiment<'_>,
    is_asked: impl Fn(usize) -> bool,
) -> Vec<String> {
    let sources = experiment.plan.sources.iter().zip(counts(experiment));
    let asked = sources.enumerate().filter(|(index, _)| is_asked(*index));
    let of = |(_, (source, counts)): (usize, (&PlannedSource, Counts))| of_unread(source, &counts);
    asked.flat_map(of).collect()
}

/// The trajectories of each source of the plan.
fn counts(experiment: &Experiment<'_>) -> Vec<Counts> {
    let sources = &experiment.plan.sources;
    let mut counts: Vec<Counts> = sources.iter().map(|_| Counts::default()).collect();
    for part in &experiment.parts {
        for entry in &experiment.entries.rows[part.entries.clone()] {
            if let Ok(body) = &entry.body {
                let has_gold = experiment.entries.facts_of(body).gold_kind.is_some();
                counts[part.source].add(body.remarks, body.thinking_tokens, has_gold);
            }
        }
    }
    counts
}

/// What columns that nothing reads may hold, by the first rows of a source.
fn of_unread(source: &PlannedSource, counts: &Counts) -> Vec<String> {
    let Some(look) = first_rows(source) else {
        return Vec::new();
    };
    let lacks_mark = counts.are_all(Remark::CutUnmatched);
    let lacks_thinking = counts.without_thinking > 0;
    let lacks_gold = counts.all > 0 && counts.without_gold == counts.all;
    let responses = other_responses(source, &look).into_iter();
    responses
        .chain(other_media(source, &look))
        .chain(unmatched(source, &look).filter(|_| lacks_mark))
        .chain(other_thinking(source, &look).filter(|_| lacks_thinking))
        .chain(other_answers(source, &look).filter(|_| lacks_gold))
        .collect()
}

/// Rows that are looked at for what stands in columns that nothing reads.
const ROWS: usize = 3;

/// A look at the first file of a source; none where that is on no disk of ours, from which only what is read is fetched.
fn first_rows(source: &PlannedSource) -> Option<Look> {
    let file = &source.files.first()?.file;
    match file.place {
        Place::Disk(_) => look::look(file, ROWS).ok(),
        Place::Hub(_) | Place::Store(_) => None,
    }
}

/// The columns that nothing reads.
fn unread<'l>(source: &PlannedSource, look: &'l Look) -> Vec<&'l look::LookedColumn> {
    let read = layout::columns(&source.source);
    let is_unread =
        |column: &&look::LookedColumn| read.iter().all(|needed| needed.name != column.name);
    look.columns.iter().filter(is_unread).collect()
}

/// That columns are passed over which are numbered like one that responses are read from.
fn other_responses(source: &PlannedSource, look: &Look) -> Option<String> {
    let stem = |name: &str| {
        name.trim_end_matches(|digit: char| digit.is_ascii_digit())
            .to_owned()
    };
    let columns = source.source.columns.as_ref()?;
    let responses = columns.picks().filter(|(key, _)| *key == "response");
    let numbered: Vec<String> = responses
        .map(|(_, pick)| pick.root())
        .filter(|name| name.ends_with(|digit: char| digit.is_ascii_digit()))
        .map(stem)
        .collect();
    let others = unread(source, look).into_iter();
    let others = others.filter(|column| stem(&column.name) != column.name);
    let others = others.filter(|column| numbered.contains(&stem(&column.name)));
    let others: Vec<String> = others.map(|column| format!("`{}`", column.name)).collect();
    (!others.is_empty()).then(|| {
        format!(
            "nothing reads {} of `{}`: `response` takes a list of columns",
            others.join(", "),
            source.name
        )
    })
}

/// Which column lacks a mark that its text is cut at, where no row has them all.
fn unmatched(source: &PlannedSource, look: &Look) -> Option<String> {
    let columns = source.source.columns.as_ref()?;
    let lacks = |(key, pick): (&'static str, &Pick)| {
        let column = look
            .columns
            .iter()
            .find(|column| column.name == pick.root())?;
        let Value::Text(text) = pick.resolve(column.first.clone()) else {
            return None;
        };
        let mark = pick.missing_in(&text)?;
        Some((key, pick.0.column.as_str().to_owned(), mark.to_owned()))
    };
    let (key, column, mark) = columns.picks().find_map(lacks)?;
    Some(format!(
        "`{column}`, the {key} of `{}`, is to be cut at {}, which its first row has not: write the mark as it stands there",
        source.name,
        quoted(&mark)
    ))
}

/// What columns of thinking are called, or have in their names.
const THINKING: [&str; 5] = [
    "reasoning",
    "thinking",
    "thought",
    "chain_of_thought",
    "cot",
];

/// Of more than one word, wherever that stands: one alone says whether there is thinking, or how much. Not every
/// language has spaces.
fn is_said(value: &Value<'_>) -> bool {
    match value {
        Value::Text(text) => {
            text.trim().contains(char::is_whitespace) || text.len() >= WORD_BYTES_MAX
        }
        Value::List(items) => items.iter().any(is_said),
        Value::Object(fields) => fields.iter().any(|(_, value)| is_said(value)),
        _ => false,
    }
}

const WORD_BYTES_MAX: usize = 24;

/// That a column of images is passed over: what is asked about them cannot be answered without.
fn other_media(source: &PlannedSource, look: &Look) -> Option<String> {
    let is_called = |name: &str| MEDIA.iter().any(|word| name.eq_ignore_ascii_case(word));
    let says = |value: &Value<'_>| match value {
        Value::List(items) => !items.is_empty(),
        Value::Text(text) => !text.trim().is_empty(),
        value => !value.is_absent(),
    };
    let mut others = unread(source, look).into_iter();
    let found = others.find(|column| is_called(&column.name) && says(&column.first))?;
    Some(format!(
        "nothing reads `{}` of `{}`: a problem that shows it is read as text alone",
        found.name, source.name
    ))
}

/// What columns of images, films and sounds are called.
const MEDIA: [&str; 6] = ["image", "images", "video", "videos", "audio", "audios"];

/// That a column is passed over which likely has the thinking of responses that have none.
fn other_thinking(source: &PlannedSource, look: &Look) -> Option<String> {
    let is_called = |name: &str| {
        let name = name.to_lowercase();
        THINKING
            .iter()
            .any(|word| name == *word || (word.len() > 3 && name.contains(word)))
    };
    let mut others = unread(source, look).into_iter();
    let found = others.find(|column| is_called(&column.name) && is_said(&column.first))?;
    Some(format!(
        "nothing reads `{}` of `{}`: where it is the thinking of the responses, `thinking` under layout `columns` joins \
         the two",
        found.name, source.name
    ))
}

/// What columns of gold answers are called.
const ANSWERS: [&str; 12] = [
    "answer",
    "gold",
    "gold_answer",
    "ground_truth",
    "groundtruth",
    "gt",
    "expected_answer",
    "reference_answer",
    "final_answer",
    "correct_answer",
    "target",
    "label",
];

/// That a column is passed over which likely has the gold answers of a source that has none.
fn other_answers(source: &PlannedSource, look: &Look) -> Option<String> {
    let mut others = unread(source, look).into_iter();
    let found = others.find_map(|column| answer_in(&column.name, &column.first))?;
    Some(format!(
        "nothing reads `{found}` of `{}`, which has no gold answer: where that column has it, name it as `answer` under \
         layout `columns`",
        source.name
    ))
}

/// The path of what is called a gold answer: the column, or a field of it, also where that is written as JSON text.
fn answer_in(name: &str, value: &Value<'_>) -> Option<String> {
    let is_called = |name: &str, value: &Value<'_>| {
        let name = name.trim_matches('_');
        !value.is_absent() && ANSWERS.iter().any(|word| name.eq_ignore_ascii_case(word))
    };
    let root = ColumnPath::column(name);
    if is_called(name, value) {
        return Some(root.as_str().to_owned());
    }
    let Value::Object(fields) = value.clone().opened() else {
        return None;
    };
    let mut fields = fields.iter();
    let (field, _) = fields.find(|(field, value)| is_called(field, value))?;
    let field = ColumnPath::column(field);
    Some(format!("{}.{}", root.as_str(), field.as_str()))
}
