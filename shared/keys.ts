/** Names of the parts of a key pattern: `'raw/{date}/x'` has `'date'`. */
export type PartsOf<P extends string> = P extends `${string}{${infer Part}}${infer Rest}` ? Part | PartsOf<Rest> : never

export interface Key<P extends string> {
  /** The key for these parts. Throws when a part would leave its place in the key. */
  (parts: Record<PartsOf<P>, string>): string
  /** The parts of a key of this form, or nothing. */
  match(key: string): Record<PartsOf<P>, string> | undefined
  /** The beginning that keys with these parts share: all up to the first part that is not given. */
  start(parts: Partial<Record<PartsOf<P>, string>>): string
  /** The same as an EventBridge `wildcard`. */
  wildcard: string
  pattern: P
}

/** Every object of ours has its place here; nothing else in the project spells a key. */
export const keys = {
  source: key('sources/{file}'),
  import: key('imports/{file}'),
  export: key('exports/{file}'),
  posts: key('raw/hashtag={hashtag}/date={date}/run={run}/posts-{page}.csv'),
  refused: key('raw/hashtag={hashtag}/date={date}/run={run}/refused-{page}.jsonl'),
  run: key('raw/hashtag={hashtag}/date={date}/run={run}/run.json'),
  cascades: key('cascades/hashtag={hashtag}/date={date}/run={run}.csv'),
  knownTexts: key('cascades/hashtag={hashtag}/date={date}/run={run}.texts'),
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
  /** Of a release that had one engine. */
  tuningBefore: key('tuning/{schema}/{rows}/{dataset}.json'),
  champion: key('champion.json'),
  predictions: key('predictions/hashtag={hashtag}/date={date}/run={run}.csv'),
  facts: key('facts/hashtag={hashtag}/date={date}.json'),
  report: key('reports/hashtag={hashtag}/date={date}.json'),
  reportIndex: key('reports/index.json'),
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
  type Part = PartsOf<P>
  const names = [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as Part)
  const expression = new RegExp(
    `^${pattern
      .split(/\{\w+\}/)
      .map((literal) => literal.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('([^/]+)')}$`,
  )

  const fill = (template: string, parts: Partial<Record<Part, string>>) =>
    template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = parts[name as Part] ?? ''
      if (!/^[^/\p{Cc}]+$/u.test(value) || value === '..')
        throw new Error(`${name} cannot stand in ${pattern}: ${value}`)
      return value
    })
  const build = (parts: Record<Part, string>) => fill(pattern, parts)
  const start = (parts: Partial<Record<Part, string>>) => {
    const missing = names.find((name) => parts[name] === undefined)
    return fill(missing === undefined ? pattern : pattern.slice(0, pattern.indexOf(`{${missing}}`)), parts)
  }

  const match = (candidate: string) => {
    const found = expression.exec(candidate)
    // fromEntries forgets the names of the keys it was given.
    return found
      ? (Object.fromEntries(names.map((name, i) => [name, found[i + 1]!])) as Record<Part, string>)
      : undefined
  }

  return Object.assign(build, { match, start, wildcard: pattern.replaceAll(/\{\w+\}/g, '*'), pattern })
}
