#!/usr/bin/env python3
"""Every figure of speed and memory in one command and one table, with what each is held against in the same run.

    pip install pyarrow math-verify tokenizers
    benches/all.py SHARDS... [--runs 5] [--tokenizer tokenizer.json] [--before BINARY] [--only tokens,main_job]

SHARDS are folders of Parquet files in OpenR1's layout, the largest last, which the main job is measured on; the scaling
needs several. It builds what it measures; the Python module is measured where its wheel is installed. `--tokenizer` is
Qwen2.5's file for the peer in Python, `--before` a binary of an earlier state, beside which today's is run. What a script
prints goes by as it runs; the table comes at the end. A script that fails is named, the others go on, and it ends with 1.
"""
import argparse, importlib.util, json, os, subprocess, sys, tempfile

from built import BINARY, ROOT


def scripts(given):
    """What is run, by name."""
    smallest, largest = given.shards[0], given.shards[-1]
    runs = ["--runs", str(given.runs)]
    here = lambda name: [sys.executable, os.path.join(ROOT, "benches", name)]
    bench = lambda name: ["cargo", "bench", "--quiet", "--bench", name, "--", f"{smallest}/*.parquet"]
    tokenizer = ["--tokenizer", given.tokenizer] if given.tokenizer else []
    found = {
        "tokens": bench("tokens"),
        "measure": bench("measure"),
        "main_job": [*here("main_job.py"), largest, *runs, *tokenizer],
        "scaling": [*here("scaling.py"), *given.shards, *runs],
        "verify": [*here("verify.py"), *runs],
        "verify_file": [*here("verify_file.py"), *runs],
        "eval_logs": [*here("eval_logs.py"), BINARY],
    }
    if importlib.util.find_spec("gradatim"):
        found["wheel"] = [*here("wheel.py"), *runs]
    if given.before:
        pairs = ["--pairs", str(given.runs)]
        found["before_after"] = [*here("before_after.py"), given.before, BINARY, smallest, *pairs]
    return found


def figures(command):
    """The rows of a script, and whether it came to its end."""
    with tempfile.NamedTemporaryFile("r") as file:
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, "FIGURES": file.name})
        return [json.loads(line) for line in file], done.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shards", nargs="+", type=os.path.abspath)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tokenizer", type=os.path.abspath)
    parser.add_argument("--before", type=os.path.abspath)
    parser.add_argument("--only", help="names of scripts, with commas between")
    given = parser.parse_args()
    found = scripts(given)
    only = given.only.split(",") if given.only else list(found)
    if unknown := [name for name in only if name not in found]:
        parser.error(f"no script is called {', '.join(unknown)}: there are {', '.join(found)}")
    for build in (["build", "--release"], ["build", "--release", "--package", "gradatim-verify", "--examples"],
                  ["bench", "--no-run", "--bench", "floor"]):
        subprocess.run(["cargo", *build], check=True, cwd=ROOT)
    rows, failed = {}, []
    for name in only:
        print(f"\n{name}", flush=True)
        rows[name], is_whole = figures(found[name])
        if not is_whole:
            failed.append(name)
    print("\n| | least | median | most | |\n|---|---:|---:|---:|---|")
    for name, of_script in rows.items():
        print(f"| **{name}** | | | | |")
        for one in of_script:
            shown = " | ".join(f"{one[which]:,.{one['digits']}f}" for which in ("min", "median", "max"))
            print(f"| {one['name'].strip()} | {shown} | {one['unit']} |")
    if failed:
        sys.exit(f"did not come to their end: {', '.join(failed)}")


if __name__ == "__main__":
    main()
