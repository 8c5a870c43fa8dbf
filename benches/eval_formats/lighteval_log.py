"""Details of lighteval by its own tracker and metrics, of responses that are made up."""

import json
import random
import sys
from pathlib import Path

from lighteval.logging.evaluation_tracker import EvaluationTracker
from lighteval.metrics.metrics import Metrics
from lighteval.models.dummy.dummy_model import DummyModelConfig
from lighteval.models.model_output import ModelResponse
from lighteval.tasks.requests import Doc, SamplingMethod

QUESTIONS, SAMPLES, LIMIT = 30, 8, 2048


def main():
    chance = random.Random(3)
    tracker = EvaluationTracker(output_dir=sys.argv[1], save_details=True)
    tracker.general_config_logger.log_model_info(model_config=DummyModelConfig(model_name="acme/dummy"))
    metrics = [
        Metrics.avg_at_n_math(sample_params={"n": SAMPLES}),
        Metrics.pass_at_k_math(sample_params={"k": 1, "n": SAMPLES}),
    ]
    means, tokens = [], []
    for index in range(QUESTIONS):
        texts, outputs = [], []
        for attempt in range(SAMPLES):
            is_right, is_cut = chance.random() < (index + 1) / 31, chance.random() < 0.1
            said = 100 + index if is_right else 7
            end = f"</think>\nThe answer is $\\boxed{{{said}}}$."
            texts.append(f"<think>\nThoughts {attempt}." + ("" if is_cut else end))
            outputs.append([1] * (LIMIT if is_cut else chance.randint(5, 40)))
        doc = Doc(
            query=f"Solve the following problem. Problem {index}: what is {100 + index}?",
            choices=[str(100 + index)], gold_index=0 if index % 2 else [0], id=str(index), task_name="aime24|0",
            num_samples=SAMPLES, generation_size=LIMIT, sampling_methods=[SamplingMethod.GENERATIVE],
        )
        doc.gold_index = 0
        response = ModelResponse(input=doc.query, input_tokens=[1, 2, 3], text=texts, output_tokens=outputs)
        response.text_post_processed = [text.rsplit("</think>", 1)[-1] for text in texts]
        scores = {}
        for metric in metrics:
            scores.update(metric.compute_sample(doc=doc, model_response=response))
        means.append(scores[f"avg@n:n={SAMPLES}"])
        tokens += [len(output) for output in outputs]
        tracker.details_logger.log("aime24|0", doc, response, scores)
        tracker.metrics_logger.log("aime24|0", scores)
    tracker.details_logger.aggregate()
    tracker.save()
    path = next(Path(sys.argv[1]).rglob("details_*.parquet"))
    run = {
        "name": "acme/dummy", "questions": QUESTIONS, "attempts": QUESTIONS * SAMPLES,
        "avg": sum(map(float, means)) / QUESTIONS, "tokens": sum(tokens) / len(tokens),
    }
    print(json.dumps([{"paths": [str(path)], "runs": [run]}, {"paths": [sys.argv[1]], "runs": [run]}]))


main()
