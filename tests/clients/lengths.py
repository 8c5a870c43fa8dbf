"""Counts the conversations of a folder again: `python lengths.py OUT TOKENIZER`.

TOKENIZER is a folder with Qwen2.5's `tokenizer.json` and its chat template, or a model's name. Each row's
`conversation_tokens` is held against what `transformers` makes of its `messages`, each added column against these turns, and
`subsets.csv` against the sums. Prints what it compared; ends with 1 at any difference. Needs what `templates.txt` pins, and
pyarrow.
"""

import csv
import glob
import os
import sys

import pyarrow.parquet as parquet
from transformers import AutoTokenizer

out, model = sys.argv[1:3]
tokenizer = AutoTokenizer.from_pretrained(model)
ROLES = {"system": "system", "human": "user", "gpt": "assistant"}
lengths, known, rows, other = {}, {}, 0, []


def length(messages):
    key = tuple((turn["role"], turn["content"]) for turn in messages)
    if key not in lengths:
        text = tokenizer.apply_chat_template(messages, tokenize=False)
        lengths[key] = (len(tokenizer(text, add_special_tokens=False)["input_ids"]), text)
    return lengths[key]


for path in sorted(glob.glob(os.path.join(out, "*", "*-00000-of-00001.parquet"))):
    subset = os.path.basename(os.path.dirname(path))
    table = parquet.read_table(path).to_pylist()
    known[subset] = []
    for row in table:
        rows += 1
        messages = row["messages"]
        counted, text = length(messages)
        known[subset].append(counted)
        same = [counted == row["conversation_tokens"]]
        if "prompt" in row:
            same.append(row["prompt"] + row["completion"] == messages)
        if "conversations" in row:
            same.append([{"role": ROLES[t["from"]], "content": t["value"]} for t in row["conversations"]] == messages)
        if "text" in row and "<|im_start|>answer" not in row["text"]:
            same.append(row["text"] + "\n" == text)
        if not all(same):
            other.append((subset, row["rank"], same))

with open(os.path.join(out, "__run__", "subsets.csv"), newline="") as lines:
    for line in csv.DictReader(lines):
        if line["subset"] not in known:
            continue
        tokens, limit = known[line["subset"]], int(line["max_length"])
        expected = [sum(tokens), sum(count > limit for count in tokens)]
        told = [int(line["conversation_tokens"]), int(line["rows_over"])]
        if told != expected:
            other.append((line["subset"], told, expected))

print(f"{rows} rows of {len(known)} subsets, {len(lengths)} conversations: {len(other)} differences")
for difference in other[:20]:
    print(difference)
sys.exit(bool(other))
