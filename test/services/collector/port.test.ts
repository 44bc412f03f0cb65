import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { mockClient } from 'aws-sdk-client-mock'
import { z } from 'zod'
import { ADAPTERS, sourceFor } from '../../../services/collector/sources'
import { costsOfADay } from '../../../services/doctor/costs'
import { findingsOf } from '../../../services/doctor/findings'
import { parseSettings, settings as schema } from '../../../shared/settings'
import { SOURCES, sourceSecrets, sourceSettings, type SourceRegistry } from '../../../shared/sources'
import { postsFromCsv } from '../../../shared/posts'
import { spent } from '../../../shared/state/ledger'
import { toy, toyAdapter } from './toy-source'
import { generousCaps, invoke, newWorld, raw, record, untilIdle, type World } from './world'

const root = path.resolve(__dirname, '../../..')
const secrets = mockClient(SecretsManagerClient)
const registry: SourceRegistry = [...SOURCES, toy]
const text = readFileSync(path.join(root, 'bellwether.yml'), 'utf8')
  .replaceAll('source: sample', 'source: playground')
  .replace('sources:\n', 'sources:\n  playground: { type: toy, posts: 12 }\n')
const withToy = schema.extend({ sources: z.record(z.string(), sourceSettings(registry)) })
const settings = parseSettings(text, 'bellwether.yml', withToy)

beforeEach(() => {
  secrets.reset()
  secrets.on(GetSecretValueCommand, { SecretId: 'toy-id' }).resolves({ SecretString: 'a key' })
})

