# Sourced by bin/*: goes to the checkout and finds a Python that can make our environment.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
# The system's own comes first: distributions build it with profiles, a third faster than one compiled on the spot, and
# mend it. PYTHON_FOR_TRAVEE names another.
PYTHON=
for name in "${PYTHON_FOR_TRAVEE:-}" /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
  needed=
  [ "$name" != /usr/bin/python3 ] || needed=', ensurepip'
  if [ -n "$name" ] && "$name" -c "import sys$needed; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; then
    PYTHON=$name
    break
  fi
done
if [ -z "$PYTHON" ]; then
  echo "Travée needs Python 3.11 or later: install python3.11 (Debian, Ubuntu: apt install python3.11 python3.11-venv)." >&2
  exit 1
fi
# What Python compiles is kept, whatever the surroundings say: each check of a file, and every twentieth document, begins
# a process that would compile it all again.
unset PYTHONDONTWRITEBYTECODE
