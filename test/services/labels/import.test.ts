import { describe, expect, it } from '@jest/globals'
import { claimForLabelling, releaseClaim } from '../../../shared/state/cascade-claims'
import { identifyRuns } from '../../../shared/cascades/identify'
import { loggedRuns, logRun, markDrawn } from '../../../shared/state/run-log'
import { keys } from '../../../shared/keys'
import { cascadeId } from '../../../shared/text/cascade'
import { aPost, putRun } from '../../given'
import { bury } from '../../../shared/state/tombstones'
import { MARK, newWorld, NOW, type World } from './world'

const COLD = 'Cold starts fell from 900 to 210 ms #aws'
const WEBINAR = 'Join our free webinar! #aws'
const PLAIN = `text,label\r\n"${COLD}",technical\r\n"${WEBINAR}",marketing\r\n`

describe('a file of labels', () => {
  it('becomes a settled manifest of its own, for training', async () => {
    const world = newWorld()

    const answer = await world.take('labels.csv', PLAIN)

    expect(answer).toEqual({
      batch: expect.stringMatching(/^import-[0-9a-f]{16}$/),
      form: 'csv',
      items: 2,
      refused: {},
      manifestKey: `labeled/${String(answer.batch)}/output.manifest`,
      refusedKey: null,
    })
    expect(world.lines(answer.batch)).toContainEqual({
      source: COLD,
      item: cascadeId(COLD),
      'post-id': '',
      role: 'training',
      hashtags: [],
      date: '2026-11-22',
      size: 1,
      'inclusion-probability': null,
      label: 0,
      'label-metadata': {
        'class-name': 'technical',
        confidence: 0,
        'human-annotated': 'yes',
        'job-name': `labeling-job/${String(answer.batch)}`,
        'creation-date': '2026-11-22T12:00:00.000',
        type: 'groundtruth/text-classification',
        'schema-version': 1,
        judgements: [],
      },
    })
  })

  it('makes one batch however often it is delivered', async () => {
    const world = newWorld()
    const first = await world.take('labels.csv', PLAIN)
    const after = world.bucket.texts()

    const second = await world.ask({ import: 'imports/labels.csv' }, new Date('2026-11-23T12:00:00Z'))

    expect(second).toEqual(first)
    expect(world.bucket.texts()).toEqual(after)
  })

  it('makes another batch when the categories differ', async () => {
    const [two, three] = [newWorld(), newWorld(['technical', 'marketing', 'praise'])]

    expect((await two.take('labels.csv', PLAIN)).batch).not.toBe((await three.take('labels.csv', PLAIN)).batch)
  })

  it('is completed by the next invocation when one crashed before the manifest', async () => {
    const world = newWorld()
    world.bucket.afterWrite = (key) => {
      if (key.endsWith('refused.jsonl')) throw new Error('killed')
    }
    const text = `${PLAIN}something,spam\r\n`
    await expect(world.take('labels.csv', text)).rejects.toThrow('killed')
    world.bucket.afterWrite = () => undefined

    expect(await world.take('labels.csv', text)).toMatchObject({ items: 2, refused: { 'unknown-class': 1 } })
  })

  it('imports each message once, however many copies the file has', async () => {
    const world = newWorld()

    const { batch, items } = await world.take(
      'labels.csv',
      `text,label,labelledAt\n${COLD},marketing,2026-11-01\nRT @ann: ${COLD} https://t.co/x,technical,2026-11-02\n`,
    )

    expect(items).toBe(1)
    expect(world.lines(batch)[0]?.['label-metadata']['class-name']).toBe('technical')
  })

  it("is stored without people's handles", async () => {
    const world = newWorld()

    const { batch } = await world.take('labels.csv', 'text,label\n"@jane: it is fixed & shipped",technical\n')

    expect(world.lines(batch)[0]?.source).toBe('@user: it is fixed & shipped')
  })

  it.each([
    ['does not exist', 'imports/none.csv', /^NOT_FOUND: there is no imports\/none\.csv/],
    ['is outside imports/', 'labeled/x/output.manifest', /a file under imports\/ or sources\//],
    ['leaves imports/ by its path', 'imports/../labeled/x', /a file under imports\/ or sources\//],
  ])('is refused with a named error when it %s', async (_, key, message) => {
    await expect(newWorld().ask({ import: key })).rejects.toThrow(message)
  })

  it('is refused with a named error when its encoding is unknown', async () => {
    await expect(newWorld().take('l.csv', Buffer.from('text,label\ncaf\u00e9,technical\n', 'latin1'))).rejects.toThrow(
      'OBJECT_INVALID: imports/l.csv is not UTF-8',
    )
  })
})

describe('roles of imported messages', () => {
  const item = cascadeId(COLD)

  it('exclude members of the evaluation sample, asked or settled, and the answer says so', async () => {
    const world = newWorld()
    await claimForLabelling(world.table, item, 'evaluation', '2026-11-21')
    // The row that older versions wrote when a batch was settled.
    await world.table.update(
      { pk: `cascade#${item}`, sk: 'role' },
      { set: { settled: '2026-11-21' }, remove: ['asked'] },
    )

    const { batch, items } = await world.take('labels.csv', PLAIN)

    expect(items).toBe(1)
    expect(world.refused(batch)).toEqual([
      { file: 'imports/labels.csv', line: 2, reason: 'evaluation', field: 'item', found: item },
    ])
  })

  it('are permanent: an imported message stays in training', async () => {
    const world = newWorld()
    await world.take('labels.csv', PLAIN)

    expect(await claimForLabelling(world.table, item, 'evaluation', '2026-11-23')).toBe(false)
    expect(await claimForLabelling(world.table, item, 'training', '2026-11-23')).toBe(false)
  })

  it('allow a label for a training message that another batch asks, and do not take its claim', async () => {
    const world = newWorld()
    await claimForLabelling(world.table, item, 'training', '2026-11-21')

    expect(await world.take('labels.csv', PLAIN)).toMatchObject({ items: 2, refused: {} })
    await releaseClaim(world.table, item, '2026-11-21')
    expect(await claimForLabelling(world.table, item, 'training', '2026-11-22')).toBe(true)
  })
})

describe('near copies in an import', () => {
  const posted = 'Our nightly build of the payments service broke after the runtime update and nobody noticed #aws'
  const edited = `${posted} today`
  const at = (id: number) => `2026-11-2${id}T10:00:00Z`
  const collect = async (world: World, text: string, date: string) => {
    const run = await putRun(world.bucket, { date, pages: [[aPost(date, text, { createdAt: at(1) })]] })
    const scoring = { labels: [], model: null, ofLabelled: () => undefined }
    const { runs } = await identifyRuns(world.bucket, [keys.run(run)], await loggedRuns(world.table), scoring)
    const [identified] = runs
    await logRun(world.table, run, keys.run(run))
    await markDrawn(world.table, run, date)
    return identified?.cascades.get(date)
  }

  it('join the cascade of a collected post', async () => {
    const world = newWorld()
    const cascade = await collect(world, posted, '2026-11-20')

    const { batch } = await world.take('l.csv', `text,label\n${edited},technical\n`)

    expect(cascade).toBe(cascadeId(posted))
    expect(world.lines(batch).map(({ item }) => item)).toEqual([cascade])
  })

  it('join the cascade of an imported label, so that no such post is drawn for evaluation', async () => {
    const world = newWorld()
    const { batch } = await world.take('l.csv', `text,label\n${posted},technical\n`)

    expect(await collect(world, edited, '2026-11-23')).toBe(world.lines(batch)[0]?.item)
  })
})

describe('judgements in an import', () => {
  const judged = (...rows: string[]) => `text,annotator,label\n${rows.map((row) => `${COLD},${row}\n`).join('')}`

  it('make the majority label', async () => {
    const world = newWorld()

    const { batch } = await world.take('l.csv', judged('ana,technical', 'ben,marketing', 'cho,technical'))

    expect(world.lines(batch)[0]?.['label-metadata']).toMatchObject({
      'class-name': 'technical',
      confidence: 2 / 3,
      judgements: [
        { annotator: 'ana', label: 'technical' },
        { annotator: 'ben', label: 'marketing' },
        { annotator: 'cho', label: 'technical' },
      ],
    })
  })

  it('are refused when they are tied', async () => {
    const world = newWorld()

    const { batch, items } = await world.take('l.csv', judged('ana,technical', 'ben,marketing'))

    expect(items).toBe(0)
    expect(world.refused(batch).map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'disputed'],
      [3, 'disputed'],
    ])
  })

  it('count once per annotator', async () => {
    const world = newWorld()

    const { batch } = await world.take('l.csv', judged('ana,technical', 'ben,marketing', 'ana,marketing'))

    expect(world.lines(batch)[0]?.['label-metadata']).toMatchObject({ 'class-name': 'marketing', confidence: 1 })
  })
})

