import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'

const root = path.resolve(__dirname, '..')

const filesIn = (folder: string): string[] =>
  readdirSync(path.join(root, folder)).flatMap((name) => {
    const file = path.join(folder, name)
    return statSync(path.join(root, file)).isDirectory() ? filesIn(file) : [file]
  })
const sources = (...folders: string[]) =>
  folders.flatMap(filesIn).filter((file) => /\.([cm]?[jt]s|md|yml|json)$/.test(file))
const textOf = (file: string) => readFileSync(path.join(root, file), 'utf8')

describe('services and shared', () => {
  it('know nothing of where they run', () => {
    expect(sources('services', 'shared').filter((file) => /\blocal/i.test(textOf(file)))).toEqual([])
  })

  it('read the environment in one place', () => {
    const readers = sources('services', 'shared', 'events').filter((file) => /process\.env/.test(textOf(file)))

    expect(readers).toEqual(['shared/config.ts'])
  })

  it('do not import from the embedded cloud, the benchmarks or the tests', () => {
    const importers = sources('services', 'shared', 'events').filter((file) =>
      /from '(\.\.\/)+(local|bench|test|bin)\//.test(textOf(file)),
    )

    expect(importers).toEqual([])
  })
})

it('has nothing of ours in the imports of events', () => {
  const importers = sources('events').filter((file) => /from '\.\.\//.test(textOf(file)))

  expect(importers).toEqual([])
})

it('has no import cycles, not even of types', () => {
  const files = sources('services', 'shared', 'events', 'local', 'pages', 'bin').filter((file) => file.endsWith('.ts'))
  const known = new Set(files)
  const importsOf = (file: string) =>
    Array.from(textOf(file).matchAll(/^(?:import|export) [^']*?from '(\.[^']*)'/gm), ([, to = '']) => {
      const target = path.join(path.dirname(file), to)
      return [`${target}.ts`, `${target}/index.ts`].find((candidate) => known.has(candidate)) ?? ''
    }).filter((to) => to !== '')
  const settled = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, trail: string[]): void => {
    if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' → '))
    if (settled.has(file) || trail.includes(file)) return
    for (const next of importsOf(file)) visit(next, [...trail, file])
    settled.add(file)
  }
  for (const file of files) visit(file, [])

  expect(cycles).toEqual([])
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
    expect(textOf('package-lock.json')).not.toContain('"resolved"')
  })

  it('has every package for every platform, as npm ci demands', () => {
    const platform = /(darwin|linux|win32)-(arm64|x64)/
    const missing = Object.values(lock.packages)
      .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
      .filter((name) => platform.test(name) && !lock.packages[`node_modules/${name}`]?.version)

    expect(missing).toEqual([])
  })
})
