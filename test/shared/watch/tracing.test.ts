import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { build } from 'esbuild'

const root = path.resolve(__dirname, '../../..')
const run = promisify(execFile)

const folder = mkdtempSync(path.join(tmpdir(), 'tracing-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs a bundle with the tracer in a process with Lambda's environment variables. */
async function traced(work: string, env: Record<string, string>): Promise<{ stdout: string; stderr: string }> {
  const file = path.join(folder, 'bundle.cjs')
  await build({
    absWorkingDir: root,
    stdin: {
      contents: `
        import { tracing } from './shared/watch/tracing'
        import { beginCorrelation } from './shared/watch/correlation'
        const traced = tracing('collector')
        const work = async () => { ${work} }
        const main = async () => {
          beginCorrelation('2026-11-21', () => undefined)
          await traced(work).then((value) => console.log('done', value), (error) => console.log('failed', error.message))
        }
        main().then(() => setTimeout(() => process.exit(0), 200))`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    alias: { 'cls-hooked/context': './shared/watch/one-context.ts' },
    outfile: file,
  })
  return run(process.execPath, [file], {
    env: {
      PATH: process.env.PATH,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      LAMBDA_TASK_ROOT: root,
      _HANDLER: 'h.handler',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      ...env,
    },
  })
}

describe('the tracer', () => {
  let daemon: ReturnType<typeof createSocket>
  const received: string[] = []
  beforeEach(async () => {
    received.length = 0
    daemon = createSocket('udp4', (packet) => received.push(packet.toString('utf8')))
    daemon.bind(0, '127.0.0.1')
    await once(daemon, 'listening')
  })
  afterEach(() => void daemon.close())
  const sampled = () => ({
    _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
    AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemon.address().port}`,
  })

  it('sends a subsegment of the invocation with the correlation id', async () => {
    const { stdout } = await traced('return 1', sampled())
    const [, subsegment] = (received[0] ?? '').split('\n')

    expect(stdout).toBe('done 1\n')
    expect(JSON.parse(subsegment ?? '')).toMatchObject({
      name: '## collector',
      trace_id: '1-5759e988-bd862e3fe1be46a994272793',
      parent_id: '53995c3f42cd8ad8',
      annotations: { correlation_id: '2026-11-21', Service: 'collector', ColdStart: true },
    })
  })

  it('marks a failure, without its message', async () => {
    const { stdout } = await traced("throw new Error('a text')", sampled())

    expect(stdout).toBe('failed a text\n')
    expect(received.join('')).toContain('"error":true')
    expect(received.join('')).not.toContain('a text')
  })

  it.each([
    ['no daemon listens', { AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:1' }],
    ['nothing is traced', { _X_AMZN_TRACE_ID: '' }],
  ])('is silent and harmless when %s', async (_, env) => {
    expect(await traced('return 1', { ...sampled(), ...env })).toEqual({ stdout: 'done 1\n', stderr: '' })
    expect(received).toEqual([])
  })

  it('does not track promises, so that an await costs nothing extra', async () => {
    const { stdout } = await traced("await null; return require('node:async_hooks').executionAsyncId()", sampled())

    // Node counts an await only while a hook is enabled.
    expect(stdout).toBe('done 0\n')
  })
})
