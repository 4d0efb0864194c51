#!/bin/sh
# Makes the Python environment (.venv) from requirements.lock, with every hash checked; does nothing when it is
# up to date. With uv when that is there, else with python3 -m venv and pip. PYTHON names an interpreter to use.
set -eu
cd "$(dirname "$0")/.."

stamp=.venv/.made-from
say() { printf '%s\n' "$*" >&2; }

sum() { if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -c1-64; }
wanted=$(cat requirements.lock pyproject.toml | sum)

up_to_date() { [ "$(cat $stamp 2>/dev/null)" = "$wanted" ] && .venv/bin/python -c '' 2>/dev/null; }
up_to_date && exit 0

# Two commands started together make one environment.
[ -d var ] || mkdir -m 700 var
if command -v flock >/dev/null 2>&1; then
    exec 9>var/environment.lock
    flock 9
    up_to_date && exit 0
fi

python=
for candidate in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python3.14; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
    if [ "$candidate" = "${PYTHON:-}" ]; then
        say "PYTHON=$PYTHON is not a Python 3.11 or newer."
        exit 1
    fi
done

say "Making the Python environment in .venv; this happens once."
rm -f $stamp
.venv/bin/python -c '' 2>/dev/null || rm -rf .venv

if command -v uv >/dev/null 2>&1; then
    # Without a suitable Python on the machine uv brings one.
    [ -d .venv ] || uv venv -q --python "${python:->=3.11}" .venv
    uv pip sync -q --python .venv/bin/python --require-hashes requirements.lock
elif [ -z "$python" ]; then
    say "Python 3.11 or newer is needed and none was found: install one (or uv), or name one with PYTHON=/path/to/python."
    exit 1
else
    .venv/bin/python -m pip --version >/dev/null 2>&1 || rm -rf .venv  # uv leaves pip out
    if [ ! -d .venv ]; then
        if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            say "$python cannot make environments here: install its venv package (Debian, Ubuntu: apt-get install python3-venv), or uv."
            exit 1
        fi
        "$python" -m venv .venv
    fi
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r requirements.lock
fi

printf '%s\n' "$wanted" >$stamp
