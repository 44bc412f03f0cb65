import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import path from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import { ROOT } from '../../local/root'
import { useCloud } from './running-cloud'
import { fn } from './template'

const { dataDir, start, cloud } = useCloud()
const children: ChildProcess[] = []
afterEach(() => children.splice(0).forEach((child) => child.kill()))

const command = (entry: string, args: string[]): string[] => [path.join(ROOT, 'bin/run.mjs'), entry, ...args]
/** While the cloud of this process has to answer, the command must not block it. */
const run = async (entry: string, ...args: string[]) => {
  const child = spawn(process.execPath, command(entry, args), { cwd: ROOT })
  children.push(child)
  let out = ''
  let err = ''
  child.stdout.on('data', (text) => (out += text))
  child.stderr.on('data', (text) => (err += text))
  const code = await new Promise((resolve) => child.once('close', resolve))
  return { code, out, err }
}

describe('npm run local', () => {
  it('serves an empty cloud and says how to reach it', async () => {
    const child = spawn(process.execPath, command('local/serve.ts', ['--port', '0', '--data', dataDir()]), {
      cwd: ROOT,
    })
    children.push(child)
    const said = await new Promise<string>((resolve) => child.stdout.setEncoding('utf8').once('data', resolve))
    const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0]

    const sqs = new SQSClient({
      endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    })
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'mine' }))
    expect(QueueUrl).toBe(`${endpoint}/000000000000/mine`)
    expect(said).toContain(`AWS_ENDPOINT_URL=${endpoint}`)
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGINT')
    expect(await ended).toBe(0)
  })

  it('tells what there is', () => {
    const { status, stdout } = spawnSync(process.execPath, command('local/serve.ts', ['--help']), { encoding: 'utf8' })
    expect([status, stdout]).toEqual([0, expect.stringContaining('--port')])
  })
})

describe('npm run invoke', () => {
  const source =
    'exports.handler = async (event) => { if (event.fail) throw new RangeError("no"); return { got: event } }'

  it('calls a function by the last part of its name and prints what it answers', async () => {
    await start({ Echo: fn(source, { FunctionName: 'bellwether-dev-echo' }) })
    expect(await run('local/invoke.ts', 'echo', '{"a":1}', '--data', dataDir())).toEqual({
      code: 0,
      out: '{\n  "got": {\n    "a": 1\n  }\n}\n',
      err: '',
    })
  })

  it.each([
    ['how it failed', ['echo', '{"fail":true}'], 1, 'RangeError: no\n'],
    ['that there is no such function', ['nope', '{}'], 2, 'There is no function nope; there are: echo\n'],
  ])('says %s', async (_, args, code, err) => {
    await start({ Echo: fn(source, { FunctionName: 'echo' }) })
    expect(await run('local/invoke.ts', ...args, '--data', dataDir())).toEqual({ code, out: '', err })
  })

  it('says that the cloud is gone', async () => {
    await start({ Echo: fn(source, { FunctionName: 'echo' }) })
    await cloud().close()
    expect(await run('local/invoke.ts', 'echo', '--data', dataDir())).toMatchObject({
      code: 2,
      err: expect.stringContaining('No cloud answers'),
    })
  })
})
