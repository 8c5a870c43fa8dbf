"""Logs of inspect_ai by itself: a mock model, epochs, every kind of score, an errored sample, one at its limit."""

import json
import random
import sys
from pathlib import Path

from inspect_ai import Task
from inspect_ai import eval as evaluate
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageUser, ModelOutput, ModelUsage
from inspect_ai.scorer import Score, accuracy, mean, scorer, stderr
from inspect_ai.solver import solver
from inspect_ai.util import LimitExceededError

QUESTIONS, EPOCHS = 30, 4


def answered(index, epoch, is_right):
    padding = "Let x be a number. " * 400 if (index + epoch) % 3 == 0 else ""
    text = f"{padding}\nThe answer is \\boxed{{{2 * index + (not is_right)}}}"
    is_cut = (index * epoch) % 11 == 5
    output = ModelOutput.from_content("mockllm/model", text, stop_reason="max_tokens" if is_cut else "stop")
    output.usage = ModelUsage(input_tokens=10, output_tokens=100 + index, total_tokens=110 + index)
    return output


@solver
def answer(seed, is_clean, huge):
    chance = random.Random(seed)
    drawn = {(i, e): chance.random() < 0.6 for i in range(QUESTIONS) for e in range(1, EPOCHS + 1)}

    async def solve(state, generate):
        index = int(str(state.sample_id).removeprefix("q"))
        if not is_clean and (index, state.epoch) == (13, 2):
            raise ValueError("the server is gone")
        state.output = answered(index, state.epoch, drawn[index, state.epoch])
        state.messages.append(state.output.message)
        if huge and (index, state.epoch) == (0, 1):
            state.store.set("padding", "0123456789abcdef" * (huge << 16))
        if not is_clean and index == 21:
            raise LimitExceededError("token", value=100, limit=50)
        return state

    return solve


@scorer(metrics=[accuracy(), stderr()])
def boxed(is_clean):
    async def score(state, target):
        found = state.output.completion.rsplit("boxed{", 1)[-1].split("}")[0]
        odd = {} if is_clean else {"q4": "P", "q6": "N", "q8": float("nan")}
        if state.sample_id in odd:
            return Score(value=odd[state.sample_id], answer=found)
        return Score(value="C" if found == target[0] else "I", answer=found)

    return score


@scorer(metrics=[mean()])
def length():
    async def score(state, target):
        return Score(value=float(len(state.output.completion)))

    return score


def write(folder, name, log_format, is_clean=True, huge=0):
    def sample(index):
        asked = f"What is {index} and {index}?"
        return Sample(
            id=f"q{index}" if index % 2 == 0 else index,
            input=[ChatMessageUser(content=asked + " Think." * 200)] if index % 5 == 0 else asked,
            target=[str(2 * index), f"{2 * index}.0"] if index == 7 else str(2 * index),
        )

    task = Task(
        name=name,
        dataset=MemoryDataset([sample(index) for index in range(QUESTIONS)], name=name),
        solver=answer(7, is_clean, huge),
        scorer=[length(), boxed(is_clean)],
    )
    log = evaluate(
        task, model="mockllm/model", epochs=EPOCHS, log_dir=str(folder), log_format=log_format,
        fail_on_error=False, display="none", temperature=0.6, top_p=0.95, max_tokens=4096,
    )[0]
    scores = next(score for score in log.results.scores if score.name == "boxed")
    read = [s.scores["boxed"].value for s in log.samples if "boxed" in (s.scores or {})] if log.samples else []
    return log.location.removeprefix("file://"), scores.metrics["accuracy"].value, read


def main():
    folder = Path(sys.argv[1])
    cases = []
    for log_format in ["eval", "json"]:
        path, mean_of, _ = write(folder, "clean", log_format)
        cases.append({"paths": [path], "runs": [{"questions": QUESTIONS, "attempts": QUESTIONS * EPOCHS, "avg": mean_of}]})
        path, _, values = write(folder, "odd", log_format, is_clean=False)
        assert values.count("C") + values.count("I") == QUESTIONS * EPOCHS - 12 - 1
        # Partial credit and an errored sample have no verdict; what is unscored has a response, which is graded.
        cases.append({"paths": [path], "runs": [{
            "questions": QUESTIONS, "attempts": QUESTIONS * EPOCHS, "unknown": EPOCHS + 1,
            "right_at_least": values.count("C"),
        }]})
    # An entry of more than 200 MiB, which inspect writes as several frames.
    path, mean_of, _ = write(folder, "huge", "eval", huge=230)
    cases.append({"paths": [path], "runs": [{"questions": QUESTIONS, "attempts": QUESTIONS * EPOCHS, "avg": mean_of}]})
    print(json.dumps(cases))


main()
