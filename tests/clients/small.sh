#!/usr/bin/env bash
# The small one of these tests: `small.sh OUT SUBSET PREPARE`, with the example `prepare` as it was built.
# It passes, and says so, where there is no Python, no registry of its packages, or no tokenizer of Qwen2.5.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
model=$here/../../../shared/data/tokenizers/qwen2.5
out=$1 subset=$2 prepare=$3

skipped() { echo "skipped: the small client test: $1"; exit 0; }

[ -f "$model/tokenizer.json" ] || skipped "there is no tokenizer.json of Qwen2.5 in ../shared"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv" >/dev/null 2>&1 || skipped "python3 makes no environment"
python=$work/venv/bin/python
pip() { "$python" -m pip "$@" --quiet --disable-pip-version-check; }
# Of TRL's wheel the training template alone is read, so nothing that TRL needs is fetched.
pip download --retries 1 --timeout 20 --no-deps --dest "$work" "$(grep '^trl==' "$here/of_trl.txt")" \
    || skipped "the packages' registry is not reached"
pip install --no-compile --requirement "$here/small.txt" || skipped "the packages were not fetched"
HF_HUB_OFFLINE=1 HF_HOME=$work/hub TRANSFORMERS_VERBOSITY=error "$python" "$here/small.py" "$out" "$subset" "$model" "$prepare" "$work"/trl-*.whl
