import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { createCloud } from '../../local/cloud'
import { ROOT } from '../../local/root'
import { templateFile } from '../stack/packaged'
import { useCloud } from '../../packages/embedded-aws/test/running-cloud'
import { fn } from '../../packages/embedded-aws/test/template'

const { dataDir, start } = useCloud()

/** Not `spawnSync`, because the cloud in this process must keep answering. */
async function doctor(...args: string[]) {
  const child = spawn(process.execPath, [path.join(ROOT, 'bin/run.mjs'), 'local/doctor.ts', ...args], { cwd: ROOT })
  let out = ''
  let err = ''
  child.stdout.on('data', (text) => (out += text))
  child.stderr.on('data', (text) => (err += text))
  const code = await new Promise((resolve) => child.once('close', resolve))
  return { code, out, err }
}

const saying = (ready: boolean | null) => ({
  Doctor: fn(
    `exports.handler = async (event) => ({
      day: '2026-11-21',
      ready: ${ready},
      asked: event,
      stages: [{ stage: 'reported', state: 'late', found: 'no report', help: '${HELP}' }],
      words: ['Posts of 2026-11-21', '  > ${HELP}', '  > npx sls logs -f analyzer --stage dev; docs/runbook.md#dead-letters'],
    })`,
    { FunctionName: 'bellwether-dev-doctor' },
  ),
})
const HELP = 'npx sls invoke -f analyzer --stage dev --data \\\'{"date":"2026-11-21"}\\\''

describe('npm run doctor', () => {
  it('asks a running cloud, and prints commands as they are entered locally', async () => {
    await start(saying(false))

    expect(await doctor('--data', dataDir())).toEqual({
      code: 1,
      out: [
        'Posts of 2026-11-21',
        `  > npm run invoke -- analyzer '{"date":"2026-11-21"}'`,
        `  > ${path.join(dataDir(), 'logs/bellwether-dev-analyzer.log')}; docs/runbook.md#dead-letters`,
        '',
      ].join('\n'),
      err: '',
    })
  })

  it.each([
    [true, 0],
    [false, 1],
    [null, 1],
  ])('prints ready: %s as JSON, and exits with %s', async (ready, code) => {
    await start(saying(ready))
    const asked = await doctor('--data', dataDir(), '--json')

    expect(asked).toMatchObject({ code, err: '' })
    expect(JSON.parse(asked.out)).toMatchObject({
      ready,
      asked: { today: true },
      stages: [{ help: `npm run invoke -- analyzer '{"date":"2026-11-21"}'` }],
    })
  })

  it('lists its options', async () => {
    expect(await doctor('--help')).toMatchObject({ code: 0, out: expect.stringContaining('--json'), err: '' })
    expect(await doctor('--never')).toMatchObject({ code: 2, err: expect.stringContaining('--never') })
  })

  it('says that no cloud was started in the folder', async () => {
    expect(await doctor('--data', path.join(dataDir(), 'none'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('no cloud was started with the data folder'),
    })
  })

  it('is not ready when the doctor failed', async () => {
    await start({ Doctor: fn('exports.handler = async () => { throw new Error("no") }', { FunctionName: 'x-doctor' }) })

    expect(await doctor('--data', dataDir())).toMatchObject({
      code: 2,
      err: expect.stringContaining('the doctor failed'),
    })
  })

  it('examines the folder of a stopped cloud without changing it', async () => {
    const packageDir = path.dirname(templateFile)
    const stopped = await createCloud({ packageDir, dataDir: dataDir(), stackName: 'bellwether-dev' })
    await stopped.close()
    const before = filesIn(dataDir())

    const { code, out, err } = await doctor('--data', dataDir(), '--json')

    expect([code, err]).toEqual([0, ''])
    expect(
      z
        .object({ ready: z.literal(true), stages: z.array(z.object({ stage: z.string(), state: z.string() })) })
        .parse(JSON.parse(out)).stages,
    ).toContainEqual({ stage: 'collected', state: 'not due' })
    expect(filesIn(dataDir())).toEqual(before)
  }, 120_000)
})

/** The files of a folder, by path. */
function filesIn(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const files = names.filter((name) => statSync(path.join(folder, name)).isFile())
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(path.join(folder, name)))
        .digest('hex'),
    ]),
  )
}
