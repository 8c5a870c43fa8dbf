"""What TRL makes of rows: `python of_trl.py ROWS.jsonl MODEL LENGTH cut_end|cut_start COLUMN 0 > theirs.jsonl` (of_trl.txt)."""

import json
import logging
import os
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
import datasets
import transformers
from trl import SFTConfig, SFTTrainer

datasets.disable_progress_bars()
datasets.disable_caching()
logging.disable(logging.WARNING)
path, model, length, beyond, column, on_prompt = sys.argv[1:7]
columns = {"messages": ["messages"], "prompt_completion": ["prompt", "completion"], "text": ["text"], "conversations": ["conversations", "messages"]}
rows = [json.loads(line) for line in open(path, encoding="utf-8")]
rows = [{**{name: row[name] for name in columns[column]}, "row": at} for at, row in enumerate(rows)]
tiny = transformers.AutoModelForCausalLM.from_config(transformers.AutoConfig.from_pretrained(model))
tokenizer = transformers.AutoTokenizer.from_pretrained(model)


settings = SFTConfig(
    output_dir=tempfile.mkdtemp(), max_length=int(length), assistant_only_loss=on_prompt == "0" and "messages" in columns[column],
    truncation_mode={"cut_start": "keep_end"}.get(beyond, "keep_start"), completion_only_loss=None if on_prompt == "0" else False,
    report_to="none", use_cpu=True, bf16=False)


class Waiting(SFTTrainer):
    """Made once: what it makes of rows is asked of it afterwards."""

    def _prepare_dataset(self, dataset, *_):
        return dataset


trainer = Waiting(model=tiny, processing_class=tokenizer, train_dataset=datasets.Dataset.from_list(rows[:1]), args=settings)


def prepared(some):
    # Of a stream no fingerprint is taken, for which the whole tokenizer would be hashed each time.
    stream = datasets.Dataset.from_list(some).to_iterable_dataset()
    return list(SFTTrainer._prepare_dataset(trainer, stream, tokenizer, settings, False, None, "train"))


def one_by_one():
    for row in rows:
        try:
            yield from prepared([row])
        except Exception as error:
            yield {"row": row["row"], "fate": f"{type(error).__name__}: {error}"[:200]}


try:
    made = prepared(rows)
except Exception:
    made = list(one_by_one())
by_row = {one["row"]: one for one in made}
for row in rows:
    one = by_row.get(row["row"], {"fate": "dropped"})
    ids = one.get("input_ids", [])
    print(json.dumps({"ids": ids, "trained": [int(label != -100) for label in one.get("labels", [])], "fate": one.get("fate", "")}))
