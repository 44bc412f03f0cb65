import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { replaceFolder } from '../../local/replace-folder'

let root: string
beforeEach(() => void (root = mkdtempSync(path.join(tmpdir(), 'bellwether-replace-'))))
afterEach(() => rmSync(root, { recursive: true }))

const at = (...names: string[]) => path.join(root, ...names)
const files = (...names: string[]) => new Map(names.map((name) => [name, Buffer.from('new')]))
const earlier = () => {
  mkdirSync(at('model'))
  writeFileSync(at('model/old.bin'), 'old')
}

it('creates a folder with its parents', () => {
  replaceFolder(at('some/where'), files('a.bin', 'b.bin'))

  expect(readdirSync(at('some'))).toEqual(['where'])
  expect(readdirSync(at('some/where')).sort()).toEqual(['a.bin', 'b.bin'])
})

it('replaces a folder and leaves no other file of it', () => {
  earlier()

  replaceFolder(at('model'), files('new.bin'))

  expect(readdirSync(root)).toEqual(['model'])
  expect(readdirSync(at('model'))).toEqual(['new.bin'])
})

it('does not touch a folder whose name begins with the same', () => {
  mkdirSync(at('model.new'))
  writeFileSync(at('model.new/mine.txt'), 'mine')

  replaceFolder(at('model'), files('new.bin'))

  expect(readFileSync(at('model.new/mine.txt'), 'utf8')).toBe('mine')
})

it('leaves the earlier folder as it was, and nothing else, where a file cannot be written', () => {
  earlier()

  expect(() => replaceFolder(at('model'), files('new.bin', 'no/such/folder.bin'))).toThrow('ENOENT')

  expect(readdirSync(root)).toEqual(['model'])
  expect(readdirSync(at('model'))).toEqual(['old.bin'])
})

it('replaces the folder that a symbolic link leads to', () => {
  earlier()
  symlinkSync(at('model'), at('live'))

  replaceFolder(at('live'), files('new.bin'))

  expect(lstatSync(at('live')).isSymbolicLink()).toBe(true)
  expect(readdirSync(at('model'))).toEqual(['new.bin'])
})
