import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { PLACES } from '../services/privacy/files/places'
import { ROWS } from '../services/privacy/rows'
import { keys } from '../shared/keys'
import { betweenMarks } from './between-marks'
import * as absences from '../shared/state/absences'
import * as askedMessages from '../shared/state/asked-messages'
import * as cascadeClaims from '../shared/state/cascade-claims'
import * as confirmations from '../shared/state/confirmations'
import * as cursor from '../shared/state/cursor'
import * as desk from '../shared/state/desk'
import * as deskItemRows from '../shared/state/desk-item-rows'
import * as evaluationBoost from '../shared/state/evaluation-boost'
import * as lease from '../shared/state/lease'
import * as ledger from '../shared/state/ledger'
import * as openDeletions from '../shared/state/open-deletions'
import * as openBatches from '../shared/state/open-batches'
import * as people from '../shared/state/people'
import * as reachedCaps from '../shared/state/reached-caps'
import * as quietLook from '../shared/state/quiet-look'
import * as recoveryRequests from '../shared/state/recovery-requests'
import * as reportedBatches from '../shared/state/reported-batches'
import type { RowKind } from '../shared/state/row'
import * as rewrittenLabels from '../shared/state/rewritten-labels'
import * as runLog from '../shared/state/run-log'
import * as sentMails from '../shared/state/sent-mails'
import * as tombstones from '../shared/state/tombstones'
import * as trainingJobs from '../shared/state/training-jobs'

/** The meaning of each key of the bucket, and its writer where no function of this stack writes it. */
const KEYS: Readonly<Record<string, { meaning: string; outsideWriter?: string }>> = {
  source: { meaning: 'A file of posts that the operator brings (`source: file`).', outsideWriter: 'operator' },
  import: { meaning: 'A file of labels to import.', outsideWriter: 'operator' },
  export: { meaning: 'An exported file of labels.' },
  posts: { meaning: 'A page of posts: RFC 4180, UTF-8, with a header; the full text.' },
  refused: { meaning: 'Input of a page that is not a valid post, with the field and the reason.' },
  run: { meaning: 'A finished run: window covered, counts, cost, checksums. Its put starts labelling and analysis.' },
  cascades: {
    meaning:
      'The cascade of each post of a run, and its scores by the model that was live when the cascade was first seen.',
  },
  knownTexts: {
    meaning:
      "The features by which near copies of a run's texts are found, without words, and the scores of new cascades.",
  },
  importedTexts: { meaning: 'The same for a file of imported labels.' },
  plan: { meaning: 'The items of a batch and why they are asked about: roles, inclusion probabilities, cost.' },
  inputManifest: { meaning: 'The items of a batch as annotators see them.' },
  thirdManifest: { meaning: 'The items of a second Ground Truth job, which decides disputes.' },
  categories: { meaning: 'The categories, for Ground Truth.' },
  instructions: { meaning: 'The page that annotators see, for Ground Truth.' },
  jobManifest: { meaning: 'Answers of a Ground Truth job.', outsideWriter: 'Ground Truth' },
  settledManifest: {
    meaning:
      'One settled label for each item of a batch, an import or a correction. Its put starts formatting and reports.',
  },
  settledRefused: { meaning: 'Items of a batch without a label, and answers that could not be used.' },
  judgements: { meaning: 'Each annotator’s judgements of each item.' },
  judgementsSoFar: {
    meaning:
      'The judgements of all batches so far; stored by every tenth batch, so that a settlement reads few objects.',
  },
  quality: { meaning: 'Agreement and cost of a batch, and how reliable the labels so far are.' },
  labelSnapshot: { meaning: "Each message's current label: an immutable snapshot, or a delta on another." },
  currentLabels: { meaning: 'Which snapshot is current.' },
  train: { meaning: 'Training examples, in BlazingText’s format.' },
  validation: { meaning: 'Validation examples, for early stopping.' },
  evaluation: { meaning: 'The evaluation set: never a channel of a training job.' },
  datasetRefused: { meaning: 'Labels that the dataset leaves out, with the reason.' },
  datasetLabels: { meaning: 'The ids of all labels in the dataset, with the part that each is in.' },
  dataset: { meaning: 'The inputs of a dataset. Its put starts training.' },
  artefact: {
    meaning:
      'The trained model: the files of its engine, and a `model.json` that names it; from SageMaker `model.bin` alone.',
    outsideWriter: 'SageMaker',
  },
  training: { meaning: 'What ran: hyperparameters, time, cost. Its put starts the evaluation.' },
  card: { meaning: 'Metrics, lineage, cost, verdict and every reason.' },
  live: { meaning: 'How good a champion is on labels that came after its promotion.' },
  registration: { meaning: "The model's entry in the model registry." },
  tuning: { meaning: 'A search over hyperparameters and what it found.' },
  champion: { meaning: "Which model is live; compare-and-swap. The object's versions are the history." },
  predictions: { meaning: 'Label and probability of each post of a run.' },
  prompt: { meaning: 'The prompt of a language model, for the hash in the key.' },
  answers: {
    meaning: 'The answers of a language model about messages of a UTC day, each asked about once. It has no text.',
  },
  asked: {
    meaning: 'Progress and cost of asking about the messages of a UTC day. Its put starts a report of the day.',
  },
  report: { meaning: 'The shares of a UTC day and of seven days, their intervals and how they were estimated.' },
  reportIndex: { meaning: 'The headline of every day.' },
  movedShares: {
    meaning: 'Which shares of a calendar week differ from those of the week before; named by its Sunday, decided once.',
  },
  evidence: {
    meaning:
      'The evidence for the shares of a day: its most repeated messages, the words that set labels apart, what moved the shares.',
  },
  facts: {
    meaning: 'A UTC day counted by message: posts, kept scores and the runs. Reports are composed from it.',
  },
  trainExamples: { meaning: 'Training examples with their shown text, for engines that read messages.' },
  validationExamples: { meaning: 'Validation examples with their shown text.' },
  deletedFrom: {
    meaning:
      'The model was trained on posts that were deleted: it cannot be rolled back to, and is deleted once it is replaced.',
  },
  deletion: { meaning: 'A request for deletion: what was removed from where. It names no post.' },
  staged: { meaning: 'An object on its way to a key whose put starts work; deleted at once.' },
  tableOfPosts: { meaning: 'Posts of a day for SQL, each once; the posts of all its runs.' },
  tableOfRuns: { meaning: 'A run for SQL: what it covered and cost.' },
  tableOfPredictions: { meaning: 'Predictions of a day for SQL, each post once.' },
  tableOfShares: { meaning: 'The shares of a report for SQL.' },
  tableOfLabels: { meaning: 'The current labels of messages of a day, for SQL.' },
  tableOfJudgements: { meaning: 'The judgements of a batch for SQL.' },
  tableOfBatches: { meaning: 'A settled batch for SQL: quality and cost.' },
  tableOfModels: { meaning: 'A model for SQL: verdict, scores and cost.' },
  tuningBefore: { meaning: 'The same, as a release with one engine stored it.' },
}

