import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { ROOT } from '../../local/root'
import { AS_TERMINAL, onTerminal } from '../terminal'

const folder = mkdtempSync(path.join(tmpdir(), 'bellwether-engine-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const at = (name: string) => path.join(folder, name)
const engine = (...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, ['bin/run.mjs', 'bin/engine.ts', ...args], { cwd: ROOT }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr })
    })
  })
const fileOf = (name: string, rows: readonly unknown[]) => {
  writeFileSync(at(name), rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'))
  return at(name)
}
const labelled = Array.from({ length: 40 }, (_, i) =>
  i % 2
    ? { text: `cold starts of a lambda fell ${i}`, label: 'technical' }
    : { text: `join our free webinar ${i}`, label: 'marketing' },
)
const contentsOf = (model: string) =>
  new Map(readdirSync(model).map((name) => [name, readFileSync(path.join(model, name))]))
const answersIn = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe.each(['linear', 'blazingtext', 'naive-bayes'])('npm run engine with %s', (name) => {
  it('trains on labelled posts and classifies posts, one JSON object per line', async () => {
    const trained = await engine(
      'train',
      '--engine',
      name,
      '--input',
      fileOf('labelled.jsonl', labelled),
      '--output',
      at(name),
    )
    const posts = fileOf('posts.jsonl', [{ text: 'a cold start of lambda' }, { text: 'free webinar, join' }])
    const asked = await engine('classify', '--model', at(name), '--input', posts)

    expect(trained).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(trained.stdout)).toMatchObject({ examples: 40, labels: ['marketing', 'technical'] })
    expect(asked).toMatchObject({ code: 0, stderr: '' })
    const answers = answersIn(asked.stdout)
    expect(answers.map(({ label }) => label)).toEqual(['technical', 'marketing'])
    for (const { label, probability, probabilities } of answers) {
      expect(probabilities[label]).toBe(probability)
      expect(probabilities.marketing + probabilities.technical).toBeCloseTo(1, 4)
    }
  }, 60_000)
})

