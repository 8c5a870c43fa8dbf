//! What each column of a layout is read as, in the words of the keys of `[sources.NAME.columns]`.

use super::{Columns, Layout, columns};
use crate::source::{Pick, Source};

/// What the columns of a source are read as, each with its path in the file, in the order of the layout. `has` tells
/// whether the file has a column of that name; one that it lacks is none.
pub(crate) fn roles(source: &Source, has: impl Fn(&str) -> bool) -> Vec<(&'static str, String)> {
    if let Some(columns) = &source.columns {
        let picks = columns.picks().filter(|(_, pick)| has(pick.root()));
        return picks
            .map(|(key, pick)| (key, pick.0.column.as_str().to_owned()))
            .collect();
    }
    let read = columns(source).into_iter();
    read.filter(|needed| has(&needed.name))
        .map(|needed| (role(source.layout, &needed.name), needed.name))
        .collect()
}

/// The columns of a named layout that hold problem and gold answer, where each has one of its own.
pub(super) fn of_problems(source: &Source) -> Option<Columns> {
    let read = columns(source);
    let of = |wanted: &str| {
        let named = read.iter().map(|needed| needed.name.as_str());
        let mut named = named.filter(|name| role(source.layout, name) == wanted);
        (named.next().map(Pick::column), named.next())
    };
    match (of("problem"), of("answer")) {
        ((Some(problem), None), (answer, None)) => Some(Columns::problems(problem, answer)),
        _ => None,
    }
}

/// What a column of a named layout is read as.
pub(super) fn role(layout: Layout, column: &str) -> &'static str {
    match (layout, column) {
        (Layout::Numina | Layout::Limo, "solution") => "response",
        (Layout::S1k, "solution") => "answer",
        (Layout::Completion | Layout::Verl | Layout::Alpaca, "input") | (_, "context") => "problem",
        (Layout::Verl, "extra_info") => "id",
        (_, "problem" | "question" | "prompt" | "instruction" | "doc" | "arguments") => "problem",
        (_, "messages" | "conversations") => "problem and response",
        (
            _,
            "response" | "responses" | "generations" | "completion" | "output" | "chosen" | "resps"
            | "model_output" | "model_outputs" | "attempt" | "gemini_attempt" | "deepseek_attempt"
            | "deepseek_solution",
        ) => "response",
        (
            _,
            "thinking"
            | "reasoning"
            | "thinking_trajectories"
            | "gemini_thinking_trajectory"
            | "deepseek_thinking_trajectory"
            | "deepseek_reasoning",
        ) => "thinking",
        (
            _,
            "answer"
            | "expected_answer"
            | "ground_truth_solution"
            | "target"
            | "gts"
            | "reward_model",
        ) => "answer",
        (
            _,
            "correctness_math_verify"
            | "correctness_llama"
            | "gemini_grade"
            | "deepseek_grade"
            | "reward"
            | "score"
            | "scores"
            | "exact_match"
            | "exact_matches",
        ) => RECORDED,
        (_, "is_reasoning_complete" | "finish_reasons" | "is_truncated") => "finish",
        (_, "problem_type" | "category" | "domain" | "subject" | "ability") => "category",
        (_, "source" | "source_type" | "data_source" | "task") => "origin",
        (_, "id" | "uuid" | "unique_id" | "example_id" | "doc_id") => "id",
        (_, "question_type") => "kind of question",
        (_, "problem_is_valid" | "solution_is_valid" | "synthetic") => {
            "what the dataset says of it"
        }
        (_, "system" | "history") => "what stands before the problem",
        (_, "images" | "image" | "videos" | "audios") => "what cannot be read as text",
        _ => UNKNOWN,
    }
}

/// What says whether a response is right: the label.
const RECORDED: &str = "recorded";

/// No column of a layout is that.
const UNKNOWN: &str = "something else";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_of_every_layout_is_read_as_something() {
        for &layout in Layout::all() {
            let source = Source::of(layout);
            for (role, column) in roles(&source, |_| true) {
                assert_ne!(role, UNKNOWN, "`{column}` of {}", layout.name());
            }
        }
    }

    #[test]
    fn a_layout_with_labels_names_their_columns() {
        // Where `records` is said by the layout itself, some column of it is the label, and of no other.
        for &layout in Layout::all().iter().filter(|&&one| one != Layout::Columns) {
            let source = Source::of(layout);
            let has_label = roles(&source, |_| true)
                .iter()
                .any(|(role, _)| *role == RECORDED);
            assert_eq!(
                has_label,
                super::super::records(&source),
                "{}",
                layout.name()
            );
        }
    }

    #[test]
    fn what_a_file_lacks_is_read_as_nothing() {
        let read = roles(&Source::of(Layout::Limo), |name| name != "answer");
        let read: Vec<_> = read.iter().map(|(role, name)| (*role, &**name)).collect();
        assert_eq!(read, [("problem", "question"), ("response", "solution")]);
    }
}
