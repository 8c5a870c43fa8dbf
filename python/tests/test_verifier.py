"""The verifier, by itself."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from test_screening import CUBE

import gradatim
from gradatim import _native

PAIRS = [
    ("1/2", r"So it is \boxed{0.5}.", "correct"),
    ("1/2", r"So it is \boxed{2}.", "wrong"),
    ("1/2", "<think>It is 1/2", "no_answer"),
    ("the whole plane", r"\boxed{a plane}", "undecided"),
    (None, r"\boxed{1}", "no_gold"),
    ("", r"\boxed{1}", "no_gold"),
]


@pytest.mark.parametrize(("gold", "response", "verdict"), PAIRS)
def test_a_pair_has_the_verdict_of_the_library(gold: str | None, response: str, verdict: str) -> None:
    judged = gradatim.verify(gold, response)
    assert judged.verdict == verdict
    assert bool(judged) == (verdict == "correct")


def test_a_verdict_is_a_value() -> None:
    one, same = (gradatim.verify("1", r"\boxed{1}") for _ in range(2))
    assert one == same and hash(one) == hash(same)
    assert one != gradatim.verify("1", r"\boxed{2}")
    assert pickle.loads(pickle.dumps(one)) == one
    assert eval(repr(one), {"Verdict": gradatim.Verdict}) == one
    with pytest.raises(AttributeError):
        one.verdict = "wrong"  # type: ignore[misc, assignment]
    with pytest.raises(ValueError, match="correct, wrong"):
        gradatim.Verdict("right", None, "exact")  # type: ignore[arg-type]


def test_options_are_those_of_the_library_and_are_refused_by_name() -> None:
    assert gradatim.verify("2", r"\boxed{2.0001}", rel_tol=1e-4)
    assert gradatim.verify("2", r"\boxed{2.0001}", rel_tol="1e-4")
    assert not gradatim.verify("2", r"\boxed{2.0001}", rel_tol=None)
    percents = [gradatim.verify("28", "28%", bare_percent=flag).verdict for flag in (True, False)]
    assert percents[0] == "correct" != percents[1]
    with pytest.raises(TypeError, match="no option is called `strictly`"):
        gradatim.verify("1", "1", strictly=True)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="`strict` takes true or false"):
        gradatim.verify("1", "1", strict=2)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="math_verify"):
        gradatim.verify("1", "1", profile="mine")  # type: ignore[arg-type]


def test_every_option_is_typed() -> None:
    source = Path(gradatim.verifier.__file__).read_text(encoding="utf-8")
    typed = source.split("class Options(TypedDict")[1].split("\n\n\n")[0]
    names = re.findall(r"^        (\w+): ", typed, re.MULTILINE)
    assert names == [name for name, _, _ in _native.settings()]


def test_a_span_is_in_letters_and_not_in_bytes() -> None:
    response = "Für alle 𝑥: \\boxed{7}."
    found = gradatim.extract(response)
    assert found is not None
    assert response[slice(*found.span)] == "7"
    assert gradatim.extract("no idea at all what that may be") is None


def test_half_a_letter_is_no_error() -> None:
    assert gradatim.verify("7", "\ud800 so \\boxed{7}").verdict == "correct"


def test_of_many_each_has_the_verdict_that_it_has_alone() -> None:
    golds = [gold for gold, _, _ in PAIRS] * 100
    responses = [response for _, response, _ in PAIRS] * 100
    expected = [gradatim.verify(gold, response) for gold, response in zip(golds, responses)]
    for threads in (1, 2, 7, None):
        verdicts = gradatim.verify_many(golds, responses, threads=threads)
        assert list(verdicts) == expected
    assert verdicts[-1] == expected[-1] and verdicts[1:7:2] == expected[1:7:2]
    assert verdicts.counts == {name: 100 for name in ("correct", "wrong", "no_answer", "undecided")} | {
        "no_gold": 200
    }
    with pytest.raises(IndexError):
        verdicts[len(verdicts)]
    assert len(gradatim.verify_many([], [])) == 0


def test_columns_of_another_kind_or_length_are_refused() -> None:
    with pytest.raises(ValueError, match="`golds` has 2 rows and `responses` 1"):
        gradatim.verify_many(["1", "2"], ["1"])
    with pytest.raises(TypeError, match="`responses` is one text"):
        gradatim.verify_many(["1"], "1")
    for item in (2.5, b"2", True):
        with pytest.raises(TypeError, match=r"`golds\[1\]` is a .*: it is a text, a whole number or None"):
            gradatim.verify_many(["1", item], ["1", "2"])  # type: ignore[list-item]
    for keys in ({"1": 2}, {"1"}, frozenset("1")):
        with pytest.raises(TypeError, match="`golds` holds no texts"):
            gradatim.verify_many(keys, ["1"])
    with pytest.raises(TypeError, match="`golds` holds no texts"):
        gradatim.verify_many(7, ["1"])  # type: ignore[arg-type]
    for threads in (0, -1):
        with pytest.raises(ValueError, match="threads"):
            gradatim.verify_many(["1"], ["1"], threads=threads)


def test_whole_numbers_are_their_digits() -> None:
    assert gradatim.verify_many([204, 10**30, None], ["204", "1" + "0" * 30, "1"]).correct == [True, True, False]


def test_what_is_given_can_be_pickled() -> None:
    explained = gradatim.explain("1/2", r"<think>Half.</think>It is \boxed{0.5}.")
    again = pickle.loads(pickle.dumps(explained))
    assert repr(again) == repr(explained) and again.found == explained.found
    verdicts = gradatim.verify_many(["1/2", "3", None], [r"\boxed{0.5}", "4", "5"])
    same = pickle.loads(pickle.dumps(verdicts))
    assert type(same) is gradatim.Verdicts and list(same) == list(verdicts) and same.counts == verdicts.counts
    hit = gradatim.contaminated([CUBE])[0]
    assert hit and pickle.loads(pickle.dumps(hit)) == hit
    pa = pytest.importorskip("pyarrow")
    measured = gradatim.measure([r"\boxed{0.5}", ""], answer=["1/2", "1"])
    assert pa.table(pickle.loads(pickle.dumps(measured))).equals(pa.table(measured))


def test_packages_are_reached_by_their_names() -> None:
    code = "import gradatim; print(gradatim.math_verify.errors.__name__, gradatim.rewards.Judge.__name__)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["gradatim.math_verify.errors", "Judge"]


FORKS = """
import os, threading, time, gradatim
threads = [threading.Thread(target=lambda: [gradatim.token_count("abc def") for _ in range(10**9)], daemon=True)
           for _ in range(2)]
