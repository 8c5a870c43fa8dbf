//! Promises about the formats of harnesses, on the smallest files that show them.

use std::path::{Path, PathBuf};

use super::{Grading, Options, read};
use crate::eval::attempt::{Grader, Run};
use crate::eval::metrics::Figures;
use crate::eval::table::Outcome;

/// The runs of these files, put below a folder of their own.
fn runs_of(files: &[(&str, &[u8])], options: &Options) -> Vec<Run> {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<PathBuf> = files
        .iter()
        .map(|(name, _)| folder.path().join(name))
        .collect();
    for (path, (_, bytes)) in paths.iter().zip(files) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    read(&paths, options, &()).unwrap().runs
}

fn runs(files: &[(&str, &str)]) -> Vec<Run> {
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (*name, text.as_bytes()))
        .collect();
    runs_of(&files, &Options::default())
}

fn run(files: &[(&str, &str)]) -> Run {
    let mut runs = runs(files);
    assert_eq!(runs.len(), 1, "{runs:?}");
    runs.remove(0)
}

/// A letter for each attempt, a word for each question: `r` right, `w` wrong, `u` unknown.
fn outcomes(run: &Run) -> String {
    let letter = |outcome| match outcome {
        Outcome::Right => 'r',
        Outcome::Wrong => 'w',
        Outcome::Unknown => 'u',
    };
    let of = |attempts: &[crate::eval::attempt::Attempt]| -> String {
        attempts
            .iter()
            .map(|one| letter(one.outcome(Grader::Recorded)))
            .collect()
    };
    let words: Vec<String> = run
        .questions
        .iter()
        .map(|asked| of(&asked.attempts))
        .collect();
    words.join(" ")
}

/// A ZIP as inspect writes it: entries of Zstandard in the frames that are given, the list at the end.
fn zip(entries: &[(&str, &[&str])]) -> Vec<u8> {
    let (mut bytes, mut list) = (Vec::new(), Vec::new());
    for (name, frames) in entries {
        let text = frames.concat();
        let packed: Vec<u8> = frames
            .iter()
            .flat_map(|frame| zstd::encode_all(frame.as_bytes(), 1).unwrap())
            .collect();
        let mut crc = flate2::Crc::new();
        crc.update(text.as_bytes());
        let at = bytes.len() as u32;
        let mut fields = Vec::new();
        for number in [45_u16, 0, 93, 0, 0] {
            fields.extend(number.to_le_bytes());
        }
        for number in [crc.sum(), packed.len() as u32, text.len() as u32] {
            fields.extend(number.to_le_bytes());
        }
        fields.extend((name.len() as u16).to_le_bytes());
        fields.extend(0_u16.to_le_bytes());
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&fields);
        bytes.extend(name.as_bytes());
        bytes.extend(packed);
        list.extend(b"PK\x01\x02\x2d\0");
        list.extend(&fields);
        list.extend([0; 10]);
        list.extend(at.to_le_bytes());
        list.extend(name.as_bytes());
    }
    let at = bytes.len() as u32;
    let count = (entries.len() as u16).to_le_bytes();
    bytes.extend(&list);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([count, count].concat());
    bytes.extend((list.len() as u32).to_le_bytes());
    bytes.extend(at.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

const HEADER: &str = r#"{"version": 2, "status": "success", "eval": {"task": "sums", "model": "acme/m",
    "model_generate_config": {"temperature": 0.6, "max_tokens": 4096},
    "scorers": [{"name": "length", "metrics": [{"name": "inspect_ai/mean"}]},
                {"name": "boxed", "metrics": [{"name": "inspect_ai/accuracy"}]}]},
    "plan": {"steps": [{"solver": "generate", "params_passed": {}}]},
    "results": {"headline": {"scorer": "length"}, "scores": [
        {"name": "length", "scorer": "length", "metrics": {"mean": {"value": NaN}}},
        {"name": "boxed", "scorer": "boxed", "metrics": {"accuracy": {"value": 0.5}}}]}"#;

