#!/usr/bin/env bash
# Runs the rewards in the trainers and harnesses that they are for, each in an environment of its own: their pins exclude
# each other, and torch takes 5 GB. By hand: `python/tests/rewards.sh`, or with the names of some. `GRADATIM_WHEEL` names
# a wheel; without one the native module that stands in `python/gradatim` is taken, and `PYTHON` names another version.
set -euo pipefail
cd "$(dirname "$0")/../.."

declare -A packages=(
  [trl]='trl math-verify'
  [verl]='verl'
  # lighteval 0.13.0 hashes texts, which xxhash 4 refuses.
  [lighteval]='lighteval xxhash<4'
  [inspect_ai]='inspect-ai'
  [verifiers]='verifiers'
  [lm_eval]='lm-eval'
)
versions='trl|verl|lighteval|inspect-ai|verifiers|lm-eval|torch|transformers|ray|math-verify'

command -v uv >/dev/null || { echo 'uv makes the environments: pip install uv'; exit 2; }
[ $# -gt 0 ] || set -- trl verl lighteval inspect_ai verifiers lm_eval
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CUDA_VISIBLE_DEVICES='' HF_HUB_OFFLINE=1 RAY_AUTH_MODE=disabled

for name in "$@"; do
  python=$work/$name/bin/python
  uv venv --quiet --python "${PYTHON:-3.11}" "$work/$name"
  # shellcheck disable=SC2086 # words, and perhaps none
  uv pip install --quiet --python "$python" pytest numpy ${packages[$name]} ${GRADATIM_WHEEL:-}
  if [ -z "${GRADATIM_WHEEL:-}" ]; then
    site=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    echo "$PWD/python" >"$site/gradatim.pth"
  fi
  echo "== $name, Python $("$python" -c 'import platform; print(platform.python_version())')"
  uv pip list --quiet --python "$python" | grep -iE "^($versions) "
  "$python" -m pytest --quiet -rs python/tests/test_rewards.py "python/tests/test_rewards_$name.py"
done
