import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { ROOT } from '../local/root'
import { filesIn } from './files'
import { unexplainedAssertions, unexplainedDirectives, unexplainedSettings } from './lint-reasons'

const textOf = (file: string) => readFileSync(path.join(ROOT, file), 'utf8')
const typescript = (...folders: string[]) => folders.flatMap(filesIn).filter((file) => /(?<!\.d)\.ts$/.test(file))
const linesIn = (files: readonly string[], linesOf: (text: string) => number[]) =>
  files.flatMap((file) => linesOf(textOf(file)).map((line) => `${file}:${line}`))

describe('the linter configuration', () => {
  it('has a reason above every disabled rule and every override', () => {
    expect(linesIn(['.oxlintrc.json'], unexplainedSettings)).toEqual([])
  })

  it.each(['"off"', '"allow"', '0', '["off", {}]'])('would be caught with a rule of %s without a reason', (off) => {
    expect(unexplainedSettings(`{\n"no-var": ${off},\n// It is too slow.\n"no-new": ${off}\n}`)).toEqual([2])
  })

  it('would be caught with an override without a reason', () => {
    expect(unexplainedSettings('{\n"files": ["test/**"]\n}')).toEqual([2])
  })
})

describe('comments that disable a rule', () => {
  // Put together, so that this file has none itself.
  const disable = '// oxlint-' + 'disable'

  it('name the rule and a reason', () => {
    const folders = [
      'services',
      'shared',
      'events',
      'pages',
      'local',
      'bin',
      'stack',
      'packages',
      'samples',
      'bench',
      'test',
    ]
    const code = folders.flatMap(filesIn).filter((file) => /\.[cm]?[jt]s$/.test(file) && !file.includes('/dist/'))

    expect(code.length).toBeGreaterThan(500)
    expect(linesIn(code, unexplainedDirectives)).toEqual([])
  })

  it.each([
    `${disable}-next-line no-var`,
    `const old = 1 ${disable}-line no-var`,
    `${disable}-next-line no-var -- why`,
    `${disable}-next-line -- all of them are wrong here`,
    `/* oxlint-${'disable'} no-var */`,
    `// eslint-${'disable'}-next-line no-var -- this is read by a linter that we do not run`,
  ])('would be caught as %s', (line) => {
    expect(unexplainedDirectives(`const first = 1\n${line}\n`)).toEqual([2])
  })

  it('may name several rules', () => {
    const lines = [`${disable}-next-line no-var, typescript/no-explicit-any -- the API is older than both`]

    expect(unexplainedDirectives(lines.join('\n'))).toEqual([])
  })
})

describe('non-null assertions of engines and statistics', () => {
  const folders = ['packages/fasttext/src', 'shared/engines/linear', 'shared/statistics']

  it('index an array, or have a reason above', () => {
    const files = typescript(...folders).filter((file) => !file.includes('fasttext/src/kernel'))

    expect(files.length).toBeGreaterThan(50)
    expect(linesIn(files, unexplainedAssertions)).toEqual([])
  })

  it('are limited to the folders that the configuration names', () => {
    const [, named] = /"files": (\[[^\]]*shared\/statistics[^\]]*\])/.exec(textOf('.oxlintrc.json')) ?? []

    expect(JSON.parse(named ?? '[]')).toEqual(folders.map((folder) => `${folder}/**`))
  })

  it.each([
    'places.get(label)!',
    'list.at(-1)!',
    'found!',
    'HELP.test!',
    "HELP['test-label']!",
    'row[i]!.next!',
    '(row[i] ?? other)!',
  ])('would be caught with %s', (expression) => {
    expect(unexplainedAssertions(`const before = 1\nuse(${expression})`)).toEqual([2])
  })

  it.each(['row[i]!', 'matrix[i]![j]!', 'row[row.length - 1]! += 1'])('may be %s', (expression) => {
    expect(unexplainedAssertions(expression)).toEqual([])
  })

  it('may have a reason above', () => {
    expect(unexplainedAssertions('// Not undefined: it was put there above.\nplaces.get(label)!')).toEqual([])
    expect(unexplainedAssertions('// Every label has its place.\nplaces.get(label)!')).toEqual([2])
  })
})
