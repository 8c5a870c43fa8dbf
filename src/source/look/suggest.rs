//! Which columns of a file are likely its problems, responses and answers, for who does not know its layout yet.
//!
//! It is a guess, by the names that datasets use and by what the first rows hold. It is shown, written into a pipeline
//! that a person reads before it runs, or told at the head of an audit: nothing is read by it in silence.

use crate::error::quoted;
use crate::source::layout::{self, Layout};
use crate::source::look::{self, Look};
use crate::source::path::ColumnPath;
use crate::source::turns::{self, Cell};
use crate::source::value::Value;
use crate::source::void::Void;

/// How a file could be read.
pub(crate) struct Suggestion {
    /// The layout whose columns it has.
    pub layout: Option<Layout>,
    /// The layouts of which it has some columns, with those that it lacks.
    pub near: Vec<(Layout, Vec<&'static str>)>,
    /// For the layout `columns`: the key, and the path that is likely meant. `problem` and `response` are among them
    /// where any column could be that.
    pub picks: Vec<Pick>,
}

/// A key of `columns` with the paths that are likely meant by it.
#[derive(Clone)]
pub(crate) struct Pick {
    pub key: &'static str,
    /// One, or of a response each column that has one.
    pub paths: Vec<String>,
    /// What the first rows hold there.
    pub kind: String,
}

/// Names of problems' columns, the most telling first.
const PROBLEMS: [&str; 15] = [
    "problem",
    "question",
    "problem_text",
    "query",
    "instruction",
    "prompt",
    "messages",
    "conversations",
    "conversation",
    "chat",
    "input",
    "problem_statement",
    "task",
    "text",
    "doc",
];

const RESPONSES: [&str; 32] = [
    "generations",
    "responses",
    "response",
    "completions",
    "completion",
    "model_outputs",
    "model_output",
    "generation",
    "r1_generation",
    "r1_response",
    "deepseek_response",
    "model_response",
    "model_answer",
    "generated_text",
    "generated_solution",
    "outputs",
    "output",
    "resps",
    "reply",
    "chosen",
    "rollout",
    "rollouts",
    "samples",
    "solutions",
    "solution",
    "rationale",
    "cot",
    "messages",
    "conversations",
    "conversation",
    "chat",
    "text",
];

const THINKING: [&str; 7] = [
    "reasoning",
    "reasoning_content",
    "thinking",
    "thinking_trajectory",
    "thought",
    "thoughts",
    "chain_of_thought",
];

const ANSWERS: [&str; 18] = [
    "answer",
    "gold",
    "gold_answer",
    "golden_answer",
    "ground_truth",
    "groundtruth",
    "ground_truth_answer",
    "expected_answer",
    "reference_answer",
    "final_answer",
    "correct_answer",
    "target",
    "truth",
    "gt",
    "gt_answer",
    "gts",
    "label",
    "solution",
];

const RECORDED: [&str; 13] = [
    "correct",
    "is_correct",
    "verified",
    "is_verified",
    "correctness",
    "correctness_math_verify",
    "passed",
    "acc",
    "reward",
    "rewards",
    "score",
    "scores",
    "judge",
];

const FINISHED: [&str; 6] = [
    "finish_reason",
    "finish_reasons",
    "finished",
    "is_reasoning_complete",
    "stop_reason",
    "completed",
];

const CATEGORIES: [&str; 8] = [
    "category",
    "problem_type",
    "subject",
    "domain",
    "topic",
    "type",
    "field",
    "subset",
];

const ORIGINS: [&str; 5] = ["source", "data_source", "origin", "dataset", "from_dataset"];

const IDS: [&str; 9] = [
    "uuid",
    "id",
    "problem_id",
    "unique_id",
    "question_id",
    "idx",
    "index",
    "qid",
    "doc_id",
];

/// Suggests how a file could be read of which the first rows were looked at.
pub(crate) fn suggest(look: &Look) -> Suggestion {
    let names: Vec<String> = look
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    Suggestion {
        layout: layout::recognise(&names),
        near: layout::nearly(&names),
        picks: picks(&candidates(look)),
    }
}

/// The columns of a file that has problems alone, as a benchmark or a set of prompts; empty where none has a name that
/// says so.
pub(crate) fn picks_of_problems(look: &Look) -> Vec<Pick> {
    let picks = picks(&candidates(look)).into_iter();
    let picks: Vec<Pick> = picks.filter(|pick| pick.key != "response").collect();
    let is_telling = |pick: &Pick| {
        let name = pick.paths.first().map(|path| path.to_lowercase());
        pick.key == "problem" && name.is_some_and(|name| ALONE.contains(&name.as_str()))
    };
    match picks.iter().any(is_telling) {
        true => picks,
        false => Vec::new(),
    }
}

/// What another file of a folder is read by: these picks where they lead to something in it; where they do not, what is
/// likely meant there, so that files which name the same thing differently each have it.
pub(crate) fn picks_of_another(known: &[Pick], look: &Look) -> Vec<Pick> {
    let candidates = candidates(look);
    let is_held = |path: &String| {
        let mut found = candidates.iter().filter(|found| found.path == *path);
        found.any(|found| found.kind != look::NOTHING)
    };
    let (mut all, lost): (Vec<Pick>, Vec<Pick>) = known
        .iter()
        .cloned()
        .partition(|pick| pick.paths.iter().any(is_held));
    let is_free = |pick: &Pick| {
        let mut kept = all.iter();
        kept.all(|kept| kept.key != pick.key && kept.paths != pick.paths)
    };
    let own = picks(&candidates).into_iter();
    let own = own.filter(|pick| TELLING.contains(&pick.key) && is_free(pick));
    let own: Vec<Pick> = own.collect();
    let is_replaced = |lost: &Pick| own.iter().any(|own| own.key == lost.key);
    let lost = lost.into_iter().filter(|lost| !is_replaced(lost));
    let lost: Vec<Pick> = lost.collect();
    all.extend(own);
    all.extend(lost);
    all
}

/// Keys without which a row is read as something else, or as nothing.
const TELLING: [&str; 5] = ["problem", "response", "thinking", "answer", "recorded"];

/// Names of problems' columns that say that what stands there is asked, whatever stands beside it.
const ALONE: [&str; 7] = [
    "problem",
    "question",
    "problem_text",
    "query",
    "instruction",
    "prompt",
    "problem_statement",
];

/// A value that a path could lead to.
struct Candidate<'l> {
    path: String,
    /// The last name of the path, in lower case.
    name: String,
    kind: String,
    value: &'l Value<'static>,
}