describe('a malformed import refuses the row with line and field, and continues', () => {
  const good = JSON.stringify({ source: WEBINAR, label: 1, 'label-metadata': { 'class-name': 'marketing' } })
  const about = (more: object, rest: object = {}) =>
    JSON.stringify({ source: COLD, label: 0, ...rest, 'label-metadata': { 'class-name': 'technical', ...more } })

  it.each([
    ['a line that is not JSON', '{"source":', 'not-json', '', '{"source":'],
    ['a line that is not an object', '[1]', 'invalid', '', '[1]'],
    [
      'a label outside the categories',
      about({ 'class-name': 'spam' }),
      'unknown-class',
      'label-metadata.class-name',
      'spam',
    ],
    [
      'a judgement outside the categories',
      about({ judgements: [{ annotator: 'ana', label: 'spam' }] }),
      'unknown-class',
      'label-metadata.judgements.label',
      'spam',
    ],
    [
      'an annotator whose name is an inherited property',
      about({ judgements: [{ annotator: '__proto__', label: 'technical' }] }),
      'annotator',
      'label-metadata.judgements.annotator',
      '__proto__',
    ],
    [
      'an annotator whose name is a path',
      about({ judgements: [{ annotator: '../../ana', label: 'technical' }] }),
      'annotator',
      'label-metadata.judgements.annotator',
      '../../ana',
    ],
    [
      'a time in the future',
      about({ 'creation-date': '2026-11-22T12:05:01' }),
      'clock',
      'label-metadata.creation-date',
      '2026-11-22T12:05:01',
    ],
    [
      'a time in 1970',
      about({ 'creation-date': '1970-01-01T00:00:09Z' }),
      'clock',
      'label-metadata.creation-date',
      '1970-01-01T00:00:09Z',
    ],
    ['a date that does not exist', about({}, { date: '2026-02-30' }), 'invalid', 'date', '2026-02-30'],
    [
      'an unknown item without a text',
      JSON.stringify({ ...JSON.parse(about({})), source: undefined, item: 'feedfeedfeedfeed' }),
      'unknown-item',
      'item',
      'feedfeedfeedfeed',
    ],
    ['no text', about({}, { source: ' ' }), 'no-text', 'source', ' '],
    [
      'labels of other definitions',
      about({ 'schema-version': 2 }),
      'other-schema-version',
      'label-metadata.schema-version',
      '2',
    ],
    [
      'a label that a machine gave',
      about({ 'human-annotated': 'no' }),
      'machine-labelled',
      'label-metadata.human-annotated',
      'no',
    ],
    [
      'a task that failed',
      JSON.stringify({ source: COLD, 'x-metadata': { 'failure-reason': 'ClientError: …', 'human-annotated': 'true' } }),
      'failed',
      'x-metadata.failure-reason',
      'ClientError: …',
    ],
  ])('%s', async (_, line, reason, field, found) => {
    const world = newWorld()

    const answer = await world.take('l.manifest', `${line}\n${good}\n`)

    expect(answer).toMatchObject({ items: 1, refused: { [reason]: 1 } })
    expect(world.refused(answer.batch)).toEqual([{ file: 'imports/l.manifest', line: 1, reason, field, found }])
    expect(world.lines(answer.batch).map(({ source }) => source)).toEqual([WEBINAR])
  })

  it('refuses a CSV with two columns of the same name, because the right one is ambiguous', async () => {
    await expect(newWorld().take('l.csv', `text,label,label\n${COLD},technical,marketing\n`)).rejects.toThrow(
      'OBJECT_INVALID: imports/l.csv, line 1: two columns are named label',
    )
  })

  it('refuses a CSV without labels', async () => {
    await expect(newWorld().take('l.csv', `text,verdict\n${COLD},technical\n`)).rejects.toThrow(
      'imports/l.csv, line 1: there is no column label',
    )
  })

  it('refuses a CSV row with more cells than columns', async () => {
    const world = newWorld()

    const { batch } = await world.take('l.csv', `text,label\nhello, world,technical\n${WEBINAR},marketing\n`)

    expect(world.refused(batch)).toEqual([
      expect.objectContaining({ line: 2, reason: 'not-csv', found: '3 cells under 2 columns' }),
    ])
    expect(world.lines(batch)).toHaveLength(1)
  })

  it('refuses two labels of the same time for one text', async () => {
    const world = newWorld()

    const { batch, items } = await world.take('l.csv', `text,label\n${COLD},technical\n${COLD},marketing\n`)

    expect(items).toBe(0)
    expect(world.refused(batch)).toMatchObject([
      { line: 2, reason: 'two-labels' },
      { line: 3, reason: 'two-labels' },
    ])
  })
})

