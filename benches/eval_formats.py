"""What `gradatim eval --json` reads in logs of harnesses, against what the harnesses say themselves.

    python benches/eval_formats.py target/release/gradatim [NAME…]

Each harness is installed with pip into an environment of its own under a temporary folder and writes logs with its own
code, of responses that are made up (`eval_formats/`); the numbers it computes are what is expected. NeMo-Skills and
MathArena are on no package index: their files are written as their sources do. Needs the network, Python 3.12 and some
gigabytes of disk (lighteval and OpenCompass bring PyTorch along). Fails where a number differs.
"""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).parent / "eval_formats"

# For each name what is installed, without its own requirements where they stand behind a `|`, and the script.
HARNESSES = {
    "inspect_ai": ("inspect_ai", "inspect_log.py"),
    "lighteval": ("lighteval xxhash<3.6", "lighteval_log.py"),
    "opencompass": (
        "opencompass==0.5.4 | torch datasets scipy mmengine-lite importlib_metadata tabulate rouge nltk requests jieba "
        "evaluate sentencepiece sacrebleu rapidfuzz prettytable setuptools<70",
        "opencompass_log.py",
    ),
    "rollouts": ("verl trl | pandas pyarrow", "rollout_logs.py"),
    "verifiers": ("verifiers==0.4.0", "verifiers_log.py"),
    "verifiers_old": ("verifiers==0.1.5 httpx openai datasets", "verifiers_log.py"),
    "every_eval_ever": ("every_eval_ever[inspect]==0.3.0", "every_eval_ever_log.py"),
    "written_as": ("", "written_as.py"),
}


def python(folder, packages):
    """An environment with these packages."""
    venv.create(folder, with_pip=True)
    interpreter = folder / "bin/python"
    alone, _, others = packages.partition("|")
    if others:
        pip(interpreter, others.split())
        pip(interpreter, ["--no-deps", *alone.split()])
    elif alone.split():
        pip(interpreter, alone.split())
    return interpreter


def pip(interpreter, packages):
    subprocess.run([interpreter, "-m", "pip", "install", "-q", *packages], check=True)


def cases(name, folder, inspected):
    """What the harness wrote, and what it says of it."""
    packages, script = HARNESSES[name]
    folder.mkdir(parents=True)
    interpreter = python(folder / "venv", packages)
    given = [folder / "logs"]
    if name == "rollouts":
        site = subprocess.run(
            [interpreter, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            check=True, capture_output=True, text=True,
        ).stdout.strip()
        given = [site, site, *given]
    if name == "every_eval_ever":
        given = [inspected, *given]
    (folder / "logs").mkdir()
    ran = subprocess.run([interpreter, HERE / script, *given], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(ran.stdout.strip().splitlines()[-1])


def differences(read, case):
    """What is read and expected and not the same."""
    runs, found = list(read["runs"]), []
    if len(runs) != len(case["runs"]):
        return [f"{len(runs)} runs instead of {len(case['runs'])}"]
    for expected in case["runs"]:
        named = [run for run in runs if run["name"].endswith(expected.get("name", ""))]
        if not named:
            found.append(f"no run is called {expected['name']}: {[run['name'] for run in runs]}")
            continue
        for key in ["questions", "attempts", "avg", "cov", "tokens"]:
            if key in expected and key in named[0] and abs(named[0][key] - expected[key]) > 1e-9:
                found.append(f"{named[0]['name']}: {key} {named[0][key]} instead of {expected[key]}")
    return found


def main():
    gradatim, *names = sys.argv[1:]
    is_same = True
    inspected = None
    with tempfile.TemporaryDirectory() as folder:
        for name in names or HARNESSES:
            if name == "every_eval_ever" and inspected is None:
                inspected = next(iter(cases("inspect_ai", Path(folder) / "inspect_first", None)))["paths"][0]
            for case in cases(name, Path(folder) / name, inspected):
                if name == "inspect_ai" and inspected is None:
                    inspected = case["paths"][0]
                ran = subprocess.run([gradatim, "eval", "--json", *case["paths"]], capture_output=True, text=True)
                found = [ran.stderr] if ran.returncode else differences(json.loads(ran.stdout), case)
                is_same &= not found
                print(name, Path(case["paths"][0]).name, "as the harness says" if not found else "; ".join(found))
    sys.exit(not is_same)


main()
