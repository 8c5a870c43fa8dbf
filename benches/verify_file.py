#!/usr/bin/env python3
"""`gradatim verify FILE` as a process, beside reading and writing its JSON alone, one core each.

    cargo build --release -p gradatim-verify --example json_alone
    benches/verify_file.py [--gradatim target/release/gradatim] [--runs 5] [--peer]

The floor is `src/verify/examples/json_alone.rs`: two fields borrowed, three written. We write the whole row back with
three fields more. Rows are made here, from a fixed seed: long ones, of some 15,000 characters, and short ones, of 1 to
2 kB with an integer for an answer. Runs of the two take turns; each figure is min, median and max of them. `--peer`
judges the short pairs with Math-Verify in its own process. A machine that does other work makes all of it slower:
`--instructions` counts instructions by callgrind, which do not depend on that.
"""
import argparse, json, os, random, re, statistics, subprocess, tempfile, time

from verify import made

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def short(count):
    rng = random.Random(1)
    step = "We have {} apples and {} pears,\nso $x = {}$ and \\frac{{1}}{{{}}} of them is left. "
    for _ in range(count):
        gold, length = rng.randint(0, 9999), rng.randint(1000, 2000)
        text = ""
        while len(text) < length:
            text += step.format(rng.randint(1, 99), rng.randint(1, 99), rng.randint(1, 999), rng.randint(2, 9))
        yield {"gold": str(gold), "response": f"{text}\n\nThe answer is \\boxed{{{gold + (rng.random() < 0.2)}}}."}


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def instructions(command):
    with tempfile.TemporaryDirectory() as work:
        tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={work}/out"]
        done = subprocess.run(tool + command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return int(re.search(r"Collected : (\d+)", done.stderr)[1])


def peer(pairs):
    from math_verify import parse, verify
    verify(parse("$1$"), parse("$1$"))
    start = time.perf_counter()
    for pair in pairs:
        verify(parse("$" + pair["gold"] + "$"), parse(pair["response"]))
    return len(pairs) / (time.perf_counter() - start)


def shown(name, figures, unit):
    print(f"  {name:24} {min(figures):10.2f} {statistics.median(figures):10.2f} {max(figures):10.2f}  {unit}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--gradatim", default=os.path.join(ROOT, "target/release/gradatim"))
    arguments.add_argument("--floor", default=os.path.join(ROOT, "target/release/examples/json_alone"))
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--peer", action="store_true")
    arguments.add_argument("--instructions", action="store_true")
    arguments.add_argument("--keep", help="a folder to write the rows to, for a profiler")
    given = arguments.parse_args()
    cost = instructions if given.instructions else seconds
    with tempfile.TemporaryDirectory() as work:
        for name, make, count in [("long", made, 4000), ("short", short, 40000)]:
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
            unit, scale = ("thousand instructions", 1e3) if given.instructions else ("microseconds", 1e-6)
            each = lambda figures: [figure / len(pairs) / scale for figure in figures]
            size = os.path.getsize(path) / len(pairs)
            print(f"{name}: {len(pairs)} rows of {size:.0f} bytes; min, median, max of {len(floor)}")
            shown("JSON alone, a row", each(floor), unit)
            shown("gradatim verify, a row", each(judged), unit)
            shown("ratio", ratios, "")
            shown("start and one row", [figure / (1e6 if given.instructions else 1e-3) for figure in start],
                  "million instructions" if given.instructions else "milliseconds")
            if given.peer and name == "short":
                rates = [peer(pairs[:1000]) for _ in range(given.runs)]
                shown("Math-Verify", rates, "pairs a second")
                ours_rate = len(pairs) / statistics.median(judged)
                print(f"  times the peer: {ours_rate / statistics.median(rates):.0f}")


if __name__ == "__main__":
    main()
