"""The metric, over lighteval's own rows and in its own pipeline over a file of ours."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from support import package

package("torch")
package("lighteval")
pytestmark = pytest.mark.filterwarnings("ignore")

ROWS = [
    ("half", "1/2", r"<think>Half.</think>So it is \boxed{0.5}."),
    ("another half", "1/2", r"\boxed{2}"),
    ("where", "the whole plane", r"\boxed{a plane}"),
    ("a third half", "1/2", "<think>It is 1/2"),
]


def row(golds: list[str], said: list[str]) -> dict[str, Any]:
    from lighteval.models.model_output import ModelResponse
    from lighteval.tasks.requests import Doc

    doc = Doc(query="?", choices=golds, gold_index=list(range(len(golds))))
    return {"doc": doc, "model_response": ModelResponse(text=said)}


def test_a_row_has_four_numbers() -> None:
    from gradatim.rewards.lighteval import accuracy, metric

    for _, gold, said in ROWS:
        shown = accuracy.compute_sample(**row([gold], [said]))
        assert list(shown) == accuracy.metric_name
    assert accuracy.compute_sample(**row(["3", "4"], [r"\boxed{4}"]))["accuracy"] == 1.0
    both = row(["the whole plane"], ["the whole plane", r"\boxed{a plane}"])
    several = accuracy.compute_sample(**both)
    assert several == {"accuracy": 0.5, "undecided": 0.5, "no_answer": 0.0, "no_gold": 0.0}
    without = metric(undecided=None)
    assert without.compute_sample(**both)["accuracy"] == 1.0
    assert math.isnan(without.compute_sample(**row(["the whole plane"], [r"\boxed{a plane}"]))["accuracy"])
    assert without.get_corpus_aggregations()["accuracy"]([1.0, math.nan, 0.0]) == 0.5
    with pytest.raises(TypeError, match="no option is called `strictly`"):
        metric(strictly=True)  # type: ignore[call-arg]


def test_a_pipeline_scores_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lighteval.logging.evaluation_tracker import EvaluationTracker
    from lighteval.models.dummy.dummy_model import DummyModel, DummyModelConfig
    from lighteval.models.model_output import ModelResponse
    from lighteval.pipeline import ParallelismManager, Pipeline, PipelineParameters
    from lighteval.tasks.registry import Registry

    class Said(DummyModel):  # type: ignore[misc]
        def greedy_until(self, docs: list[Any]) -> list[ModelResponse]:
            told = {problem: said for problem, _, said in ROWS}
            return [ModelResponse(text=[told[doc.query]]) for doc in docs]

    # Its own tasks, which are not asked for here, fetch from the network as they are loaded.
    monkeypatch.setattr(Registry, "_load_from_files", staticmethod(lambda *_: {}))
    monkeypatch.setattr(Registry, "_load_from_subdirs", staticmethod(lambda *_: {}))
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    data = tmp_path / "data"
    data.mkdir()
    lines = [json.dumps({"problem": problem, "answer": gold}) + "\n" for problem, gold, _ in ROWS]
    (data / "test.jsonl").write_text("".join(lines))
    (tmp_path / "mine.py").write_text(
        f'''"""Problems of ours."""
from lighteval.tasks.lighteval_task import LightevalTaskConfig
from lighteval.tasks.requests import Doc

from gradatim.rewards.lighteval import accuracy


def doc(line, task_name=None):
    return Doc(task_name=task_name, query=line["problem"], choices=[line["answer"]], gold_index=0)


task = LightevalTaskConfig(
    name="mine", prompt_function=doc, hf_repo={str(data)!r}, hf_subset="default", metrics=[accuracy],
    hf_avail_splits=["test"], evaluation_splits=["test"], generation_size=8,
)
TASKS_TABLE = [task]
'''
    )
    pipeline = Pipeline(
        tasks="mine|0",
        pipeline_parameters=PipelineParameters(
            launcher_type=ParallelismManager.NONE, custom_tasks_directory=str(tmp_path / "mine.py")
        ),
        evaluation_tracker=EvaluationTracker(output_dir=str(tmp_path / "out")),
        model=Said(DummyModelConfig(model_name="said", cache_dir=str(tmp_path / "model"))),
    )
    pipeline.evaluate()
    shown = pipeline.get_results()["results"]["mine:0"]
    assert {name: shown[name] for name in ("accuracy", "undecided", "no_answer", "no_gold")} == {
        "accuracy": 0.25,
        "undecided": 0.25,
        "no_answer": 0.25,
        "no_gold": 0.0,
    }
    assert shown["accuracy_stderr"] == pytest.approx(0.25)
    pipeline.save_and_push_results()
    assert list((tmp_path / "out").rglob("results_*.json"))
