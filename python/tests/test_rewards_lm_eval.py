"""The task file, by lm-evaluation-harness's own loader and evaluation over a file of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import package

lm_eval = package("lm_eval")
pytestmark = pytest.mark.filterwarnings("ignore")

ROWS = [
    ("half", "1/2", r"<think>Half.</think>So it is \boxed{0.5}."),
    ("another half", "1/2", r"\boxed{2}"),
    ("where", "the whole plane", r"\boxed{a plane}"),
    ("a third half", "1/2", "<think>It is 1/2"),
]


def evaluated(where: Path, *lines: str, gold: str = "answer", rows: Any = ROWS) -> Any:
    """Results of a task that includes ours, by a model that knows what to say."""
    from lm_eval.api.model import LM
    from lm_eval.tasks import TaskManager

    from gradatim.rewards.lm_eval import TASK

    class Said(LM):  # type: ignore[misc]
        def generate_until(self, requests: Any, disable_tqdm: bool = False) -> list[str]:
            prompts = [request.args[0] for request in requests]
            assert all(prompt.endswith("Give the final answer in \\boxed{}.") for prompt in prompts)
            said = {problem: text for problem, _, text in rows}
            return [said[prompt.split("\n")[0]] for prompt in prompts]

        def loglikelihood(self, requests: Any, disable_tqdm: bool = False) -> Any:
            raise NotImplementedError

        loglikelihood_rolling = loglikelihood

    file = where / "rows.jsonl"
    file.write_text("".join(json.dumps({"problem": problem, gold: answer}) + "\n" for problem, answer, _ in rows))
    (where / "mine.yaml").write_text(
        "\n".join(
            [
                f"include: {TASK}",
                "task: mine",
                "dataset_path: json",
                f"dataset_kwargs: {{data_files: {{test: {file}}}, cache_dir: {where / 'cache'}}}",
                *lines,
            ]
        )
    )
    manager = TaskManager(include_path=str(where), include_defaults=False)
    return lm_eval.simple_evaluate(model=Said(), tasks=["mine"], task_manager=manager, bootstrap_iters=0)


def test_the_task_file_scores_a_file(tmp_path: Path) -> None:
    told = evaluated(tmp_path)
    results = told["results"]["mine"]
    shown = {name: results[f"{name},none"] for name in ("accuracy", "undecided", "no_answer")}
    assert shown == {"accuracy": 0.25, "undecided": 0.25, "no_answer": 0.25}
    assert [one["accuracy"] for one in told["samples"]["mine"]] == [1, 0, 0, 0]
    assert [one["undecided"] for one in told["samples"]["mine"]] == [0, 0, 1, 0]
    assert told["higher_is_better"]["mine"]["undecided"] is False


def test_options_and_the_column_are_those_of_a_function_beside_the_task(tmp_path: Path) -> None:
    (tmp_path / "utils.py").write_text(
        "from gradatim.rewards.lm_eval import ProcessResults\n"
        "judged = ProcessResults(gold='solution', undecided=None)\n"
    )
    lines = ["process_results: !function utils.judged", "doc_to_target: '{{solution}}'"]
    results = evaluated(tmp_path, *lines, gold="solution")["results"]["mine"]
    assert results["accuracy,none"] == pytest.approx(1 / 3)
    assert results["undecided,none"] == 0.25


def test_a_filter_keeps_the_answers_that_are_voted_on(tmp_path: Path) -> None:
    lines = [
        "repeats: 2",
        "filter_list:",
        "  - name: voted",
        "    filter:",
        "      - {function: custom, filter_fn: !function gradatim.rewards.lm_eval.keep_answers}",
        "      - {function: majority_vote}",
        "  - name: all",
        "    filter:",
        "      - {function: take_first_k, k: 2}",
    ]
    told = evaluated(tmp_path, *lines)
    assert told["results"]["mine"]["accuracy,voted"] == told["results"]["mine"]["accuracy,all"] == 0.25
    kept = [one["filtered_resps"][0] for one in told["samples"]["mine"] if one["filter"] == "voted"]
    assert kept == [["0.5"], ["2"], ["a plane"], [""]]


def test_a_document_without_a_gold_answer_ends_the_evaluation(tmp_path: Path) -> None:
    import gradatim

    with pytest.raises(gradatim.UsageError, match="`no_gold`"):
        evaluated(tmp_path, rows=[*ROWS, ("what", "", "7")])
