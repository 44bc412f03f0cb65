/** A type that Athena, Glue and DuckDB call by the same name. */
export type ColumnType = 'string' | 'bigint' | 'double' | 'boolean'

export interface SqlColumn {
  type: ColumnType
  /** The comment of the column in the Glue catalogue. */
  comment: string
}

interface Table {
  comment: string
  /** Partition columns: each is a folder of the key. */
  partitions: readonly PartitionColumn[]
  /** In the order of a row. Names are in lower case, as the SerDe makes them. */
  columns: Readonly<Record<string, SqlColumn>>
  /** Whether a column holds the text of a post or its author: access to it is opt-in. */
  personal: boolean
}

export type PartitionColumn = 'stream' | 'hashtag' | 'day'

/** Comments of the partition columns. */
export const PARTITION_COLUMNS: Readonly<Record<PartitionColumn, string>> = {
  stream: 'Network that the posts come from; - where none is known.',
  hashtag: 'Hashtag without #, in lower case; - where a row belongs to none.',
  day: 'UTC day, as in 2026-11-21. It is a text: compare it with other days as text.',
}

const text = (comment: string) => ({ type: 'string', comment }) as const
const count = (comment: string) => ({ type: 'bigint', comment }) as const
const number = (comment: string) => ({ type: 'double', comment }) as const
const flag = (comment: string) => ({ type: 'boolean', comment }) as const

const BY_STREAM = ['stream', 'hashtag', 'day'] as const
const BY_DAY = ['day'] as const

/**
 * The data as tables for SQL. Rows of a table are under its name in `tables/`, as gzipped JSON Lines; the catalogue of
 * the stack, `npm run query` and docs/tables.md follow from this list. Every value is a text, a number or a boolean,
 * because engines differ in nested values.
 */
