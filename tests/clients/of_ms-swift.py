"""What ms-swift makes of rows: `python of_ms-swift.py ROWS.jsonl MODEL LENGTH drop|cut_end|cut_start messages 0|1 > theirs.jsonl`.

What it reads of a row, and its own template's `encode` in training (of_ms-swift.txt).
"""

import json
import logging
import os
import sys

os.environ.update(HF_HUB_OFFLINE="1", USE_HF="1")
import transformers
from swift.dataset import MessagesPreprocessor
from swift.model import get_model_processor
from swift.template import get_template

logging.disable(logging.WARNING)
TYPES = {"qwen2": ("qwen2", "qwen2_5"), "qwen3": ("qwen3", "qwen3"), "r1distill": ("qwen2", "deepseek_r1")}
path, model, length, beyond, _, on_prompt = sys.argv[1:7]
kind, name = TYPES[os.path.basename(model)]
_, processor = get_model_processor(model, load_model=False, model_type=kind)
template = get_template(
    processor, template_type=name, max_length=int(length), loss_scale="all" if on_prompt == "1" else "default",
    truncation_strategy={"cut_end": "right", "cut_start": "left"}.get(beyond, "raise"))
template.set_mode("train")
reader = MessagesPreprocessor()
for line in open(path, encoding="utf-8"):
    try:
        row = reader.preprocess({"messages": json.loads(line)["messages"]})
        reader._check_messages(row)
        made = template.encode(row)
        print(json.dumps({"ids": made["input_ids"], "trained": [int(label != -100) for label in made["labels"]]}))
    except Exception as error:
        print(json.dumps({"ids": [], "trained": [], "fate": f"{type(error).__name__}: {error}"[:200]}))
