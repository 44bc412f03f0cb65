import { readFileSync } from 'node:fs'
import path from 'node:path'
import { LineCounter, parseDocument, visit } from 'yaml'
import { z } from 'zod'
import { isName } from './by-name'
import { BellwetherError } from './errors'
import { DEFAULT_ENTRANTS, engineNamed, engineNames, entrantsOf } from './engines'
import { LABELLERS, labellerOptions, termsOf, unknownLabeller } from './labellers'
import { withoutLabelPrefix } from './row-file/cells'
import { llmOptions } from './second-opinions/options'
import { network, SOURCES, sourceSettings } from './sources'
import { networkOf, sourcesOfHashtag } from './streams'
import { TRAINERS } from './trainers'

const NO_NAME = '__proto__ cannot be a name, because readers of JSON drop it: choose another'

/** A hashtag as it is configured: without #, in lower case. */
export const hashtag = z
  .string()
  .regex(/^(?!\d+$)[\p{L}\p{N}_]{1,100}$/u, 'a hashtag is letters, digits and underscores, not digits alone, without #')
  .transform((tag) => tag.toLowerCase())
  .refine(isName, NO_NAME)
const cron = z
  .string()
  .regex(/^cron\(\S+( \S+){5}\)$/, 'write it as cron(minute hour day month weekday year), in UTC')
  .refine((text) => {
    const [, , day, , weekday] = text.slice('cron('.length, -1).split(' ')
    return (day === '?') !== (weekday === '?')
  }, 'EventBridge Scheduler takes ? in one of day and weekday, as in cron(10 0 * * ? *)')
  .refine((text) => {
    const [minute = 0, hour = 0] = (/^cron\((\d+) (\d+) /.exec(text) ?? []).slice(1).map(Number)
    return minute < 60 && hour < 24
  }, 'minutes go to 59 and hours to 23')
/** Of labels. */
export const MOST_CATEGORIES = 30
const MOST_ALIASES = 100

const usd = z.number().nonnegative()
const count = z.int().positive()
const labelName = z
  .string()
  .trim()
  .transform(withoutLabelPrefix)
  .pipe(
    z
      .string()
      .min(1)
      .max(256)
      .refine(
        (name) => !name.startsWith('__label__'),
        'a category cannot begin with __label__, which marks labels in fastText files',
      )
      .refine((name) => !/\p{Cc}/u.test(name), 'a category cannot have a control character in its name')
      .refine(isName, NO_NAME),
  )

/** `bellwether.yml`, documented option by option in docs/configuration.md. */
export const settings = z.strictObject({
  hashtags: z
    .array(
      z
        .strictObject({
          tag: hashtag,
          source: z.string().optional(),
          sources: z.array(z.string()).min(1).optional(),
          unnamedNetwork: network.optional(),
        })
        .refine(({ source, sources }) => (source === undefined) !== (sources === undefined), {
          path: ['source'],
          error: 'a hashtag needs either source, as in source: x, or sources, as in sources: [fedi, bsky]',
        }),
    )
    .min(1),
  sources: z.record(z.string(), sourceSettings(SOURCES)),
  languages: z.array(z.string().regex(/^[a-z]{2,3}$/, 'a language is its ISO 639 code, as in en')).default([]),
  labels: z.strictObject({
    version: z.int().positive(),
    from: z
      .record(z.string().regex(/^[1-9]\d*$/, 'an earlier labels.version'), z.record(labelName, labelName))
      .optional(),
    categories: z
      .array(
        z.strictObject({
          name: labelName,
          definition: z.string().trim().min(1),
          examples: z.array(z.string()).default([]),
        }),
      )
      .min(2)
      .max(MOST_CATEGORIES)
      .refine(
        (categories) => new Set(categories.map(({ name }) => name)).size === categories.length,
        'two labels have the same name',
      ),
  }),
  schedule: z.strictObject({ collect: cron, label: cron }),
  caps: z.strictObject({
    posts: z.strictObject({ perDay: count, perMonth: count }),
    collectUsd: z.strictObject({ perDay: usd, perMonth: usd }),
    judgements: z.strictObject({ perDay: count, perMonth: count }),
    labelUsd: z.strictObject({ perDay: usd, perMonth: usd }),
    trainingSeconds: count,
  }),
  labelling: z.strictObject({
    labeller: z.string().refine((name) => Object.hasOwn(LABELLERS, name), {
      error: ({ input }) => unknownLabeller(String(input)),
    }),
    itemsPerDay: count,
    evaluationShare: z.number().gt(0).lt(1),
    evaluationJudgements: z.int().min(1).max(9),
    trainingJudgements: z.int().min(1).max(9),
    deadlineHours: z.number().positive().max(240),
    pricePerJudgementUsd: usd.default(0),
    hourlyWageUsd: usd.default(0),
    secondsPerJudgement: z.number().positive().max(3600).default(12),
    trainingChoice: z.enum(['margin', 'random']).default('margin'),
    marginFromMacroF1: z.number().min(0).max(1).default(0.65),
    salt: z.string().max(64).default(''),
    goldShare: z.number().min(0).max(0.25).default(0.05),
    repeatShare: z.number().min(0).max(0.25).default(0.1),
    relabelShare: z.number().min(0).max(0.1).default(0.05),
    assumedErrorRate: z.number().gt(0).max(0.25).default(0.05),
    assumedErrorRateSd: z.number().gt(0).max(0.25).default(0.03),
    acceptUnreliable: z.boolean().default(false),
    ...labellerOptions,
  }),
  training: z.strictObject({
    trainer: z.enum(TRAINERS.map(({ name }) => name)),
    engines: z.array(z.enum(engineNames())).min(1).default(DEFAULT_ENTRANTS),
    /** The option of releases with one engine a day; replaced by `engines`. */
    engine: z.enum(engineNames()).optional(),
    fewLabels: z.int().nonnegative().default(100),
    instanceType: z
      .string()
      .regex(/^ml\./, 'an instance type of SageMaker, as in ml.c5.xlarge')
      .default('ml.c5.xlarge'),
    spot: z.boolean().default(true),
    validationShare: z.number().gt(0).lt(0.5).default(0.2),
    hyperparameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    minimumExamples: count.default(10),
    tuneSeconds: z.number().nonnegative().max(600).default(30),
    tuneFrom: count.default(100),
    tuneGrowth: z.number().gt(1).default(1.5),
  }),
  gate: z
    .strictObject({
      window: count.default(400),
      minimumEvaluation: count.default(100),
      minimumProvisional: count.default(60),
      standardErrors: z.number().nonnegative().max(3).default(1),
      bestLoss: z.number().min(0).max(1).default(0.02),
      recentDays: count.default(14),
      engineDays: count.default(3),
      recallLoss: z.number().min(0).max(1).default(0.05),
      classItems: count.default(30),
      staleDays: count.default(14),
      trainingChange: z.number().gt(0).max(1).default(0.5),
      relabelledShare: z.number().min(0).max(1).default(0.1),
      leakShare: z.number().min(0).max(1).default(0.05),
    })
    .prefault({}),
  llm: llmOptions.optional(),
  report: z
    .strictObject({
      showPosts: z.enum(['none', 'messages', 'links']).default('none'),
      embedIn: z
        .array(
          z
            .string()
            .regex(
              /^https:\/\/(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:\d{1,5})?$/,
              'an origin, as in https://wiki.example.com or https://*.example.com',
            ),
        )
        .default([]),
      mail: z
        .array(z.email())
        .max(100)
        .refine((all) => new Set(all).size === all.length, 'each address once')
        .default([]),
    })
    .prefault({}),
  retention: z
    .strictObject({
      days: z.int().min(30).max(3650).optional(),
      presenceRequestsPerDay: z.int().nonnegative().max(10_000).default(50),
    })
    .prefault({}),
  tables: z
    .strictObject({
      from: z.iso.date().default('2025-01-01'),
      scanLimitGb: z.number().min(0.01).max(100_000).default(10),
      resultDays: z.int().min(1).max(365).default(7),
    })
    .prefault({}),
  deploy: z
    .strictObject({
      logRetentionDays: z.literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731]).default(30),
      alarmEmail: z.email().optional(),
      trustedAccounts: z.array(z.string().regex(/^\d{12}$/, 'an account id is twelve digits, in quotes')).default([]),
      subscriber: z.boolean().default(false),
      pageConcurrency: z.int().min(1).max(1000).optional(),
    })
    .prefault({}),
})

