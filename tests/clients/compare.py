"""Holds ours against theirs: `python compare.py ours.jsonl theirs.jsonl`, a row a line in both.

A line has the `ids` of a row and which of them are `trained`, or no ids where the row is not trained on. Says how many
rows are equal, and of the others the first few and where they part. Ends with 1 where one is not.
"""

import json
import sys


def lines(path):
    with open(path, encoding="utf-8") as file:
        # Some trainers talk on stdout.
        return [json.loads(line) for line in file if line.startswith("{")]


def kept(row):
    return [row.get("ids") or [], [int(bit) for bit in row.get("trained") or []]]


ours, theirs = (lines(path) for path in sys.argv[1:3])
if ours and "refused" in ours[0]:
    sys.exit(f"ours refuses: {ours[0]['refused']}")
assert len(ours) == len(theirs), (len(ours), len(theirs))
differing = [at for at, (our, their) in enumerate(zip(ours, theirs)) if kept(our) != kept(their)]
for at in differing[:8]:
    (our, bits), (their, their_bits) = kept(ours[at]), kept(theirs[at])
    first = next((i for i, (a, b) in enumerate(zip(zip(our, bits), zip(their, their_bits))) if a != b), min(len(our), len(their)))
    print(f"  row {at}: {len(our)} tokens, {sum(bits)} trained; theirs {len(their)}, {sum(their_bits)}; part at {first}:"
          f" {list(zip(our, bits))[first:first + 4]} {list(zip(their, their_bits))[first:first + 4]}"
          f" ours {ours[at].get('fate')}, theirs {theirs[at].get('fate')}")
gone = sum(not kept(row)[0] for row in theirs)
trained = sum(sum(kept(row)[1]) for row in theirs)
print(f"{len(ours) - len(differing)} of {len(ours)} rows equal ({gone} not trained on, {trained} tokens trained), {len(differing)} differ")
sys.exit(1 if differing else 0)
