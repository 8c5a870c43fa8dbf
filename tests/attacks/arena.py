"""A folder to attack gradatim in: small sources, a pipeline, the program, and how what it leaves is held against
what it should have left.

Standard library alone. Everything follows from the seed but the moments at which processes are stopped, which no seed
can give: a machine's clock decides them.
"""
import argparse
import atexit
import gzip
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

CATEGORIES = ["Algebra", "Calculus", "Combinatorics", "Geometry", "Inequalities", "Logic and Puzzles", "Number Theory"]

PIPELINE = """\
seed = 0
on_shortfall = "short"
{sources}
[measure]
tokenizer = "bytes.json"
[[grid]]
category = ["all", "diverse"]
size = [10, 20, 40]
[grid.length]
rule = ["short", "normal", "long"]
bucket = 50
within = "pool"
[grid.control]
random = 1
matched = true
[emit]
add = ["text"]
"""

LIMIT_SECONDS = 120


def arguments(about, trials):
    """The command line that all trials have: the program, how many trials, the seed, where to work."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("program", type=Path, help="the gradatim that is attacked")
    parser.add_argument("--trials", type=int, default=trials)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", type=Path, help="a folder to work in; by default one that goes away")
    return parser


class Arena:
    """A folder with sources and a pipeline over them, and the program with no home but this folder."""

    def __init__(self, options):
        self.program = options.program.resolve()
        self.dice = random.Random(options.seed)
        self.own = options.work is None
        self.root = Path(tempfile.mkdtemp(prefix="attack-")) if self.own else options.work.resolve()
        self.root.mkdir(parents=True, exist_ok=True)
        keep = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        self.environment = keep | {
            "HOME": str(self.root / "home"), "XDG_CACHE_HOME": str(self.root / "cache"), "NO_COLOR": "1",
            "HF_HOME": str(self.root / "hf"), "RUST_BACKTRACE": "0",
        }
        self.write("bytes.json", tokenizer())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.own:
            shutil.rmtree(self.root, ignore_errors=True)

    def __truediv__(self, name):
        return self.root / name

    def write(self, name, content):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def sources(self, files=3, problems=60, padding=0, name="pipeline.toml"):
        """Some files of JSON lines, the last of them compressed, and a pipeline over them."""
        tables = ""
        for at in range(files):
            ending = ".jsonl.gz" if at == files - 1 else ".jsonl"
            lines = jsonl(rows(problems, at * problems, padding))
            self.write(f"data/s{at}{ending}", gzip.compress(lines, mtime=0) if ending.endswith("gz") else lines)
            tables += f'[sources.s{at}]\nlayout = "openr1"\nlicense = "mit"\npath = "data/s{at}{ending}"\n'
        self.write(name, PIPELINE.format(sources=tables))

    def start(self, *words, environment=None, held=False):
        """Starts the program; with `held` it waits for a line on its standard input before it begins."""
        command = [str(self.program), *map(str, words)]
        if held:
            command = ["sh", "-c", 'read -r _ && exec "$@" < /dev/null', "sh", *command]
        return subprocess.Popen(
            command, cwd=self.root, env=self.environment | (environment or {}), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, stdin=subprocess.PIPE if held else subprocess.DEVNULL)

    def run(self, *words, environment=None):
        return finished(self.start(*words, environment=environment))

    def clear(self, *names):
        for name in names:
            path = self.root / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


class Done:
    """What a process said and how it ended; negative where a signal ended it."""

    def __init__(self, code, text):
        self.code, self.text = code, text

    @property
    def panicked(self):
        return self.code == 101 or self.code in (-6, -11) or "panicked at" in self.text

    def last(self):
        lines = [line for line in self.text.splitlines() if line.startswith("error")] or self.text.splitlines()
        return lines[-1][:160] if lines else ""


def finished(process):
    """Waits for the process; one that hangs is killed, and its code is `hang`."""
    try:
        text, _ = process.communicate(timeout=LIMIT_SECONDS)
        return Done(process.returncode, text.decode(errors="replace"))
    except subprocess.TimeoutExpired:
        process.kill()
        text, _ = process.communicate()
        return Done("hang", text.decode(errors="replace"))


def release(*processes):
    """Lets held processes begin, all at once."""
    for process in processes:
        process.stdin.write(b"\n")
        process.stdin.flush()


def waited(process, seconds):
    """Waits so long; whether the process is still there."""
    end = time.monotonic() + seconds
    while process.poll() is None:
        left = end - time.monotonic()
        if left <= 0:
            return True
        time.sleep(min(left, 0.002))
    return False


def tree(folder):
    """Everything below a folder by name: files by their hash, empty folders and links by what they are."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = "link to " + os.readlink(path)
        elif path.is_file():
            found[name] = sha256(path)
        elif path.is_dir() and not any(path.iterdir()):
            found[name] = "empty folder"
    return found


