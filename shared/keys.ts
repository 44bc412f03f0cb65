/** Names of the parts of a key pattern: `'raw/{date}/x'` has `'date'`. */
export type PartsOf<P extends string> = P extends `${string}{${infer Part}}${infer Rest}` ? Part | PartsOf<Rest> : never

/** Names of the optional parts of a key: `'raw/[stream={stream}/]hashtag={hashtag}'` has `'stream'`. */
type OptionalOf<P extends string> = P extends `${string}[${infer Group}]${infer Rest}`
  ? PartsOf<Group> | OptionalOf<Rest>
  : never

/** Values of the parts of a key pattern. */
type Parts<P extends string> = Record<Exclude<PartsOf<P>, OptionalOf<P>>, string> & {
  [Part in OptionalOf<P>]?: string | undefined
}

export interface Key<P extends string> {
  /** The key for these parts. Throws when a part has a character that does not belong in a key. */
  (parts: Parts<P>): string
  /** The parts of a key of this form; undefined for any other key. */
  match(key: string): Parts<P> | undefined
  /** The prefix of all keys with these parts: everything up to the first part that is not given. */
  start(parts: Partial<Parts<P>>): string
  /** The same as an EventBridge `wildcard`, in which a group in brackets and the segment after it are one `*`. */
  wildcard: string
  pattern: P
}

/** Values of parts by name. */
type Given = Readonly<Record<string, string | undefined>>

/** What the first character of a special piece of a pattern is as a regular expression. */
const SPECIAL: Readonly<Record<string, string>> = { '{': '([^/]+)', '[': '(?:', ']': ')?' }

/**
 * Every object has its key here; nothing else in the project spells a key. A group in brackets is left out where its
 * part is not given: keys of releases without streams have no `stream=`.
 */
export const keys = {
  source: key('sources/{file}'),
  import: key('imports/{file}'),
  export: key('exports/{file}'),
  posts: key('raw/[stream={stream}/]hashtag={hashtag}/date={date}/run={run}/posts-{page}.csv'),
  refused: key('raw/[stream={stream}/]hashtag={hashtag}/date={date}/run={run}/refused-{page}.jsonl'),
  run: key('raw/[stream={stream}/]hashtag={hashtag}/date={date}/run={run}/run.json'),
  cascades: key('cascades/[stream={stream}/]hashtag={hashtag}/date={date}/run={run}.csv'),
  knownTexts: key('cascades/[stream={stream}/]hashtag={hashtag}/date={date}/run={run}.texts'),
  importedTexts: key('cascades/imports/{batch}.texts'),
  plan: key('labeling/{batch}/plan.json'),
  inputManifest: key('labeling/{batch}/input.manifest'),
  thirdManifest: key('labeling/{batch}/third.manifest'),
  categories: key('labeling/{batch}/categories.json'),
  instructions: key('labeling/{batch}/instructions.liquid'),
  jobManifest: key('labeling/{batch}/jobs/{job}/manifests/output/output.manifest'),
  settledManifest: key('labeled/{batch}/output.manifest'),
  settledRefused: key('labeled/{batch}/refused.jsonl'),
  judgements: key('labeled/{batch}/judgements.json'),
  quality: key('labeled/{batch}/quality.json'),
  judgementsSoFar: key('labeled/{batch}/judgements-so-far.json'),
  labelSnapshot: key('labels/{snapshot}.jsonl'),
  currentLabels: key('labels/current.json'),
  train: key('datasets/{dataset}/train/posts.train'),
  validation: key('datasets/{dataset}/validation/posts.validation'),
  trainExamples: key('datasets/{dataset}/train/posts.jsonl'),
  validationExamples: key('datasets/{dataset}/validation/posts.jsonl'),
  evaluation: key('datasets/{dataset}/evaluation/posts.jsonl'),
  datasetRefused: key('datasets/{dataset}/refused.jsonl'),
  datasetLabels: key('datasets/{dataset}/labels.csv'),
  dataset: key('datasets/{dataset}/dataset.json'),
  artefact: key('models/{job}/output/model.tar.gz'),
  training: key('models/{job}/training.json'),
  card: key('models/{job}/card.json'),
  live: key('models/{job}/live.json'),
  registration: key('models/{job}/registration.json'),
  tuning: key('tuning/{engine}/{schema}/{rows}/{dataset}.json'),
  /** Of a release with one engine. */
  tuningBefore: key('tuning/{schema}/{rows}/{dataset}.json'),
  champion: key('champion.json'),
  predictions: key('predictions/[stream={stream}/]hashtag={hashtag}/date={date}/run={run}.csv'),
  prompt: key('answers/model={model}/prompt={prompt}/prompt.json'),
  answers: key(
    'answers/model={model}/prompt={prompt}/[stream={stream}/]hashtag={hashtag}/date={date}/part-{part}.jsonl',
  ),
  asked: key('answers/model={model}/prompt={prompt}/[stream={stream}/]hashtag={hashtag}/date={date}/asked.json'),
  facts: key('facts/[stream={stream}/]hashtag={hashtag}/date={date}.json'),
  report: key('reports/[stream={stream}/]hashtag={hashtag}/date={date}.json'),
  reportIndex: key('reports/index.json'),
  movedShares: key('reports/moved/week={week}.json'),
  evidence: key('evidence/[stream={stream}/]hashtag={hashtag}/date={date}.json'),
  deletedFrom: key('models/{job}/deleted.json'),
  deletion: key('privacy/{request}.json'),
  staged: key('privacy/staged/{request}/{name}'),
  tableOfPosts: key('tables/posts/stream={stream}/hashtag={hashtag}/day={date}/posts.jsonl.gz'),
  tableOfRuns: key('tables/runs/stream={stream}/hashtag={hashtag}/day={date}/{run}.jsonl.gz'),
  tableOfPredictions: key('tables/predictions/stream={stream}/hashtag={hashtag}/day={date}/predictions.jsonl.gz'),
  tableOfShares: key('tables/shares/stream={stream}/hashtag={hashtag}/day={date}/shares.jsonl.gz'),
  tableOfLabels: key('tables/labels/stream={stream}/hashtag={hashtag}/day={date}/labels.jsonl.gz'),
  tableOfJudgements: key('tables/judgements/stream={stream}/hashtag={hashtag}/day={date}/{batch}.jsonl.gz'),
  tableOfBatches: key('tables/batches/day={date}/{batch}.jsonl.gz'),
  tableOfModels: key('tables/models/day={date}/{job}.jsonl.gz'),
}

