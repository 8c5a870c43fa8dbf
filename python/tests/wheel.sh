#!/usr/bin/env bash
# Builds the wheel of what the release build has, installs it in a fresh environment and runs its tests there.
# It passes, and says so, where there is no Python of 3.11 or later, or no registry of its packages.
set -euo pipefail
cd "$(dirname "$0")/../.."

skipped() { echo "skipped: the tests of the wheel: $1"; exit 0; }

python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || skipped 'there is no python3 of 3.11 or later'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv" || skipped 'python3 makes no environment'
export PATH="$work/venv/bin:$PATH"
mapfile -t packages < <(python -c '
import tomllib
print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["test"], sep="\n")')
pip install --quiet --disable-pip-version-check maturin "${packages[@]}" \
  || skipped 'the packages were not fetched'
maturin build --locked --release --out "$work/wheels"
size=$(wc -c < "$work"/wheels/*.whl)
echo "the wheel: $size bytes"
((size <= 45000000)) || { echo 'it is larger than 45 MB' >&2; exit 1; }
pip install --quiet --disable-pip-version-check "$work"/wheels/*.whl

binary=${CARGO_TARGET_DIR:-target}/release/gradatim
[[ ! -x $binary ]] || export GRADATIM_BINARY=$binary
python -m pytest --quiet -rs --doctest-modules --pyargs gradatim python/tests
