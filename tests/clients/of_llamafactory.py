"""What LLaMA-Factory makes of rows: `python of_llamafactory.py ROWS.jsonl MODEL LENGTH cut_end messages 0 > theirs.jsonl`.

Its own converter, template and processor of supervised rows (of_llamafactory.txt).
"""

import json
import logging
import os
import sys

os.environ.update(HF_HUB_OFFLINE="1", DISABLE_VERSION_CHECK="1")
import transformers
from llamafactory.data.converter import get_dataset_converter
from llamafactory.data.parser import DatasetAttr
from llamafactory.data.processor.supervised import SupervisedDatasetProcessor
from llamafactory.data.template import get_template_and_fix_tokenizer
from llamafactory.hparams import DataArguments

logging.disable(logging.WARNING)
TEMPLATES = {"qwen2": "qwen", "qwen3": "qwen3", "r1distill": "deepseekr1"}
path, model, length, _, _, on_prompt = sys.argv[1:7]
tokenizer = transformers.AutoTokenizer.from_pretrained(model)
arguments = DataArguments(template=TEMPLATES[os.path.basename(model)], cutoff_len=int(length), train_on_prompt=on_prompt == "1", enable_thinking=True)
template = get_template_and_fix_tokenizer(tokenizer, arguments)
attributes = DatasetAttr(
    "file", dataset_name="rows", formatting="sharegpt", messages="messages", role_tag="role", content_tag="content",
    user_tag="user", assistant_tag="assistant", system_tag="system")
converter = get_dataset_converter("sharegpt", attributes, arguments)
processor = SupervisedDatasetProcessor(template=template, tokenizer=tokenizer, processor=None, data_args=arguments)
for line in open(path, encoding="utf-8"):
    row = converter({"messages": json.loads(line)["messages"]})
    made = processor.preprocess_dataset({name: [value] for name, value in row.items()})
    ids, labels = ((made[name] or [[]])[0] for name in ("input_ids", "labels"))
    print(json.dumps({"ids": ids, "trained": [int(label != -100) for label in labels]}))