describe('the registry of sources', () => {
  it('has an adapter for every declared source, and no other', () => {
    expect(Object.keys(ADAPTERS).sort()).toEqual(SOURCES.map(({ type }) => type).sort())
  })

  it('declares each type once, under the name in its schema', () => {
    expect(registry.map(({ settings }) => settings.shape.type.value)).toEqual(registry.map(({ type }) => type))
    expect(new Set(registry.map(({ type }) => type)).size).toBe(registry.length)
  })

  it('is the only place that branches on the type of a source', () => {
    const types = SOURCES.map(({ type }) => type).join('|')
    const branch = new RegExp(`\\btype\\b[^\\n]{0,12}[!=]==? '(${types})'|case '(${types})':`)
    const files = ['services', 'shared', 'bin', 'stack', 'local', 'packages', 'pages']
      .flatMap((folder) =>
        readdirSync(path.join(root, folder), { recursive: true }).map((file) => `${folder}/${String(file)}`),
      )
      .filter((file) => /\.[cm]?[jt]s$/.test(file) && !/^(shared|services\/collector)\/sources\//.test(file))
    const branching = files.filter((file) => branch.test(readFileSync(path.join(root, file), 'utf8')))

    expect(files.length).toBeGreaterThan(100)
    // Entries of an archive have a `type`, too.
    expect(branching).toEqual(['shared/artefact.ts'])
  })
})

describe('a source that a test plugs in', () => {
  it('has its settings validated by line and field', () => {
    const wrong = text.replace('posts: 12', 'posts: none')

    expect(settings.sources.playground).toEqual({ type: 'toy', posts: 12, pricePerPostUsd: 0.001 })
    expect(() => parseSettings(wrong, 'bellwether.yml', withToy)).toThrow(
      /bellwether\.yml:9: sources\.playground\.posts/,
    )
    expect(() => parseSettings(text)).toThrow(/sources\.playground/)
  })

  it('adds its secret to the stack, its check to the doctor, and its price to the costs', () => {
    const facts = {
      sources: { toy: { known: ['secret'] } },
      linkKeys: { annotator: { known: true }, owner: { known: true }, reader: { known: true } },
      quotas: new Map(),
      concurrency: { known: 1000 },
      workteams: { known: [] },
      labelingJobs: { known: 0 },
      mails: [],
      hasGroundTruth: true,
    }
    const names = {
      sourceSecrets: { toy: 'toy-id' },
      linkSecrets: { annotator: 'a', owner: 'o', reader: 'r' },
      region: 'eu-west-1',
      bucket: 'b',
    }
    const findings = findingsOf(facts, settings, names, registry)

    expect(sourceSecrets(settings.sources, registry)).toContainEqual(
      expect.objectContaining({ type: 'toy', resource: 'ToyKey' }),
    )
    expect(findings.find(({ check }) => check === 'toy key')).toEqual({
      check: 'toy key',
      verdict: 'missing',
      found: 'the secret has no value',
      remedy: 'aws secretsmanager put-secret-value --secret-id toy-id --secret-string "$TOY_KEY"',
    })
    expect(
      costsOfADay(settings, { functions: [], alarms: 0 }, registry).find(({ what }) => what === 'posts')?.how,
    ).toContain('2000 posts × $0.001')
  })

  /** A world whose posts come from the toy source, and the cursors of its pages. */
  function toyWorld(given: Partial<World> = {}, of = settings) {
    const pages: (string | null)[] = []
    const world = newWorld(given)
    const ports = {
      objects: { stream: () => Promise.reject(new Error('the toy reads nothing from the bucket')) },
      secrets: new SecretsManagerClient({}),
      secretIds: { toy: 'toy-id' },
      nowMs: () => world.now.getTime(),
    }
    world.settings = of
    world.openSource = sourceFor(ports, of, { ...ADAPTERS, toy: toyAdapter(pages) }, registry)
    return { world, pages }
  }
  const texts = async (world: World) => {
    const found: string[] = []
    for (const [key, csv] of Object.entries(raw(world)))
      if (key.endsWith('.csv')) for await (const post of postsFromCsv(csv)) found.push(post.text)
    return found
  }
  const post = (i: number) => `post ${i} #aws, by a key`

  it('is collected into raw/ page by page', async () => {
    const { world } = toyWorld()
    await invoke(world)

    expect(Object.keys(raw(world)).map((key) => key.split('/').at(-1))).toEqual([
      'posts-1.csv',
      'posts-2.csv',
      'posts-3.csv',
      'run.json',
    ])
    expect(await texts(world)).toEqual(Array.from({ length: 12 }, (_, i) => post(i)))
    expect(record(world)).toMatchObject({
      source: 'playground',
      posts: 12,
      existing: 12,
      complete: true,
      costUsd: 0.012,
    })
  })

  it('is read up to the shared cap and no further', async () => {
    const { world, pages } = toyWorld({ caps: { ...generousCaps(), posts: { perDay: 7, perMonth: 100 } } })
    await invoke(world)

    expect(await texts(world)).toHaveLength(7)
    expect(pages).toEqual([null, '5'])
    expect(record(world)).toMatchObject({ posts: 7, complete: false, stoppedBy: 'caps.posts.perDay' })
  })

  it('is read up to its own cap without using the shared one', async () => {
    const { world } = toyWorld()
    const own = { posts: { perDay: 7, perMonth: 100 } }
    const { openSource } = world
    world.openSource = async (stream) => ({ ...(await openSource(stream)), caps: own })
    await invoke(world)

    expect(await texts(world)).toHaveLength(7)
    expect(record(world)).toMatchObject({ stoppedBy: 'sources.playground.caps.posts.perDay' })
    expect(await spent(world.table, 'posts', '2026-06-03')).toBe(0)
    expect(await spent(world.table, 'posts of playground', '2026-06-03')).toBe(7)
    expect(world.told.map(({ detail }) => detail.cap)).toContain('sources.playground.caps.posts.perDay')
  })

  it('gets its caps from the settings', async () => {
    const capped = parseSettings(
      text.replace('posts: 12 }', 'posts: 12, caps: { posts: { perDay: 7, perMonth: 100 } } }'),
      'bellwether.yml',
      withToy,
    )
    const { world } = toyWorld({}, capped)
    await invoke(world)

    expect(record(world)).toMatchObject({ posts: 7, stoppedBy: 'sources.playground.caps.posts.perDay' })
    const posts = costsOfADay(capped, { functions: [], alarms: 0 }, registry).find(({ what }) => what === 'posts')
    expect(posts?.how).toBe('7 posts × $0.001 + counts $0.00 = $0.007')
  })

  it('resumes from the page where an invocation ended', async () => {
    const { world, pages } = toyWorld({ killAt: { write: 12, how: 'after' } })
    await untilIdle(world)

    expect(new Set(pages)).toEqual(new Set([null, '5', '10']))
    expect(pages.filter((page) => page === null)).toHaveLength(1)
    expect(await texts(world)).toEqual(Array.from({ length: 12 }, (_, i) => post(i)))
  })

  it('says how to store its missing secret', async () => {
    secrets.reset()
    secrets.on(GetSecretValueCommand).resolves({})

    await expect(invoke(toyWorld().world)).rejects.toThrow(
      /SECRET_MISSING: key of the toy network: .*put-secret-value --secret-id toy-id/,
    )
  })
})
