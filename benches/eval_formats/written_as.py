"""Files of NeMo-Skills and MathArena as their sources write them: neither is on the package index.

What is expected is computed here by their definitions: pass@1[avg-of-k] and pass@k of NeMo-Skills, pass_at_1 of MathArena.
"""

import json
import random
import sys
from pathlib import Path

QUESTIONS, ATTEMPTS = 10, 12


def drawn():
    chance = random.Random(11)
    return [[chance.random() < (index + 1) / 12 for _ in range(ATTEMPTS)] for index in range(QUESTIONS)]


def expected(made, **more):
    return {"questions": QUESTIONS, "attempts": QUESTIONS * ATTEMPTS,
            "avg": sum(map(sum, made)) / QUESTIONS / ATTEMPTS, "cov": sum(map(any, made)) / QUESTIONS, **more}


def nemo_skills(folder):
    folder.mkdir(parents=True)
    made = drawn()
    for seed in range(ATTEMPTS):
        rows = [{
            "id": f"aime24-{index}", "problem": f"What is {index} and 7?", "expected_answer": str(index + 7),
            "generation": f"So \\boxed{{{index + 7 if made[index][seed] else 3}}}.",
            "predicted_answer": str(index + 7 if made[index][seed] else 3),
            "symbolic_correct": made[index][seed], "num_generated_tokens": 100 + seed, "generation_time": 1.5,
        } for index in range(QUESTIONS)]
        (folder / f"output-rs{seed}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        (folder / f"output-rs{seed}.jsonl.done").touch()
    (folder / "metrics.json").write_text(json.dumps({"aime24": {"pass@1[avg-of-12]": {"num_entries": QUESTIONS}}}))
    return {"paths": [str(folder)], "runs": [expected(made, name="aime24", tokens=100 + (ATTEMPTS - 1) / 2)]}


def matharena(folder):
    model = folder / "outputs/aime/aime_2025/acme/m--high"
    model.mkdir(parents=True)
    made = drawn()
    for index, rights in enumerate(made):
        answers = [str(index + 7 if right else 3) for right in rights]
        (model / f"{index + 1}.json").write_text(json.dumps({
            "idx": index + 1, "problem": f"What is {index} and 7?", "gold_answer": str(index + 7), "source": "made up",
            "types": [], "N": ATTEMPTS, "cost": {"cost": 0.0}, "pass_at_1": sum(rights) / ATTEMPTS, "answers": answers,
            "correct": rights, "warnings": [0] * ATTEMPTS, "manual_overwrite": [False] * ATTEMPTS,
            "messages": [[{"role": "user", "content": "?"}, {"role": "assistant", "content": f"So \\boxed{{{a}}}"}]
                         for a in answers],
            "judgment": [None] * ATTEMPTS, "history": [None] * ATTEMPTS,
            "detailed_costs": [{"cost": 0.0, "input_tokens": 5, "output_tokens": 50 + at} for at in range(ATTEMPTS)],
        }, indent=4))
    run = expected(made, name="m--high", tokens=50 + (ATTEMPTS - 1) / 2)
    return {"paths": [str(folder / "outputs")], "runs": [run]}


def main():
    folder = Path(sys.argv[1])
    print(json.dumps([nemo_skills(folder / "nemo/eval-results/aime24"), matharena(folder / "matharena")]))


main()
