import { z } from 'zod'
import { packModel } from '../../shared/archive'
import type { Engine, ModelFiles } from '../../shared/engines/engine'
import { MANIFEST, manifestText } from '../../shared/engines/manifest'
import { readTrainingSet } from '../../shared/engines/training-set'
import { BellwetherError } from '../../shared/errors'
import { keys } from '../../shared/keys'
import type { Labeller } from '../../services/labeling/labellers/labeller'
import type { Trainer, TrainingOrder } from '../../services/trainer/trainers/trainer'

/** An engine that remembers one label per first word, without tokens. */
export const openingWords: Engine = {
  name: 'opening-words',
  hyperparameters: z.strictObject({ letters: z.coerce.string().default('100') }),
  suggested: { letters: '100' },
  seed: null,
  postsPerSecond: 1000,
  costOfMillionPosts: { usd: 0, how: 'a look into a list' },
  train: async ({ train }, { letters = '100' }) => {
    const labels = [...new Set(train.map(({ label }) => label))].sort()
    if (labels.length < 2) throw new BellwetherError('TRAINING_REFUSED', `one label only: ${labels.join('')}`)
    const openings = train.map(({ text, label }) => [openingOf(text, Number(letters)), label])
    return new Map([['openings.json', Buffer.from(JSON.stringify({ labels, letters, openings }))]])
  },
  load: async (files) => {
    const { labels, letters, openings } = stored.parse(JSON.parse(String(files.get('openings.json'))))
    const known = new Map(openings)
    return {
      labels,
      classify: async (messages) =>
        messages.map((message) => {
          const label = known.get(openingOf(message, Number(letters)))
          return label === undefined ? undefined : labels.map((name) => Number(name === label))
        }),
    }
  },
}

const stored = z.object({
  labels: z.array(z.string()),
  letters: z.string(),
  openings: z.array(z.tuple([z.string(), z.string()])),
})

const openingOf = (text: string, letters: number): string => (text.split(' ')[0] ?? '').slice(0, letters).toLowerCase()

/** An external trainer: an order waits until `work` is called. */
export function postalTrainer() {
  const orders = new Map<string, { order: TrainingOrder; done?: ModelFiles }>()
  const trainer: Trainer = {
    name: 'by-post',
    trains: (engine) => engine === openingWords,
    costAtMost: () => ({ usd: 1.2, how: 'a stamp' }),
    needs: () => [{ check: 'letter box', isMet: true, found: 'there is one', remedy: 'Buy one.' }],
    connect: ({ objects }) => ({
      start: async (order) => {
        orders.set(order.job, { order, ...orders.get(order.job) })
        return { state: 'running' }
      },
      find: async (job) => {
        const { order, done } = orders.get(job) ?? {}
        if (!order) return undefined
        if (!done) return { state: 'running' }
        const { engine, hyperparameters, dataset } = order
        const { textVersion, prior = {} } = dataset
        const manifest = manifestText({ format: 1, engine: engine.name, textVersion, prior })
        const artefact = keys.artefact({ job })
        await objects.create(
          artefact,
          await packModel(new Map([...done, [MANIFEST, Buffer.from(manifest)]])),
          'application/gzip',
        )
        return {
          state: 'trained',
          ran: {
            engine: engine.name,
            hyperparameters,
            seed: engine.seed,
            artefact: `s3://${objects.bucket}/${artefact}`,
            trainSeconds: 1,
            billableSeconds: 0,
            spot: false,
            instanceType: null,
            costUsd: 1.2,
            validationAccuracy: null,
          },
        }
      },
    }),
  }
  const work = async (objects: Parameters<typeof readTrainingSet>[0]) => {
    for (const waiting of orders.values()) {
      const { engine, dataset, hyperparameters } = waiting.order
      waiting.done = await engine.train(await readTrainingSet(objects, dataset), hyperparameters)
    }
  }
  return { trainer, work }
}

/** A machine that labels every item immediately, by its first word. */
export function openingWordsLabeller(): Labeller {
  const texts = new Map<string, string>()
  return {
    terms: {
      title: 'the toy',
      kind: 'machine',
      itemsPerDay: () => Number.MAX_SAFE_INTEGER,
      judgementsAsked: () => ({ evaluation: 1, training: 1, measuring: 1 }),
      judgementUsd: () => 0.002,
    },
    check: () => undefined,
    start: async ({ lines }) => {
      for (const { item, source } of lines) texts.set(item, source)
    },
    finish: async ({ items }, _, at) => ({
      judgements: items.map(({ item }) => ({
        item,
        annotator: 'toy',
        said: { label: openingOf(texts.get(item) ?? '', 100) === 'join' ? 'marketing' : 'technical' },
        at: at.toISOString(),
      })),
      consolidated: [],
      refused: [],
    }),
  }
}