/** The modules of shared/state that own rows, by the name of their file. */
export const stateModules: Readonly<Record<string, object>> = {
  cursor,
  lease,
  ledger,
  'reached-caps': reachedCaps,
  'run-log': runLog,
  'open-batches': openBatches,
  'cascade-claims': cascadeClaims,
  confirmations,
  'asked-messages': askedMessages,
  'evaluation-boost': evaluationBoost,
  desk,
  'desk-item-rows': deskItemRows,
  'training-jobs': trainingJobs,
  'reported-batches': reportedBatches,
  people,
  'quiet-look': quietLook,
  'recovery-requests': recoveryRequests,
  'rewritten-labels': rewrittenLabels,
  'sent-mails': sentMails,
  tombstones,
  absences,
  'open-deletions': openDeletions,
}

/** The kinds of rows that a module of shared/state exports. */
export const rowKindsOf = (module: object): RowKind[] =>
  Object.values(module)
    .filter(isRowKind)
    .sort((a, b) => (`${a.pk} ${a.sk}` < `${b.pk} ${b.sk}` ? -1 : 1))

const isRowKind = (value: unknown): value is RowKind =>
  typeof value === 'object' && value !== null && 'pk' in value && 'sk' in value && 'meaning' in value

/** docs/architecture.md with new tables between the markers; the text around the tables stays. */
export const withMaps = (page: string, root: string): string =>
  withTable(withTable(page, 'bucket', bucketTable(root)), 'table', rowTable(root))

