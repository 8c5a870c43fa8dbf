"""How fast logs of evaluations are read, and in how much memory.

Makes a log of a million recorded attempts without text (some 300 MB of JSONL) and one of a hundred thousand responses of
15 kB, reads each with `gradatim eval`, and prints seconds and the largest resident memory of the process. The bars:
10 seconds and 500 MB for the first, 60 seconds for grading the second, both on two cores.

    python benches/eval_logs.py target/release/gradatim [--rows 1000000] [--responses 100000] [--keep FOLDER]
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

from figures import row

WORDS = (
    "we let the sum of all angles be equal to so that wait maybe check again the product is then divide by two and "
    "therefore each side has length which gives an equation whose roots are integers hence"
).split()


def recorded(path: pathlib.Path, rows: int) -> None:
    """Attempts of some 300 bytes each, as a plain table of many runs."""
    draw = random.Random(1)
    of_run = 30 * 64
    with path.open("w") as out:
        for at in range(rows):
            run, rest = divmod(at, of_run)
            row = {
                "run": f"geometry-long-r1-1000-d{run % 4}-s{run // 4}",
                "category": "geometry",
                "length": "long",
                "size": 1000,
                "draw": run % 4,
                "training_seed": run // 4,
                "benchmark": "aime24",
                "question_id": 60 + rest // 64,
                "attempt": rest % 64,
                "correct": draw.randrange(2),
                "answer": str(draw.randrange(1000)),
                "tokens": draw.randrange(500, 32768),
                "finish_reason": "stop" if draw.random() < 0.8 else "length",
                "temperature": 0.6,
                "top_p": 0.95,
                "max_tokens": 32768,
                "template": "qwen",
                "grader": "math_verify",
            }
            out.write(json.dumps(row) + "\n")


def responses(path: pathlib.Path, count: int) -> None:
    """Responses of some 15 kB, of which half give the gold answer."""
    draw = random.Random(2)
    text = " ".join(draw.choice(WORDS) for _ in range(200_000))
    with path.open("w") as out:
        for at in range(count):
            question, attempt = divmod(at, 8)
            gold = str(question % 1000)
            start = draw.randrange(len(text) - 16_000)
            said = gold if draw.random() < 0.5 else str(draw.randrange(1000))
            thought = text[start : start + 14_500].replace(" wait", "\n\nWait")
            row = {
                "run": "one",
                "question_id": question,
                "question": f"What is question {question} about?",
                "attempt": attempt,
                "gold": gold,
                "response": f"<think>\n{thought}\n</think>\n\nThe answer is \\boxed{{{said}}}.",
            }
            out.write(json.dumps(row) + "\n")


def measured(command: list[str]) -> tuple[float, float]:
    """Seconds, and megabytes of the largest resident memory."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command} failed")
    return time.monotonic() - started, usage.ru_maxrss * 1024 / 1e6


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("program")
    arguments.add_argument("--rows", type=int, default=1_000_000)
    arguments.add_argument("--responses", type=int, default=100_000)
    arguments.add_argument("--keep", type=pathlib.Path)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = asked.keep or pathlib.Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        for name, make, count in (
            ("recorded", recorded, asked.rows),
            ("responses", responses, asked.responses),
        ):
            path = folder / f"{name}.jsonl"
            if not path.exists():
                make(path, count)
            seconds, megabytes = measured([asked.program, "eval", str(path), "--json"])
            size = path.stat().st_size / 1e6
            row(f"{name}: {count} attempts, {size:.0f} MB", [seconds], "s", 1)
            row("  peak memory", [megabytes], "MB")


if __name__ == "__main__":
    main()