/// A sample of inspect.
fn sample(id: u32, epoch: u32, value: &str, said: &str, more: &str) -> String {
    format!(
        r#"{{"id": {id}, "epoch": {epoch}, "input": [{{"role": "user", "content": "What is {id} and {id}?"}}],
            "target": ["{gold}"], "output": {{"completion": "{said}", "choices": [{{"stop_reason": "stop"}}],
            "usage": {{"output_tokens": 7}}}}, "events": [[1, 2], NaN],
            "scores": {{"length": {{"value": 13.0}}, "boxed": {{"value": {value}}}}}{more}}}"#,
        gold = 2 * id
    )
}

fn samples() -> Vec<String> {
    vec![
        sample(1, 2, r#""I""#, "It is 3", ""),
        sample(1, 1, r#""C""#, "It is \\\\boxed{2}", ""),
        sample(2, 1, r#""P""#, "Nearly 4", r#", "limit": {"type": "token", "limit": 9}"#),
        sample(2, 2, r#""N""#, "I do not know", ""),
        // Unscored, so that we grade the text that it refers to.
        sample(3, 1, "NaN", "attachment://abc", r#", "attachments": {"abc": "So \\boxed{6}"}"#),
        r#"{"id": 3, "epoch": 2, "input": "What is 3 and 3?", "target": "6", "scores": {},
            "output": {"choices": [], "completion": ""}, "error": {"message": "the server is gone"}}"#
            .to_owned(),
    ]
}

fn check_inspect(run: &Run) {
    assert_eq!(outcomes(run), "rw uw ru");
    assert_eq!(run.benchmark.as_deref(), Some("sums"));
    assert_eq!(run.facts.model.as_deref(), Some("acme/m"));
    assert_eq!(run.facts.grader.as_deref(), Some("boxed"));
    assert_eq!(run.facts.temperature, Some(0.6));
    assert_eq!(run.facts.max_tokens, Some(4096));
    assert_eq!(run.questions[0].attempts[0].tokens, Some(7));
    assert_eq!(run.questions[0].attempts[0].finished, Some(true));
    assert_eq!(run.questions[1].attempts[0].finished, Some(false));
}

#[test]
fn an_archive_of_inspect_is_read_by_the_scorer_that_counts_right_answers_however_many_frames_it_has()
 {
    let header = format!("{HEADER}}}");
    let samples = samples();
    let halves: Vec<[&str; 2]> = samples
        .iter()
        .map(|text| text.split_at(40).into())
        .collect();
    let names: Vec<String> = (0..)
        .map(|at| format!("samples/{at}.json"))
        .take(6)
        .collect();
    let mut entries: Vec<(&str, &[&str])> = Vec::new();
    for (name, halves) in names.iter().zip(&halves) {
        entries.push((name, halves));
    }
    let header: &[&str] = &[&header];
    entries.push(("header.json", header));
    entries.push(("summaries.json", &["[]"]));
    let read = |entries: &[(&str, &[&str])]| {
        let mut runs = runs_of(&[("a.eval", &zip(entries))], &Options::default());
        assert_eq!(runs.len(), 1);
        runs.remove(0)
    };
    check_inspect(&read(&entries));
    // One that was killed has what it began with, and no results.
    let begun = r#"{"version": 2, "eval": {"task": "x/sums", "model": "acme/m", "scorers": [{"name": "boxed",
        "metrics": [{"name": "accuracy"}]}], "model_generate_config": {"temperature": 0.6, "max_tokens": 4096}}}"#;
    entries.retain(|(name, _)| name.starts_with("samples/"));
    let begun: &[&str] = &[begun];
    entries.push(("_journal/start.json", begun));
    check_inspect(&read(&entries));
}

#[test]
fn a_log_of_inspect_in_one_object_says_the_same() {
    let log = format!("{HEADER}, \"samples\": [{}]}}", samples().join(","));
    check_inspect(&run(&[("log.json", &log)]));
}

