"""Rollout dumps of verl and TRL by the very functions of their wheels that write them, without their trainers."""

import ast
import json
import os
import random
import sys
from pathlib import Path

import pandas

PROMPTS, SAMPLES = 12, 4


def function(path, name, **known):
    """The function of that name out of a source file."""
    found = next(n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef) and n.name == name)
    found.decorator_list = []
    namespace = {"os": os, "json": json, **known}
    exec(compile(ast.Module([found], []), str(path), "exec"), namespace)
    return namespace[name]


def attempts(step):
    chance = random.Random(step)
    for index in range(PROMPTS):
        for _ in range(SAMPLES):
            is_right = chance.random() < 0.3 + step / 1000
            yield index, is_right, f"<think>\nhm\n</think>\nIt is \\boxed{{{index + 7 if is_right else 3}}}."


def run_of(name, rights):
    by = {}
    for index, is_right in rights:
        by.setdefault(index, []).append(is_right)
    return {
        "name": name, "questions": PROMPTS, "attempts": len(rights),
        "avg": sum(right for _, right in rights) / len(rights),
        "cov": sum(any(rights) for rights in by.values()) / PROMPTS,
    }


def verl(site, folder):
    write = function(site / "verl/trainer/ppo/ray_trainer.py", "_write_generations")
    runs = []
    for step in [20, 100]:
        made = list(attempts(step))
        write(
            [f"system\nYou are helpful.\nuser\nWhat is {i} and 7?\nassistant\n" for i, _, _ in made],
            [text for _, _, text in made], [str(i + 7) for i, _, _ in made],
            [1.0 if right else -1.0 for _, right, _ in made], {"acc": [right for _, right, _ in made]}, str(folder), step,
        )
        runs.append(run_of(f"step {step}", [(i, right) for i, right, _ in made]))
    return {"paths": [str(folder)], "runs": runs}


def trl(site, folder, as_chat):
    source = (site / "trl/trainer/grpo_trainer.py").read_text()
    # What stands between `table = {` and its end, with the trainer's own columns.
    table = source[source.index('            table = {\n'):]
    table = table[:table.index("            }\n") + len("            }\n")]
    (folder / "completions").mkdir(parents=True)
    runs = []
    for step in [10, 250]:
        made = list(attempts(step))
        asked = [f"What is {i} and 7?" for i, _, _ in made]
        said = [text for _, _, text in made]
        if as_chat:
            asked = [[{"role": "user", "content": text}] for text in asked]
            said = [[{"role": "assistant", "content": text}] for text in said]
        rewards = {
            "accuracy_reward": [float(right) for _, right, _ in made],
            "format_reward": [1.0 for _ in made],
        }

        class Trainer:
            _logs = {"prompt": asked, "completion": said, "rewards": rewards, "advantages": [0.0] * len(made),
                     "extra": {"solution": [str(i + 7) for i, _, _ in made]}}

            class state:
                global_step = step

        known = {"self": Trainer, "strip_images_from_messages": lambda messages: messages}
        exec("if True:\n" + table, known)
        pandas.DataFrame(known["table"]).to_parquet(folder / "completions" / f"completions_{step:05d}.parquet")
        runs.append(run_of(f"step {step}", [(i, right) for i, right, _ in made]))
    return {"paths": [str(folder)], "runs": runs}


def main():
    verl_site, trl_site, folder = map(Path, sys.argv[1:])
    print(json.dumps([
        verl(verl_site, folder / "verl"),
        trl(trl_site, folder / "trl_text", False),
        trl(trl_site, folder / "trl_chat", True),
    ]))


main()