export const SQL_TABLES = {
  posts: {
    comment: 'Each post under each hashtag and day that it was collected for. Holds texts and authors.',
    partitions: BY_STREAM,
    personal: true,
    columns: {
      post_id: text('Id of the post at its network.'),
      created_at: text('When it was posted, ISO 8601 in UTC, as in 2026-11-21T08:00:00.000Z.'),
      author_id: text('Id of its author at the network.'),
      language: text('BCP 47, or empty where the network does not say.'),
      repeats: text('Id of the post that it repeats; null where it repeats none.'),
      source: text('Name of its source in bellwether.yml.'),
      paid_partnership: flag('True where its author disclosed that it was paid for.'),
      run: text('Run of the collector that found it first.'),
      message: text('A hash of the exact form of its text: equal for posts with the same text.'),
      text: text('Its full text as people are shown it. Invalid Unicode is replaced by U+FFFD.'),
    },
  },
  runs: {
    comment: 'Each run of the collector: what it covered, why posts were left out, and what it cost.',
    partitions: BY_STREAM,
    personal: false,
    columns: {
      run: text('Name of the run.'),
      source: text('Name of the source in bellwether.yml.'),
      window_from: text('Beginning of the requested time, ISO 8601 in UTC.'),
      window_to: text('End of that time, exclusive.'),
      posts: count('Posts that were stored.'),
      existing: count('How many posts there were, where the network says so.'),
      existing_is_estimate: flag('True where the network only estimates how many there were.'),
      other_languages: count('Posts that were left out for their language.'),
      refused_rows: count('Rows that are not valid posts.'),
      complete: flag('False where a cap or a gap left out a part.'),
      stopped_by: text('What ended the run early; null where nothing did.'),
      cost_usd: number('US dollars that the reads cost.'),
    },
  },
  predictions: {
    comment: 'What the live model said of each post when it was collected.',
    partitions: BY_STREAM,
    personal: false,
    columns: {
      post_id: text('Id of the post at its network.'),
      label: text('The most probable category.'),
      probability: number('Calibrated probability of that category.'),
      model: text('Training job of the model.'),
      message: text('Equal for posts with the same text.'),
      probabilities: text('Probability of every category, as a text of JSON: {"technical":0.8,"marketing":0.2}.'),
    },
  },
  labels: {
    comment: "Each message's current label, under each hashtag that found it.",
    partitions: BY_STREAM,
    personal: false,
    columns: {
      message: text('The message: near copies share it.'),
      post_id: text('Id of the post that annotators saw.'),
      label: text('Name of the category.'),
      role: text('evaluation or training.'),
      labelled_at: text('When the label was given, ISO 8601 in UTC.'),
      batch: text('Batch, import or correction that gave it.'),
      confidence: number('Probability of the label, given the judgements.'),
      judgements: count('Judgements that the label rests on.'),
      by_owner: flag('True where the owner decided it.'),
      posts: count('Posts of the message on the day of the draw.'),
      inclusion_probability: number('Probability of being drawn; null where unknown.'),
      schema_version: count('Version of the categories that it was given under.'),
    },
  },
  judgements: {
    comment: 'What each annotator said of each message of a settled batch; day is that of the batch.',
    partitions: BY_STREAM,
    personal: false,
    columns: {
      batch: text('Name of the batch.'),
      message: text('The message that was judged.'),
      annotator: text('Who judged it, by the name of the invitation.'),
      purpose: text('label, gold, repeat, confirm or relabel: why it was asked.'),
      label: text('The category; null where the annotator flagged the message.'),
      flag: text('Why it cannot have a category; null where it has one.'),
      judged_at: text('When, ISO 8601 in UTC.'),
      schema_version: count('Version of the categories.'),
    },
  },
  batches: {
    comment: 'Each settled batch: how far its labels can be trusted, and what they cost.',
    partitions: BY_DAY,
    personal: false,
    columns: {
      batch: text('Name of the batch.'),
      items: count('Messages that were asked about.'),
      labelled: count('Messages that got a label.'),
      judgements: count('Judgements that were given.'),
      status: text('ok, unreliable or unmeasured: of the labels so far.'),
      alpha: number("Krippendorff's alpha of the labels so far; null where nobody judged the same."),
      error_rate: number('How often a judgement is wrong, as measured or assumed.'),
      error_rate_high: number('Its one-sided 80 % limit.'),
      schema_version: count('Version of the categories.'),
      cost_usd: number('US dollars that the judgements cost.'),
    },
  },
  shares: {
    comment: 'The share of each category, with its 95 % interval, as the report of the day says it.',
    partitions: BY_STREAM,
    personal: false,
    columns: {
      period: text('day, or week for the seven days that end with it.'),
      first_day: text('First UTC day of the period.'),
      basis: text('posts, or messages: each message counts once.'),
      label: text('Name of the category.'),
      state: text('reported, or why there is no share.'),
      share: number('Between 0 and 1; null unless reported.'),
      low: number('Lower end of the 95 % interval.'),
      high: number('Upper end of the 95 % interval.'),
      counted: number("The share of the model's predictions alone. It has no valid interval."),
      posts: count('Posts of the period.'),
      messages: count('Distinct messages of the period.'),
      labels: count('Labelled messages that the share rests on.'),
      collected: number('The collected part of all posts, as far as is known.'),
      complete: flag('False where a cap or a gap left out a part of the day.'),
      label_status: text('ok, unreliable or unmeasured.'),
      model: text('Training job of the model whose scores count; null where none was live.'),
    },
  },
  models: {
    comment: 'Each model that was evaluated: verdict, scores, cost. day is that of its training.',
    partitions: BY_DAY,
    personal: false,
    columns: {
      job: text('Training job.'),
      dataset: text('Id of the dataset that it was trained on.'),
      engine: text('As training.engine spells it.'),
      trainer: text('As training.trainer spells it.'),
      verdict: text('promoted or rejected.'),
      provisional: flag('True where there were few evaluation posts, or no champion to compare with.'),
      champion: text('Training job that it was compared with; null where none was live.'),
      macro_f1: number('On the evaluation window; null where the model could not be read.'),
      macro_f1_low: number('Lower end of its 95 % interval.'),
      macro_f1_high: number('Upper end of its 95 % interval.'),
      accuracy: number('On the evaluation window.'),
      champion_macro_f1: number('Of the champion on the same posts.'),
      evaluation_items: count('Posts of the evaluation window.'),
      training_rows: count('Training examples of the dataset.'),
      label_status: text('ok, unreliable or unmeasured.'),
      schema_version: count('Version of the categories.'),
      training_usd: number('US dollars of this training; null where unknown.'),
    },
  },
} as const satisfies Record<string, Table>

export type TableName = keyof typeof SQL_TABLES
export const TABLE_NAMES = Object.keys(SQL_TABLES) as TableName[] // Object.keys forgets the names of the keys.

type Values = { string: string; bigint: number; double: number; boolean: boolean }

/** A row of a table: every column, null where there is no value. */
export type SqlRow<N extends TableName> = {
  [C in keyof (typeof SQL_TABLES)[N]['columns']]: (typeof SQL_TABLES)[N]['columns'][C] extends { type: infer T }
    ? Values[T & ColumnType] | null
    : never
}

/** Columns of a table, in the order of a row. */
export const columnsOf = (name: TableName): [string, SqlColumn][] => Object.entries<SqlColumn>(SQL_TABLES[name].columns)

/** The value of a partition column where a row belongs to none: no hashtag and no network is called so. */
export const NONE = '-'