#[test]
fn a_log_of_inspect_with_more_values_than_are_held_is_read_sample_by_sample() {
    let many = format!(", \"store\": [{}]", vec!["[]"; 600_000].join(","));
    let mut samples = samples();
    samples[0] = sample(1, 2, r#""I""#, "It is 3", &many);
    let log = format!("{HEADER}, \"samples\": [{}]}}", samples.join(","));
    check_inspect(&run(&[("log.json", &log)]));
}

#[test]
fn another_scorer_of_inspect_is_read_where_it_is_named() {
    let log = format!("{HEADER}, \"samples\": [{}]}}", samples().join(","));
    let options = Options {
        filter: Some("length".into()),
        ..Options::default()
    };
    let runs = runs_of(&[("log.json", log.as_bytes())], &options);
    assert_eq!(runs[0].facts.grader.as_deref(), Some("length"));
    // A length is no grade.
    assert_eq!(outcomes(&runs[0]), "uu uu uu");
}

#[test]
fn seeds_of_nemo_skills_are_the_attempts_of_one_run_and_greedy_is_another() {
    let row = |problem: u32, answer: u32, symbolic: bool, judge: &str| {
        format!(
            "{{\"problem\": \"What is {problem}?\", \"expected_answer\": \"{problem}\", \"generation\": \"So {answer}\", \
             \"predicted_answer\": {answer}, \"symbolic_correct\": {symbolic}, \"num_generated_tokens\": 5{judge}}}\n"
        )
    };
    let judged = ", \"judgement\": \"Judgement: Yes\"";
    let seed =
        |right: [bool; 2], judge: &str| row(1, 1, right[0], judge) + &row(2, 3, right[1], judge);
    let files = [
        ("aime24/output-rs0.jsonl", seed([true, false], "")),
        ("aime24/output-rs1.jsonl", seed([true, true], "")),
        ("aime24/output.jsonl", seed([false, false], "")),
        ("judged/output-rs0.jsonl", seed([true, false], judged)),
    ];
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    let runs = runs(&files);
    let read: Vec<(&str, String)> = runs
        .iter()
        .map(|run| (run.name.as_str(), outcomes(run)))
        .collect();
    let told = |name: &str| {
        let found = read.iter().find(|(known, _)| known.ends_with(name));
        found.map(|(_, outcomes)| outcomes.as_str())
    };
    assert_eq!(told("aime24"), Some("rr wr"));
    assert_eq!(told("aime24 greedy"), Some("w w"));
    // A judge is another reading of the same attempt.
    assert_eq!(told("judged"), Some("r r"));
}

#[test]
fn steps_of_training_are_runs_of_their_own_and_a_question_is_what_the_user_asked() {
    let row = |step: u32, score: f64, output: &str| {
        format!(
            "{{\"input\": \"system\\nBe.\\nuser\\nWhat is 2?\\nassistant\\n\", \"output\": \"{output}\", \"gts\": \"2\", \
             \"score\": {score}, \"step\": {step}}}\n"
        )
    };
    let first = row(20, 1.0, "So \\\\boxed{2}") + &row(20, -1.0, "So \\\\boxed{3}");
    // A score that is no grade leaves it to us.
    let second = row(100, 1.1, "So \\\\boxed{2}") + &row(100, 0.0, "no");
    let files = [
        ("rollouts/20.jsonl", first.as_str()),
        ("rollouts/100.jsonl", &second),
    ];
    let apart = runs(&files);
    let told: Vec<(&str, String)> = apart
        .iter()
        .map(|run| (run.name.as_str(), outcomes(run)))
        .collect();
    assert_eq!(
        told,
        [
            ("rollouts step 100", "rw".into()),
            ("rollouts step 20", "rw".into())
        ]
    );
    let together = runs(&[("all.jsonl", &(first + &second))]);
    let names: Vec<&str> = together.iter().map(|run| run.name.as_str()).collect();
    assert_eq!(names, ["all step 100", "all step 20"]);
}

#[test]
fn a_problem_of_matharena_is_a_file_with_all_attempts() {
    let file = |idx: u32, correct: &str| {
        format!(
            r#"{{"idx": {idx}, "problem": "What is {idx}?", "gold_answer": "{idx}", "N": 2, "pass_at_1": 0.5,
                "answers": ["{idx}", "None"], "correct": {correct}, "messages": [
                    [{{"role": "user", "content": "?"}}, {{"role": "assistant", "type": "cot", "content": "hm"}},
                     {{"role": "assistant", "content": "So {idx}"}}],
                    [{{"role": "assistant", "content": "no"}}]],
                "detailed_costs": [{{"output_tokens": 30}}, {{"output_tokens": 50}}]}}"#
        )
    };
    let packed = zstd::encode_all(file(2, r#"["TODO Grading", true]"#).as_bytes(), 1).unwrap();
    let first = file(1, "[true, false]");
    let files: [(&str, &[u8]); 2] = [
        ("outputs/aime/m--high/1.json", first.as_bytes()),
        ("outputs/aime/m--high/2.json.zst", &packed),
    ];
    let runs = runs_of(&files, &Options::default());
    assert_eq!((runs.len(), runs[0].name.as_str()), (1, "m--high"));
    assert_eq!(outcomes(&runs[0]), "rw ur");
    assert_eq!(runs[0].questions[0].attempts[1].tokens, Some(50));

    let row = |model: &str, at: u32, correct: bool| {
        format!(
            "{{\"problem_idx\": 4, \"problem\": \"?\", \"model_name\": \"{model}\", \"idx_answer\": {at}, \"answer\": \"So\", \
             \"parsed_answer\": \"4\", \"gold_answer\": \"4\", \"correct\": {correct}, \"output_tokens\": 9}}\n"
        )
    };
    let rows = row("a", 1, false) + &row("b", 0, true) + &row("a", 0, true);
    let runs = self::runs(&[("rows.jsonl", &rows)]);
    let told: Vec<(&str, String)> = runs
        .iter()
        .map(|run| (run.name.as_str(), outcomes(run)))
        .collect();
    assert_eq!(told, [("a", "rw".into()), ("b", "r".into())]);
}

#[test]
fn predictions_of_opencompass_are_graded_and_repeats_are_known_by_their_prompt() {
    let entry = |at: u32, gold: u32, said: u32| {
        format!(
            "\"{at}\": {{\"origin_prompt\": [{{\"role\": \"HUMAN\", \"prompt\": \"What is {gold}?\"}}], \
             \"prediction\": \"So \\\\boxed{{{said}}}\", \"gold\": \"{gold}\"}}"
        )
    };
    let entries = [
        entry(0, 5, 5),
        entry(1, 6, 7),
        entry(2, 5, 1),
        entry(3, 6, 6),
    ];
    let predictions = format!("{{{}}}", entries.join(","));
    let run = run(&[("predictions/m/aime2024.json", &predictions)]);
    assert_eq!((run.name.as_str(), outcomes(&run)), ("m", "rw wr".into()));
}

#[test]
fn results_of_opencompass_have_an_item_for_each_repeat() {
    let results = r#"{"accuracy (2 runs average)": 75.0, "details": [
        {"example_abbr": "aime_0", "pred": ["5", "1"], "answer": ["5", "5"], "correct": [true, false]},
        {"example_abbr": "aime_1", "pred": ["6", "6"], "answer": ["6", "6"], "correct": [true, true]}]}"#;
    assert_eq!(outcomes(&run(&[("results/m/aime.json", results)])), "rw rr");
    let cascade = r#"{"accuracy": 50.0, "details": [
        {"example_abbr": "a_0", "rule_evaluation": [{"pred": "5", "answer": "5", "correct": false}], "cascade_correct": [true]},
        {"example_abbr": "a_1", "rule_evaluation": [{"pred": "6", "answer": "7", "correct": false}], "cascade_correct": [false]}]}"#;
    assert_eq!(outcomes(&run(&[("results/m/aime.json", cascade)])), "r w");
    let formatted = r#"{"details": {"type": "GEN",
        "0": {"prompt": "What is 5?", "origin_prediction": "So \\boxed{5}", "predictions": "5", "references": "5", "correct": true},
        "1": {"prompt": "What is 6?", "origin_prediction": "no", "predictions": "", "references": "6"}}}"#;
    assert_eq!(
        outcomes(&run(&[("results/m/aime.json", formatted)]))
            .chars()
            .next(),
        Some('r')
    );
}