const withTable = (page: string, name: string, rows: readonly string[]): string =>
  betweenMarks(
    page,
    [`<!-- ${name}: generated by \`node bin/run.mjs bin/schemas.ts\` -->`, `<!-- end of ${name} -->`],
    rows,
  )

const permission = z.looseObject({
  read: z.array(z.string()).default([]),
  write: z.array(z.string()).default([]),
  upload: z.array(z.string()).default([]),
})

/** stack/permissions.yml says who may write and read a key. */
function bucketTable(root: string): string[] {
  const text = readFileSync(path.join(root, 'stack/permissions.yml'), 'utf8')
  const functions = Object.entries(z.record(z.string(), permission).parse(parse(text, { logLevel: 'silent' })))
  const rows = Object.entries(keys).map(([name, { pattern }]) => {
    const about = KEYS[name]
    if (!about) throw new Error(`keys.${name} has no description: add one to bin/architecture.ts`)
    const example = pattern.replaceAll(/[{}]/g, '')
    const allowed = (of: (one: z.infer<typeof permission>) => readonly string[]) =>
      functions.filter(([, one]) => of(one).some((glob) => isMatch(glob, example))).map(([name]) => name)
    const writers = [
      ...allowed(({ write, upload }) => [...write, ...upload]),
      ...(about.outsideWriter ? [about.outsideWriter] : []),
    ]
    return `| \`${shown(pattern)}\` | ${about.meaning} | ${writers.join(', ')} | ${allowed(({ read }) => read).join(', ')} | ${deletionOf(name)} |`
  })
  return ['| key | meaning | may write | may read | deleted posts go |', '| --- | --- | --- | --- | --- |', ...rows]
}

/** `PLACES` has every key, which the type of a record's entries does not say. */
const deletionOf = (name: string): string => PLACES[name as keyof typeof PLACES].how

const isMatch = (glob: string, key: string): boolean =>
  new RegExp(`^${glob.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*')}$`).test(key)

function rowTable(root: string): string[] {
  const users = usersOf(root)
  const rows = Object.entries(stateModules).flatMap(([name, module]) =>
    rowKindsOf(module).map(({ pk, sk, meaning, attributes }) => {
      const used = [...(users.get(`shared/state/${name}`) ?? [])].sort()
      return `| \`${shown(pk)}\` | \`${shown(sk)}\` | ${meaning} | ${attributesOf(attributes)} | \`${name}\` | ${used.join(', ')} | ${rowDeletionOf(`${pk} ${sk}`)} |`
    }),
  )
  return [
    '| pk | sk | meaning | attributes | owner | used by | deleted posts go |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ]
}

function rowDeletionOf(kind: string): string {
  const how = ROWS[kind]
  if (how === undefined) throw new Error(`row ${kind} has no entry for deletion: add one to services/privacy/rows.ts`)
  return how
}

const attributesOf = (attributes: z.ZodType): string =>
  attributes instanceof z.ZodObject
    ? Object.keys(attributes.shape)
        .map((name) => `\`${name}\``)
        .join(', ')
    : ''

const shown = (pattern: string): string => pattern.replaceAll('{', '<').replaceAll('}', '>')

/** The services whose code a module of `shared` is part of, by module; type-only imports do not count. */
function usersOf(root: string): Map<string, Set<string>> {
  const users = new Map<string, Set<string>>()
  for (const service of readdirSync(path.join(root, 'services'))) {
    const seen = new Set<string>()
    const visit = (file: string): void => {
      if (seen.has(file)) return
      seen.add(file)
      for (const next of valueImportsOf(root, file)) visit(next)
    }
    for (const file of readdirSync(path.join(root, 'services', service), { recursive: true, encoding: 'utf8' })) {
      if (file.endsWith('.ts')) visit(path.join('services', service, file))
    }
    for (const file of seen) {
      const module = file.replace(/\.ts$/, '')
      users.set(module, (users.get(module) ?? new Set()).add(service))
    }
  }
  return users
}

function valueImportsOf(root: string, file: string): string[] {
  const text = readFileSync(path.join(root, file), 'utf8')
  return Array.from(text.matchAll(/^(?:import|export) (?!type )[^']*?from '(\.[^']*)'/gm), ([, to = '']) => {
    const target = path.join(path.dirname(file), to)
    return [`${target}.ts`, `${target}/index.ts`].filter((one) => isFile(path.join(root, one)))
  }).flat()
}

const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
