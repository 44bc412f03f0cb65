import type { keys } from '../../../shared/keys'
import { labelFile, postFile } from './any-file'
import type { Fields } from './clean'
import type { Rewrite } from './lines'
import {
  rewriteCsv,
  gzippedJsonLines,
  jsonDocument,
  rewriteJsonLines,
  knownTexts,
  refusedRows,
  trainingLines,
} from './shapes'

/** What deletion does to the objects of a key. */
export type DeletionRule =
  | {
      /** One phrase for docs/architecture.md. */
      how: string
      rewrite: Rewrite
      /** Set where the objects say which post showed a message: a search reads them. */
      tells?: Fields
      /** A put of the key starts work, so it is written by a copy, which no rule reacts to. */
      starts?: true
    }
  | { how: string; rewrite?: undefined }

const holdsNeither = 'neither id nor text'
const asked: Fields = {
  post: ['post', 'post-id'],
  text: ['source'],
  // A plan's draws count every message, and its probabilities depend on them.
  kept: ['draws'],
}
const settled: Fields = { post: ['post-id', 'post'], text: ['source'], breaks: 'breaks' }
const standing: Fields = { post: ['post'], text: ['text'] }
const examples: Fields = { text: ['shown'] }
const evaluated: Fields = { post: ['post'], text: ['shown'], tokens: 'text' }
const judged: Fields = { post: ['post'], goesWithItem: true, judgements: 'judgements' }
const tablePost: Fields = { post: ['post_id'], repeats: ['repeats'], author: ['author_id'] }
const tablePrediction: Fields = { post: ['post_id'] }
const tableLabel: Fields = { post: ['post_id'], item: 'message' }
const ofMessage: Fields = { item: 'message', goesWithItem: true }

/** Every key of the bucket: `keys` may have no other, and a key without an entry does not compile. */
export const PLACES: Readonly<Record<keyof typeof keys, DeletionRule>> = {
  source: { how: 'rows', rewrite: postFile },
  import: { how: 'rows', rewrite: labelFile },
  export: { how: 'rows', rewrite: labelFile },
  posts: {
    how: 'rows',
    rewrite: rewriteCsv(({ id = '', retweet_of: of = '' }, { isPost }) => isPost(id) || isPost(of)),
  },
  refused: { how: 'lines', rewrite: refusedRows },
  run: { how: holdsNeither },
  cascades: { how: 'rows', rewrite: rewriteCsv(({ post_id: post = '' }, { isPost }) => isPost(post)) },
  knownTexts: { how: 'texts', rewrite: knownTexts },
  importedTexts: { how: 'texts', rewrite: knownTexts },
  plan: { how: 'items; draws keep their numbers', rewrite: jsonDocument(asked), tells: asked },
  inputManifest: { how: 'lines', rewrite: rewriteJsonLines(settled) },
  thirdManifest: { how: 'lines', rewrite: rewriteJsonLines(settled) },
  categories: { how: holdsNeither },
  instructions: { how: holdsNeither },
  jobManifest: { how: 'lines', rewrite: rewriteJsonLines(settled), starts: true },
  settledManifest: { how: 'lines', rewrite: rewriteJsonLines(settled), tells: settled, starts: true },
  settledRefused: {
    how: 'lines',
    rewrite: rewriteJsonLines({ ...settled, text: ['source', 'found'], judgements: 'judgements' }),
    tells: settled,
  },
  judgements: { how: 'items without a remaining post', rewrite: jsonDocument(judged) },
  judgementsSoFar: { how: 'items without a remaining post', rewrite: jsonDocument(judged) },
  quality: { how: holdsNeither },
  labelSnapshot: { how: 'lines', rewrite: rewriteJsonLines(standing), tells: standing },
  currentLabels: { how: 'notes that snapshots were rewritten' },
  train: { how: 'lines', rewrite: trainingLines },
  validation: { how: 'lines', rewrite: trainingLines },
  trainExamples: { how: 'lines', rewrite: rewriteJsonLines(examples) },
  validationExamples: { how: 'lines', rewrite: rewriteJsonLines(examples) },
  evaluation: { how: 'lines', rewrite: rewriteJsonLines(evaluated), tells: evaluated },
  datasetRefused: { how: 'lines', rewrite: rewriteJsonLines({ ...settled, text: ['source', 'found'] }) },
  datasetLabels: {
    how: 'items without a remaining post',
    rewrite: rewriteCsv(({ item = '' }, { isGone }) => isGone(item)),
  },
  dataset: { how: holdsNeither },
  artefact: { how: 'as a whole, once another model is live' },
  training: { how: holdsNeither },
  card: { how: 'counts what was deleted' },
  live: { how: holdsNeither },
  registration: { how: holdsNeither },
  tuning: { how: holdsNeither },
  tuningBefore: { how: holdsNeither },
  champion: { how: holdsNeither },
  predictions: { how: 'rows', rewrite: rewriteCsv(({ post_id: post = '' }, { isPost }) => isPost(post)) },
  prompt: { how: holdsNeither },
  answers: { how: 'lines without a remaining post', rewrite: rewriteJsonLines(ofMessage) },
  asked: { how: 'counts, and names of messages alone' },
  facts: { how: 'counts of messages alone' },
  report: { how: holdsNeither },
  reportIndex: { how: holdsNeither },
  movedShares: { how: holdsNeither },
  evidence: { how: 'messages; words are those of five authors', rewrite: jsonDocument(standing) },
  deletedFrom: { how: holdsNeither },
  deletion: { how: 'keyed hashes alone' },
  staged: { how: 'removed when it is copied' },
  tableOfPosts: { how: 'lines', rewrite: gzippedJsonLines(tablePost) },
  tableOfRuns: { how: holdsNeither },
  tableOfPredictions: { how: 'lines', rewrite: gzippedJsonLines(tablePrediction) },
  tableOfShares: { how: holdsNeither },
  tableOfLabels: { how: 'lines', rewrite: gzippedJsonLines(tableLabel) },
  tableOfJudgements: { how: 'lines without a remaining post', rewrite: gzippedJsonLines(ofMessage) },
  tableOfBatches: { how: holdsNeither },
  tableOfModels: { how: holdsNeither },
}