#[test]
fn responses_of_lighteval_are_graded_again_where_a_row_has_several() {
    let row = |id: u32, texts: &str, mean: f64| {
        format!(
            r#"{{"doc": {{"query": "What is {id}?", "choices": ["{id}", "0"], "gold_index": [0], "id": "{id}",
                "task_name": "lighteval|sums|0", "generation_size": 99}}, "metric": {{"avg@n:n=2": {mean}}},
                "model_response": {{"input": "User: What is {id}?", "text": {texts}, "output_tokens": [[1, 2], [1, 2, 3]]}}}}"#
        )
        .replace('\n', " ")
    };
    let rows = [
        row(4, r#"["So \\boxed{4}", "So \\boxed{5}"]"#, 0.5),
        // One attempt has its grade, whatever we think of it.
        row(5, r#"["five"]"#, 1.0),
    ];
    let run = run(&[(
        "details/acme/m/2026/details_sums_2026.jsonl",
        &rows.join("\n"),
    )]);
    assert_eq!(
        (run.name.as_str(), outcomes(&run)),
        ("acme/m", "rw r".into())
    );
    assert_eq!(run.benchmark.as_deref(), Some("sums"));
    assert_eq!(run.questions[0].attempts[1].tokens, Some(3));
    assert_eq!(run.facts.max_tokens, Some(99));
    assert_eq!(run.questions[0].attempts[1].finished, Some(true));
}

#[test]
fn completions_of_trl_are_graded_by_the_reward_that_is_named_for_it() {
    let row = |said: &str, accuracy: &str| {
        format!(
            "{{\"step\": 10, \"prompt\": [{{\"role\": \"user\", \"content\": \"What is 2?\"}}], \"completion\": \
             [{{\"role\": \"assistant\", \"content\": \"So \\\\boxed{{{said}}}\"}}], \"format_reward\": 1.0, \
             \"accuracy_reward\": {accuracy}, \"solution\": \"2\", \"advantage\": 0.1}}\n"
        )
    };
    // No reward is no grade, and is made up for by ours.
    let rows = row("2", "1.0") + &row("3", "0.0") + &row("2", "null");
    let run = run(&[("run/completions/completions_00010.jsonl", &rows)]);
    assert_eq!(
        (run.name.as_str(), outcomes(&run)),
        ("run step 10", "rwr".into())
    );
}

#[test]
fn old_results_of_verifiers_are_known_by_their_prompt_since_their_numbers_are_wrong() {
    let row = |id: u32, asked: u32, reward: f64, right: f64| {
        format!(
            "{{\"id\": {id}, \"prompt\": [{{\"role\": \"user\", \"content\": \"What is {asked}?\"}}], \"completion\": \
             [{{\"role\": \"assistant\", \"content\": \"So\"}}], \"task\": \"default\", \"answer\": \"{asked}\", \
             \"reward\": {reward}, \"format_reward\": 0.2, \"correct_answer\": {right}}}\n"
        )
    };
    // Both questions, and both once more, numbered as if each had been repeated.
    let rows =
        row(0, 5, 1.2, 1.0) + &row(0, 6, 0.2, 0.0) + &row(1, 5, 0.2, 0.0) + &row(1, 6, 1.2, 1.0);
    let run = run(&[("evals/sums--acme--m/1a2b/results.jsonl", &rows)]);
    assert_eq!(
        (run.name.as_str(), outcomes(&run)),
        ("acme/m", "rw wr".into())
    );
}

#[test]
fn an_episode_of_verifiers_is_an_attempt_of_its_solver() {
    let row = |key: &str, score: &str, stop: &str, ok: bool| {
        format!(
            "{{\"task\": {{\"type\": \"T\", \"key\": \"{key}\", \"data\": {{\"prompt\": \"What is {key}?\", \"answer\": \"2\"}}}}, \
             \"ok\": {ok}, \"traces\": [{{\"rewards\": {{}}, \"nodes\": []}}, {{\"nodes\": [\
             {{\"message\": {{\"role\": \"user\", \"content\": \"?\"}}}}, \
             {{\"sampled\": true, \"message\": {{\"role\": \"assistant\", \"content\": \"So \\\\boxed{{2}}\"}}}}], \
             \"rewards\": {{\"correct\": {score}, \"form\": {{\"score\": 0.5}}}}, \"stop_condition\": \"{stop}\", \
             \"num_output_tokens\": 12, \"calls\": [{{\"model\": \"acme/m\", \"finish_reason\": \"stop\"}}]}}]}}\n"
        )
    };
    let rows = row("a", "{\"score\": 1.0}", "done", true)
        + &row("a", "{\"score\": 0.0}", "max_output_tokens", true)
        + &row("b", "null", "error", false);
    let run = run(&[("runs/x/traces.jsonl", &rows)]);
    assert_eq!(outcomes(&run), "rw u");
    assert_eq!(run.questions[0].attempts[1].finished, Some(false));
    assert_eq!(run.questions[0].attempts[0].tokens, Some(12));
    assert_eq!(run.facts.model.as_deref(), Some("acme/m"));
}

#[test]
fn stats_of_helm_are_read_by_their_surest_metric() {
    let stats = r#"[
        {"instance_id": "id1", "train_trial_index": 0, "stats": [
            {"name": {"name": "quasi_exact_match", "split": "test"}, "mean": 1.0},
            {"name": {"name": "math_equiv", "split": "test"}, "mean": 0.0},
            {"name": {"name": "num_output_tokens"}, "mean": 9.0},
            {"name": {"name": "finish_reason_length"}, "mean": 1.0}]},
        {"instance_id": "id2", "train_trial_index": 0, "stats": [
            {"name": {"name": "math_equiv", "split": "test"}, "mean": 1.0}]}]"#;
    let run = run(&[("runs/math/per_instance_stats.json", stats)]);
    assert_eq!((run.name.as_str(), outcomes(&run)), ("math", "w r".into()));
    assert_eq!(run.questions[0].attempts[0].tokens, Some(9));
    assert_eq!(run.questions[0].attempts[0].finished, Some(false));
}