describe('npm run engine', () => {
  it('reports malformed lines by file, line and field, counts them, and continues', async () => {
    const input = fileOf('mixed.jsonl', [
      labelled[0],
      '{"text": "x',
      { text: 'no label' },
      { label: 'x', text: 7 },
      ...labelled,
    ])

    const trained = await engine('train', '--engine', 'linear', '--input', input, '--output', at('mixed'))
    const asked = await engine('classify', '--model', at('mixed'), '--input', input)

    expect(JSON.parse(trained.stdout)).toMatchObject({ examples: 41 })
    expect(trained.stderr.trim().split('\n')).toEqual([
      `${input}:2: not JSON: expected one object a line`,
      `${input}:3: label: expected a string`,
      `${input}:4: text: expected a string`,
      '3 lines were refused',
    ])
    expect(asked.stderr).toContain('2 lines were refused')
    expect(
      answersIn(asked.stdout)
        .map(({ line }) => line)
        .slice(0, 3),
    ).toEqual([1, 3, 5])
  }, 60_000)

  it('names refused lines on a terminal on lines of their own, and errors too', async () => {
    const input = fileOf('mixed.jsonl', ['no JSON', { text: 'no label' }, ...labelled])
    const onlyOne = fileOf('one.jsonl', [labelled[0]])
    const [model, one] = [at('on-terminal'), at('one')]
    const shownBy = (...args: string[]) => onTerminal('bin/engine.ts', ...args)

    const trained = await shownBy('train', '--engine', 'linear', '--input', input, '--output', model)
    const failed = await shownBy('train', '--engine', 'linear', '--input', onlyOne, '--output', one)
    const asked = await shownBy('classify', '--model', model, '--input', input)

    expect(trained.shown.split('\n')).toEqual([
      `${input}:1: not JSON: expected one object a line`,
      `${input}:2: label: expected a string`,
      '2 lines were refused',
      expect.stringMatching(/^\{"engine":"linear",/),
      '',
    ])
    expect([failed.code, failed.shown]).toEqual([1, expect.stringMatching(/^\S*one\.jsonl: TRAINING_REFUSED/)])
    expect(asked.shown).toMatch(/^\S*:1: not JSON: expected one object a line\n\{"line":2,/)
  }, 60_000)

  it.each([
    [
      'an unknown engine',
      ['train', '--engine', 'oracle', '--input', 'x', '--output', 'y'],
      'expected one of blazingtext',
    ],
    ['a missing option', ['train', '--engine', 'linear'], 'missing: --input, --output'],
    ['a missing file', ['train', '--engine', 'linear', '--input', 'nowhere.jsonl', '--output', 'y'], 'no such file'],
    ['a folder without a model', ['classify', '--model', 'docs', '--input', 'x'], 'there is no model.json in it'],
    [
      'a folder of other files',
      ['train', '--engine', 'linear', '--input', 'x', '--output', 'docs'],
      'it has files that are not of a model',
    ],
    ['an unknown command', ['guess'], 'expected train or classify'],
    [
      'an impossible hyperparameter',
      ['train', '--engine', 'linear', '--set', 'strength=-1', '--input', 'x', '--output', 'y'],
      'strength',
    ],
  ])('refuses %s', async (_case, args, reason) => {
    const { code, stdout, stderr } = await engine(...args)

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(reason)
  })

  it('leaves the earlier model as it was where Ctrl-C ends the training', async () => {
    const input = fileOf('labelled.jsonl', labelled)
    const output = at('interrupted')
    await engine('train', '--engine', 'linear', '--input', input, '--output', output)
    const before = contentsOf(output)
    const many = fileOf('many.jsonl', Array.from({ length: 10 }, () => labelled).flat())
    const args = ['train', '--engine', 'blazingtext', '--set', 'epochs=1000000', '--input', many, '--output', output]
    // The line of progress on a terminal says that the training runs.
    const child = spawn(process.execPath, [...AS_TERMINAL, 'bin/run.mjs', 'bin/engine.ts', ...args], { cwd: ROOT })
    const ended = new Promise((resolve) => child.once('close', (_code, signal) => resolve(signal)))
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (/training fasttext on 400 posts … \(\d+ s\)/.test(said)) child.kill('SIGINT')
    })

    expect([await ended, said]).toEqual(['SIGINT', expect.stringContaining('training fasttext')])
    expect(contentsOf(output)).toEqual(before)
    expect(readdirSync(folder).filter((name) => name.startsWith('interrupted'))).toEqual(['interrupted'])
  }, 60_000)

  it('names the first twenty lines of a file of another kind, and counts the others', async () => {
    const input = fileOf(
      'other.txt',
      Array.from({ length: 30 }, () => 'no JSON'),
    )

    const { code, stderr } = await engine('train', '--engine', 'linear', '--input', input, '--output', at('x'))

    const lines = stderr.split('\n')
    expect(code).toBe(1)
    expect(lines.slice(19, 22)).toEqual([
      `${input}:20: not JSON: expected one object a line`,
      'Further lines are counted only.',
      '30 lines were refused',
    ])
  })

  it.each([
    ['a file as the folder of the model', ['--output', 'package.json'], 'it is a file; name an empty or new folder'],
    ['an option that there is not', ['--bogus'], '--help lists the options'],
  ])('names %s', async (_, args, why) => {
    const { code, stderr } = await engine('train', '--engine', 'linear', '--input', 'package.json', ...args)

    expect([code, stderr]).toEqual([2, expect.stringContaining(why)])
  })

  it('names a folder that is given as a file', async () => {
    const { code, stderr } = await engine('train', '--engine', 'linear', '--input', folder, '--output', at('x'))

    expect([code, stderr]).toEqual([2, `--input ${folder}: it is a folder; name a file of JSON Lines in it\n`])
  })

  it('says that a single label is too few', async () => {
    const input = fileOf(
      'one.jsonl',
      labelled.filter(({ label }) => label === 'technical'),
    )

    const { code, stderr } = await engine('train', '--engine', 'linear', '--input', input, '--output', at('one'))

    expect(code).toBe(1)
    expect(stderr).toContain(`${input}: TRAINING_REFUSED: found one label only, technical`)
  })

  it.each([
    ['an unknown engine', { engine: 'oracle' }, 'found the engine oracle'],
    ['an unknown text version', { textVersion: '3' }, 'text version 3'],
    ['another engine than its files are for', { engine: 'naive-bayes' }, 'linear.bin'],
  ])(
    'refuses a model of %s',
    async (_case, change, reason) => {
      const input = fileOf('labelled.jsonl', labelled)
      const model = at('changed')
      await engine('train', '--engine', 'linear', '--input', input, '--output', model)
      const manifest = JSON.parse(readFileSync(path.join(model, 'model.json'), 'utf8'))
      writeFileSync(path.join(model, 'model.json'), JSON.stringify({ ...manifest, ...change }))

      const { code, stderr } = await engine('classify', '--model', model, '--input', input)

      expect(code).toBe(1)
      expect(stderr).toContain(reason)
      expect(readdirSync(model).sort()).toEqual(['linear.bin', 'model.json'])
    },
    60_000,
  )
})

it('escapes control characters of a file as numbers', async () => {
  const rows = labelled.map(({ text, label }) => ({ text, label: `${label}\u001b[31m\u009b` }))
  const trained = await engine(
    'train',
    '--engine',
    'naive-bayes',
    '--input',
    fileOf('hostile.jsonl', rows),
    '--output',
    at('hostile'),
  )
  const asked = await engine(
    'classify',
    '--model',
    at('hostile'),
    '--input',
    fileOf('\u001b[31m.jsonl', [{ text: 'free webinar' }, { words: 1 }]),
  )

  expect(answersIn(asked.stdout)).toMatchObject([{ label: 'marketing\u001b[31m\u009b' }])
  for (const text of [trained.stdout, trained.stderr, asked.stdout, asked.stderr])
    for (const control of ['\u001b', '\u009b']) expect(text).not.toContain(control)
}, 60_000)
