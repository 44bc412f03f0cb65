import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { checkFiles } from '../../../local/check/check'
import { CHECK_USAGE, parseCheck } from '../../../local/check/options'
import { ROOT } from '../../../local/root'

const folder = mkdtempSync(path.join(tmpdir(), 'check-'))
afterAll(() => rmSync(folder, { recursive: true }))
const FILES = path.join(__dirname, '../../fixtures/files')

const write = (name: string, text: string | Buffer): string => {
  const file = path.join(folder, name)
  writeFileSync(file, text)
  return file
}

/** The output of a check without folder names, and its exit code. */
async function checked(...argv: string[]) {
  const options = parseCheck(argv)
  if (options === 'help' || 'problem' in options) throw new Error('these options are good')
  const said: string[] = []
  const say = (line: string) => void said.push(line.replaceAll(`${folder}/`, '').replaceAll(`${FILES}/`, ''))
  const code = await checkFiles(options, { root: ROOT, now: new Date('2026-11-28T12:00:00Z'), say })
  return { code, said }
}

it('describes a file of posts, what is usable, and the most frequent reasons for refusals', async () => {
  const { code, said } = await checked(path.join(FILES, 'posts-nan.csv'))

  expect(code).toBe(1)
  expect(said).toEqual([
    'posts-nan.csv: posts, CSV with "," between cells, UTF-8',
    '  12 rows, 9 posts',
    '  days      2026-06-01 to 2026-06-01',
    '  hashtags  #aws ×8, #posts ×1 (#posts: rows that name none)',
    '  labels    marketing ×4, technical ×4; 1 without',
    '  read differently from the file:',
    '    2 × id "nan" read as none',
    '    1 × label "NaN" read as none',
    '    1 × author "NULL" read as none',
    '    1 × createdAt "NaN" read as none',
    '    1 × hashtag "NaN" read as none',
    '  3 rows refused:',
    '    2 × text is "NaN", which means an empty cell (first in line 2)',
    '    1 × createdAt is missing, and other rows have one (line 7)',
    '  Each with its line and field: npm start -- check --all posts-nan.csv',
  ])
})

it.each([
  ['posts-fasttext-labels.csv', 0],
  ['posts-cp1252.csv', 2],
  ['posts-scientific-ids.csv', 2],
  ['posts-year-1.csv', 1],
  ['posts-two-text-columns.csv', 2],
  ['posts-crlf-in-cell.csv', 1],
  ['posts-semicolon.csv', 0],
  ['posts-other-column-names.csv', 0],
  ['posts-2019-without-header.csv', 0],
  ['posts-x-v2-flattened.jsonl', 0],
  ['posts-json-array.json', 0],
  ['labels-scientific-ids.csv', 2],
  ['labels-older-row-last.csv', 0],
  ['labels-one-empty-annotation-of-three.json', 1],
  ['labels-one-removed-choice-of-three.json', 1],
  ['labels-one-deleted-user-of-three.json', 1],
  ['labels-annotators-with-accents.csv', 0],
  ['labels-json-min.json', 1],
])('distinguishes posts from labels, and ends %s with exit code %i', async (name, expected) => {
  const { code, said } = await checked(path.join(FILES, name))

  expect(code).toBe(expected)
  expect(said[0]).toMatch(code === 2 && said.length === 1 ? name : new RegExp(`^${name}(:| is|,) `))
  if (said.length > 1) expect(said[0]).toContain(`: ${name.split('-')[0]}, `)
})