gradatim.token_count("a")
[thread.start() for thread in threads]
hung = 0
for _ in range(40):
    child = os.fork()
    if child == 0:
        gradatim.token_count("a")
        os._exit(0)
    began = time.monotonic()
    while os.waitpid(child, os.WNOHANG)[0] == 0:
        if time.monotonic() - began > 10:
            os.kill(child, 9)
            os.waitpid(child, 0)
            hung += 1
            break
        time.sleep(0.001)
print(hung, flush=True)
os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_process_that_is_forked_meanwhile_counts_tokens() -> None:
    told = subprocess.run([sys.executable, "-W", "ignore", "-c", FORKS], capture_output=True, text=True, timeout=300)
    assert told.stdout == "0\n", told.stderr


def test_threads_of_python_agree() -> None:
    def judge(_: int) -> list[str]:
        return [gradatim.verify(gold, response).verdict for gold, response, _ in PAIRS * 20]

    with ThreadPoolExecutor(16) as threads:
        judged = list(threads.map(judge, range(64)))
    assert all(one == [verdict for *_, verdict in PAIRS * 20] for one in judged)


def test_tokens_are_counted_by_name_or_by_file() -> None:
    assert gradatim.token_count("") == 0
    assert gradatim.token_count("<|im_start|>") == 1
    with pytest.raises(gradatim.UsageError) as refused:
        gradatim.token_count("a", tokenizer="no/such/tokenizer.json")
    assert refused.value.exit_code == 2
    assert refused.value.hint and "tokenizer.json" in refused.value.hint


def test_importing_it_loads_no_library_of_data() -> None:
    code = (
        "import sys, gradatim; gradatim.verify('1', '1');"
        "print([name for name in ('pyarrow', 'numpy', 'asyncio', 'dataclasses', 'typing') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
