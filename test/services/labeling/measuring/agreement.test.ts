import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { agreementOf } from '../../../../services/labeling/measuring/agreement'
import { MEASURED_FROM, statusOf } from '../../../../services/labeling/measuring/status'
import { type JudgementsRecord, type Purpose, reasonsForOwner, reasonsForReaders } from '../../../../shared/records'
import { isUnreliable, judgementErrors } from '../../../../shared/statistics/judgement-errors'
import { pairCounts } from '../../../../shared/statistics/pair-counts'
import { mulberry32 } from '../../../../shared/statistics/random'

const CATEGORIES = ['technical', 'marketing']
type Said = [annotator: string, label: string]

/** A batch with these judgements, in this order. */
function batchOf(items: Record<string, Said[]>, batch = '2026-11-22', purpose: Purpose = 'label'): JudgementsRecord {
  return {
    batch,
    date: batch,
    schemaVersion: 1,
    items: Object.entries(items).map(([item, said]) => ({
      item,
      purpose,
      judgements: said.map(([annotator, label], i) => ({
        annotator,
        said: label.startsWith('!') ? { flag: label.slice(1) } : { label },
        at: `${batch}T10:00:0${i}.000Z`,
      })),
    })),
  }
}

/** Items that pairs of annotators judge, each with their own accuracy; a third judges where two disagree. */
function judged(count: number, accuracies: Record<string, number>, rare = 0.5, third = true): JudgementsRecord {
  const random = mulberry32(7)
  const names = Object.keys(accuracies)
  const say = (name: string, truth: number): string => CATEGORIES[random() < accuracies[name]! ? truth : 1 - truth]!
  return batchOf(
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => {
        const truth = random() < rare ? 1 : 0
        const [a, b, c] = [0, 1, 2].map((k) => names[(i + k) % names.length]!) as [string, string, string]
        const said: Said[] = [
          [a, say(a, truth)],
          [b, say(b, truth)],
        ]
        if (third && names.length > 2 && said[0]![1] !== said[1]![1]) said.push([c, say(c, truth)])
        return [`item-${i}`, said]
      }),
    ),
  )
}

const measured = (...records: JudgementsRecord[]) => statusOf(agreementOf(records, CATEGORIES))