it('lists the three most frequent reasons, and every refused row on request', async () => {
  const rows = [',x', 'soon,x', 'soon,y', 'soon,z', '2001-01-01,x', '2001-01-02,x', '2026-01-01,', '2999-01-01,x']
  const file = write('five.csv', `createdAt,text\n2026-01-01,good\n${rows.join('\n')}\na,b,c\n`)

  const { said } = await checked(file)
  const { said: all } = await checked(file, '--all')

  expect(said.slice(5)).toEqual([
    '  9 rows refused:',
    '    3 × createdAt is not a date as in 2026-11-21T08:30:00Z (first in line 4)',
    '    2 × createdAt is before 2006: some program wrote its default date (first in line 7)',
    '    1 × createdAt is missing, and other rows have one (line 3)',
    '    3 × 3 other reasons',
    '  Each with its line and field: npm start -- check --all five.csv',
  ])
  expect(all.slice(-9)).toEqual([
    'five.csv:3: createdAt: is missing, and other rows have one',
    ...[4, 5, 6].map((line) => `five.csv:${line}: createdAt: is not a date as in 2026-11-21T08:30:00Z`),
    ...[7, 8].map((line) => `five.csv:${line}: createdAt: is before 2006: some program wrote its default date`),
    'five.csv:9: text: is empty',
    'five.csv:10: createdAt: is after tomorrow: the clock or the format of the date is wrong',
    'five.csv:11: 3 cells under 2 columns',
  ])
})

describe('an unusable file gets one message', () => {
  const WANTED = 'Required for posts: text; optional: id, createdAt, hashtag, author, language, retweetOf, label.'

  it.each([
    [
      'without a text column',
      'a.csv',
      'url;likes\nx;1\n',
      `a.csv, line 1: there is no column text. Found: CSV with ";" between cells, UTF-8, with columns url, likes. ${WANTED}`,
    ],
    [
      'without a header',
      'a.csv',
      '1100000000000000000,2026-06-01T00:00:00Z,aws,on cold starts of #aws lambda again\n',
      `a.csv, line 1: there is no column text. It seems to be a row: put a header before it, as in id,createdAt,column3,text. Found: CSV with "," between cells, UTF-8, with columns 1100000000000000000, 2026-06-01T00:00:00Z, aws, on cold starts of #aws lambda again. ${WANTED}`,
    ],
    [
      'of JSON without texts',
      'a.jsonl',
      '{"url":"x"}\n{"likes":1}\n',
      `a.jsonl: no row has text. Found: JSON Lines, UTF-8, with keys url, likes. ${WANTED}`,
    ],
    [
      'of JSON without objects',
      'a.json',
      '[1, 2]',
      `a.json: no row has text. Found: a JSON array, UTF-8, without objects. ${WANTED}`,
    ],
    [
      "of complete responses of X's API",
      'a.json',
      '{"data":[{"id":"1","text":"x"}],"meta":{}}\n',
      'a.json has complete responses of X\'s API, with many posts a line: flatten it to one post a line, as in jq -c ".data[]"',
    ],
    [
      'that is truncated before its first value ends',
      'a.json',
      '[{"a',
      'a.json is not JSON: line 1: is cut off: the file ends inside it',
    ],
    ['that is a web page', 'a.csv', '<!DOCTYPE html><p>', 'a.csv is a web page or XML: export the rows as CSV or JSON'],
  ])('%s', async (_, name, text, message) => {
    const { code, said } = await checked(write(name, text))

    expect([code, said]).toEqual([2, [`${message}\nNothing of ${name} can be used.`]])
  })

  it('when it is empty', async () => {
    expect(await checked(write('empty.csv', ' \n'))).toEqual({
      code: 2,
      said: ['empty.csv: posts, an empty file, UTF-8', '  0 rows, 0 posts'],
    })
  })

  it('when it does not exist', async () => {
    expect(await checked(path.join(folder, 'none.csv'))).toMatchObject({
      code: 2,
      said: [expect.stringMatching(/^there is no file none\.csv/)],
    })
  })
})

it("reads tweets.js of X's archive, and says so", async () => {
  const tweet = (id: string, text: string) => ({
    tweet: { id, id_str: id, full_text: text, lang: 'en', created_at: 'Wed Nov 18 10:00:00 +0000 2020' },
  })
  const tweets = [tweet('1329000000000000001', 'on #aws'), tweet('1329000000000000002', 'RT @x: more')]
  const file = write('tweets.js', `window.YTD.tweets.part0 = ${JSON.stringify(tweets, null, 2)}`)

  expect((await checked(file)).said.slice(0, 3)).toEqual([
    'tweets.js: posts, tweets of an archive of X, UTF-8; id from id_str, createdAt from created_at, text from full_text, language from lang',
    '  2 rows, 2 posts',
    '  days      2020-11-18 to 2020-11-18',
  ])
})

