#!/usr/bin/env python3
"""Makes the attempts of one model at AIME24 and AIME25 with vLLM: a row of JSONL for each attempt.

8 of each question at temperature 1, each up to 32,768 tokens or as far as the model's positions go, in the model's own
chat template and in the words of training (`prompt.json`). A row says which run it is of, so that `gradatim eval
--experiment` finds its line, and why and after how many tokens the attempt ended. Written for vLLM 0.11.

    vllm_attempts.py --model models/RUN --run RUN --out RUN.jsonl [aime24] [aime25] [NAME=FILE.jsonl]
"""

import argparse
import json
import os
from pathlib import Path

from utils import put, words

# As they are on the hub: where, and which split.
BENCHMARKS = {"aime24": ("HuggingFaceH4/aime_2024", "train"), "aime25": ("math-ai/aime25", "test")}


def asked():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("benchmarks", nargs="*", default=list(BENCHMARKS), metavar="NAME|NAME=FILE")
    parser.add_argument("--model", required=True, help="the trained model's folder")
    parser.add_argument("--run", required=True, help="its name in runs.csv")
    parser.add_argument("--out", required=True, type=Path, help="the file to write")
    parser.add_argument("--partial", type=Path, help="where it is written until it is whole [default: OUT.partial]")
    parser.add_argument("--attempts", type=int, default=8)
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--top-p", type=float, default=1.0)
    parser.add_argument("--max-tokens", type=int, default=32768)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--gpus", type=int, default=1)
    return parser.parse_args()


def questions(name):
    """The benchmark's name and its rows, from the hub or from a file that the user names."""
    name, _, file = name.partition("=")
    if file:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
        return name, [json.loads(line) for line in lines if line.strip()]
    if name not in BENCHMARKS:
        raise SystemExit(f"`{name}` is not one of {', '.join(BENCHMARKS)}: name its file too, as {name}=FILE.jsonl")
    from datasets import load_dataset

    path, split = BENCHMARKS[name]
    return name, list(load_dataset(path, split=split))


def conversation(problem):
    system = words()["system"]
    turns = [] if system is None else [{"role": "system", "content": system}]
    return turns + [{"role": "user", "content": put(problem)}]


def rows(options, name, docs, outputs):
    """A row for each attempt at each question."""
    for at, (doc, output) in enumerate(zip(docs, outputs, strict=True)):
        for attempt, made in enumerate(output.outputs):
            yield {
                "run": options.run,
                "benchmark": name,
                "question_id": str(doc.get("id", at)),
                "attempt": attempt,
                "problem": doc["problem"],
                "gold": str(doc["answer"]),
                "response": made.text,
                "finish_reason": made.finish_reason,
                "tokens": len(made.token_ids),
                "temperature": options.temperature,
                "top_p": options.top_p,
                "max_tokens": options.max_tokens,
                "model": options.model,
            }


def main():
    options = asked()
    asked_of = [questions(name) for name in options.benchmarks]
    from vllm import LLM, SamplingParams

    model = LLM(model=options.model, dtype="bfloat16", tensor_parallel_size=options.gpus, seed=options.seed)
    sampling = SamplingParams(
        n=options.attempts,
        temperature=options.temperature,
        top_p=options.top_p,
        max_tokens=options.max_tokens,
        seed=options.seed,
    )
    partial = options.partial or options.out.with_name(options.out.name + ".partial")
    with partial.open("w", encoding="utf-8") as file:
        for name, docs in asked_of:
            outputs = model.chat([conversation(doc["problem"]) for doc in docs], sampling)
            for row in rows(options, name, docs, outputs):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, options.out)


if __name__ == "__main__":
    main()
