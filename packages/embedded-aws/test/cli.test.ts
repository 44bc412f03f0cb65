import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from '@jest/globals'

const root = path.resolve(__dirname, '../../..')
const folder = mkdtempSync(path.join(tmpdir(), 'embedded-aws-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

const run = (...args: string[]) =>
  spawnSync(process.execPath, ['bin/run.mjs', 'packages/embedded-aws/src/cli.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
  })

it('a template never reaches the terminal with its control characters', () => {
  const template = path.join(folder, 'template.json')
  writeFileSync(template, '\u001b[31m{')

  const { status, stderr } = run('--port', '0', '--data', path.join(folder, 'data'), '--template', template)

  expect(status).toBe(1)
  expect(stderr).toContain('\\u001b[31m')
  expect(stderr).not.toContain('\u001b')
})

it.each([
  [
    'a file as the data folder',
    ['--data', 'package.json'],
    /package\.json cannot be the data folder: it is a file; choose/,
  ],
  ['a folder below a file', ['--data', 'package.json/data'], /data folder: a part of its path is a file; choose/],
  ['a folder as the template', ['--data', folder, '--template', 'docs'], /^--template docs: it is a folder; give a/],
  [
    'a missing template',
    ['--data', folder, '--template', 'no.json'],
    /^--template no\.json: there is no such file; give a/,
  ],
])('says what is wrong with %s, and what to give', (_, args, why) => {
  const { status, stderr } = run('--port', '0', ...args)

  expect([status, stderr]).toEqual([1, expect.stringMatching(why)])
})
