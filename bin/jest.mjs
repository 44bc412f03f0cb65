// `npm test`: jest with the settings that every test needs, and without warnings that a reader must ignore.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'

const jest = createRequire(import.meta.url).resolve('jest/bin/jest')
const environment = {
  ...process.env,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  TZ: 'UTC',
  POWERTOOLS_METRICS_NAMESPACE: 'Bellwether/test',
}
const { status } = spawnSync(process.execPath, [jest, ...process.argv.slice(2)], { stdio: 'inherit', env: environment })
process.exit(status ?? 1)