/// The columns, and the fields of those that are objects.
fn candidates(look: &Look) -> Vec<Candidate<'_>> {
    let mut all = Vec::new();
    for column in &look.columns {
        let root = ColumnPath::column(&column.name).as_str().to_owned();
        all.push(Candidate {
            path: root.clone(),
            name: column.name.to_lowercase(),
            kind: column.kind().to_owned(),
            value: &column.first,
        });
        let (fields, step) = match &column.first {
            Value::Object(fields) => (fields, ""),
            Value::List(items) => match items.first() {
                Some(Value::Object(fields)) => (fields, "[]"),
                _ => continue,
            },
            _ => continue,
        };
        all.extend(fields.iter().map(|(name, value)| Candidate {
            path: format!("{root}{step}.{}", ColumnPath::column(name).as_str()),
            name: name.to_lowercase(),
            kind: look::words(value),
            value,
        }));
    }
    all
}

fn picks(candidates: &[Candidate<'_>]) -> Vec<Pick> {
    let Some(problem) = best(candidates, &PROBLEMS, is_asked) else {
        return Vec::new();
    };
    // Of two columns that are the problem together, neither is.
    let is_about = |found: &Candidate<'_>| ["input", "context"].contains(&found.name.as_str());
    if problem.name == "instruction" && candidates.iter().any(is_about) {
        return Vec::new();
    }
    let is_other = |found: &Candidate<'_>| found.path != problem.path || is_chat(found);
    let thinks =
        |found: &&Candidate<'_>| is_other(found) && is_said(found) && has_thinking(found.value);
    let said = |found: &Candidate<'_>| is_other(found) && is_said(found);
    let response = candidates
        .iter()
        .find(thinks)
        .or_else(|| best(candidates, &RESPONSES, said));
    let taken = [Some(problem), response].map(|found| found.map(|found| found.path.as_str()));
    let is_free = |found: &Candidate<'_>| !taken.contains(&Some(found.path.as_str()));
    // Thinking may have a column of its own, beside a response that has none.
    let is_whole =
        response.is_none_or(|response| is_chat(response) || has_thinking(response.value));
    let apart = |found: &Candidate<'_>| {
        is_free(found) && matches!(found.value, Value::Text(text) if text.contains(' '))
    };
    let thinking = best(candidates, &THINKING, apart).filter(|_| !is_whole);
    let is_free = |found: &Candidate<'_>| {
        is_free(found) && thinking.is_none_or(|thinking| thinking.path != found.path)
    };
    let scalar = |found: &Candidate<'_>| is_free(found) && is_scalar(&found.kind);
    let word = |found: &Candidate<'_>| is_free(found) && found.kind == "text";
    // What stands in each item of a list is what its response answers, and not what is right.
    let gold = |found: &Candidate<'_>| scalar(found) && !found.path.contains("[]");
    // A list of verdicts is of a list of responses.
    let has_list = response.is_some_and(|response| response.kind.contains("a list of texts"));
    let verdict = |found: &Candidate<'_>| {
        let fits = has_list || !found.kind.starts_with("a list of ");
        is_free(found) && is_verdict(&found.kind) && fits
    };
    let found = [
        ("problem", Some(problem)),
        ("response", response),
        ("thinking", thinking),
        ("answer", best(candidates, &ANSWERS, gold)),
        ("recorded", best(candidates, &RECORDED, verdict)),
        ("finish", best(candidates, &FINISHED, is_free)),
        ("category", best(candidates, &CATEGORIES, word)),
        ("origin", best(candidates, &ORIGINS, word)),
        ("id", best(candidates, &IDS, scalar)),
    ];
    let found = found
        .into_iter()
        .filter_map(|(key, found)| Some((key, found?)));
    found
        .map(|(key, found)| Pick {
            key,
            paths: match key {
                "response" => with_siblings(found, candidates),
                _ => vec![found.path.clone()],
            },
            kind: found.kind.clone(),
        })
        .collect()
}