describe('agreementOf', () => {
  it('measures alpha on the first two judgements of an item, across batches', () => {
    const first = batchOf({
      a: [
        ['ana', 'technical'],
        ['ben', 'marketing'],
        ['cyd', 'marketing'],
      ],
      b: [['ana', 'technical']],
    })
    const second = batchOf(
      {
        b: [
          ['ana', 'marketing'],
          ['ben', 'technical'],
        ],
      },
      '2026-11-23',
    )

    const { alpha, confused, annotators } = agreementOf([second, first], CATEGORIES)

    expect(alpha.items).toBe(2)
    expect(confused).toEqual([{ labels: ['marketing', 'technical'], items: 1, of: 2 }])
    expect(annotators.ana?.judgements).toBe(3)
  })

  it.each(['gold', 'repeat', 'relabel'] as const)('ignores items with the purpose %s', (purpose) => {
    const asked = batchOf(
      {
        a: [
          ['ana', 'technical'],
          ['ben', 'technical'],
        ],
      },
      '2026-11-23',
      purpose,
    )

    expect(agreementOf([asked], CATEGORIES).alpha.items).toBe(0)
  })

  it('lets a judgement to confirm a label change its posterior, but not the measured agreement', () => {
    const pair = batchOf({
      a: [
        ['ana', 'technical'],
        ['ben', 'technical'],
      ],
    })
    const more = batchOf({ a: [['cyd', 'marketing']] }, '2026-11-23', 'confirm')

    const before = agreementOf([pair], CATEGORIES)
    const after = agreementOf([more, pair], CATEGORIES)

    expect(after.alpha).toEqual(before.alpha)
    expect(after.posteriors.get('a')![0]).toBeLessThan(before.posteriors.get('a')![0]!)
  })

  it('measures a single annotator by repeats', () => {
    const first = batchOf({ a: [['ana', 'technical']], b: [['ana', 'marketing']], c: [['ana', 'marketing']] })
    const again = batchOf(
      { a: [['ana', 'technical']], b: [['ana', 'technical']], z: [['ana', 'technical']] },
      '2026-11-23',
      'repeat',
    )
    const agreement = agreementOf([first, again], CATEGORIES)

    expect(agreement.selfAgreement?.items).toBe(2)
    expect(agreement.annotators.ana).toMatchObject({ reliability: null, repeats: { items: 2, same: 1 } })
    expect(statusOf(agreement)).toMatchObject({
      status: 'unmeasured',
      reasons: [
        expect.stringContaining('one annotator judged all'),
        expect.stringContaining('self-agreement is measured instead: the annotator said the same of 1 of 2'),
      ],
    })
  })

  it('measures annotators by gold items that the owner decided', () => {
    const gold = batchOf(
      { a: [['ana', 'technical']], b: [['ana', 'marketing']], c: [['ana', 'marketing']] },
      '2026-11-23',
      'gold',
    )
    const known = new Map([
      ['a', 'technical'],
      ['b', 'technical'],
    ])

    expect(agreementOf([gold], CATEGORIES, known).annotators.ana?.gold).toEqual({ items: 2, right: 1 })
  })

  it('is equivariant under permutations of annotators, items and labels', () => {
    const said = fc.array(fc.tuple(fc.constantFrom('ana', 'ben', 'cyd'), fc.constantFrom(...CATEGORIES)), {
      maxLength: 3,
    })
    const turned = (label: string) => CATEGORIES[1 - CATEGORIES.indexOf(label)]!
    fc.assert(
      fc.property(fc.array(said, { maxLength: 12 }), (items) => {
        const record = batchOf(Object.fromEntries(items.map((one, i) => [`item-${i}`, one])))
        const other = batchOf(
          Object.fromEntries(
            items.map((one, i) => [`item-${i}`, one.map(([name, label]): Said => [`${name}2`, turned(label)])]),
          ),
        )
        const before = agreementOf([record], CATEGORIES)
        const after = agreementOf([{ ...other, items: [...other.items].reverse() }], CATEGORIES)

        expect(after.alpha.value === null).toBe(before.alpha.value === null)
        for (const bound of ['value', 'low', 'high'] as const) {
          expect(after.alpha[bound] ?? 0).toBeCloseTo(before.alpha[bound] ?? 0, 9)
        }
        for (const [name, { judgements, reliability }] of Object.entries(before.annotators)) {
          expect(after.annotators[`${name}2`]?.judgements).toBe(judgements)
          expect(after.annotators[`${name}2`]?.reliability ?? 0).toBeCloseTo(reliability ?? 0, 3)
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('statusOf', () => {
  it('is unmeasured below sixty items, and says how many are missing', () => {
    const { status, reasons } = measured(judged(MEASURED_FROM - 1, { ana: 0.95, ben: 0.95, cyd: 0.95 }))

    expect(status).toBe('unmeasured')
    expect(reasons.join()).toContain('1 more item, 2 judgements')
  })

  it('is ok for annotators who mostly agree', () => {
    const { status, reasons } = measured(judged(120, { ana: 0.95, ben: 0.95, cyd: 0.95 }))

    expect(status).toBe('ok')
    expect(reasons[0]).toMatch(
      /^two people differ on \d+ of 120 items that both judged: about \d % of judgements are wrong, probably not more than \d+ %; shares are reported up to 25 %$/,
    )
  })

  it('is unreliable for annotators who mostly guess, and names the definition to sharpen', () => {
    const { status, reasons } = measured(judged(400, { ana: 0.65, ben: 0.65, cyd: 0.65 }))

    expect(status).toBe('unreliable')
    expect(reasons).toEqual([
      expect.stringMatching(/about \d\d % of judgements are wrong, .*; above 25 % no share can be estimated$/),
      expect.stringContaining('the labels confused most are marketing and technical'),
      expect.stringMatching(/^sharpen the definition of (marketing|technical) first/),
      expect.stringContaining(
        'the error rate itself is too high: sharper definitions can lower it, more judgements cannot',
      ),
    ])
  })

  it('reports an outlier among the annotators, and names them to the owner only', () => {
    const { status, reasons, about } = measured(judged(300, { ana: 0.97, ben: 0.97, cyd: 0.4 }))

    expect(status).toBe('unreliable')
    expect(reasons.filter((reason) => reason.includes('stands apart'))).toEqual([
      expect.stringMatching(
        /^one annotator stands apart: the same as the other judge in \d+ % of 200 items, the others among each other in \d+ % of 100/,
      ),
    ])
    expect(reasons.join()).not.toMatch(/ana|ben|cyd/)
    expect(reasonsForOwner({ reasons, about }).join()).toMatch(/cyd stands apart: the same/)
  })

  it("hides annotators' names in reasons that an older release wrote", () => {
    const { annotators } = agreementOf([batchOf({ a: [['ana', 'technical']] })], CATEGORIES)
    const reasons = ['ana judged all: ask ana', 'banana split']

    expect(reasonsForReaders({ reasons, annotators })).toEqual([
      'an annotator judged all: ask an annotator',
      'banana split',
    ])
  })

  it('says how many more judgements would decide when the error rate may be low enough', () => {
    const { reasons } = measured(judged(64, { ana: 0.83, ben: 0.83, cyd: 0.83 }))

    expect(reasons.at(-1)).toMatch(/about \d+ more items judged by two people, \d+ judgements, would tell/)
  })

  it('is ok when one label is rare and annotators seldom err, whatever alpha is', () => {
    const rare = judged(600, { ana: 0.97, ben: 0.97, cyd: 0.97 }, 0.03)
    const agreement = agreementOf([rare], CATEGORIES)

    expect(agreement.alpha.value).toBeLessThan(0.6)
    expect(statusOf(agreement)).toMatchObject({ status: 'ok' })
  })

  it('is unmeasured when two annotators only ever gave one label', () => {
    const same = batchOf(
      Object.fromEntries(
        Array.from({ length: 70 }, (_, i) => [
          `item-${i}`,
          [
            ['ana', 'technical'],
            ['ben', 'technical'],
          ],
        ]),
      ),
    )

    expect(measured(same)).toEqual({
      status: 'unmeasured',
      reasons: [expect.stringContaining('two people gave the same single label to all')],
      about: [],
    })
  })
})

describe('the judgement errors of a settlement', () => {
  it('count pairs, thirds, gold and repeats, but no flags', () => {
    const pairs = batchOf({
      a: [
        ['ana', 'technical'],
        ['ben', 'marketing'],
        ['cyd', 'marketing'],
      ],
      b: [
        ['ana', 'marketing'],
        ['ben', 'marketing'],
      ],
      c: [
        ['ana', 'technical'],
        ['ben', '!unsure'],
      ],
    })
    const gold = batchOf({ g: [['ana', 'marketing']], h: [['ana', '!unsure']] }, '2026-11-23', 'gold')
    const again = batchOf({ a: [['ana', 'marketing']] }, '2026-11-24', 'repeat')
    const known = new Map([
      ['g', 'technical'],
      ['h', 'technical'],
    ])

    const { errors } = agreementOf([pairs, gold, again], CATEGORIES, known)

    expect(errors.counts).toEqual({
      pairs: [
        [0, 1],
        [0, 1],
      ],
      thirds: [{ said: [0, 1], third: 1, items: 1 }],
      gold: [
        [0, 1],
        [0, 0],
      ],
      repeats: { items: 1, differing: 1 },
    })
    expect(errors).toMatchObject({ source: 'assumed', items: 2, differing: 1 })
  })

  it('fall back to the configured rate without measurements', () => {
    const alone = batchOf({ a: [['ana', 'technical']] })

    expect(agreementOf([alone], CATEGORIES, new Map(), { mean: 0.1, sd: 0.03 }).errors.rate.mean).toBeCloseTo(0.1, 2)
  })

  it('are measured by sixty gold items when no item was judged twice', () => {
    const checks = (missed: number) =>
      batchOf(
        Object.fromEntries(
          Array.from({ length: 60 }, (_, i): [string, Said[]] => [
            `item-${i}`,
            [['ana', i < missed ? 'marketing' : 'technical']],
          ]),
        ),
        '2026-11-23',
        'gold',
      )
    const known = new Map(Array.from({ length: 60 }, (_, i) => [`item-${i}`, 'technical']))
    const status = (missed: number) => statusOf(agreementOf([checks(missed)], CATEGORIES, known))

    expect(status(4)).toMatchObject({
      status: 'ok',
      reasons: [expect.stringMatching(/^4 of 60 hidden checks were missed: about \d % of judgements are wrong/)],
    })
    expect(status(20)).toMatchObject({ status: 'unreliable' })
  })

  it('withhold at most one day in twenty at an error rate of 0.15, from sixty double-judged items on', () => {
    const random = mulberry32(3)
    const [weeks, perDay] = [4, 15]
    const say = (truth: number) => (random() < 0.15 ? 1 - truth : truth)
    let [days, withheld] = [0, 0]
    for (let run = 0; run < 40; run++) {
      const said: number[][] = []
      for (let day = 0; day < 7 * weeks; day++) {
        for (let i = 0; i < perDay; i++) {
          const truth = random() < 0.3 ? 0 : 1
          said.push([say(truth), say(truth)])
        }
        if (said.length < MEASURED_FROM) continue
        days++
        if (isUnreliable(judgementErrors(pairCounts(2, said)))) withheld++
      }
    }

    expect(withheld / days).toBeLessThanOrEqual(0.05)
  })
})
