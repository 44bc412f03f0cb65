import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import { ROOT } from '../../local/root'
import { useCloud } from '../../packages/embedded-aws/test/running-cloud'
import { fn } from '../../packages/embedded-aws/test/template'
import { onTerminal } from '../terminal'

const { dataDir, start, cloud } = useCloud()
const children: ChildProcess[] = []
afterEach(() => children.splice(0).forEach((child) => child.kill()))

const command = (entry: string, args: string[]): string[] => [path.join(ROOT, 'bin/run.mjs'), entry, ...args]
/** Runs the command asynchronously, because the cloud in this process must keep answering. */
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

describe('npm start', () => {
  it('stops immediately at the second Ctrl-C, and leaves no folder behind', async () => {
    const child = spawn(process.execPath, command('local/start.ts', []), {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: dataDir() },
    })
    children.push(child)
    let out = ''
    const says = (text: string) =>
      new Promise<void>((resolve) => {
        const look = () => void (out.includes(text) && resolve())
        child.stdout.on('data', look)
        look()
      })
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))

    await says('Replaying')
    expect(readdirSync(dataDir())).toHaveLength(1)
    child.kill('SIGINT')
    await says('Ctrl-C again stops at once')
    child.kill('SIGINT')

    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(130)
    expect(readdirSync(dataDir())).toEqual([])
  }, 60_000)

  it('checks a file without starting anything, with an exit code that says whether all of it is usable', async () => {
    const posts = path.join(dataDir(), 'posts.csv')
    writeFileSync(posts, 'createdAt,text\n2026-01-01,hello\nsoon,hello\n')
    const before = readdirSync(dataDir())

    const { code, out, err } = await run('local/start.ts', 'check', posts)

    expect([code, err]).toEqual([1, ''])
    expect(out).toContain('1 × createdAt is not a date as in 2026-11-21T08:30:00Z (line 3)')
    expect(readdirSync(dataDir())).toEqual(before)
    expect(await run('local/start.ts', 'check')).toMatchObject({
      code: 2,
      err: expect.stringContaining('needs a file'),
    })
    expect(await run('local/start.ts', 'check', '--help')).toMatchObject({ code: 0, err: '' })
  }, 30_000)

  it('prints the findings of a check on a terminal on lines of their own', async () => {
    const posts = path.join(dataDir(), 'posts.csv')
    writeFileSync(posts, 'createdAt,text\n2026-01-01,hello\nsoon,hello\n')

    const found = await onTerminal('local/start.ts', 'check', posts, path.join(dataDir(), 'missing.csv'))
    const failed = await onTerminal('local/start.ts', 'check', '--config', path.join(dataDir(), 'none.yml'), posts)

    expect(found.shown).toMatch(/^\S+posts\.csv: posts, /)
    expect(found.shown).toMatch(/\n\nthere is no file \S*missing\.csv: .*\nNothing of missing\.csv can be used\.\n$/)
    expect([failed.code, failed.shown]).toEqual([2, expect.stringMatching(/^there is no file \S*none\.yml: .*\n$/)])
  }, 30_000)

  it('creates the folder of the summary, and counts one as singular', async () => {
    const posts = path.join(dataDir(), 'posts.csv')
    writeFileSync(posts, 'createdAt,text,label\n2026-01-01,hello,marketing\n')
    const summary = path.join(dataDir(), 'new/summary.json')

    const { code, out, err } = await run('local/start.ts', '--once', '--posts', posts, '--summary', summary)

    expect([code, err]).toEqual([0, ''])
    expect(out).toContain('1 post in 1 cascade; 1 of 1 message has a label, from')
    expect(JSON.parse(readFileSync(summary, 'utf8'))).toMatchObject({ posts: 1, cascades: 1 })
  }, 60_000)

  it.each([
    ['a replay that Ctrl-C interrupts with 130', [], /Replaying/, 130],
    ['labelling by hand, whose screen invites to Ctrl-C, with 0', ['--label-by-hand'], /You are the annotator/, 0],
  ])(
    'ends %s',
    async (_, more, sign, expected) => {
      const child = spawn(process.execPath, command('local/start.ts', ['--port', '0', ...more]), { cwd: ROOT })
      children.push(child)
      let out = ''
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        if (!sign.test(out) && sign.test(out + text)) child.kill('SIGINT')
        out += text
      })

      expect(await new Promise((resolve) => child.once('close', resolve))).toBe(expected)
      expect(out).toContain('Stopping after this step')
    },
    120_000,
  )

  it('ends at the first Ctrl-C while the links to its pages are made', async () => {
    const posts = path.join(dataDir(), 'posts.csv')
    writeFileSync(posts, 'createdAt,text,label\n2026-01-01,hello,marketing\n')
    const child = spawn(process.execPath, command('local/start.ts', ['--posts', posts, '--port', '0']), { cwd: ROOT })
    children.push(child)
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (!out.includes('The labels are') && text.includes('The labels are')) child.kill('SIGINT')
      out += text
    })

    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
    expect(out).toContain('Stopping after this step')
    expect(out).not.toContain('The report: ')
  }, 120_000)

  it('reports only the mistake in bellwether.yml', () => {
    const folder = path.join(dataDir(), 'clone')
    for (const name of [
      'bin',
      'events',
      'local',
      'packages',
      'services',
      'shared',
      'package.json',
      'package-lock.json',
    ]) {
      cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true })
    }
    symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'))
    const good = readFileSync(path.join(ROOT, 'bellwether.yml'), 'utf8')
    writeFileSync(path.join(folder, 'bellwether.yml'), good.replace('itemsPerDay: 60', 'itemsPerDay: many'))

    const { status, stderr } = spawnSync(process.execPath, ['bin/run.mjs', 'local/start.ts', '--once'], {
      cwd: folder,
      encoding: 'utf8',
    })

    expect(status).toBe(1)
    expect(stderr).toMatch(/^SETTINGS_INVALID: \S*bellwether\.yml:\d+: labelling\.itemsPerDay: [^\n]+\n$/)
  })

  it.each([
    ['--posts', '.', '. is a folder: name a file in it\n'],
    ['--posts', 'nowhere.csv', 'there is no file nowhere.csv: correct the path\n'],
    ['--config', 'nowhere.yml', 'there is no file nowhere.yml: correct the path\n'],
    ['--import', 'labels.csv', 'there is no file labels.csv: correct the path\n'],
  ])('refuses %s %s before it packages the stack', async (option, file, err) => {
    expect(await run('local/start.ts', '--once', option, file)).toEqual({ code: 1, out: '', err })
  })
})

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

  it('refuses an invalid port', async () => {
    expect(await run('local/serve.ts', '--port', '70000')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--port takes a whole number from 0 to 65535, not "70000"'),
    })
  })

  it('lists its options', () => {
    const { status, stdout } = spawnSync(process.execPath, command('local/serve.ts', ['--help']), { encoding: 'utf8' })
    expect([status, stdout]).toEqual([0, expect.stringContaining('--port')])
  })
})

