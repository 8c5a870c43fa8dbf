"""The commands: in this process, and as the program."""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from support import EVAL_RUNS, QUICKSTART, REPOSITORY, program

import gradatim
from gradatim import commands



def tree(folder: Path) -> dict[str, str]:
    """Each file of a folder with its hash."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


def test_a_run_is_what_the_program_makes(made: commands.Run, pool: Path, tmp_path: Path) -> None:
    told = program("run", QUICKSTART, "--out", tmp_path / "out", "--pool", pool)
    assert told.returncode == 0, told.stderr
    assert tree(made.out) == tree(tmp_path / "out") != {}
    assert made.subsets and {subset.role for subset in made.subsets} > {"subset"}
    assert all(one.read == one.kept + sum(one.dropped.values()) for one in made.ledger)
    assert any(str(made.out) in note for note in made.notes)


def test_a_report_is_shown_as_one_short_line(made: commands.Run) -> None:
    told = repr(made)
    lists = f"ledger=<{len(made.ledger)} items>, subsets=<{len(made.subsets)} items>, shortfalls=<0 items>, warnings=<"
    assert told.startswith(f"Run({lists}") and told.endswith(f", out={made.out!r})")
    assert "\n" not in told and len(told) < 120 + len(str(made.out))
    assert repr(gradatim.check(made.out)).startswith("Check(broken=<0 items>, digest='")


@pytest.mark.parametrize("given", [3, b"out", 1.5, ["out", 3], object()])
def test_what_is_no_path_is_a_type_error_that_names_the_argument(given: Any) -> None:
    with pytest.raises(TypeError, match="`sources` is a .*: it is a path or a name, or a list of them"):
        gradatim.audit(given)


def test_a_run_is_what_the_rust_binary_makes(made: commands.Run, tmp_path: Path) -> None:
    binary = os.environ.get("GRADATIM_BINARY")
    if binary is None:
        pytest.skip("GRADATIM_BINARY names no build of the program to compare with")
    command = [binary, "run", QUICKSTART, "--out", tmp_path / "out", "--pool", tmp_path / "pool"]
    subprocess.run(command, check=True, capture_output=True)
    assert tree(made.out) == tree(tmp_path / "out") != {}


def test_a_dict_is_the_pipeline_that_it_says(
    made: commands.Run, pool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: dict[str, Any] = tomllib.loads(QUICKSTART.read_text(encoding="utf-8"))
    monkeypatch.chdir(QUICKSTART.parent)
    again = gradatim.run(written, tmp_path / "out", pool=pool, threads=1)
    same, other = tree(made.out), tree(again.out)
    assert same == other
    written["sources"]["openr1"]["path"] = REPOSITORY / "data" / "openr1"
    assert gradatim.plan(written, pool=pool).subsets == made.subsets
    del written["grid"]
    written["grids"] = []
    with pytest.raises(gradatim.UsageError, match="grids"):
        gradatim.plan(written, pool=pool)
    with pytest.raises(ValueError, match="TOML"):
        gradatim.plan({"title": None}, pool=pool)


def test_a_plan_says_what_a_run_makes(made: commands.Run, pool: Path) -> None:
    planned = gradatim.plan(QUICKSTART, pool=pool)
    assert planned.subsets == made.subsets
    assert planned.ledger == made.ledger
    assert planned.text_bytes > 0


def test_a_check_that_finds_something_is_an_answer(made: commands.Run, tmp_path: Path) -> None:
    checked = gradatim.check(made.out)
    assert checked and checked.sound and checked.subsets == len(made.subsets)
    assert gradatim.check(made.out, expect=checked.digest)
    other = gradatim.check(made.out, expect="0" * 64)
    assert not other and other.broken
    with pytest.raises(gradatim.UsageError, match="no output folder") as refused:
        gradatim.check(tmp_path)
    assert refused.value.hint == "name a folder that `gradatim run` wrote"
    again = pickle.loads(pickle.dumps(refused.value))
    assert (type(again), str(again), again.hint) == (
        gradatim.UsageError,
        str(refused.value),
        refused.value.hint,
    )


def test_rows_of_a_query_are_a_table(made: commands.Run, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    rows = gradatim.sql("SELECT fate, count(*) AS n FROM ledger GROUP BY fate ORDER BY n", made.out)
    table = pa.table(rows)
    assert table.column_names == rows.column_names == ["fate", "n"]
    assert sum(table["n"].to_pylist()) == sum(one.read for one in made.ledger)
    none = gradatim.sql("SELECT trajectory_id FROM ledger WHERE false", made.out)
    assert (len(none), none.column_names) == (0, ["trajectory_id"])
    mine = tmp_path / "mine.csv"
    mine.write_text("subset,score\nnone,1\n")
    twice = gradatim.sql(
        "SELECT a.subset, b.subset FROM mine a, mine b", made.out, tables={"mine": mine}
    )
    assert pa.table(twice).to_pylist() == [{"subset": "none", "subset_2": "none"}]
    with pytest.raises(gradatim.UsageError, match="nothing"):
        gradatim.sql("SELECT nothing FROM ledger", made.out)


def test_what_else_is_asked_of_a_folder(made: commands.Run, pool: Path) -> None:
    pairs = gradatim.balance(made.out).pairs
    assert pairs
    one = gradatim.balance(made.out, pairs[0]["subset"], pairs[0]["control"]).pairs
    assert [(pair["subset"], pair["control"]) for pair in one] == [
        (pairs[0]["subset"], pairs[0]["control"])
    ]
    rows = gradatim.sql("SELECT trajectory_id AS id FROM selection LIMIT 1", made.out)
    pa = pytest.importorskip("pyarrow")
    [id] = pa.table(rows)["id"].to_pylist()
    entries = gradatim.why(id, made.out).entries
    assert [entry["ledger"]["trajectory_id"] for entry in entries] == [id]
    assert not gradatim.diff(made.out, made.out).differs


def printed(*arguments: object, ends: int = 0) -> Any:
    """What the program reports as JSON."""
    told = program(*arguments, "--json")
    assert told.returncode == ends, told.stderr
    return json.loads(told.stdout)


@pytest.mark.skipif(not EVAL_RUNS.is_dir(), reason="logs of evaluations are not beside the repository")
@pytest.mark.parametrize("folder", ["lm_eval_mgsm_en", "evalchemy_qwen2.5_1.5b_instruct", "areal"])
def test_logs_of_evaluations_say_what_the_program_says_of_them(folder: str) -> None:
    logs = sorted(path for path in (EVAL_RUNS / folder).iterdir() if ".jsonl" in path.name)
    evaluated = gradatim.evaluate(logs, seed=7, threads=2)
    assert evaluated.raw == printed("eval", *logs, "--seed", 7, "--threads", 2)
    assert evaluated.runs and evaluated.raw["seed"] == 7
    one = gradatim.evaluate(logs[0], grader="ours")
    assert one.raw == printed("eval", logs[0], "--grader", "ours")
    assert one.raw["grader"] == "ours" and len(one.runs) <= len(evaluated.runs)


def test_attempts_of_ones_own_are_evaluated_by_the_columns_that_are_named(tmp_path: Path) -> None:
    rows = [{"q": f"{item}+1?", "a": str(item + 1), "r": f"\\boxed{{{item + 1 - item % 2}}}"} for item in range(8)]
    log = tmp_path / "mine.jsonl"
    log.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    columns = {"question": "q", "gold": "a", "response": "r"}
    options = [f"--column={name}={column}" for name, column in columns.items()]
    evaluated = gradatim.evaluate(log, column=columns, grader="ours", out=tmp_path / "out")
    shown = printed("eval", log, *options, "--grader=ours")
    assert {**evaluated.raw, "out": None} == {**shown, "out": None}
    assert len(evaluated.runs) == 1
    assert len(gradatim.sql("SELECT * FROM attempts", tmp_path / "out")) == 8


def test_a_preflight_says_what_the_program_says_of_the_subsets(made: commands.Run) -> None:
    name = "diverse-long-r1-100"
    flown = gradatim.preflight(made.out, [name], trainer="trl", max_length=1500, threads=1)
    assert flown.raw == printed(
        "preflight", made.out, name, "--trainer", "trl", "--max-length", 1500, "--threads", 1, ends=1
    )
    assert flown.raw["length_max"] == 1500
    assert flown.subsets[0]["name"] == name and flown.subsets[0]["cut"] > 0
    with pytest.raises(gradatim.UsageError, match="nobody"):
        gradatim.preflight(made.out, trainer="nobody")


def test_an_example_runs_from_its_folder_and_makes_the_same_bytes(
    made: commands.Run, pool: Path, tmp_path: Path
) -> None:
    pipeline = gradatim.example("quickstart", into=tmp_path / "quickstart")
    assert pipeline == tmp_path / "quickstart" / "pipelines" / "quickstart.toml"
    again = gradatim.run(pipeline, tmp_path / "out", pool=pool)
    assert tree(again.out) == tree(made.out)
    with pytest.raises(gradatim.UsageError, match="in the way"):
        gradatim.example("ladder", into=tmp_path / "quickstart")
    assert gradatim.example("quickstart").endswith(pipeline.read_text(encoding="utf-8"))


def test_each_argument_of_a_function_is_an_argument_of_its_command() -> None:
    aliases = {"evaluate": "eval", "sources": "source", "measure_again": "sources", "tables": "with"}
    for name in gradatim._COMMANDS:
        told = program(aliases.get(name, name), "--help")
        assert told.returncode == 0, told.stderr
        for argument in inspect.signature(getattr(gradatim, name)).parameters.values():
            if argument.kind is argument.KEYWORD_ONLY:
                option = "--" + aliases.get(argument.name, argument.name).replace("_", "-")
                assert f"{option} " in told.stdout or f"{option}\n" in told.stdout, (name, option)


def test_a_dataset_is_audited(pool: Path) -> None:
    audited = gradatim.audit(REPOSITORY / "data" / "openr1", pool=pool)
    assert audited.entries >= audited.trajectories > 0
    assert audited.findings


def test_errors_have_their_exit_codes(pool: Path, tmp_path: Path) -> None:
    text = QUICKSTART.read_text(encoding="utf-8")
    text = text.replace("size = [100, 200, 500]", "size = [100, 200, 50000]")
    greedy = tmp_path / "greedy.toml"
    greedy.write_text(text, encoding="utf-8")
    with pytest.raises(gradatim.Shortfall, match="50000") as short:
        gradatim.run(greedy, tmp_path / "out", base=QUICKSTART.parent, pool=pool)
    assert short.value.exit_code == 5
    assert short.value.hint and "on-shortfall" in short.value.hint
    assert not (tmp_path / "out").exists()
    skipped = gradatim.plan(greedy, base=QUICKSTART.parent, pool=pool, on_shortfall="skip")
    assert {one.asked for one in skipped.shortfalls} == {50000}
    with pytest.raises(gradatim.UsageError, match="perhaps"):
        gradatim.plan(QUICKSTART, pool=pool, on_shortfall="perhaps")  # type: ignore[arg-type]


def test_the_program_is_the_same_by_either_name(tmp_path: Path) -> None:
    version = program("--version")
    assert version.stdout == f"gradatim {gradatim.__version__}\n"
    module = subprocess.run(
        [sys.executable, "-m", "gradatim", "check", str(tmp_path)], capture_output=True, text=True
    )
    assert module.returncode == program("check", tmp_path).returncode == 2
    assert module.stderr.startswith("error: ") and "hint: " in module.stderr


LONG = """
import sys, gradatim, pyarrow as pa
text = pa.array(["word " * 2000 + "The answer is 1"])
texts = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000_000, pa.int8()), text)
print("begun", flush=True)
try:
    {call}
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""

