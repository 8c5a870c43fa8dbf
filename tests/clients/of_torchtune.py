"""What torchtune makes of rows: `python of_torchtune.py ROWS.jsonl MODEL LENGTH cut_end messages 0 > theirs.jsonl` (of_torchtune.txt)."""

import json
import os
import sys
import tempfile

from torchtune.data import OpenAIToMessages
from torchtune.datasets._sft import SFTTransform
from torchtune.models.qwen2_5 import qwen2_5_tokenizer

path, model, length, _, _, on_prompt = sys.argv[1:7]
vocabulary = json.load(open(model + "/tokenizer.json", encoding="utf-8"))["model"]
with tempfile.TemporaryDirectory() as folder:
    with open(folder + "/vocab.json", "w", encoding="utf-8") as file:
        json.dump(vocabulary["vocab"], file, ensure_ascii=False)
    with open(folder + "/merges.txt", "w", encoding="utf-8") as file:
        merges = (merge if isinstance(merge, str) else " ".join(merge) for merge in vocabulary["merges"])
        file.write("#version: 0.2\n" + "\n".join(merges) + "\n")
    tokenizer = qwen2_5_tokenizer(folder + "/vocab.json", folder + "/merges.txt", max_seq_len=int(length))
transform = SFTTransform(message_transform=OpenAIToMessages(train_on_input=on_prompt == "1"), model_transform=tokenizer)
for line in open(path, encoding="utf-8"):
    made = transform({"messages": json.loads(line)["messages"]})
    labels = [int(label) for label in made["labels"]]
    print(json.dumps({"ids": [int(token) for token in made["tokens"]], "trained": [int(label != -100) for label in labels]}))
