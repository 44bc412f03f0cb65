import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import { exportsOf } from './exports'
import { filesIn } from './files'

const root = path.resolve(__dirname, '..')

/** Names that several modules of the application export, and why. */
const ALLOWED: Record<string, string> = {
  handler: 'AWS Lambda calls the function of this name in every bundle',
  daysBetween: 'of shared, pages import only words',
  load: 'the module of an engine is chosen by the name of the engine, here and in the package of an exported model',
}

const modulesIn = (...folders: string[]): string[] =>
  folders.flatMap(filesIn).filter((file) => file.endsWith('.ts') && !/\.d\.ts$|\/node_modules\/|\/kernel\//.test(file))

/** For each name that two or more modules export: those modules. */
function sharedNames(files: readonly string[]): Record<string, string[]> {
  const places = new Map<string, string[]>()
  for (const file of files)
    for (const name of exportsOf(file, readFileSync(path.join(root, file), 'utf8')))
      places.set(name, [...(places.get(name) ?? []), file])
  return Object.fromEntries([...places].filter(([, found]) => found.length > 1))
}

const found = sharedNames(modulesIn('services', 'shared', 'events', 'local', 'stack', 'bin', 'pages'))

it('exports each name of the application from one module only', () => {
  const others = Object.entries(found).filter(([name]) => !(name in ALLOWED))

  expect(Object.fromEntries(others)).toEqual({})
})

it('allows no exception that is no longer needed', () => {
  expect(Object.keys(ALLOWED).filter((name) => !(name in found))).toEqual([])
})

it.each(['packages/fasttext/src', 'packages/embedded-aws/src'])(
  'exports each name of %s from one module only',
  (folder) => {
    expect(sharedNames(modulesIn(folder))).toEqual({})
  },
)

it.each([
  ['a declaration', 'shared/a.ts', 'export const one = 1, two = 2\nexport interface Three {}', ['one', 'two', 'Three']],
  ['a function and a class', 'shared/a.ts', 'export async function one() {}\nexport class Two {}', ['one', 'Two']],
  ['a list', 'shared/a.ts', 'const one = 1\nexport { one, one as two }', ['one', 'two']],
  ['a re-export of another module', 'shared/a.ts', "export { one, type Two } from './b'", ['one', 'Two']],
  ["no re-export by a folder's index", 'shared/index.ts', "export { one } from './b'", []],
  [
    "a declaration in a folder's index",
    'shared/index.ts',
    "import { one } from './b'\nconst two = one\nexport { one, two }",
    ['two'],
  ],
])('counts %s as an export', (_, file, text, names) => {
  expect(exportsOf(file, text)).toEqual(names)
})