describe('an augmented manifest', () => {
  it('is imported unchanged from a Ground Truth job of 2019', async () => {
    const world = newWorld(['Technical', 'Marketing'])
    const real =
      '{"source":"#AWS re:Invent is where you\\u0027ll want to be","hashtag-positivity":1,"hashtag-positivity-metadata":' +
      '{"confidence":0.62,"job-name":"labeling-job/hashtag-positivity","class-name":"Marketing","human-annotated":"yes",' +
      '"creation-date":"2019-01-08T18:53:17.309395","type":"groundtruth/text-classification"}}'

    const { batch } = await world.take('output.manifest', `${real}\n`)

    expect(world.lines(batch)).toMatchObject([
      {
        source: "#AWS re:Invent is where you'll want to be",
        label: 1,
        date: '2019-01-08',
        'label-metadata': {
          'class-name': 'Marketing',
          confidence: 0.62,
          'creation-date': '2019-01-08T18:53:17.309395',
        },
      },
    ])
  })
})

describe('an export of Label Studio', () => {
  const choice = (label: string, more: object = {}) => ({
    id: 1001,
    completed_by: 10,
    result: [
      {
        id: 'a',
        type: 'choices',
        value: { choices: [label] },
        origin: 'manual',
        from_name: 'sentiment',
        to_name: 'text',
      },
    ],
    was_cancelled: false,
    ground_truth: false,
    created_at: '2026-11-20T21:52:49.513742Z',
    updated_at: '2026-11-20T22:16:08.746926Z',
    lead_time: 4.288,
    ...more,
  })
  const exported = (...annotations: object[]) =>
    JSON.stringify([{ id: 1, project: 83, data: { text: COLD }, annotations, predictions: [] }])

  it('is read with annotators and times', async () => {
    const world = newWorld()

    const { batch, form } = await world.take(
      'project-83.json',
      exported(choice('technical'), choice('technical', { completed_by: { id: 11, email: 'ben@example.org' } })),
    )

    expect(form).toBe('label-studio')
    expect(world.lines(batch)[0]?.['label-metadata']).toMatchObject({
      'class-name': 'technical',
      'creation-date': '2026-11-20T22:16:08.746926',
      confidence: 1,
      judgements: [
        { annotator: '10', label: 'technical' },
        { annotator: 'ben@example.org', label: 'technical' },
      ],
    })
  })

  it('uses the annotation marked as ground truth', async () => {
    const world = newWorld()

    const { batch } = await world.take(
      'p.json',
      exported(
        choice('technical'),
        choice('technical', { completed_by: 11 }),
        choice('marketing', { ground_truth: true }),
      ),
    )

    expect(world.lines(batch)[0]?.['label-metadata']).toMatchObject({ 'class-name': 'marketing', confidence: 0 })
  })

  it.each([
    ['skipped', [choice('technical', { was_cancelled: true })], 'unlabelled', 'annotations.result.value.choices'],
    ['without annotations', [], 'unlabelled', 'annotations.result.value.choices'],
    [
      'with two choices at once',
      [choice('', { result: [{ type: 'choices', value: { choices: ['technical', 'marketing'] } }] })],
      'invalid',
      'annotations.result.value.choices',
    ],
    [
      'that labels something else',
      [choice('', { result: [{ type: 'rectanglelabels', value: { rectanglelabels: ['Moonwalker'] } }] })],
      'invalid',
      'annotations.result.value.choices',
    ],
  ])('refuses a task %s', async (_, annotations, reason, field) => {
    const world = newWorld()

    const { batch } = await world.take('p.json', exported(...annotations))

    expect(world.refused(batch)).toEqual([expect.objectContaining({ task: 1, reason, field })])
  })

  it.each([['is truncated', '[{"id":', /^OBJECT_INVALID: imports\/p\.json is not JSON/]])(
    'is refused with a named error when it %s',
    async (_, text, message) => {
      await expect(newWorld().take('p.json', text)).rejects.toThrow(message)
    },
  )
})

