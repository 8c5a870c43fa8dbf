"""What verl makes of rows: `python of_verl.py ROWS.jsonl MODEL LENGTH refuse|cut_end messages 0 > theirs.jsonl` (of_verl.txt)."""

import contextlib
import json
import os
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
import pyarrow
import pyarrow.parquet
import transformers
from omegaconf import OmegaConf
from verl.utils.dataset.multiturn_sft_dataset import MultiTurnSFTDataset

path, model, length, beyond = sys.argv[1:5]
rows = [json.loads(line)["messages"] for line in open(path, encoding="utf-8")]
tokenizer = transformers.AutoTokenizer.from_pretrained(model)
settings = {"pad_mode": "no_padding", "truncation": {"cut_end": "right"}.get(beyond, "error"), "max_length": int(length), "messages_key": "messages",
    # As its trainer has it: a word.
    "enable_thinking_default": "none"}
with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
    file = folder + "/rows.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"messages": rows}), file)
    try:
        data, begins = MultiTurnSFTDataset(file, tokenizer, OmegaConf.create(settings)), None
    except Exception as error:
        data, begins = None, f"{type(error).__name__}: {error}"[:200]
    made = []
    for at in range(len(rows)):
        try:
            assert data is not None, begins
            one = data[at]
            made.append({"ids": one["input_ids"].tolist(), "trained": one["loss_mask"].int().tolist()})
        except Exception as error:
            made.append({"ids": [], "trained": [], "fate": f"{type(error).__name__}: {error}"[:200]})
for one in made:
    print(json.dumps(one))
