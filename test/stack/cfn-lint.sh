#!/usr/bin/env bash
# Packages the stack without credentials and holds the template against cfn-lint (Python, in .venv/): as it is shipped,
# and with every option of `deploy` in another stage and region. The example of a subscriber
# can also be a stack of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."
unset AWS_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN

[ -x .venv/bin/python ] || python3 -m venv .venv
[ -x .venv/bin/cfn-lint ] || .venv/bin/pip install --quiet --disable-pip-version-check 'cfn-lint==1.*'

# W3005: the packager writes a DependsOn beside a GetAtt that says the same.
lint() { .venv/bin/cfn-lint --regions "$1" --ignore-checks W3005 --template "$2"; }

lint eu-west-1 "$(node bin/package.mjs)"

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r bellwether.yml events package.json package-lock.json packages serverless.yml services shared stack tsconfig.json "$copy"
[ ! -d pages ] || cp -r pages "$copy"
ln -s "$PWD/node_modules" "$copy/node_modules"
cat >>"$copy/bellwether.yml" <<'YAML'
deploy: { alarmEmail: somebody@example.org, trustedAccounts: ['111122223333'], logRetentionDays: 7, subscriber: true }
YAML
(cd "$copy" && npx --no-install sls package --stage smoke-ab12 --region us-east-1)
template=$copy/.serverless/cloudformation-template-update-stack.json
lint us-east-1 "$template"
for id in AlarmTopic BusPolicy SubscriberLambdaFunction; do
  grep -q "\"$id\": {" "$template" || { echo "the template has no $id"; exit 1; }
done

(cd services/subscriber && npx --no-install sls package --stage dev --package "$copy/subscriber")
lint eu-west-1 "$copy/subscriber/cloudformation-template-update-stack.json"

echo 'cfn-lint has nothing to say'