def difference(found, expected):
    """The first name that differs, or none."""
    names = sorted(set(found) | set(expected))
    return next((name for name in names if found.get(name) != expected.get(name)), None)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stale(arena):
    """What no finished program may leave behind: folders being built, drafts, locks of the dead.

    The locks of the hub's cache stay: Python's tools leave theirs too, and whoever removed one would take it from
    under a process that waits for it.
    """
    left = []
    for path in arena.root.rglob("*"):
        name = path.relative_to(arena.root).as_posix()
        if name.startswith("hf/hub/.locks/"):
            continue
        if ".partial" in path.name or path.name.endswith((".draft", ".incomplete", ".lock")):
            left.append(name)
        elif path.parent.name == "partial":
            left.append(name)
    return sorted(left)


class Table:
    """Counts by row and column, and a line for each miss; printed at the end, also where the script is told to stop."""

    def __init__(self, columns):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        atexit.register(self.print)
        self.columns, self.counts, self.misses, self.rows = columns, Counter(), [], []
        # What is to be said of those that were no miss: by row, column and reason.
        self.why = Counter()

    def add(self, row, column, miss=None):
        if row not in self.rows:
            self.rows.append(row)
        self.counts[row, column] += 1
        if miss is not None:
            self.misses.append(f"{row}: {miss}")
            print(f"miss: {row}: {miss}", file=sys.stderr, flush=True)

    def print(self):
        width = max([len(row) for row in self.rows] + [5])
        widths = [max(len(column), 6) for column in self.columns]
        line = lambda name, cells: "  ".join([name.ljust(width)] + [str(c).rjust(w) for c, w in zip(cells, widths)])
        print(line("", self.columns))
        for row in self.rows:
            print(line(row, [self.counts[row, column] for column in self.columns]))
        print(line("all", [sum(self.counts[row, column] for row in self.rows) for column in self.columns]))
        for (row, column, reason), count in sorted(self.why.items()):
            print(f"{column}: {row}: {reason} ({count})")
        for miss in self.misses:
            print(f"miss: {miss}")

    def end(self):
        """Ends the script: with 1 where something was missed."""
        sys.exit(1 if self.misses else 0)


# Sources.


def rows(problems, first, padding=0):
    """Rows of OpenR1's columns; replies are of many lengths, and `padding` makes each longer."""
    dice = random.Random(first)
    made = []
    for at in range(first, first + problems):
        total = 3 * at + 1
        replies = [reply(total, 3 + dice.randrange(40), padding) for _ in range(1 + dice.randrange(3))]
        each = lambda value: [value] * len(replies)
        made.append({
            "problem": f"What is {at} + {2 * at + 1}?", "answer": str(total), "problem_type": CATEGORIES[at % 7],
            "question_type": "math-word-problem", "source": ["olympiads", "cn_k12"][at % 2], "uuid": f"row {at}",
            "is_reasoning_complete": each(True), "generations": replies, "correctness_math_verify": each(True),
            "correctness_llama": each(False), "finish_reasons": each("stop"),
        })
    return made


def reply(answer, words, padding=0):
    steps = " ".join(f"step{at}" for at in range(words))
    filling = " ".join(f"and {at}" for at in range(padding))
    return f"<think>\nOkay, so {steps}. {filling}\n</think>\n\nIt is \\boxed{{{answer}}}."


def jsonl(made):
    return "".join(json.dumps(row) + "\n" for row in made).encode()


def tokenizer():
    """A tokenizer whose every token is a byte, in the form of `tokenizer.json`."""
    seen = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = iter(range(0x100, 0x200))
    letters = [chr(byte if byte in seen else next(hidden)) for byte in range(256)]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
    return json.dumps({
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None,
        "pre_tokenizer": level, "post_processor": None, "decoder": level,
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
            "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False,
            "vocab": {letter: at for at, letter in enumerate(letters)}, "merges": [],
        },
    })
