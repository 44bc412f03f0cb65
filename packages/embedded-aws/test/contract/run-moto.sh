#!/usr/bin/env bash
# Runs the contract suite against moto (Python, in .venv/), an emulator that others wrote: what both take for AWS's
# behaviour is less likely to be our misunderstanding. Where it is known to differ stands in moto-differences.ts.
set -euo pipefail
cd "$(dirname "$0")/../../../.."

[ -x .venv/bin/python ] || python3 -m venv .venv
# One version, so that the list of differences is that version's.
.venv/bin/pip install --quiet --disable-pip-version-check 'moto[server]==5.2.5'

log=$(mktemp)
port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
.venv/bin/moto_server -H 127.0.0.1 -p "$port" >"$log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null; rm -f "$log"' EXIT

for _ in $(seq 100); do
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
  kill -0 "$server" 2>/dev/null || { cat "$log"; exit 1; }
  sleep 0.2
done

MOTO_ENDPOINT="http://127.0.0.1:$port" node bin/jest.mjs --testMatch '**/test/contract/moto.ts' "$@"
