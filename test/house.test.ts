import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { ENGINES } from '../shared/engines'
import { LABELLERS } from '../shared/labellers'
import { TRAINERS } from '../shared/trainers'
import { filesIn } from './files'
import { functionsOf } from './functions'

const root = path.resolve(__dirname, '..')

const sources = (...folders: string[]) =>
  folders.flatMap(filesIn).filter((file) => /\.([cm]?[jt]s|md|yml|json)$/.test(file))
const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8')

/** The repository's files that a file imports, and whether it imports only types. */
const importsOf = (file: string) =>
  Array.from(textOf(file).matchAll(/^(?:import|export) (type )?[^']*?from '(\.[^']*)'/gm), ([, type, to = '']) => ({
    to: path.join(path.dirname(file), to),
    isType: type !== undefined,
  }))
const imports = (...folders: string[]) =>
  sources(...folders)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => importsOf(file).map(({ to, isType }) => ({ file, to, isType })))
const topOf = (file: string): string => file.split('/')[0] ?? ''
const serviceOf = (file: string): string => file.split('/')[1] ?? ''

describe('services and shared', () => {
  /** Code that checks where it runs. The word "local" is fine; a branch on it is not. */
  const PLACE = [
    /\bis_?(local|offline|emulated|production|test)\b/i,
    /\b(NODE_ENV|AWS_SAM_LOCAL|AWS_EXECUTION_ENV|JEST_WORKER_ID)\b/,
    /\blocalhost\b|\b127\.0\.0\.1\b/,
    /\bAWS_ENDPOINT_URL\b/,
    /\bendpoint\b[^\n]*(===|!==|\?|&&|\|\||\.includes|\.startsWith)/i,
    /\b(if|while) \([^\n]*\b(local|emulator|stage === )/i,
  ]
  const asksForPlace = (text: string): boolean => PLACE.some((pattern) => pattern.test(text))

  it.each([
    'if (process.env.NODE_ENV === "test") return',
    'const client = isLocal ? fake : real',
    'if (config.IS_OFFLINE) skip()',
    'if (client.config.endpoint !== undefined) wait = 0',
    'const url = endpoint?.hostname ?? aws',
    "if (host === '127.0.0.1') return",
    'if (local) return',
    'if (place.local && fast) return',
  ])('would be caught with %s', (line) => {
    expect(asksForPlace(line)).toBe(true)
  })

  it.each(['/** A local variable. */', 'const localTime = timeIn(zone)', 'the local hour of the annotator'])(
    'may contain %s',
    (line) => {
      expect(asksForPlace(line)).toBe(false)
    },
  )

  it('have no branch on where they run', () => {
    const code = sources('services', 'shared').filter((file) => file.endsWith('.ts'))

    expect(code.filter((file) => asksForPlace(textOf(file)))).toEqual([])
  })

  it('read the environment in one place only', () => {
    const readers = sources('services', 'shared', 'events').filter((file) => /process\.env/.test(textOf(file)))

    expect(readers).toEqual(['shared/config.ts'])
  })
})

describe('imports', () => {
  it('of a service lead to itself, shared, events and packages', () => {
    const others = imports('services').filter(
      ({ file, to }) =>
        !['shared', 'events', 'packages'].includes(topOf(to)) &&
        !(topOf(to) === 'services' && serviceOf(to) === serviceOf(file)),
    )

    expect(others).toEqual([])
  })

  it('of shared lead to shared, events and packages', () => {
    expect(imports('shared').filter(({ to }) => !['shared', 'events', 'packages'].includes(topOf(to)))).toEqual([])
  })

  it('of a package lead to itself', () => {
    const inside = ({ file, to }: { file: string; to: string }) => to.startsWith(file.split('/', 2).join('/') + '/')

    expect(imports('packages').filter((one) => !inside(one))).toEqual([])
  })

  it('of events lead to events', () => {
    expect(imports('events').filter(({ to }) => topOf(to) !== 'events')).toEqual([])
  })

  it('of pages lead to services only for types, and to the words that pages and mails share', () => {
    const words = ['shared/words', 'shared/share-sentence']
    const others = imports('pages').filter(({ to, isType }) => topOf(to) !== 'pages' && !isType && !words.includes(to))
    const ofWords = words.flatMap((file) => importsOf(`${file}.ts`).filter(({ isType }) => !isType))

    expect(others).toEqual([])
    expect(ofWords.filter(({ to }) => !words.includes(to))).toEqual([])
  })
})

it('reads settled manifests in shared/labels only', () => {
  const readers = sources('services', 'shared')
    .filter((file) => file.endsWith('.ts') && !file.startsWith('shared/labels/'))
    .filter((file) => /\.(read|readJson|stream|lines)\(\s*(keys\.settledManifest|manifestKey)\b/.test(textOf(file)))

  expect(readers).toEqual([])
})

it('spells out table keys in shared/state only', () => {
  const table = ['shared/state/', 'shared/table.ts', 'packages/embedded-aws/']
  const spellers = sources('services', 'shared', 'events', 'pages', 'local', 'bin', 'packages')
    .filter((file) => file.endsWith('.ts') && !table.some((owner) => file.startsWith(owner)))
    .filter((file) => /\b[ps]k\b['"]?\s*[:=]/.test(textOf(file)))

  expect(spellers).toEqual([])
})

it('has no import cycles, not even of types', () => {
  const files = sources('services', 'shared', 'events', 'local', 'pages', 'bin', 'packages').filter((file) =>
    file.endsWith('.ts'),
  )
  const known = new Set(files)
  const resolved = (to: string) => [`${to}.ts`, `${to}/index.ts`].find((candidate) => known.has(candidate))
  const settled = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, trail: string[]): void => {
    if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' → '))
    if (settled.has(file) || trail.includes(file)) return
    for (const { to } of importsOf(file)) {
      const next = resolved(to)
      if (next !== undefined) visit(next, [...trail, file])
    }
    settled.add(file)
  }
  for (const file of files) visit(file, [])

  expect(cycles).toEqual([])
})

describe('functions', () => {
  /** Functions that may be longer than a screen, and why. */
  const LONG: Record<string, string> = {
    'packages/embedded-aws/src/parts.ts':
      'wiring: each line makes one part of the cloud, and the order of the lines matters',
  }

  it('fit on a screen: at most 60 lines, not counting nested functions', () => {
    const long = sources('services', 'shared', 'events', 'local', 'packages')
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.includes('fasttext/src/kernel'))
      .filter((file) => !/^packages\/[^/]+\/(test|bench)\//.test(file))
      .flatMap((file) => functionsOf(root, file))
      .filter(({ at, lines }) => lines > 60 && LONG[at.split(':')[0] ?? ''] === undefined)

    expect(long).toEqual([])
  })
})

it.each([
  ['labeller', Object.keys(LABELLERS)],
  ['engine', ENGINES.map(({ name }) => name)],
  ['trainer', TRAINERS.map(({ name }) => name)],
])('branches on no name of a %s, because differences belong in the declarations', (_, names) => {
  const one = `'(${names.join('|')})'`
  const branch = new RegExp(`[=!]== ${one}|${one} [=!]==|case ${one}:`)
  const files = sources('services', 'shared', 'events', 'bin', 'stack', 'local', 'pages', 'packages')
  // The same word with another meaning: a service of AWS, a page.
  const homonyms = new Set(['packages/embedded-aws/src/record/record.ts', 'bin/screenshots.ts'])

  expect(names.length).toBeGreaterThan(1)
  expect(files.filter((file) => branch.test(textOf(file)) && !homonyms.has(file))).toEqual([])
})

it('keeps decisions out of handlers', () => {
  const handlers = sources('services').filter((file) => file.endsWith('/handler.ts'))

  expect(handlers.length).toBeGreaterThan(5)
  expect(handlers.filter((file) => /\bif \(| \? .* : /.test(textOf(file)))).toEqual([])
})

describe('the lock file', () => {
  const lock: { packages: Record<string, { version?: string; optionalDependencies?: Record<string, string> }> } =
    JSON.parse(textOf('package-lock.json'))

  it('names no package registry', () => {
    const addresses = Array.from(
      textOf('package-lock.json').matchAll(/"resolved": "([^"]*)"/g),
      ([, address]) => address,
    )

    // A workspace package is a link to its folder.
    expect(addresses.filter((address = '') => !/^packages\/[a-z-]+$/.test(address))).toEqual([])
  })

  it('has every package for every platform, as npm ci requires', () => {
    const platform = /(darwin|linux|win32)-(arm64|x64)/
    const missing = Object.values(lock.packages)
      .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
      .filter((name) => platform.test(name) && !lock.packages[`node_modules/${name}`]?.version)

    expect(missing).toEqual([])
  })
})
