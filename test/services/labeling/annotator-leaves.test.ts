import { describe, expect, it } from '@jest/globals'
import type { SettleAnswered } from '../../../shared/web/end-link'
import { keys } from '../../../shared/keys'
import { answerInvitation, invitationRequest } from '../../../shared/web/invitation'
import { linkKeys } from '../../shared/web/keys'
import {
  answerAll,
  functionOf,
  newWorld,
  opinionOf,
  outcomeOf,
  postsOf,
  settingsWith,
  storeRun,
  type World,
} from './world'

const DATE = '2026-06-02'
const WAITS = { waits: `batch ${DATE} still waits for answers` }

/** A batch that wants three judgements of each item. Ana, Ben and Cyd are invited; these of them answered all. */
async function answeredBy(names: readonly string[], hours: Partial<Record<string, number>> = {}): Promise<World> {
  const world = newWorld({ settings: settingsWith({ evaluationJudgements: 3, trainingJudgements: 3 }) })
  for (const hashtag of ['aws', 'azure']) {
    await functionOf(world).onRun(await storeRun(world, hashtag, DATE, postsOf(hashtag, 4)))
  }
  for (const annotator of ['ana', 'ben', 'cyd']) {
    await invitation(world, async () => undefined)({ annotator, hours: hours[annotator] ?? 24 })
  }
  for (const name of names) await answerAll(world, name)
  return world
}

/** The command `desk-invite`; labeling is invoked as by Lambda. */
const invitation = (world: World, settleAnswered: SettleAnswered) => (request: object) =>
  answerInvitation({ table: world.table, linkKeys, siteUrl: 'https://desk.example', settleAnswered })(
    invitationRequest.parse(request),
    { now: world.now },
  )

const asksLabeling = (world: World) => async () => void (await functionOf(world).request({ settle: 'answered' }))
const isSettled = (world: World) => keys.settledManifest({ batch: DATE }) in world.bucket.texts()

describe('a batch, when the command desk-invite ends the link of an annotator', () => {
  it('is settled when all remaining annotators have answered', async () => {
    const world = await answeredBy(['ana', 'ben'])
    expect(await functionOf(world).settle(DATE)).toEqual(WAITS)

    expect(await invitation(world, asksLabeling(world))({ revoke: 'cyd' })).toEqual({
      revoked: 'cyd',
      wasInvited: true,
    })

    expect(isSettled(world)).toBe(true)
  })

  it('waits for the remaining annotators', async () => {
    const world = await answeredBy(['ana'])

    await invitation(world, asksLabeling(world))({ revoke: 'cyd' })

    expect(isSettled(world)).toBe(false)
    expect((await functionOf(world).handOut('ben')).items).not.toEqual([])
  })

  it('waits when no annotator remains, because the owner may invite another', async () => {
    const world = await answeredBy(['ana'])

    for (const name of ['ana', 'ben', 'cyd']) await invitation(world, async () => undefined)({ revoke: name })
    await asksLabeling(world)()

    expect(isSettled(world)).toBe(false)
    expect(await functionOf(world).settle(DATE)).toEqual(WAITS)
  })

  it('is settled once, however often labeling is asked', async () => {
    const world = await answeredBy(['ana', 'ben'])
    await invitation(world, asksLabeling(world))({ revoke: 'cyd' })
    const before = outcomeOf(world)

    await invitation(world, asksLabeling(world))({ revoke: 'cyd' })
    await asksLabeling(world)()

    expect(outcomeOf(world)).toEqual(before)
  })

  it('is settled when the command is repeated after it could not reach labeling', async () => {
    const world = await answeredBy(['ana', 'ben'])
    const unreachable = async () => {
      throw new Error('TooManyRequestsException')
    }
    await expect(invitation(world, unreachable)({ revoke: 'cyd' })).rejects.toThrow('TooManyRequestsException')
    expect(isSettled(world)).toBe(false)

    expect(await invitation(world, asksLabeling(world))({ revoke: 'cyd' })).toEqual({
      revoked: 'cyd',
      wasInvited: false,
    })

    expect(isSettled(world)).toBe(true)
  })

  it("is settled by the reconciler's request when nobody asked labeling", async () => {
    const world = await answeredBy(['ana', 'ben'])

    await invitation(world, async () => undefined)({ revoke: 'cyd' })
    await functionOf(world).request({ settle: DATE, now: false })

    expect(isSettled(world)).toBe(true)
  })
})

it('settles a batch whose settlement was killed at any write, or has it answered, when an annotator is invited again meanwhile', async () => {
  let isKilled = true
  let settledAtOnce = 0
  for (let write = 1; isKilled; write++) {
    const world = await answeredBy(['ana', 'ben'])
    await invitation(world, async () => undefined)({ revoke: 'cyd' })
    world.killAt = { write: world.writes + write, how: 'after' }
    isKilled = await functionOf(world)
      .settle(DATE)
      .then(
        () => false,
        () => true,
      )
    delete world.killAt
    await invitation(world, async () => undefined)({ annotator: 'cyd', hours: 24 })

    await functionOf(world).settle(DATE)
    if (isSettled(world)) settledAtOnce++
    else await answerAll(world, 'cyd')
    await functionOf(world).settle(DATE)

    expect([write, isSettled(world)]).toEqual([write, true])
  }
  expect(settledAtOnce).toBeGreaterThan(1)
})

it('settles a batch whose last annotator has an expired link', async () => {
  const world = await answeredBy(['ana', 'ben'], { cyd: 1 })
  expect(await functionOf(world).settle(DATE)).toEqual(WAITS)

  world.now = new Date(world.now.getTime() + 2 * 3_600_000)

  expect(await functionOf(world).settle(DATE)).toMatchObject({ batch: DATE })
})

it('hands out a post whose reopening was not counted, because the invocation of the desk crashed, once the batch is looked at', async () => {
  const world = newWorld({ settings: settingsWith({ evaluationJudgements: 2, trainingJudgements: 2 }) })
  for (const hashtag of ['aws', 'azure']) {
    await functionOf(world).onRun(await storeRun(world, hashtag, DATE, postsOf(hashtag, 4)))
  }
  await answerAll(world, 'ana')
  const { items } = await functionOf(world).handOut('ben')
  // Ana and Ben agree on it, so nobody else was asked.
  const changed = items.find((shown) => opinionOf(shown) === 'technical')
  const answered = items.map(({ batch, item }) => ({ batch, item, revision: 1, label: 'technical' }))
  await functionOf(world).answer('ben', answered)
  await answerAll(world, 'cyd')
  const { table } = world
  world.table = {
    ...table,
    update: async (key, change) => {
      if (key.sk === 'batch') throw new Error('the function ran out of time')
      return table.update(key, change)
    },
  }
  const other = { batch: changed?.batch, item: changed?.item, revision: 2, skip: true }
  await expect(functionOf(world).answer('ben', [other])).rejects.toThrow('out of time')
  world.table = table
  expect((await functionOf(world).handOut('dan')).items).toEqual([])

  expect(await functionOf(world).settle(DATE)).toEqual(WAITS)

  expect((await functionOf(world).handOut('dan')).items.map(({ item }) => item)).toEqual([changed?.item])
})
