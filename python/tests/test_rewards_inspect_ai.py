"""The scorer, by inspect's own evaluation over a file of ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support import package

inspect_ai = package("inspect_ai")
pytestmark = pytest.mark.filterwarnings("ignore")

ROWS: list[dict[str, Any]] = [
    {"input": "half", "target": "1/2", "said": r"<think>Half.</think>So it is \boxed{0.5}."},
    {"input": "half", "target": "1/2", "said": r"\boxed{2}"},
    {"input": "where", "target": "the whole plane", "said": r"\boxed{a plane}"},
    {"input": "half", "target": "1/2", "said": "<think>It is 1/2"},
    {"input": "two", "target": ["3", "4"], "said": r"\boxed{4}"},
    {"input": "proof", "target": "", "said": r"\boxed{1}"},
]


def evaluated(where: Path, **options: Any) -> Any:
    from inspect_ai.dataset import json_dataset
    from inspect_ai.model import ModelOutput, ModelUsage, get_model
    from inspect_ai.solver import generate

    from gradatim.rewards.inspect_ai import math

    file = where / "rows.jsonl"
    file.write_text("".join(json.dumps({key: row[key] for key in ("input", "target")}) + "\n" for row in ROWS))
    said = [ModelOutput.from_content("mockllm/model", row["said"]) for row in ROWS]
    for one in said:
        # Else it fetches a tokenizer to count by.
        one.usage = ModelUsage(input_tokens=1, output_tokens=1, total_tokens=2)
    task = inspect_ai.Task(dataset=json_dataset(str(file)), solver=generate(), scorer=math(**options))
    model = get_model("mockllm/model", custom_outputs=said)
    (log,) = inspect_ai.eval(
        task, model=model, log_dir=str(where / "logs"), display="none", max_connections=1, max_samples=1
    )
    assert log.status == "success", log.error
    return inspect_ai.log.read_eval_log(log.location)


def test_a_file_is_scored(tmp_path: Path) -> None:
    from gradatim.rewards.inspect_ai import tally

    tally.clear()
    log = evaluated(tmp_path)
    (results,) = log.results.scores
    shown = {name: metric.value for name, metric in results.metrics.items()}
    assert shown["accuracy"] == 0.4 and shown["undecided_share"] == 0.2 and shown["no_answer_share"] == 0.2
    assert results.scored_samples == 5 and results.unscored_samples == 1
    (scores,) = zip(*(sample.scores.values() for sample in log.samples))
    assert [one.value for one in scores[:5]] == ["C", "I", 0.0, "N", "C"]
    assert [one.reason for one in scores] == [None, None, "undecided", "no_answer", None, "no_gold"]
    assert [one.answer for one in scores[:3]] == ["0.5", "2", "a plane"]
    assert scores[3].metadata == {"verdict": "no_answer", "verdict_reason": "open_thinking"}
    assert tally.counts == {"correct": 2, "wrong": 1, "undecided": 1, "no_answer": 1, "no_gold": 1}


def test_what_is_undecided_may_score_or_not(tmp_path: Path) -> None:
    (half,) = evaluated(tmp_path, undecided=0.5).results.scores
    assert half.metrics["accuracy"].value == 0.5
    (without,) = evaluated(tmp_path, undecided=None, rel_tol=1e-4).results.scores
    assert without.metrics["accuracy"].value == 0.5
    assert without.unscored_samples == 2
    assert without.params == {"undecided": None, "rel_tol": 1e-4}


def test_an_option_that_there_is_not_ends_the_evaluation_before_it_begins() -> None:
    from gradatim.rewards.inspect_ai import math

    with pytest.raises(TypeError, match="no option is called `strictly`"):
        math(strictly=True)  # type: ignore[call-arg]
