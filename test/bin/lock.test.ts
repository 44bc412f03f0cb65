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

it.each([
  ['an empty lock, which names no process', '', 0],
  ['a lock of half an hour ago, whose number another process has by now', String(process.pid), 31 * 60],
])('%s, is stale', (_, content, seconds) => {
  writeFileSync(file, content)
  const made = Date.now() / 1000 - seconds
  utimesSync(file, made, made)

  expect(asked()).toEqual([false, true, true])
})