it('labels a known item by its id alone', async () => {
  const world = newWorld()
  const first = await world.take('labels.csv', PLAIN)
  const item = cascadeId(COLD)
  expect(first.items).toBe(2)

  const { batch } = await world.take('again.csv', `item,label\n${item},marketing\n`)

  expect(world.lines(batch)).toMatchObject([{ item, source: COLD, 'label-metadata': { 'class-name': 'marketing' } }])
})

it('dates a label without a time with the time of the import', async () => {
  const world = newWorld()

  const { batch } = await world.take('labels.csv', PLAIN)

  expect(world.lines(batch)[0]?.['label-metadata']['creation-date']).toBe(NOW.toISOString().slice(0, -1))
})

it('skips the label of a deleted post, and keeps nothing of its row', async () => {
  const world = newWorld()
  await bury(world.table, [MARK('post', '7000000000000000042')], NOW)

  const answer = await world.take(
    'labels.csv',
    `id,text,label\r\n7000000000000000042,"${COLD}",technical\r\n43,"${WEBINAR}",marketing\r\n`,
  )

  expect(answer).toMatchObject({ items: 1, refused: { deleted: 1 } })
  expect(world.refused(answer.batch)).toEqual([
    { file: 'imports/labels.csv', line: 2, reason: 'deleted', field: 'id', found: '' },
  ])
  expect(world.lines(answer.batch).map(({ 'post-id': post }) => post)).toEqual(['43'])
})