export type Settings = z.infer<typeof settings>
export type Category = Settings['labels']['categories'][number]

/**
 * Parse the text of `bellwether.yml`. SETTINGS_INVALID names the file, the line and the field of everything that is
 * wrong, at once.
 */
export function parseSettings(text: string, file = 'bellwether.yml', schema = settings): Settings {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const broken = document.errors.map(
    (error) => `${file}:${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`,
  )
  let aliases = 0
  visit(document, {
    Alias: (_, alias) => {
      const { line } = lines.linePos(alias.range?.[0] ?? 0)
      // Each is searched for in the whole document.
      if (++aliases > MOST_ALIASES) {
        broken.push(`${file}:${line}: there are more than ${MOST_ALIASES} aliases: write the values out`)
        return visit.BREAK
      }
      if (alias.resolve(document)) return undefined
      broken.push(`${file}:${line}: a text that begins as *${alias.source} does needs quotes`)
      return undefined
    },
  })
  if (broken.length > 0) throw new BellwetherError('SETTINGS_INVALID', broken.join('\n'))

  const lineOf = (at: PropertyKey[]): number => {
    for (let depth = at.length; depth > 0; depth--) {
      const node: unknown = document.getIn(at.slice(0, depth), true)
      if (node && typeof node === 'object' && 'range' in node && Array.isArray(node.range)) {
        return lines.linePos(Number(node.range[0])).line
      }
    }
    return 1
  }
  const complain = (at: PropertyKey[], message: string) =>
    `${file}:${lineOf(at)}: ${at.join('.') || 'the file'}: ${message}`

  const parsed = schema.safeParse(document.toJS())
  if (!parsed.success) {
    throw new BellwetherError(
      'SETTINGS_INVALID',
      parsed.error.issues
        .flatMap((issue) => {
          if (issue.code !== 'unrecognized_keys') return complain(issue.path, issue.message)
          const { path: at, keys: unknown } = issue
          return unknown.map((key) => complain([...at, key], 'unknown option: correct its name, or delete it'))
        })
        .join('\n'),
    )
  }
  const wrong = contradictions(parsed.data).map(([at, message]) => complain(at, message))
  if (wrong.length > 0) throw new BellwetherError('SETTINGS_INVALID', wrong.join('\n'))
  return parsed.data
}