CALLS = {
    "verify_many": "gradatim.verify_many(texts, texts, threads=1)",
    "run": "gradatim.run(sys.argv[1], sys.argv[2] + '/out', pool=sys.argv[2] + '/pool', threads=1)",
    "sql": "gradatim.sql('SELECT count(*) FROM ledger a, ledger b, ledger c WHERE a.tokens + b.tokens < c.tokens', sys.argv[3])",
}


@pytest.mark.parametrize("call", CALLS)
def test_ctrl_c_ends_a_long_call(call: str, made: commands.Run, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    code = LONG.format(call=CALLS[call])
    command = [sys.executable, "-c", code, str(QUICKSTART), str(tmp_path), str(made.out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as told:
        assert told.stdout and told.stdout.readline() == "begun\n"
        time.sleep(0.5)
        told.send_signal(signal.SIGINT)
        began = time.monotonic()
        out, err = told.communicate(timeout=60)
    assert out == "interrupted\n", err
    assert time.monotonic() - began < 20
    assert not (tmp_path / "out").exists()


def test_ctrl_c_ends_the_program_as_the_binary(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gradatim", "run", str(QUICKSTART), "--threads=1"]
    command += [f"--out={tmp_path}/out", f"--pool={tmp_path}/pool"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as told:
        time.sleep(1)
        told.send_signal(signal.SIGINT)
        _, err = told.communicate(timeout=60)
    assert told.returncode in (130, -signal.SIGINT), err


def test_other_threads_run_meanwhile(made: commands.Run) -> None:
    ticks = 0
    ended = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not ended.wait(0.001):
            ticks += 1

    ticking = threading.Thread(target=tick)
    ticking.start()
    gradatim.check(made.out)
    ended.set()
    ticking.join()
    assert ticks > 20


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_verifies_and_is_told_that_commands_need_another(made: commands.Run) -> None:
    gradatim.check(made.out)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            assert gradatim.verify_many(["1"] * 100, [r"\boxed{1}"] * 100, threads=2).counts["correct"] == 100
            try:
                gradatim.check(made.out)
            except RuntimeError as error:
                assert "forked" in str(error)
                code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