/// The column with those of its name and another number: `r1_solution_1`, `r1_solution_2`.
fn with_siblings(found: &Candidate<'_>, candidates: &[Candidate<'_>]) -> Vec<String> {
    let stem = |path: &str| path.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (whole, stem_of_it) = (&found.path, &found.path[..stem(&found.path)]);
    if stem_of_it.len() == whole.len() {
        return vec![whole.clone()];
    }
    let is_sibling = |other: &&Candidate<'_>| {
        other.path[..stem(&other.path)] == *stem_of_it
            && other.path != stem_of_it
            && other.kind == found.kind
    };
    let siblings = candidates.iter().filter(is_sibling);
    siblings.map(|other| other.path.clone()).collect()
}

impl Pick {
    /// Its value as TOML writes it.
    pub(crate) fn as_toml(&self) -> String {
        match self.paths.as_slice() {
            [path] => quoted(path),
            paths => format!(
                "[{}]",
                paths
                    .iter()
                    .map(|path| quoted(path))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
        }
    }
}

/// The first by name that could be it.
fn best<'c, 'l>(
    candidates: &'c [Candidate<'l>],
    names: &[&str],
    could_be: impl Fn(&Candidate<'l>) -> bool,
) -> Option<&'c Candidate<'l>> {
    names.iter().find_map(|name| {
        let mut found = candidates.iter().filter(|found| found.name == *name);
        found.find(|found| could_be(found))
    })
}

fn is_asked(found: &Candidate<'_>) -> bool {
    found.kind == "text" || is_chat(found)
}

fn is_said(found: &Candidate<'_>) -> bool {
    [
        "text",
        "a list of texts",
        "a list of lists",
        "JSON text of a list of texts",
    ]
    .contains(&found.kind.as_str())
        || is_chat(found)
}

fn is_chat(found: &Candidate<'_>) -> bool {
    match turns::cell(found.value.clone()) {
        Ok(Cell::Chat(chat)) => turns::chat(chat) != Err(Void::WrongType),
        Ok(Cell::Plain(Value::Text(text))) => matches!(turns::rendered(&text), Ok(Some(_))),
        _ => false,
    }
}

fn is_scalar(kind: &str) -> bool {
    [
        "text",
        "a number",
        "a truth value",
        "a list of texts",
        "a list of numbers",
    ]
    .contains(&kind)
}

fn is_verdict(kind: &str) -> bool {
    is_scalar(kind) || kind == "a list of truth values"
}

/// How thinking ends in the texts of datasets.
const THOUGHT_ENDS: [&str; 3] = ["</think>", "<|end_of_thought|>", "</thinking>"];

/// How a text begins that is thinking, also where it was cut off in it.
const THOUGHT_BEGINS: [&str; 2] = ["<think>", "<|begin_of_thought|>"];

fn has_thinking(value: &Value<'_>) -> bool {
    match value {
        Value::Text(text) => {
            let mut begins = THOUGHT_BEGINS.iter();
            THOUGHT_ENDS.iter().any(|mark| text.contains(mark))
                || begins.any(|mark| text.trim_start().starts_with(mark))
        }
        Value::List(items) => items.first().is_some_and(has_thinking),
        Value::Object(fields) => fields.iter().any(|(_, value)| has_thinking(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{files, settle};

    /// The keys and paths that are suggested for a file with that row.
    fn suggested(row: &str) -> Vec<(&'static str, String)> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rows.jsonl");
        std::fs::write(&path, row).expect("a file");
        let mut file = files::find(&path).expect("files").remove(0);
        settle(&mut file).expect("a form");
        let look = look::look(&file, 5).expect("a look");
        let picks = suggest(&look).picks.into_iter();
        picks.map(|pick| (pick.key, pick.as_toml())).collect()
    }

    fn paths(row: &str) -> String {
        let picks = suggested(row).into_iter();
        let picks = picks.map(|(key, paths)| format!("{key}={}", paths.replace('"', "")));
        picks.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn columns_are_guessed_by_their_names_and_what_they_hold() {
        let row = r#"{"question": "1+1?", "solution": "Add.", "r1": "<think>a</think>2", "answer": 2, "id": 7}"#;
        assert_eq!(
            paths(row),
            "problem=question response=r1 answer=answer id=id"
        );
        let row = r#"{"prompt": [{"role": "user", "content": "1+1?"}], "reward_model": {"ground_truth": "2"},
                      "responses": ["2"], "a.b": 1}"#.replace('\n', " ");
        assert_eq!(
            paths(&row),
            "problem=prompt response=responses answer=reward_model.ground_truth"
        );
        let row = r#"{"question": "q", "r1_1": "a</think>", "r1_2": "b", "final_answer": "2"}"#;
        assert_eq!(
            paths(row),
            "problem=question response=[r1_1, r1_2] answer=final_answer"
        );
        let row = r#"{"question": "q", "solution": "human", "code": ["<|begin_of_thought|>a<|end_of_thought|>2"],
                      "score": [true]}"#
            .replace('\n', " ");
        assert_eq!(
            paths(&row),
            "problem=question response=code answer=solution recorded=score"
        );
        let row = r#"{"question": "q", "solution": "human", "code": ["<|begin_of_thought|>cut"], "gt": "2"}"#;
        assert_eq!(paths(row), "problem=question response=code answer=gt");
        let row = r#"{"question": "q", "solution": "human", "score": [true, false]}"#;
        assert_eq!(paths(row), "problem=question response=solution");
        let row = r#"{"question": "q", "reasoning": "Hm, two.", "response": "2"}"#;
        assert_eq!(
            paths(row),
            "problem=question response=response thinking=reasoning"
        );
        let row = r#"{"messages": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]}"#;
        assert_eq!(paths(row), "problem=messages response=messages");
        let row = r#"{"chat": {"from": ["human", "gpt"], "value": ["x", "y"]}}"#;
        assert_eq!(paths(row), "problem=chat response=chat");
        let row =
            r#"{"text": "<|im_start|>user\nx<|im_end|>\n<|im_start|>assistant\ny<|im_end|>"}"#;
        assert_eq!(paths(row), "problem=text response=text");
        assert_eq!(paths(r#"{"text": "x: y"}"#), "problem=text");
    }

    #[test]
    fn nothing_is_guessed_where_nothing_looks_like_a_problem() {
        assert_eq!(paths(r#"{"x": 1, "y": [1, 2]}"#), "");
        assert_eq!(paths(r#"{"problem": 5}"#), "");
        let row = r#"{"instruction": "Add:", "input": "1 and 1", "completion": "2"}"#;
        assert_eq!(paths(row), "");
    }
}