/** Folders that are listed. */
export const prefixes = {
  importedTexts: 'cascades/imports/',
  raw: 'raw/',
  labeled: 'labeled/',
  datasets: 'datasets/',
  models: 'models/',
  tuning: 'tuning/',
  labeling: 'labeling/',
  privacy: 'privacy/',
  tableOfLabels: 'tables/labels/',
  queryResults: 'query-results/',
}

function key<const P extends string>(pattern: P): Key<P> {
  const names = Array.from(pattern.matchAll(/(?<=\{)\w+(?=\})/g), ({ 0: name }) => name)
  const optional = new Set(Array.from(pattern.matchAll(/\[[^\]]*\{(\w+)\}/g), ([, name]) => name))
  const expression = new RegExp(
    `^${pattern
      .split(/(\{\w+\}|\[|\])/)
      .map((piece) => SPECIAL[piece[0] ?? ''] ?? piece.replaceAll(/[.*+?^$()|\\]/g, String.raw`\$&`))
      .join('')}$`,
  )

  const fill = (template: string, parts: Given) =>
    template
      .replaceAll(/\[([^\]]*\{(\w+)\}[^\]]*)\]/g, (_, group: string, name: string) =>
        parts[name] === undefined ? '' : group,
      )
      .replaceAll(/\{(\w+)\}/g, (_, name: string) => {
        const value = parts[name] ?? ''
        if (!/^[^/\p{Cc}]+$/u.test(value) || value === '..')
          throw new Error(
            `${name} "${value}" cannot be part of the key ${pattern}: it is empty or has a character that keys must not have`,
          )
        return value
      })
  const build = (parts: Given) => fill(pattern, parts)
  const start = (parts: Given) => {
    const missing = names.find((name) => parts[name] === undefined && !optional.has(name))
    if (missing === undefined) return fill(pattern, parts)
    const before = pattern.slice(0, pattern.indexOf(`{${missing}}`))
    // Where neither the group nor a later part is given, the prefix ends before the group, which both forms of the key
    // share.
    const group = /\[[^\]]*\{(\w+)\}[^\]]*\][^/]*$/.exec(before)
    const name = group?.[1]
    return fill(name !== undefined && parts[name] === undefined ? before.slice(0, group?.index) : before, parts)
  }

  const match = (candidate: string) => {
    const found = expression.exec(candidate)
    if (!found) return undefined
    return Object.fromEntries(
      names.flatMap((name, i) => {
        const part = found[i + 1]
        return part === undefined ? [] : [[name, part] as const]
      }),
    )
  }

  const wildcard = pattern.replaceAll(/\[[^\]]*\][^/]*/g, '*').replaceAll(/\{\w+\}/g, '*')
  // The names of the parts are those of the pattern, which only its type knows.
  return Object.assign(build, { match, start, wildcard, pattern }) as unknown as Key<P>
}
