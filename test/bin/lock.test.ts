import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeEach, expect, it } from '@jest/globals'
import { ROOT } from '../../local/root'

const folder = mkdtempSync(path.join(tmpdir(), 'bellwether-lock-'))
const file = path.join(folder, 'package.lock')
beforeEach(() => readdirSync(folder).forEach((name) => rmSync(path.join(folder, name))))
afterAll(() => rmSync(folder, { recursive: true }))

const lock = JSON.stringify(pathToFileURL(path.join(ROOT, 'bin/lock.mjs')).href)
const script = (code: string) => [
  '--input-type=module',
  '--eval',
  `import { holderOf, release, take } from ${lock}\n${code}`,
]
/** What a process that asks for the lock twice is answered: the first try may remove a stale one. */
const asked = () => {
  const code = `console.log(JSON.stringify([take('${file}'), take('${file}'), holderOf('${file}') === process.pid]))`
  const answer: unknown = JSON.parse(spawnSync(process.execPath, script(code), { encoding: 'utf8' }).stdout)
  return answer
}
const holder = async () => {
  const child = spawn(process.execPath, script(`console.log(take('${file}')); setInterval(() => {}, 1000)`))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return child
}
const ended = (child: ReturnType<typeof spawn>) => new Promise((resolve) => child.once('close', resolve))

it('a lock is taken by one process, and names it from the first moment', async () => {
  const child = await holder()

  expect(readFileSync(file, 'utf8')).toBe(String(child.pid))
  expect(asked()).toEqual([false, false, false])
  child.kill('SIGKILL')
  await ended(child)
})

it('the lock of a killed process is taken by the next one, and no other file is left', async () => {
  const child = await holder()
  child.kill('SIGKILL')
  await ended(child)

  expect(asked()).toEqual([false, true, true])
  expect(readdirSync(folder)).toEqual(['package.lock'])
})

/** Makes a call of node:fs fail in the script that follows. */
const failing = (call: string, code: string) => `import { syncBuiltinESMExports } from 'node:module'
import fs from 'node:fs'
fs.${call} = () => { throw Object.assign(new Error('${code}'), { code: '${code}' }) }
syncBuiltinESMExports()`

it.each(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])(
  'a lock is taken once also on a file system that refuses hard links with %s',
  (code) => {
    const take = `${failing('linkSync', code)}\nconsole.log(JSON.stringify([take('${file}'), take('${file}')]))`
    const first = spawnSync(process.execPath, script(take), { encoding: 'utf8' })

    expect([first.stdout, first.stderr]).toEqual(['[true,false]\n', ''])
    expect(readdirSync(folder)).toEqual(['package.lock'])
  },
)

it('an empty lock of this moment is not stale: its process is about to write its number', () => {
  writeFileSync(file, '')

  expect(asked()).toEqual([false, false, false])
})

it('a lock that a third process took while a fresh one was put back stays', () => {
  writeFileSync(file, '999999999')
  // Between the look at the stale lock and its removal another process takes the lock, and then a third one.
  const race = `${failing('linkSync', 'EEXIST')}
const { renameSync } = fs
fs.renameSync = (from, to) => { fs.writeFileSync(from, String(process.ppid)); renameSync(from, to); fs.writeFileSync(from, '1') }
syncBuiltinESMExports()
console.log(take('${file}'))`

  const { stdout, stderr } = spawnSync(process.execPath, script(race), { encoding: 'utf8' })

  expect([stdout, stderr]).toEqual(['false\n', ''])
  expect(readFileSync(file, 'utf8')).toBe('1')
  expect(readdirSync(folder)).toEqual(['package.lock'])
})

it.each([
  ['an empty lock of a minute ago, which names no process', '', 60],
  ['a lock of half an hour ago, whose number another process has by now', String(process.pid), 31 * 60],
])('%s, is stale', (_, content, seconds) => {
  writeFileSync(file, content)
  const made = Date.now() / 1000 - seconds
  utimesSync(file, made, made)

  expect(asked()).toEqual([false, true, true])
})
