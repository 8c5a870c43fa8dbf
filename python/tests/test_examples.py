"""The examples for other engines, run as a user would run them.

What they have to give does not come from us: the verdicts are by hand, the tokens were counted by Hugging Face's
`tokenizers` with the `tokenizer.json` of Qwen2.5.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

EXAMPLES = Path(__file__).parents[1] / "examples"

ROWS = [
    ("Half of one?", "1/2", r"<think>Half.</think>So it is \boxed{0.5}.", "correct", 17),
    ("2 + 2?", "4", r"<think>Two and two.</think>It is \boxed{5}.", "wrong", 16),
    ("A root of 2?", r"\sqrt{2}", "The answer is $2^{1/2}$.", "correct", 11),
    ("Which plane?", "the whole plane", r"\boxed{a plane}", "undecided", 6),
    ("Anything?", None, r"\boxed{7}", "no_gold", 5),
    ("A proof?", "7", "<think>Let me see, perhaps 7", "no_answer", 10),
    ("Für alle 𝑥?", "x+1", r"Für alle 𝑥 gilt \boxed{1+x}.", "correct", 12),
]
TIMES = 300
"""So often each row stands there: more than the batches of any of them hold."""


@pytest.mark.parametrize(
    ("example", "package"),
    [
        ("datasets_map.py", "datasets"),
        ("polars_columns.py", "polars"),
        ("ray_map_batches.py", "ray.data"),
    ],
)
def test_an_example_gives_each_row_its_measurements(example: str, package: str, tmp_path: Path) -> None:
    pytest.importorskip(package, reason=f"{package} is not installed")
    problems, answers, responses, verdicts, tokens = zip(*(ROWS * TIMES))
    ids = range(len(problems))
    rows = pa.table({"row": ids, "problem": problems, "answer": answers, "response": responses})
    pq.write_table(rows, tmp_path / "rows.parquet")
    told = subprocess.run(
        [sys.executable, EXAMPLES / example, tmp_path / "rows.parquet", tmp_path / "judged"],
        # A cluster of its own, whatever else runs on the machine.
        env={**os.environ, "HF_HOME": str(tmp_path / "hf"), "RAY_ADDRESS": "local"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    judged = pq.read_table(tmp_path / "judged").sort_by("row")
    assert judged["row"].to_pylist() == list(ids)
    assert judged["answer"].to_pylist() == list(answers)
    assert judged["verdict"].to_pylist() == list(verdicts)
    assert judged["tokens"].to_pylist() == list(tokens)
    assert judged["bytes"].to_pylist() == [len(response.encode()) for response in responses]


def test_every_example_is_run() -> None:
    marks = test_an_example_gives_each_row_its_measurements.pytestmark  # type: ignore[attr-defined]
    assert {name for name, _ in marks[0].args[1]} == {file.name for file in EXAMPLES.glob("*.py")}
