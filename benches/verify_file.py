#!/usr/bin/env python3
"""`gradatim verify FILE` as a process, beside reading and writing its JSON alone, one core each.

    cargo build --release -p gradatim-verify --example json_alone
    benches/verify_file.py [--gradatim target/release/gradatim] [--runs 5] [--instructions]

The floor is `src/verify/examples/json_alone.rs`: two fields borrowed, three written. We write the whole row back with
three fields more. Rows are those that `verify.py` makes, which holds both against Math-Verify. Runs of the two take
turns; each figure is min, median and max of them, in time of the processor. A machine that does other work makes all
of it slower: `--instructions` counts instructions by callgrind, which do not depend on that.
"""
import argparse, json, os, re, resource, statistics, subprocess, tempfile

from built import BINARY, RELEASE
from figures import row
from verify import long_pairs, short_pairs



def seconds(command):
    """Seconds of the processor, which other programs on the machine lengthen less than those of the clock."""
    spent = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    start = spent()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return spent() - start


def instructions(command):
    with tempfile.TemporaryDirectory() as work:
        tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={work}/out"]
        done = subprocess.run(tool + command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--gradatim", default=BINARY)
    arguments.add_argument("--floor", default=os.path.join(RELEASE, "examples", "json_alone"))
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--instructions", action="store_true")
    arguments.add_argument("--keep", help="a folder to write the rows to, for a profiler")
    given = arguments.parse_args()
    cost = instructions if given.instructions else seconds
    with tempfile.TemporaryDirectory() as work:
        for name, make, count in [("long", long_pairs, 4000), ("short", short_pairs, 40000)]:
            # Under callgrind a tenth of the rows take long enough.
            pairs = list(make(count // 10 if given.instructions else count))
            path = os.path.join(given.keep or work, f"{name}.jsonl")
            with open(path, "w") as out:
                out.writelines(json.dumps(pair) + "\n" for pair in pairs)
            none = os.path.join(work, "none.jsonl")
            with open(none, "w") as out:
                out.write(json.dumps(pairs[0]) + "\n")
            ours = lambda path: [given.gradatim, "verify", path, "--threads", "1"]
            floor, judged, start, ratios = [], [], [], []
            for _ in range(1 if given.instructions else given.runs):
                floor.append(cost([given.floor, path]))
                judged.append(cost(ours(path)))
                start.append(cost(ours(none)))
                ratios.append(judged[-1] / floor[-1])
            unit, scale = ("thousand instructions", 1e3) if given.instructions else ("µs", 1e-6)
            each = lambda figures: [figure / len(pairs) / scale for figure in figures]
            size = os.path.getsize(path) / len(pairs)
            print(f"{name}: {len(pairs)} rows of {size:.0f} bytes; min, median, max of {len(floor)}")
            row(f"{name}, JSON alone, a row", each(floor), unit, 2)
            row(f"{name}, `gradatim verify`, a row", each(judged), unit, 2)
            row(f"{name}, `gradatim verify` over JSON alone", ratios, digits=2)
            row(f"{name}, start and one row", [figure / (1e6 if given.instructions else 1e-3) for figure in start],
                "million instructions" if given.instructions else "ms", 2)


if __name__ == "__main__":
    main()
