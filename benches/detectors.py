#!/usr/bin/env python3
"""s1's rule (one shared n-gram of 8 words) on what our detector was tested on, in the same spellings.

    cargo bench --bench detectors -- --planted planted.jsonl
    benches/detectors.py planted.jsonl [--words 8]

The rule is that of simplescaling/s1 and open-r1: lower case, split at white space, flag a problem that shares an
n-gram with any item. The bench counts the same rule in Rust; this is the independent count. Prints the share of
planted items flagged by benchmark and spelling, the share of real problems flagged, and problems a second.
"""
import argparse, collections, json, time


def grams(text, n):
    words = " ".join(text.lower().strip().split()).split()
    return {" ".join(words[i : i + n]) for i in range(len(words) - n + 1)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("planted")
    parser.add_argument("--words", type=int, default=8)
    options = parser.parse_args()
    rows = [json.loads(line) for line in open(options.planted, encoding="utf-8")]
    known = set()
    for row in rows:
        if row["change"] == "verbatim":
            known |= grams(row["problem"], options.words)
    counts = collections.defaultdict(lambda: [0, 0])
    own = {}
    for row in rows:
        if row["change"] == "verbatim":
            own.setdefault(row["benchmark"], set()).update(grams(row["problem"], options.words))
    for row in rows:
        # A planted item counts where it is flagged by its own benchmark.
        against = own.get(row["benchmark"], known)
        count = counts[row["benchmark"] or "real", row["change"]]
        count[0] += bool(grams(row["problem"], options.words) & against)
        count[1] += 1
    for (benchmark, change), (flagged, all_) in sorted(counts.items()):
        print(f"{benchmark:15} {change:20} {flagged:6} of {all_:6} flagged {100 * flagged / all_:6.1f} %")
    real = [row["problem"] for row in rows if row["change"] == "unrelated"]
    start = time.perf_counter()
    sum(bool(grams(text, options.words) & known) for text in real)
    print(f"{len(real) / (time.perf_counter() - start):.0f} problems a second and core")


main()