describe('npm run invoke', () => {
  const source =
    'exports.handler = async (event) => { if (event.fail) throw new RangeError("no"); return { got: event } }'

  it('calls a function by the last part of its name and prints the result', async () => {
    await start({ Echo: fn(source, { FunctionName: 'bellwether-dev-echo' }) })
    expect(await run('local/invoke.ts', 'echo', '{"a":1}', '--data', dataDir())).toEqual({
      code: 0,
      out: '{\n  "got": {\n    "a": 1\n  }\n}\n',
      err: '',
    })
  })

  it.each([
    ['how the function failed', ['echo', '{"fail":true}'], 1, 'RangeError: no\n'],
    ['that the function does not exist', ['nope', '{}'], 2, 'There is no function nope; there are: echo\n'],
  ])('says %s', async (_, args, code, err) => {
    await start({ Echo: fn(source, { FunctionName: 'echo' }) })
    expect(await run('local/invoke.ts', ...args, '--data', dataDir())).toEqual({ code, out: '', err })
  })

  it('lists the functions, each with an example request', async () => {
    expect(await run('local/invoke.ts', '--help')).toEqual({
      code: 0,
      out: expect.stringContaining(`npm run invoke -- trainer '{"datasetId":"latest"}'`),
      err: '',
    })
  })

  it('says that the cloud has stopped', async () => {
    await start({ Echo: fn(source, { FunctionName: 'echo' }) })
    await cloud().close()
    expect(await run('local/invoke.ts', 'echo', '--data', dataDir())).toMatchObject({
      code: 2,
      err: expect.stringContaining('No cloud answers'),
    })
  })
})
