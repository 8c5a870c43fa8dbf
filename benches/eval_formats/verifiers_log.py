"""Rollouts of verifiers by its own types: episodes (0.4), or results as its `eval` command saves them (0.1)."""

import ast
import json
import random
import sys
from pathlib import Path
from types import SimpleNamespace

QUESTIONS, ROLLOUTS = 10, 4


def drawn():
    chance = random.Random(5)
    # The whole dataset is repeated, not each question.
    return [(index, chance.random() < 0.5) for _ in range(ROLLOUTS) for index in range(QUESTIONS)]


def expected(made, **more):
    covered = {index for index, is_right in made if is_right}
    return {"questions": QUESTIONS, "attempts": len(made), "avg": sum(right for _, right in made) / len(made),
            "cov": len(covered) / QUESTIONS, **more}


def episodes(folder):
    from verifiers.v1.configs.agent import WireAgentConfig
    from verifiers.v1.episode import Episode
    from verifiers.v1.graph import MessageNode
    from verifiers.v1.task import WireTaskData
    from verifiers.v1.trace import AgentInfo, ModelCall, Reward, Trace, TraceTask
    from verifiers.v1.types import AssistantMessage, Usage, UserMessage
    from verifiers.v1.utils.trace_store import write_episode

    made = drawn()
    for index, is_right in made:
        data = WireTaskData.model_validate({"idx": index, "prompt": f"What is {index} and 7?", "answer": str(index + 7)})
        task = TraceTask(type="Sums", data=data, key=f"k{index}")
        said = f"It is \\boxed{{{index + 7 if is_right else 3}}}."
        trace = Trace(
            task=task, agent=AgentInfo(config=WireAgentConfig.model_validate({})),
            nodes=[MessageNode(message=UserMessage(content=f"What is {index} and 7?")),
                   MessageNode(message=AssistantMessage(content=said), parent=0, sampled=True)],
            calls=[ModelCall(node=1, model="acme/m", finish_reason="stop",
                             usage=Usage(prompt_tokens=5, completion_tokens=40 + index))],
            rewards={"form": Reward(score=1.0, weight=0.2), "correct": Reward(score=float(is_right))},
            is_completed=True, ok=True, stop_condition="done",
        )
        write_episode(folder, Episode(task=task, traces=[trace], ok=True))
    return {"paths": [str(folder / "traces.jsonl")], "runs": [expected(made, tokens=40 + (QUESTIONS - 1) / 2)]}


def results(folder):
    """The part of `eval_environment` that saves, run on results that are made up."""
    import verifiers.scripts.eval as module

    made = drawn()
    asked = [[{"role": "user", "content": f"What is {index} and 7?"}] for index, _ in made]
    said = [[{"role": "assistant", "content": f"It is \\boxed{{{i + 7 if right else 3}}}."}] for i, right in made]
    rewards = [float(right) + 0.2 for _, right in made]
    timing = {"timing": {"generation_ms": 1.0, "scoring_ms": 1.0, "total_ms": 2.0}}
    known = dict(vars(module))
    known.update(
        results=SimpleNamespace(
            prompt=asked, completion=said, reward=rewards, task=["default"] * len(made), info=[{}] * len(made),
            answer=[str(index + 7) for index, _ in made], state=[timing] * len(made),
            metrics={"correct_answer": [float(right) for _, right in made], "format_reward": [0.2] * len(made)},
        ),
        printable_prompts=asked, printable_completions=said, n=QUESTIONS, rollouts_per_example=ROLLOUTS,
        env="sums", model="acme/m", num_examples=QUESTIONS, merged_sampling_args={}, start_time=0.0, end_time=1.0,
        save_dataset=True, save_to_hf_hub=False, env_dir_path=str(folder / "none"),
    )
    tree = ast.parse(Path(module.__file__).read_text())
    saving = next(n for n in ast.walk(tree) if isinstance(n, ast.If) and "save_dataset" in ast.unparse(n.test)
                  and "to_json" in ast.unparse(n))
    import os
    os.chdir(folder)
    exec(compile(ast.Module([saving], []), module.__file__, "exec"), known)
    path = next(folder.rglob("results.jsonl"))
    return {"paths": [str(path)], "runs": [expected(made, name="acme/m")]}


def main():
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        import verifiers.v1  # noqa: F401
    except ImportError:
        print(json.dumps([results(folder)]))
    else:
        print(json.dumps([episodes(folder)]))


main()
