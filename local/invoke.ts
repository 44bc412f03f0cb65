import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { refusalIn } from '../shared/refused'
import { runCommand } from './command'
import { refuseNoFile } from './given-file'
import { asOwner } from './owner'
import { printable } from '../packages/embedded-aws/src/printable'
import { ROOT } from './root'
import { findRunning, orGone } from './running'

const USAGE = `Calls a function of a running cloud, as \`npx sls invoke\` does on AWS.

  npm run invoke -- trainer '{"datasetId":"latest"}'
  npm run invoke -- collector --path samples/requests/collector.json

  --path FILE       the request, in place of the second word
  --data DIR        the data folder of the cloud (that of the last \`npm start\` or \`npm run local\`)
`

void runCommand(main, () => 2)

async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { path: { type: 'string' }, data: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.path !== undefined) refuseNoFile(values.path)
  const [name, request = values.path === undefined ? '{}' : readFileSync(values.path, 'utf8')] = positionals
  if (values.help || name === undefined) {
    console.log(`${USAGE}\nThe functions, with a sample request of each:\n\n${samples()}`)
    return values.help ? 0 : 2
  }
  return invoke(name, request, values.data)
}

/** The sample requests, by function. */
function samples(): string {
  const folder = path.join(ROOT, 'samples/requests')
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const request: unknown = JSON.parse(readFileSync(path.join(folder, file), 'utf8'))
      return `  npm run invoke -- ${file.split('.')[0]} '${JSON.stringify(request)}'`
    })
    .join('\n')
}

async function invoke(name: string, request: string, dataDir: string | undefined): Promise<number> {
  const running = findRunning(dataDir)
  if (!running) {
    const where = dataDir === undefined ? 'here' : `with the data folder ${dataDir}`
    throw new Error(`No cloud was started ${where}: \`npm start\` starts one.`)
  }
  const full = running.functions.find((known) => known === name || known.endsWith(`-${name}`))
  if (full === undefined)
    throw new Error(`There is no function ${name}; there are: ${running.functions.join(', ') || 'none'}`)

  const client = new LambdaClient({
    ...asOwner(running),
    maxAttempts: 1,
  })
  const answer = await client
    .send(new InvokeCommand({ FunctionName: full, Payload: Buffer.from(request) }))
    .catch(orGone(running.endpoint))
  const text = Buffer.from(answer.Payload ?? []).toString('utf8') || 'null'
  const refused = refusalIn(text)
  if (refused !== undefined) {
    console.error(printable(refused))
    return 1
  }
  const payload: unknown = JSON.parse(text)
  if (!answer.FunctionError) {
    console.log(printable(JSON.stringify(payload, null, 2)))
    return 0
  }
  console.error(printable(describe(payload)))
  return 1
}

/** What the function threw, without its stack trace. */
function describe(payload: unknown): string {
  if (typeof payload !== 'object' || payload === null || !('errorMessage' in payload)) return JSON.stringify(payload)
  return 'errorType' in payload
    ? `${String(payload.errorType)}: ${String(payload.errorMessage)}`
    : String(payload.errorMessage)
}
