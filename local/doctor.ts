import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { z } from 'zod'
import { createClock, type CloudClock } from '../packages/embedded-aws/src/clock'
import { createCloud } from './cloud'
import { runCommand } from './command'
import { onInterrupt } from './interrupt'
import { asOwner } from './owner'
import { printable } from '../packages/embedded-aws/src/printable'
import { ROOT } from './root'
import { findRunning, isRefused, lastFolder, type Running } from './running'
import { createScreen } from './screen'

const USAGE = `Shows the state of today, stage by stage: what is done, what waits for a person, what is late, and the command that helps.

  npm run doctor                   the cloud that was started last, running or stopped
  npm run doctor -- --data DIR     the cloud with this data folder

  --json     print JSON: ready, and each stage with its state
  --help

Exit codes: 0 all is well; 1 something is late or failed, or could not be checked. A stopped cloud is inspected in a copy of
its folder; the folder itself does not change. On AWS: npx sls invoke -f doctor --data '{"today":true}'.
`

const stage = z.looseObject({ state: z.string(), help: z.string().optional() })
const seen = z.looseObject({
  ready: z.boolean().nullable(),
  stages: z.array(stage),
  words: z.array(z.string()),
})
type Seen = z.infer<typeof seen>

void runCommand(main, () => 2)

async function main(argv: string[]): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: { data: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const running = findRunning(values.data)
  if (!running) {
    const where = values.data === undefined ? 'here' : `with the data folder ${values.data}`
    throw new Error(`no cloud was started ${where}: there is no day to check; start one with npm start`)
  }
  const folder = path.resolve(values.data ?? lastFolder() ?? '')
  const today = (await askRunning(running)) ?? (await askStopped(folder, running))
  const { ready, ...rest } = atHome(today, (name) => path.join(folder, 'logs', `${stackOf(running)}-${name}.log`))
  if (values.json) console.log(printable(JSON.stringify({ ready, ...rest }, null, 2)))
  else console.log(printable(rest.words.join('\n')))
  return ready === true ? 0 : 1
}

function doctorOf({ functions }: Running): string {
  return functions.find((name) => name.endsWith('-doctor')) ?? 'doctor'
}

/** The prefix of the stack's function names. */
function stackOf(running: Running): string {
  return doctorOf(running).replace(/-doctor$/, '')
}

/** The doctor's answer; undefined if no cloud responds. */
async function askRunning(running: Running): Promise<Seen | undefined> {
  const client = new LambdaClient({ ...asOwner(running), maxAttempts: 1 })
  const request = { FunctionName: doctorOf(running), Payload: Buffer.from('{"today":true}') }
  const answer = await client.send(new InvokeCommand(request)).catch((error: unknown) => {
    if (isRefused(error)) return undefined
    throw error
  })
  return answer && parsed(Buffer.from(answer.Payload ?? []).toString('utf8'), answer.FunctionError)
}

/** Check a copy of the folder with a cloud whose clock triggers nothing, so that the folder does not change. */
async function askStopped(folder: string, running: Running): Promise<Seen> {
  const copy = mkdtempSync(path.join(tmpdir(), 'bellwether-doctor-'))
  const removeCopy = () => rmSync(copy, { recursive: true, force: true, maxRetries: 5 })
  const settle = onInterrupt(removeCopy)
  const screen = createScreen(process.stderr, { isQuiet: true })
  screen.progress('starting a copy of the stopped cloud …')
  try {
    const isKept = (file: string) => !['functions', 'logs', 'process'].includes(path.relative(folder, file))
    cpSync(folder, copy, { recursive: true, filter: isKept })
    const settings = path.join(folder, 'functions', doctorOf(running), 'bellwether.yml')
    const cloud = await createCloud({
      packageDir: await packaged(),
      stackName: stackOf(running),
      dataDir: copy,
      region: running.region,
      clock: stillClock(path.join(copy, 'clock')),
      ...(existsSync(settings) && { overlay: { 'bellwether.yml': readFileSync(settings) } }),
    })
    try {
      const { payload, functionError } = await cloud.invoke('doctor', { today: true })
      return parsed(payload, functionError)
    } finally {
      await cloud.close()
    }
  } finally {
    screen.clear()
    removeCopy()
    settle()
  }
}

/** The folder of the packaged stack. */
async function packaged(): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(ROOT, 'bin/package.mjs')])
  return path.dirname(stdout.trim())
}

/** The current time of the cloud, at which nothing falls due. */
const stillClock = (file: string): CloudClock => ({ ...createClock({ file }), at: () => () => undefined })

function parsed(payload: string, failed: string | undefined): Seen {
  const { success, data, error } = seen.safeParse(JSON.parse(payload || 'null'))
  if (failed !== undefined || !success) {
    throw new Error(`the doctor failed: ${payload}; start the cloud with this version`, { cause: error })
  }
  return data
}

/** Commands in the form that works with the local cloud. */
function atHome({ words, stages, ...rest }: Seen, logOf: (name: string) => string): Seen {
  const here = (line: string) =>
    line
      .replaceAll(/npx sls invoke -f (\S+) --stage \S+ --data /g, 'npm run invoke -- $1 ')
      .replaceAll(/npx sls invoke -f (\S+) --stage \S+ --path /g, 'npm run invoke -- $1 --path ')
      .replaceAll(/npx sls logs -f (\S+) --stage [\w-]+/g, (_, name: string) => logOf(name))
  return {
    ...rest,
    stages: stages.map((one) => (one.help === undefined ? one : { ...one, help: here(one.help) })),
    words: words.map(here),
  }
}