/** The `bellwether.yml` that was packaged with a function, or that is in a folder. */
export const readSettings = (folder: string, file = 'bellwether.yml'): Settings =>
  parseSettings(readFileSync(path.join(folder, file), 'utf8'), file)

/** Conflicts between fields that are each valid. */
function contradictions({ hashtags, sources, labels, labelling, training, gate }: Settings): [PropertyKey[], string][] {
  const wrong: [PropertyKey[], string][] = []
  for (const [i, watched] of hashtags.entries()) {
    const names = sourcesOfHashtag(watched)
    for (const [j, name] of names.entries()) {
      const at = watched.sources ? ['hashtags', i, 'sources', j] : ['hashtags', i, 'source']
      if (!Object.hasOwn(sources, name)) wrong.push([at, `there is no source "${name}" under sources`])
      const other = names.slice(0, j).find((before) => networkOf(sources, before) === networkOf(sources, name))
      if (other !== undefined)
        wrong.push([
          at,
          `"${other}" and "${name}" both read ${networkOf(sources, name)}, whose posts would be collected twice: name one of ` +
            'them, or give one a `network` of its own under sources to have it reported by itself',
        ])
    }
    if (hashtags.findIndex((other) => other.tag === watched.tag) < i)
      wrong.push([
        ['hashtags', i, 'tag'],
        `#${watched.tag} is listed twice: give it all its sources in one entry, as in sources: [fedi, bsky]`,
      ])
  }
  for (const [version, names] of Object.entries(labels.from ?? {})) {
    if (Number(version) >= labels.version)
      wrong.push([['labels', 'from', version], `is not a version before labels.version, ${labels.version}`])
    for (const [old, name] of Object.entries(names)) {
      if (!labels.categories.some((category) => category.name === name))
        wrong.push([['labels', 'from', version, old], `there is no category "${name}" under labels.categories`])
    }
  }
  const objection = termsOf(labelling.labeller).objection?.(labelling)
  if (objection) wrong.push([['labelling', 'labeller'], objection])
  if (gate.minimumProvisional > gate.minimumEvaluation)
    wrong.push([['gate', 'minimumProvisional'], `is more than gate.minimumEvaluation, ${gate.minimumEvaluation}`])
  if (gate.minimumEvaluation > gate.window)
    wrong.push([
      ['gate', 'window'],
      `is less than gate.minimumEvaluation, ${gate.minimumEvaluation}: nothing could pass`,
    ])
  if (training.engine !== undefined && training.engines.join() !== DEFAULT_ENTRANTS.join())
    wrong.push([['training', 'engine'], 'conflicts with training.engines: delete it'])
  const named = training.engines.map((name) => engineNamed(name))
  for (const [i, engine] of named.entries())
    if (named.indexOf(engine) < i)
      wrong.push([['training', 'engines', i], `names ${engine?.name ?? 'an engine'} a second time`])
  const [leading] = entrantsOf(training).map((name) => engineNamed(name))
  for (const { path: inner, message } of leading?.hyperparameters.safeParse(training.hyperparameters).error?.issues ??
    [])
    wrong.push([['training', 'hyperparameters', ...inner], message])
  return wrong
}
