"""What s1's `sft.py` makes of rows: `python of_s1.py ROWS.jsonl MODEL LENGTH cut_end text 0 > theirs.jsonl` (of_s1.txt).

The script itself makes a trainer of a whole model; this is the tokenising of its trainer (TRL 0.12.0) and its collator.
"""

import json
import sys

import transformers
import trl

path, model, length = sys.argv[1:4]
tokenizer = transformers.AutoTokenizer.from_pretrained(model, use_fast=True)
marks, tokenizer.pad_token = {
    True: (("<|im_start|>user", "<|im_start|>assistant\n"), "<|fim_pad|>"),
    False: (("<|start_header_id|>user<|end_header_id|>", "<|start_header_id|>assistant<|end_header_id|>\n\n"), "<|reserved_special_token_5|>"),
}["llama" not in model.lower()]
collator = trl.DataCollatorForCompletionOnlyLM(instruction_template=marks[0], response_template=marks[1], tokenizer=tokenizer, mlm=False)
for line in open(path, encoding="utf-8"):
    taken = tokenizer(json.loads(line)["text"], add_special_tokens=True, truncation=True, padding=False, max_length=int(length))
    batch = collator([{"input_ids": taken["input_ids"], "attention_mask": taken["attention_mask"]}])
    labels = batch["labels"][0].tolist()
    print(json.dumps({"ids": batch["input_ids"][0].tolist(), "trained": [int(label != -100) for label in labels]}))
