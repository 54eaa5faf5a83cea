#!/usr/bin/env bash
# Installs the Python package as users do, by its wheel and by `pip install .`, in clean environments, and uses it there.
#
#     tools/test_wheel.sh WHEEL PYTHON...
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
wheel=$(realpath "$1")
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# An empty home, and none of the variables by which the library finds things.
clean() {
    env -i PATH="$1:/usr/bin:/bin" HOME="$folder" LANG=C.UTF-8 "${@:2}"
}

try() {
    python=$1
    what=$2
    venv=$folder/venv
    rm -rf "$venv"
    "$python" -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$what"
    cd "$folder"
    clean "$venv/bin" kokoro-rs say --model builtin --out hello.wav "Hello"
    test "$(wc -c < hello.wav)" -gt 20000
    # No model is there: that is said, and nothing takes its place.
    if clean "$venv/bin" kokoro-rs say --out none.wav "Hello" 2> message; then exit 1; fi
    grep -q "kokoro-rs fetch --model fp32" message
    test ! -e none.wav
    # What the README shows.
    sed -n '/^```python$/,/^```$/p' "$root/README.md" | sed '/^```/d' > readme.py
    clean "$venv/bin" python -W error readme.py
    test "$(wc -c < speech.wav)" -gt 20000
    cd "$root"
    echo "$("$python" --version), $(basename "$what"): good"
}

for python in "$@"; do
    try "$python" "$wheel"
    try "$python" "$root"
done
