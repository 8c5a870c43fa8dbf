"""Our tasks for lm-evaluation-harness with its dummy model, which answers 70 and 204 in turn.

    python tests/clients/of_lm_eval.py target/debug/gradatim [AIME24.jsonl AIME25.jsonl]

Holds: eight attempts a question in the log, the words around a problem, the share of right ones that the harness tells,
and that `gradatim eval` finds a run for each file and the same share. Questions are our own where no files are given.
"""

import glob
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from lm_eval.__main__ import cli_evaluate
from lm_eval.models.dummy import DummyLM

OWN = Path(__file__).resolve().parents[2] / "src/train/launcher/attempts"
WORDS = {"system": "You are \"terse\".", "instruction": "Think of {problem}\nEnd in \\boxed{}."}


class Chat:
    """A chat template that needs no download."""

    def apply_chat_template(self, turns, **_):
        return json.dumps(turns)


def answers(self, requests, disable_tqdm=False):
    return [f"<think>\n{at}\n</think>\n\n\\boxed{{{'204' if at % 2 else '070'}}}" for at, _ in enumerate(requests)]


def main(gradatim, files):
    folder = Path(tempfile.mkdtemp())
    tasks = folder / "attempts"
    tasks.mkdir()
    (tasks / "utils.py").write_text((OWN / "utils.py").read_text())
    (tasks / "prompt.json").write_text(json.dumps(WORDS))
    for name, file in zip(["aime24", "aime25"], files or [None, None]):
        path = folder / f"{name}.jsonl"
        own = [{"id": str(at), "problem": f"What is {at} of {name}?", "answer": str(at)} for at in (70, 204, 3)]
        path.write_text(Path(file).read_text() if file else "\n".join(map(json.dumps, own)))
        task = (OWN / f"{name}_kept.yaml").read_text()
        task = re.sub("dataset_path: .*", f"dataset_path: json\ndataset_kwargs:\n  data_files:\n    test: {path}", task)
        (tasks / f"{name}_kept.yaml").write_text(re.sub("test_split: .*", "test_split: test", task))
    DummyLM.tokenizer, DummyLM.tokenizer_name = Chat(), "chat"
    DummyLM.generate_until, DummyLM.chat_template = answers, lambda self, _=False: "chat"
    sys.argv = ["lm_eval", "--model", "dummy", "--model_args", "pretrained=models/RUN", "--tasks", "aime24_kept,aime25_kept"]
    sys.argv += ["--include_path", str(tasks), "--apply_chat_template", "--system_instruction", WORDS["system"]]
    sys.argv += ["--gen_kwargs", "max_gen_toks=30720", "--log_samples", "--output_path", str(folder / "out")]
    cli_evaluate()
    [logs] = glob.glob(f"{folder}/out/*")
    [results] = glob.glob(f"{logs}/results_*.json")
    results = json.loads(Path(results).read_text())["results"]
    shares = {}
    for file in sorted(glob.glob(f"{logs}/samples_*.jsonl")):
        rows = [json.loads(line) for line in Path(file).read_text().splitlines()]
        right = [int(re.search(r"boxed{(\d+)", said)[1]) == int(row["doc"]["answer"]) for row in rows for said in row["resps"][0]]
        assert all(len(row["resps"][0]) == 8 for row in rows), "all are kept"
        asked = json.loads(rows[0]["arguments"]["gen_args_0"]["arg_0"])
        user = WORDS["instruction"].replace("{problem}", rows[0]["doc"]["problem"])
        assert asked == [{"role": "system", "content": WORDS["system"]}, {"role": "user", "content": user}], asked
        task = re.search("samples_(aime.._kept)_", file)[1]
        shares[task] = sum(right) / len(right)
        assert abs(results[task]["right_of_kept,kept"] - shares[task]) < 1e-9, results[task]
    told = subprocess.run([gradatim, "eval", logs, "--json"], check=True, capture_output=True, text=True).stdout
    runs = json.loads(told)["runs"]
    assert len(runs) == 2, [run["benchmark"] for run in runs]
    for run, share in zip(runs, shares.values()):
        assert abs(run["avg"] - share) < 1e-9, (run["benchmark"], run["avg"], share)
    print(f"2 tasks, {len(right)} attempts each: kept, asked and read as they should be: {shares}")


main(sys.argv[1], sys.argv[2:])
