"""Rows of a subset as TRL trains on them, ours against transformers: `python small.py OUT SUBSET MODEL PREPARE TRL.whl`.

TRL's own trainer wants torch, a gigabyte. What it asks of transformers to make ids and loss of a conversation needs none:
its training template, which lies in its wheel, and the mask of what the assistant says.
"""

import itertools
import json
import subprocess
import sys
import zipfile

import datasets
import transformers

ROWS = 50
LENGTH = 32768

out, subset, model, prepare, trl = sys.argv[1:6]
datasets.disable_progress_bars()
rows = datasets.load_dataset(out, subset, split="train")
conversations = [row["messages"] for row in itertools.islice(rows, ROWS)]
assert conversations, f"{subset} has no rows"

tokenizer = transformers.AutoTokenizer.from_pretrained(model)
template = zipfile.ZipFile(trl).read("trl/chat_templates/qwen2_5_training.jinja").decode("utf-8")


def theirs(messages):
    made = tokenizer.apply_chat_template(messages, chat_template=template, tokenize=True, return_dict=True, return_assistant_tokens_mask=True)
    return list(made["input_ids"])[:LENGTH], [int(bit) for bit in made["assistant_masks"]][:LENGTH]


lines = "".join(json.dumps({"messages": messages}) + "\n" for messages in conversations)
asked = [prepare, "trl", "qwen2.5", str(LENGTH), "messages", "default", "0"]
said = subprocess.run(asked, input=lines, stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout.splitlines()
assert len(said) == len(conversations), (len(said), len(conversations))

differing, trained = [], 0
for at, (messages, line) in enumerate(zip(conversations, said)):
    ours = json.loads(line)
    ids, mask = theirs(messages)
    assert any(mask), f"row {at}: transformers trains on nothing"
    trained += sum(mask)
    if (ours["ids"], ours["trained"]) != (ids, mask):
        differing.append(at)
        print(f"  row {at}: {len(ours['ids'])} tokens, {sum(ours['trained'])} trained; theirs {len(ids)}, {sum(mask)}; {ours['fate']}")
print(f"{subset} in transformers {transformers.__version__}: {len(said)} rows, {trained} tokens trained, {len(differing)} differ")
sys.exit(1 if differing else 0)
