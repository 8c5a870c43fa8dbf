"""What axolotl makes of rows: `python of_axolotl.py ROWS.jsonl MODEL LENGTH drop|cut_end|refuse messages 0|1 > theirs.jsonl` (of_axolotl.txt).

Its own loader of the `chat_template` strategy, and what it does with rows that are too long.
"""

import json
import logging
import os
import sys

os.environ.update(HF_HUB_OFFLINE="1", AXOLOTL_DO_NOT_TRACK="1", DO_NOT_TRACK="1")
import datasets
import transformers
from axolotl.prompt_strategies.chat_template import load
from axolotl.utils.data.utils import handle_long_seq_in_dataset
from axolotl.utils.dict import DictDefault

logging.disable(logging.WARNING)
datasets.disable_progress_bars()
datasets.disable_caching()
path, model, length, beyond, _, on_prompt = sys.argv[1:7]
tokenizer = transformers.AutoTokenizer.from_pretrained(model)
settings = DictDefault({
    "sequence_len": int(length), "train_on_inputs": on_prompt == "1", "chat_template": "tokenizer_default",
    "excess_length_strategy": {"cut_end": "truncate", "refuse": "raise"}.get(beyond, "drop")})
strategy = load(tokenizer, settings, ds_cfg=DictDefault({
    "type": "chat_template", "field_messages": "messages", "roles_to_train": ["assistant"], "train_on_eos": "turn"}))
for line in open(path, encoding="utf-8"):
    try:
        made = strategy.tokenize_prompt({"messages": json.loads(line)["messages"]})
        one = datasets.Dataset.from_list([{name: made[name] for name in ("input_ids", "labels")}])
        left, fate = list(handle_long_seq_in_dataset(one, int(length), settings)), ""
    except Exception as error:
        left, fate = [], f"{type(error).__name__}: {error}"[:200]
    one = left[0] if left else {"input_ids": [], "labels": []}
    print(json.dumps({"ids": one["input_ids"], "trained": [int(label != -100) for label in one["labels"]], "fate": fate}))