it('ignores empty rows that spreadsheets append', async () => {
  const { code, said } = await checked(write('sheet.csv', 'text;createdAt\r\nx;2026-01-01\r\n;\r\n;;;\r\n'))

  expect([code, said[1]]).toEqual([0, '  1 row, 1 post'])
})

it('counts duplicate posts', async () => {
  const row = '7,2026-01-01T10:00:00Z,x,aws'
  const others = ['7,2026-01-01T10:00:00Z,x,azure', '7,2026-01-02T10:00:00Z,x,aws', '8,2026-01-01T10:00:00Z,x,aws']
  const file = write('twice.csv', `id,createdAt,text,hashtag\n${[row, ...others, row, row].join('\n')}\n`)

  expect((await checked(file)).said).toContain(
    '    2 × id of an earlier row of the same day and hashtag: the first is the post',
  )
})

it('reads NaN as Python writes it in JSON', async () => {
  const file = write('nan.jsonl', '{"text":"a: NaN \\" b","label":NaN,"createdAt":"2026-01-01"}\n')

  expect((await checked(file)).said.slice(1)).toEqual([
    '  1 row, 1 post',
    '  days      2026-01-01 to 2026-01-01',
    '  hashtags  #posts ×1 (#posts: rows that name none)',
    '  labels    none',
  ])
})

describe('check with a configuration', () => {
  const config = () => write('own.yml', readFileSync(path.join(ROOT, 'bellwether.yml'), 'utf8'))

  it('maps labels that differ only in case to the category, and names unknown ones', async () => {
    const file = write('p.csv', 'createdAt,text,label\n2026-01-01,a,Technical\n2026-01-01,b,spam\n')

    const { said } = await checked(file, '--config', config())

    expect(said).toContain('    1 × label "Technical" read as technical')
    expect(said).toContain('  not categories of the configuration: spam')
  })
})

it('checks several files, ends with the worst exit code, and writes nothing', async () => {
  const good = write('good.csv', 'text\nx\n')
  const before = readdirSync(folder)

  const { code, said } = await checked(good, path.join(FILES, 'posts-year-1.csv'), good)

  expect(code).toBe(1)
  expect(said.filter((line) => line === '')).toHaveLength(2)
  expect(readdirSync(folder)).toEqual(before)
})

it.each([
  ['labels-one-deleted-user-of-three.json', '    1 × annotations.completed_by is missing (line 2)'],
  ['labels-one-empty-annotation-of-three.json', '    1 × annotations.result.value.choices is missing (line 2)'],
  [
    'labels-one-removed-choice-of-three.json',
    '    1 × annotations.result.value.choices is not a category of bellwether.yml: "Removed choice" (line 2)',
  ],
])('says of %s what is wrong with the annotation, and that the others count', async (name, reason) => {
  const { said } = await checked(path.join(FILES, name))

  expect(said.slice(2)).toEqual([
    '  labels      technical ×1',
    '  annotators  1 ×1, 2 ×1',
    '  1 annotation refused:',
    reason,
    `  Each with its line and field: npm start -- check --all ${name}`,
  ])
})

it('reads a file as the given kind', async () => {
  const file = write('both.csv', 'text,label\na,technical\n')

  expect((await checked(file)).said[0]).toContain(': posts, ')
  expect((await checked(file, '--as', 'labels')).said[0]).toContain(': labels, ')
})

describe('the options of check', () => {
  it.each([
    [[], 'check needs a file'],
    [['x.csv', '--as', 'tweets'], '--as takes posts or labels, not "tweets"'],
    [['x.csv', '--surprise'], "Unknown option '--surprise'"],
  ])('are refused with the reason: %j', (argv, problem) => {
    expect(parseCheck(argv)).toEqual({ problem: expect.stringContaining(problem) })
  })

  it('are all documented in --help', () => {
    expect(parseCheck(['--help'])).toBe('help')
    for (const option of ['--as', '--config', '--all']) expect(CHECK_USAGE).toContain(option)
  })
})
