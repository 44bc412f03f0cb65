import { expect, it } from '@jest/globals'
import { anyFile } from '../../../services/privacy/any-file'
import type { Targets } from '../../../services/privacy/targets'

const DELETED = '1100000000000000001'
const targets: Targets = {
  isPost: (id) => id === DELETED,
  isAuthor: () => false,
  isGone: () => false,
  copyOf: () => undefined,
  itemOfText: () => undefined,
}
const cleaned = (name: string, text: string) =>
  anyFile(Buffer.from(text), targets, `sources/${name}`)?.body.toString('utf8')

const [gone, kept] = [`{"id":"${DELETED}","text":"gone"}`, '{"id":"1100000000000000002","text":"kept"}']

it.each([
  ['JSON Lines', 'posts.csv', `${gone}\n${kept}\n`, `${kept}\n`],
  ['a JSON array', 'posts.csv', `[${gone},${kept}]`, `[${kept}]`],
  ['JSON Lines', 'posts.txt', `${kept}\n${gone}\n`, `${kept}\n`],
  ['CSV with semicolons', 'posts.json', `ID;Text\n${DELETED};gone\n2;kept\n`, 'ID;Text\n2;kept\n'],
])('takes a deleted post out of %s, whatever the name of the file says: %s', (_, name, text, left) => {
  expect(cleaned(name, text)).toBe(left)
})

it('finds the rows that the collector reads, also behind a stray quote', () => {
  expect(cleaned('posts.csv', `id,text\n1,"stray\n${DELETED},"deleted"\n`)).toBe('id,text\n1,"stray\n')
})

it.each([
  ['an id', `"${DELETED}","stray`],
  ['an id behind a cell with a delimiter', `"a, b",${DELETED},"stray`],
])('takes out by %s a row that the collector cannot read', (_, row) => {
  expect(cleaned('posts.csv', `id,text\n${row}\n2,kept\n`)).toBe('id,text\n2,kept\n')
})
