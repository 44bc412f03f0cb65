#!/usr/bin/env bash
# `npm run foreign`: the stack on a cloud that others wrote. MiniStack (CloudFormation, IAM, TLS) and moto (SageMaker), both
# from PyPI, on 127.0.0.1; test/foreign/emulator.py closes their gaps, test/foreign/walk.ts deploys and walks the loop.
# Ends with an error when a step fails or a call was denied; the word for that is printed in no other case.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
began=$SECONDS

for tool in fasttext openssl; do
  command -v "$tool" >/dev/null || { echo "CANNOT CHECK HERE: $tool is missing. Install Debian's package $tool."; exit 1; }
done
[ -x .venv/bin/python ] || python3 -m venv .venv
# One version of each, since test/foreign/emulator.py reaches into them.
installed=$(.venv/bin/python -c 'from importlib.metadata import version as v; print(v("ministack"), v("moto"), v("cryptography") and "")' 2>/dev/null || true)
[ "$installed" = '1.5.33 5.2.5 ' ] ||
  .venv/bin/pip install --quiet --disable-pip-version-check 'ministack==1.5.33' 'moto[server]==5.2.5' boto3 cryptography

work=$(mktemp -d)
servers=()
stop() {
  for server in "${servers[@]+"${servers[@]}"}"; do kill "$server" 2>/dev/null || true; done
  wait 2>/dev/null || true
  [ -n "${KEEP_FOREIGN:-}" ] && echo "kept: $work" || rm -rf "$work"
}
trap stop EXIT

free_port() { .venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
GATEWAY_PORT=$(free_port)
MOTO_PORT=$(free_port)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
  -addext 'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:*.execute-api.localhost' -addext basicConstraints=critical,CA:FALSE \
  -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null

unset AWS_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL
export GATEWAY_PORT MOTO_PORT
# The emulator takes the keys of its own environment for those of the account's root.
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1
export AWS_EC2_METADATA_DISABLED=true AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED=true
export MINISTACK_ACCOUNT_ID=111122223333 MINISTACK_REGION=eu-west-1 MOTO_ACCOUNT_ID=111122223333
export MINISTACK_SSL_CERT=$work/cert.pem MINISTACK_SSL_KEY=$work/key.pem
export NODE_EXTRA_CA_CERTS=$work/cert.pem AWS_CA_BUNDLE=$work/cert.pem SSL_CERT_FILE=$work/cert.pem
export DENIED_LOG=$work/denied.log
: >"$DENIED_LOG"

mkdir "$work/tmp"
TMPDIR=$work/tmp BIND_HOST=127.0.0.1 AUTH=true USE_SSL=1 IOT_MTLS_ENABLED=0 SFTP_ENABLED=0 LOG_LEVEL=INFO \
  .venv/bin/python test/foreign/emulator.py ministack >"$work/ministack.log" 2>&1 &
servers+=($!)
AWS_ENDPOINT_URL=https://127.0.0.1:$GATEWAY_PORT .venv/bin/python test/foreign/emulator.py moto >"$work/moto.log" 2>&1 &
servers+=($!)
for port in "$GATEWAY_PORT" "$MOTO_PORT"; do
  for _ in $(seq 150); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
    for server in "${servers[@]}"; do
      kill -0 "$server" 2>/dev/null || { tail -n 30 "$work"/*.log; echo 'an emulator did not start'; exit 1; }
    done
    sleep 0.2
  done
done

# The loop trains in the function: the repository with that one line of bellwether.yml changed. Smoke takes it unchanged.
mkdir "$work/project"
cp -r bellwether.yml bin events package.json package-lock.json packages pages samples serverless.yml services shared stack tsconfig.json "$work/project"
ln -s "$root/node_modules" "$work/project/node_modules"
sed -i 's/^  trainer: blazingtext.*/  trainer: lambda/' "$work/project/bellwether.yml"
grep -q '^  trainer: lambda$' "$work/project/bellwether.yml" || { echo 'bellwether.yml names no trainer: blazingtext'; exit 1; }

export AWS_ENDPOINT_URL=https://127.0.0.1:$GATEWAY_PORT
export NODE_OPTIONS="--require $root/test/foreign/localhost.cjs"
walked=0
node bin/run.mjs test/foreign/walk.ts "$work/project" || walked=$?
if [ -s "$DENIED_LOG" ]; then
  sed 's/^/AccessDenied: /' "$DENIED_LOG" | sort | uniq -c
  walked=1
fi
if [ "$walked" != 0 ]; then
  echo '--- the emulator said:'
  grep -vE '"GET|"POST|"PUT|"HEAD|"DELETE' "$work/ministack.log" | grep -iE 'error|fail|traceback' | tail -n 30 || true
  tail -n 5 "$work/moto.log"
fi
echo "$((SECONDS - began)) s"
exit "$walked"
