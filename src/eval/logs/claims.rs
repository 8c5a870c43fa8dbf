//! Every format's sample, held against every other format's claim: a file that two claim is read by neither.

use super::{FORMATS, Options, inspect};

/// A format, a file's name, and a file as its harness writes it, with all of the keys that it has.
const SAMPLES: &[(&str, &str, &str)] = &[
    (
        "lm-eval",
        "samples_aime_2026-01-01T00-00-00.jsonl",
        r#"{"doc_id": 0, "doc": {"id": 60, "problem": "1?", "answer": "1"}, "target": "1", "arguments": {"gen_args_0": {"arg_0": "1?", "arg_1": {"until": [], "do_sample": false}}}, "resps": [["1"]], "filtered_resps": ["1"], "filter": "none", "metrics": ["exact_match"], "doc_hash": "a", "prompt_hash": "b", "target_hash": "c", "exact_match": 1.0}"#,
    ),
    (
        "lm-eval-s1",
        "samples_aime24.jsonl",
        r#"{"doc_id": 0, "doc": {"id": 60, "problem": "1?", "answer": "1"}, "target": "1", "arguments": [["1?", {"max_gen_toks": 9}]], "resps": [["1", "2"]], "filtered_resps": ["1"], "doc_hash": "a", "prompt_hash": "b", "target_hash": "c", "exact_match": 1, "extracted_answers": ["1", "2"], "exact_matches": [1, 0]}"#,
    ),
    (
        "evalchemy",
        "samples_AIME24.jsonl",
        r#"{"id": "x-1", "problem": "1?", "reasoning": "", "expected_answer": "1", "source": "x", "model_outputs": ["1", "2"], "model_answers": ["1", "2"]}"#,
    ),
    (
        "evalchemy",
        "results_2026.json",
        r#"{"results": {"AIME24": {"examples": [{"id": 1, "problem": "1?", "expected_answer": "1", "model_outputs": ["1"], "model_answers": ["1"]}], "run_stats": []}}, "model_name": "m", "config": {"gen_kwargs": {}}}"#,
    ),
    (
        "areal",
        "0.jsonl",
        r#"{"task_id": 0, "sample_idx": 0, "seqlen": 9, "prompt_len": 2, "head_version": -1, "tail_version": 0, "reward": 1.0, "prompt": "<|im_start|>user\n1?<|im_end|>\n<|im_start|>assistant\n", "completion": "1"}"#,
    ),
    (
        "qwen-math",
        "test_qwen25-math-cot_-1_seed0_t0.0.jsonl",
        r#"{"idx": 0, "question": "1?", "gt_cot": "", "gt": "1", "solution": "", "answer": "1", "code": ["1"], "pred": ["1"], "report": [null], "score": [true]}"#,
    ),
    (
        "mgsm",
        "m_wait.jsonl",
        r#"{"language": "en", "prompt": "1?", "output": "<|im_start|>user\n1?<|im_end|>\n<|im_start|>assistant\n1", "gold_answer": "1"}"#,
    ),
    (
        "plain",
        "table.csv",
        "run,question_id,question,attempt,gold,answer,response,correct,tokens\nm,1,1?,0,1,1,1,true,9\n",
    ),
    (
        "every-eval-ever",
        "x_samples.jsonl",
        r#"{"schema_version": "0.3.0", "evaluation_id": "a/m/1", "model_id": "m", "evaluation_name": "a", "evaluation_result_id": "acc", "sample_id": "1", "sample_hash": "a", "interaction_type": "single_turn", "input": {"raw": "1?", "formatted": null, "reference": ["1"], "choices": null}, "output": {"raw": ["1"], "reasoning_trace": null}, "messages": null, "answer_attribution": [], "evaluation": {"score": 1.0, "is_correct": true}, "token_usage": null, "performance": null, "error": null, "metadata": {"epoch": "1"}}"#,
    ),
    (
        "helm",
        "per_instance_stats.json",
        r#"[{"instance_id": "id1", "train_trial_index": 0, "stats": [{"name": {"name": "exact_match", "split": "test"}, "count": 1, "sum": 1.0, "mean": 1.0}]}]"#,
    ),
    (
        "inspect-ai",
        "log.json",
        r#"{"version": 2, "status": "success", "eval": {"task": "a", "model": "m"}, "plan": {"steps": []}, "results": {"scores": []}, "stats": {}, "samples": [{"id": 1, "epoch": 1, "input": "1?", "target": "1", "messages": [], "output": {"completion": "1", "choices": []}, "scores": {"s": {"value": "C", "answer": "1"}}}]}"#,
    ),
    (
        "lighteval",
        "details_aime24_2026.jsonl",
        r#"{"doc": {"query": "1?", "choices": ["1"], "gold_index": [0], "id": "0", "task_name": "aime24"}, "metric": {"avg@n:n=1": 1.0}, "model_response": {"input": "1?", "text": ["1"], "output_tokens": [[1]]}}"#,
    ),
    (
        "lighteval",
        "details_old.jsonl",
        r#"{"example": "1?", "full_prompt": "1?", "instruction": "", "choices": ["1"], "gold": ["1"], "gold_index": [0], "input_tokens": [1], "cont_tokens": [[1]], "predictions": ["1"], "pred_logits": [], "metrics": {"extractive_match": 1.0}, "num_asked_few_shots": 0, "specifics": {}}"#,
    ),
    (
        "matharena",
        "1.json",
        r#"{"idx": 1, "problem": "1?", "gold_answer": "1", "types": null, "N": 1, "pass_at_1": 1.0, "answers": ["1"], "correct": [true], "messages": [[{"role": "user", "content": "1?"}, {"role": "assistant", "content": "1"}]], "cost": {}, "detailed_costs": [{"output_tokens": 3}]}"#,
    ),
    (
        "matharena",
        "outputs.jsonl",
        r#"{"problem_idx": 4, "problem": "1?", "model_name": "m", "model_config": "m", "idx_answer": 0, "all_messages": "[]", "user_message": "1?", "answer": "1", "parsed_answer": "1", "gold_answer": "1", "correct": true, "input_tokens": 1, "output_tokens": 9, "cost": 0.1}"#,
    ),
    (
        "nemo-skills",
        "output-rs0.jsonl",
        r#"{"problem": "1?", "id": "a-1", "expected_answer": "1", "generation": "1", "num_generated_tokens": 5, "generation_start_time": 1.0, "generation_end_time": 2.0, "predicted_answer": "1", "symbolic_correct": true}"#,
    ),
    (
        "opencompass",
        "aime2024.json",
        r#"{"0": {"origin_prompt": [{"role": "HUMAN", "prompt": "1?"}], "prediction": "1", "gold": "1"}}"#,
    ),
    (
        "opencompass",
        "results.json",
        r#"{"accuracy": 100.0, "details": [{"example_abbr": "a_0", "pred": ["1"], "answer": ["1"], "correct": [true]}]}"#,
    ),
    (
        "trl",
        "completions_00010.jsonl",
        r#"{"step": 10, "prompt": [{"role": "user", "content": "1?"}], "completion": [{"role": "assistant", "content": "1"}], "accuracy_reward": 1.0, "solution": "1", "advantage": 0.1}"#,
    ),
    (
        "verifiers",
        "results.jsonl",
        r#"{"id": 0, "example_id": 0, "prompt": [{"role": "user", "content": "1?"}], "completion": [{"role": "assistant", "content": "1"}], "task": "default", "answer": "1", "info": {}, "generation_ms": 1.0, "reward": 1.0, "correct_answer": 1.0}"#,
    ),
    (
        "verl",
        "20.jsonl",
        r#"{"input": "user\n1?\nassistant\n", "output": "1", "gts": "1", "score": 1.0, "step": 20, "acc": true, "pred": "1"}"#,
    ),
];

#[test]
fn no_two_formats_claim_a_sample_of_any() {
    for (format, name, text) in SAMPLES {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, format!("{text}\n")).expect("a file");
        let seen = inspect(&[path], &Options::default());
        let seen = seen.unwrap_or_else(|error| panic!("{format}, {name}: {error}"));
        assert_eq!(seen[0].input.format, *format, "{name}");
        assert!(seen[0].input.attempts > 0, "{name}: {:?}", seen[0]);
    }
}

#[test]
fn every_format_has_a_sample() {
    for format in FORMATS {
        let mut of = SAMPLES.iter().map(|(name, ..)| name);
        assert!(of.any(|name| *name == format.name()), "{}", format.name());
    }
}
