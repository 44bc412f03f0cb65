import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { ROOT } from '../../../local/root'
import { plainText, textFunction } from '../../../shared/text'
import { cascadeId, normalForm, permanentRandom } from '../../../shared/text/cascade'
import { shinglesOf } from '../../../shared/text/shingles'

const version1 = textFunction('1')
const lineOf = (text: string) => version1.tokenise(version1.formOf(plainText(text))).join(' ')

// The results of version 1 for these texts: roles, labels and shingles in existing buckets depend on them.
const GOLDEN: [text: string, form: string, id: string, random: number, line: string][] = [
  ['hi', 'hi', '8f434346648f6b96', 0.4842733321747653, 'hi'],
  ['RT @ana: hi', 'hi', '8f434346648f6b96', 0.4842733321747653, 'rt <user> : hi'],
  [
    'RT @ana: RT @ben: hi there',
    'rt hi there',
    '59473ec89172347f',
    0.14008946908076358,
    'rt <user> : rt <user> : hi there',
  ],
  ['R&amp;D', 'r d', '120d6f1acb4dc474', 0.6658219119039385, 'r & d'],
  ['R&amp;amp;D', 'r d', '120d6f1acb4dc474', 0.6658219119039385, 'r & d'],
  [
    'caf&eacute; &hellip; &copy; 2026',
    'caf eacute 2026',
    'b6566eb5b64a99cd',
    0.6480239831058597,
    'caf & eacute ; . . . © 2026',
  ],
  ['?a=1&region=eu', 'a 1 region eu', 'e354048cd3d74530', 0.030171688467785285, '? a = 1 & region = eu'],
  [
    'thanks @ana@social.example, see you',
    'thanks example see you',
    '3047cfda77d3f313',
    0.7700091907331078,
    'thanks <user> , see you',
  ],
  ['ＡＷＳ ﬁne ①', 'aws fine 1', '257ba4191fad06c7', 0.11080908351600438, 'aws fine 1'],
  ['https://t.co/a', '', 'cfe9965562e1b24b', 0.807504151720008, '<url>'],
  ['&amp;amp;lt;', 'lt', '67d4143062b55c25', 0.8730616849921878, '& lt ;'],
  ['a\u0000b\nc', 'a b c', '0e9f64031fcb2bc7', 0.5925720508508078, 'a b c'],
  ['x\ud800y', 'x y', '887fcea6a80333c6', 0.03658029717863365, 'x \ud800 y'],
  ['&#8364;5 &#x1F600; &nbsp;ok', '5 ok', '695f0c575bb469cd', 0.9895376739446354, '€ 5 😀 ok'],
  ['☃', '', '51643361c79ecaef', 0.2941210996349498, '☃'],
  ['', '', 'e3b0c44298fc1c14', 0.1725475558084587, ''],
  [
    'RT @ana: RT @ben: How we moved the client out of the handler and halved cold st… https://t.co/xyz',
    'rt how we moved the client out of the handler and halved cold st',
    '545a22047215add6',
    0.5822370817674342,
    'rt <user> : rt <user> : how we moved the client out of the handler and halved cold st . . . <url>',
  ],
]

describe('text version 1, which never changes,', () => {
  it.each(GOLDEN)('reads %j', (text, form, id, random, line) => {
    expect(normalForm(text)).toBe(form)
    expect(cascadeId(text)).toBe(id)
    expect(permanentRandom(id)).toBe(random)
    expect(lineOf(text)).toBe(line)
  })

  it('has the shingles of a truncated text', () => {
    const text = 'RT @ana: RT @ben: How we moved the client out of the handler and halved cold st… https://t.co/xyz'
    const { opening, cut, features } = shinglesOf(text)!

    expect([opening, cut, features.length, createHash('sha256').update(features).digest('hex').slice(0, 16)]).toEqual([
      2317760608,
      true,
      22,
      '82bb137483cba9eb',
    ])
  })

  it('has the ids, tokens and shingles of the sample posts', () => {
    const [ids, lines, shingles] = ['', '', ''].map(() => createHash('sha256'))
    for (const row of readFileSync(path.join(ROOT, 'samples/posts/sample.jsonl'), 'utf8').trim().split('\n')) {
      const { text } = JSON.parse(row) as { text: string }
      const found = shinglesOf(text)
      ids!.update(`${cascadeId(text)}\n`)
      lines!.update(`${lineOf(text)}\n`)
      shingles!.update(found ? `${[...found.features, found.opening, found.cut].join(' ')}\n` : '\n')
    }

    expect([ids, lines, shingles].map((hash) => hash!.digest('hex').slice(0, 16))).toEqual([
      '6b764a5de15095bb',
      'd5640288079105d8',
      'd5087e88c153d84f',
    ])
  })
})