#[test]
fn metrics_of_every_eval_ever_are_no_attempts_and_epochs_are() {
    let row = |result: &str, epoch: u32, is_right: bool, error: &str| {
        format!(
            "{{\"schema_version\": \"0.3.0\", \"evaluation_id\": \"sums/acme_m/17\", \"model_id\": \"acme/m\", \
             \"evaluation_name\": \"sums\", \"evaluation_result_id\": \"{result}\", \"sample_id\": \"1\", \
             \"interaction_type\": \"single_turn\", \"input\": {{\"raw\": \"What is 2?\", \"reference\": [\"2\"]}}, \
             \"output\": {{\"raw\": [\"So 2\"]}}, \"answer_attribution\": [], \"evaluation\": {{\"score\": {}, \
             \"is_correct\": {is_right}}}, \"error\": {error}, \"metadata\": {{\"epoch\": \"{epoch}\"}}}}\n",
            f64::from(u8::from(is_right))
        )
    };
    let rows = row("f1", 1, false, "null")
        + &row("f1", 2, false, "null")
        + &row("accuracy", 2, true, "\"the server is gone\"")
        + &row("accuracy", 1, true, "null");
    let run = run(&[("x_samples.jsonl", &rows)]);
    assert_eq!(
        (run.name.as_str(), outcomes(&run)),
        ("acme/m 17", "ru".into())
    );
    assert_eq!(run.benchmark.as_deref(), Some("sums"));
    // The mean over epochs is of no attempt, whatever it is called.
    let means = rows.replace("\"score\": 1", "\"score\": 0.5");
    let run = self::run(&[("x_samples.jsonl", &means.replace("So 2", "So \\\\boxed{3}"))]);
    assert_eq!(outcomes(&run), "wu");
}

