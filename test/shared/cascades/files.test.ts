import { Readable } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import { openCascades, readCascades, withCascades, writeCascades } from '../../../shared/cascades/files'
import { keys } from '../../../shared/keys'
import { testBucket } from '../bucket'

const run = { hashtag: 'aws', date: '2026-11-21', run: 'r1' }
const given = new Map([
  ['1', 'ab746ccdec4e028a'],
  ['a,"b"\n', '3e440a75fb052280'],
])

it('reads cascades in the order in which they were written', async () => {
  const objects = testBucket()

  await writeCascades(objects, run, given)

  expect([...((await readCascades(objects, run)) ?? [])]).toEqual([...given])
})

it('knows no cascades before they are assigned', async () => {
  expect(await readCascades(testBucket(), run)).toBeUndefined()
})

it('never overwrites assigned cascades', async () => {
  const objects = testBucket()
  await writeCascades(objects, run, given)

  await writeCascades(objects, run, new Map([['1', '3e440a75fb052280']]))

  expect([...((await readCascades(objects, run)) ?? [])]).toEqual([...given])
})

it.each([
  ['an invalid id', 'post_id,cascade\r\n1,ab746ccdec4e028a\r\n2,other\r\n'],
  ['a missing column', 'post_id,cascade\r\n1,ab746ccdec4e028a\r\n2\r\n'],
  ['an unclosed quote', 'post_id,cascade\r\n1,ab746ccdec4e028a\r\n"2,3e440a75fb052280\r\n'],
])('reports the file and the row of %s', async (_, csv) => {
  const objects = testBucket()
  await objects.put(keys.cascades(run), csv)

  await expect(readCascades(objects, run)).rejects.toThrow(/run=r1\.csv: no cascade after row [12]/)
})

describe('kept scores in a file of cascades', () => {
  const labels = ['technical', 'not, sure']
  const scores = new Map([['ab746ccdec4e028a', [0.25, 0.75]]])
  const rowsFor = async (objects: Parameters<typeof openCascades>[0], wanted?: readonly string[]) => {
    const read = []
    for await (const row of (await openCascades(objects, run, wanted))?.rows ?? []) read.push(row)
    return read
  }

  it('are read in the order of the requested categories', async () => {
    const objects = testBucket()

    await writeCascades(objects, run, given, { labels, scores })

    const [[first, cascade] = [], second] = [...given]
    expect(await rowsFor(objects, labels)).toEqual([[first, cascade, [0.25, 0.75]], second])
    expect(await rowsFor(objects, [...labels].reverse())).toEqual([[first, cascade, [0.75, 0.25]], second])
  })

  it.each([
    ['no categories', []],
    ['other categories', ['technical', 'marketing']],
    ['fewer categories', ['technical']],
  ])('are missing for %s', async (_, wanted) => {
    const objects = testBucket()
    await writeCascades(objects, run, given, { labels, scores })

    expect(await rowsFor(objects, wanted)).toEqual([...given])
  })

  it('are missing in a file of an older release', async () => {
    const objects = testBucket()
    await writeCascades(objects, run, given)

    expect(await rowsFor(objects, labels)).toEqual([...given])
  })

  it.each(['2', '0.12345', 'x'])('are refused, naming the row, when one is %s', async (bad) => {
    const objects = testBucket()
    await objects.put(keys.cascades(run), `post_id,cascade,scores:technical\r\n1,ab746ccdec4e028a,${bad}\r\n`)

    await expect(rowsFor(objects, ['technical'])).rejects.toThrow(/no cascade after row 1/)
  })

  it('are returned beside the posts', async () => {
    const objects = testBucket()
    await writeCascades(objects, run, given, { labels, scores })

    const kept = []
    const posts = (async function* () {
      for (const post of [...given.keys(), 'other']) yield { post }
    })()
    for await (const one of withCascades(await openCascades(objects, run, labels), posts, () => 'own')) {
      kept.push(one.kept)
    }

    expect(kept).toEqual([[0.25, 0.75], undefined, undefined])
  })
})

describe('joining cascades to the posts of a run', () => {
  const EXACT = 'ffffffffffffffff'
  const idOf = (i: number) => i.toString(16).padStart(16, '0')
  const ids = Array.from({ length: 50 }, (_, i) => String(i))
  const rows = ids.map((id, i) => [id, idOf(i)] as const)
  async function* postsOf(posts: readonly string[]) {
    for (const post of posts) yield { post, more: post }
  }
  const joined = async (objects: Parameters<typeof openCascades>[0], posts: readonly string[]) => {
    const found: unknown[] = []
    const file = await openCascades(objects, run)
    for await (const one of withCascades(file, postsOf(posts), () => EXACT)) found.push(one)
    return found
  }

  it.each([
    ['no posts', []],
    ['some of the posts', ids.slice(0, 3)],
    ['all of the posts', ids],
  ])('leaves no stream open after reading %s', async (_, posts) => {
    const objects = testBucket()
    await writeCascades(objects, run, rows)
    const opened: Readable[] = []
    const stream = async (key: string) => {
      const one = await objects.stream(key)
      opened.push(one)
      return one
    }

    await joined({ ...objects, stream }, posts)

    expect(opened.filter(({ destroyed }) => !destroyed)).toEqual([])
  })

  it.each<[string, readonly string[]]>([
    ['in the order of the posts', ids],
    ['in another order', [...ids].reverse()],
    ['with some posts missing', ids.filter((_, i) => i % 3 === 0)],
  ])('gives each post its own cascade, %s', async (_, posts) => {
    const objects = testBucket()
    await writeCascades(objects, run, rows)

    expect(await joined(objects, posts)).toEqual(
      posts.map((post) => ({ post, cascade: idOf(Number(post)), more: post })),
    )
  })

  it('gives both copies of a duplicate post the cascade', async () => {
    const objects = testBucket()
    const twice = [...rows.slice(0, 3), rows[0]!, ...rows.slice(3)]
    await writeCascades(objects, run, twice)

    const found = await joined(
      objects,
      twice.map(([id]) => id),
    )

    expect(found).toEqual(twice.map(([post, cascade]) => ({ post, cascade, more: post })))
  })

  it('leaves a post without a cascade unchanged', async () => {
    const objects = testBucket()
    const before = await joined(objects, ['1'])
    await writeCascades(objects, run, rows.slice(0, 5))

    expect(before).toEqual([{ post: '1', cascade: EXACT, more: '1' }])
    expect(await joined(objects, ['1', 'other', '2'])).toMatchObject([
      { cascade: idOf(1) },
      { cascade: EXACT },
      { cascade: idOf(2) },
    ])
  })

  it('reads only as far as the posts need, and closes the file when they end', async () => {
    let read = 0
    const csv = Readable.from(
      (function* () {
        yield 'post_id,cascade\r\n'
        for (; read < 100_000; read++) yield `${read},${idOf(read)}\r\n`
      })(),
    )
    const seen: number[] = []

    const file = await openCascades({ stream: async () => csv }, run)
    for await (const _ of withCascades(file, postsOf(ids), () => EXACT)) seen.push(read)

    expect(Math.max(...seen)).toBeLessThan(1000)
    expect(csv.destroyed).toBe(true)
  })
})

it('writes and reads a run of several thousand posts without duplicates', async () => {
  const objects = testBucket()
  const given = Array.from({ length: 2500 }, (_, n): [string, string] => [String(n), n.toString(16).padStart(16, '0')])
  await writeCascades(objects, run, given)

  expect([...((await readCascades(objects, run)) ?? [])]).toEqual(given)
})
