"""Predictions and results of OpenCompass, by its own output handler and its evaluator's repeats."""

import importlib.machinery
import json
import random
import sys
import types
from pathlib import Path


class Absent:
    """Stands for the many packages that other benchmarks of OpenCompass import and ours do not need."""

    def find_spec(self, name, path=None, target=None):
        frame = sys._getframe(1)
        while "importlib" in frame.f_code.co_filename:
            frame = frame.f_back
        is_asked_by_it = frame.f_globals.get("__name__", "").startswith("opencompass")
        if not is_asked_by_it or name.startswith("opencompass"):
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__getattr__ = lambda name: type(name, (), {}) if not name.startswith("__") else None
        return module

    def exec_module(self, module):
        pass


sys.meta_path.append(Absent())

from datasets import Dataset  # noqa: E402
from opencompass.openicl.icl_evaluator import BaseEvaluator  # noqa: E402
from opencompass.openicl.icl_inferencer.icl_base_inferencer import GenInferencerOutputHandler  # noqa: E402

QUESTIONS, REPEATS = 12, 4


class Boxed(BaseEvaluator):
    def score(self, predictions, references):
        found = [text.rsplit("boxed{", 1)[-1].split("}")[0] for text in predictions]
        details = [{"pred": a, "answer": gold, "correct": a == gold} for a, gold in zip(found, references)]
        return {"accuracy": 100 * sum(one["correct"] for one in details) / len(details), "details": details}


def main():
    folder, chance = Path(sys.argv[1]), random.Random(2)
    rows = [(repeat, index, chance.random() < 0.4) for repeat in range(REPEATS) for index in range(QUESTIONS)]
    handler = GenInferencerOutputHandler()
    texts, golds = [], []
    for at, (_, index, is_right) in enumerate(rows):
        texts.append(f"So it is \\boxed{{{index + 7 if is_right else 3}}}")
        golds.append(str(index + 7))
        handler.save_results([{"role": "HUMAN", "prompt": f"What is {index} and 7?"}], texts[-1], at, gold=golds[-1])
    predictions, results = folder / "predictions/dummy", folder / "results/dummy"
    predictions.mkdir(parents=True), results.mkdir(parents=True)
    handler.write_to_json(str(predictions), "aime2024.json")
    dataset = Dataset.from_list([{"subdivision": "aime2024", "idx": index} for _, index, _ in rows])
    made = Boxed().evaluate(REPEATS, REPEATS, dataset, predictions=texts, references=golds)
    (results / "aime2024.json").write_text(json.dumps(made, ensure_ascii=False, indent=4))
    covered = {index for _, index, is_right in rows if is_right}
    run = {"name": "dummy", "questions": QUESTIONS, "attempts": len(rows),
           "avg": made[f"accuracy ({REPEATS} runs average)"] / 100, "cov": made[f"G-Pass@{REPEATS}_0.0"] / 100}
    assert abs(run["cov"] - len(covered) / QUESTIONS) < 1e-9
    print(json.dumps([
        {"paths": [str(predictions / "aime2024.json")], "runs": [run]},
        {"paths": [str(results / "aime2024.json")], "runs": [run]},
    ]))


main()