/// What a run says, whoever wrote it down.
fn said(run: &Run) -> (String, Option<Figures>, Vec<String>) {
    let ids = run.questions.iter().map(|asked| asked.id.clone()).collect();
    (
        outcomes(run),
        Figures::of(&run.table(Grader::Recorded)),
        ids,
    )
}

#[test]
fn what_is_written_for_every_eval_ever_is_read_again_as_the_same_attempts() {
    use super::write::{Publication, Record};
    let rows = "{\"question_id\": \"a\", \"attempt\": 0, \"correct\": true, \"tokens\": 5, \"run\": \"acme/m\"}\n\
        {\"question_id\": \"a\", \"attempt\": 1, \"correct\": false, \"tokens\": 6, \"run\": \"acme/m\"}\n\
        {\"question_id\": \"b\", \"attempt\": 0, \"correct\": null, \"response\": \"hm\", \"tokens\": 7, \"run\": \"acme/m\"}\n";
    let first = run(&[("attempts.jsonl", rows)]);
    let publication = Publication {
        organization: "acme".into(),
        relationship: "first_party",
        retrieved: 1_700_000_000,
    };
    let record = Record::new(&first, Grader::Recorded, &publication).unwrap();
    let mut samples = Vec::new();
    let written = record.samples(&mut samples).unwrap();
    let aggregate = record.aggregate(&written);
    let mut again = runs_of(&[(&record.samples_path(), &samples)], &Options::default());
    assert_eq!(again.len(), 1);
    let again = again.remove(0);
    let (outcomes, figures, ids) = said(&first);
    let (outcomes_again, figures_again, ids_again) = said(&again);
    assert_eq!((outcomes, ids), (outcomes_again, ids_again));
    let (figures, figures_again) = (figures.unwrap(), figures_again.unwrap());
    assert_eq!(
        (figures.avg, figures.tokens),
        (figures_again.avg, figures_again.tokens)
    );
    // The same run gives the same bytes under the same name.
    assert_eq!(
        aggregate,
        record.aggregate(&record.samples(&mut Vec::new()).unwrap())
    );
    let name = Path::new(&record.path())
        .file_stem()
        .unwrap()
        .to_string_lossy()
        .into_owned();
    assert_eq!((name.len(), name.as_bytes()[14]), (36, b'4'), "{name}");
    assert!(record.samples_path().starts_with("data/benchmark/acme/m/"));
}

#[test]
fn who_publishes_a_record_is_not_who_made_the_model() {
    use super::write::{Publication, Record};
    let publication = Publication {
        organization: "acme".into(),
        relationship: "third_party",
        retrieved: 1_700_000_000,
    };
    let developer = |model: &str| {
        let row = format!(
            "{{\"question_id\": 1, \"correct\": 1, \"run\": \"x\", \"model\": \"{model}\"}}\n"
        );
        let run = run(&[("attempts.jsonl", &row)]);
        let record = Record::new(&run, Grader::Recorded, &publication).unwrap();
        let written = record.samples(&mut Vec::new()).unwrap();
        let object: serde_json::Value = serde_json::from_str(&record.aggregate(&written)).unwrap();
        let said = object["model_info"]["developer"]
            .as_str()
            .map(str::to_owned);
        (
            said,
            record.samples_path().split('/').nth(2).map(str::to_owned),
        )
    };
    assert_eq!(
        developer("zeta/m-7"),
        (Some("zeta".into()), Some("zeta".into()))
    );
    for unsaid in ["m-7", "/models/zeta/m-7"] {
        assert_eq!(developer(unsaid), (None, Some("unknown".into())));
    }
}

#[test]
fn cut_and_senseless_files_of_every_format_are_counted_or_refused() {
    let inspect = format!("{HEADER}, \"samples\": [{}]}}", samples().join(","));
    let whole = zip(&[
        ("header.json", &[HEADER, "}"]),
        ("samples/1.json", &["[1]"]),
        ("samples/2.json", &["{}"]),
    ]);
    let mut damaged = whole.clone();
    damaged[60] ^= 0x55;
    let files: [(&str, &[u8]); 7] = [
        ("a.eval", &whole),
        ("b.eval", &whole[..whole.len() / 2]),
        ("c.eval", &damaged),
        ("d.json", &inspect.as_bytes()[..inspect.len() / 2]),
        ("e.json", br#"{"0": {"origin_prompt": 7, "prediction": {"a": 1}}, "1": null}"#),
        ("f.json", br#"{"idx": 1, "gold_answer": 1, "answers": 3, "correct": "x", "messages": [1]}"#),
        ("g.jsonl", b"{\"doc\": 1, \"model_response\": [1], \"metric\": \"x\"}\n{\"doc\": {}, \"model_response\": {}, \"metric\": {}}\n"),
    ];
    for file in files {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(file.0);
        std::fs::write(&path, file.1).unwrap();
        for grading in [Grading::Recorded, Grading::Both] {
            let options = Options {
                grading,
                ..Options::default()
            };
            // Whichever it is, it ends, and nothing is made up.
            if let Ok(logs) = read(std::slice::from_ref(&path), &options, &()) {
                assert!(
                    logs.runs.iter().all(|run| !outcomes(run).contains('r')),
                    "{}",
                    file.0
                );
            }
        }
    }
}
