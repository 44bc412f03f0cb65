import type { CardRecord, ScoresRecord } from '../../shared/records'
import { type Child, element } from '../element'
import { facts, paragraph, section } from './section'
import { figure } from './figure'
import { forest, lookOf, type ForestRow } from './plots'
import { behind } from './table'
import { type Cell, type CsvColumn, numberColumns, textColumns } from './csv'
import { count, dateInWords, many } from '../../shared/words'
import { asSentence } from '../words'
import { percent } from '../../shared/share-sentence'
import { cardAddress, dollarsInWords, score, scoreWithInterval, shortJob, withShortJobs } from './words'
import { engines, longLost } from './engines'
import { secondPredictorOfCard } from './second-predictor'

/** A model's card for people: how good it is and how that is known, what it is made of, and why it is live or not. */
export function modelCard(card: CardRecord): Child[] {
  const { job, verdict, provisional, window } = card
  const said = `${verdict === 'promoted' ? '✓ Promoted' : '✗ Rejected'}${provisional ? ', provisionally' : ''}`
  return [
    element(
      'header',
      {},
      element('p', { class: 'brand' }, element('a', { href: '/report' }, 'Bellwether')),
      element('h1', {}, `Model ${shortJob(job)}`),
      element('p', { class: 'small' }, job),
    ),
    element('p', { class: `lead verdict-line ${verdict}` }, element('strong', {}, said)),
    element(
      'ul',
      { class: 'reasons' },
      ...card.reasons.map((reason) => element('li', {}, asSentence(withShortJobs(reason)))),
    ),
    gate(card),
    section(
      'quality',
      'How good it is',
      paragraph(
        `Measured on the newest ${window.items} of ${many(window.of, 'evaluation label')}${window.from && window.to ? `, of posts from ${dateInWords(window.from)} to ${dateInWords(window.to)}` : ''}. None of them was trained on${window.leaked > 0 ? `; ${many(window.leaked, 'more was', 'more were')} left out because the same text stands in the training set` : ''}.`,
      ),
      scores(card),
      classes(card),
      confusion(card),
      byHashtag(card),
    ),
    comparison(card),
    card.engines.length > 1 &&
      section('engines', 'Engines side by side', ...card.engines.flatMap(longLost), ...engines(card.engines)),
    secondPredictorOfCard(card),
    calibration(card),
    live(card),
    training(card),
    data(card),
    lineage(card),
  ]
}

function gate({ gate: rules }: CardRecord): HTMLElement {
  const items = rules.map(({ name, passed, words }) =>
    element(
      'li',
      { class: passed ? 'passed' : 'failed' },
      element('strong', {}, passed ? '✓ passed' : '✗ failed'),
      ` ${name.replaceAll('-', ' ')}: ${withShortJobs(words)}`,
    ),
  )
  return section('gate', 'The rules of the gate', element('ul', { class: 'rules' }, ...items))
}

function scores({ scores: all, champion }: CardRecord): HTMLElement {
  const models: [string, ScoresRecord | null][] = [
    ['this model', all.challenger],
    [champion ? 'the champion' : 'no champion', all.champion],
    ['naive Bayes', all.naiveBayes ?? all.linear],
    ['majority', all.majority],
  ]
  const rows = models.flatMap(([name, one], i): ForestRow[] =>
    one?.macroF1 !== null && one?.macroF1 !== undefined && one.macroF1Interval
      ? [{ name, share: one.macroF1, ...one.macroF1Interval, look: lookOf(i), open: i > 0 }]
      : [],
  )
  const cells = models.flatMap(([name, one]): Cell[][] =>
    one
      ? [
          [
            name,
            one.items,
            one.macroF1,
            one.macroF1Interval?.low ?? null,
            one.macroF1Interval?.high ?? null,
            one.accuracy,
            one.accuracyInterval?.low ?? null,
            one.accuracyInterval?.high ?? null,
            one.logLoss,
          ],
        ]
      : [],
  )
  return figure(
    'Macro-F1 with 95 % intervals, all on the same labels',
    'Macro-F1 of this model beside the champion and two baselines.',
    (width) => forest(width, [{ heading: '', rows }], { scores: true }),
    {
      name: 'bellwether-model-scores',
      caption: 'scores',
      columns: [
        ...textColumns('model'),
        ...numberColumns('items', 'macro-F1', 'low', 'high', 'accuracy', 'low', 'high', 'log loss'),
      ],
      rows: cells,
      say: (cell, column) =>
        typeof cell === 'number' ? (column === 1 ? count(cell) : cell.toFixed(3)) : (cell ?? '–'),
    },
  )
}

function classes({ scores: { challenger } }: CardRecord): Child {
  if (!challenger) return paragraph('The model could not be read, so there is nothing to measure.', 'caution')
  return titled(
    'Label by label',
    plainTable(
      'how each label does',
      [...textColumns('label'), ...numberColumns('items', 'predicted', 'precision', 'recall', 'F1')],
      challenger.classes.map(({ label, items, answered, precision, recall, f1 }) => [
        label,
        count(items),
        count(answered),
        score(precision),
        score(recall),
        score(f1),
      ]),
    ),
  )
}

function confusion({ scores: { challenger } }: CardRecord): Child {
  if (!challenger || challenger.classes.length === 0) return null
  const names = challenger.classes.map(({ label }) => label)
  const cellOf = (items: number, row: number[], right: boolean): HTMLElement => {
    const all = row.reduce((sum, one) => sum + one, 0)
    const shade = all === 0 ? 0 : Math.round((5 * items) / all)
    return element('td', { class: `number shade-${shade}${right ? ' right' : ''}` }, count(items))
  }
  const table = element(
    'table',
    { class: 'confusion' },
    element('caption', { class: 'aside' }, 'What it mistakes for what'),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('td'),
        ...names.map((name) => element('th', { scope: 'col' }, element('bdi', {}, name))),
      ),
    ),
    element(
      'tbody',
      {},
      ...challenger.confusion.map((row, i) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, element('bdi', {}, names[i])),
          ...row.map((items, j) => cellOf(items, row, i === j)),
        ),
      ),
    ),
  )
  return titled(
    'What it mistakes for what',
    element(
      'div',
      {},
      paragraph('Rows are what people said, columns what the model answers. Framed: both the same.', 'small'),
      scrolling('confusion', table),
    ),
  )
}

function byHashtag({ scores: { challenger } }: CardRecord): Child {
  if (!challenger || challenger.hashtags.length === 0) return null
  const { items: all, hashtags } = challenger
  const shared = hashtags.reduce((sum, { items }) => sum + items, 0) > all
  return titled(
    'Hashtag by hashtag',
    element(
      'div',
      {},
      shared && paragraph('A message that came under several hashtags counts in each of them.', 'small'),
      plainTable(
        'hashtags',
        [...textColumns('hashtag'), ...numberColumns('items', 'macro-F1', 'accuracy')],
        hashtags.map(({ hashtag, items, macroF1, accuracy }) => [
          `#${hashtag}`,
          count(items),
          score(macroF1),
          score(accuracy),
        ]),
      ),
    ),
  )
}

function comparison({ comparison: one, champion, best }: CardRecord): HTMLElement {
  if (!one || !champion) {
    return section('comparison', 'Against the champion', paragraph('There was no champion to compare with.'))
  }
  const { difference, low, high, standardError, replicates, mcnemar } = one
  const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(100 * value).toFixed(1)}`
  return section(
    'comparison',
    'Against the champion',
    element(
      'p',
      {},
      'Compared with ',
      element('a', { href: cardAddress(champion) }, shortJob(champion)),
      ', on the same labels.',
    ),
    facts([
      ['Difference', `${signed(difference)} points of macro-F1 (95 % interval ${signed(low)} to ${signed(high)})`],
      ...(standardError === null
        ? []
        : [
            [
              'Standard error',
              `${(100 * standardError).toFixed(1)} points, from ${count(replicates)} resampled windows`,
            ] as [string, string],
          ]),
      ...(best
        ? [
            [
              'Best recent champion',
              `${shortJob(best.job)}, live before, has ${score(best.macroF1)} on these labels`,
            ] as [string, string],
          ]
        : []),
      [
        'Item by item',
        `only this model is right on ${mcnemar.gained}, only the champion on ${mcnemar.lost} (McNemar’s exact p ${mcnemar.p.toFixed(3)})`,
      ],
    ]),
  )
}

function calibration({ calibration: one }: CardRecord): HTMLElement {
  if (!one) return section('calibration', 'How far its confidence can be trusted', paragraph('Not measured.'))
  const { temperature, ece, logLoss, items } = one
  const sure =
    temperature > 1.05
      ? 'surer than it should be'
      : temperature < 0.95
        ? 'less sure than it could be'
        : 'about as sure as it should be'
  return section(
    'calibration',
    'How far its confidence can be trusted',
    facts([
      [
        'Uncorrected',
        `it is ${sure}: its confidence is off by ${percent(ece.raw)} points on average (log loss ${logLoss.raw.toFixed(3)})`,
      ],
      [
        'As reports use it',
        `divided by a temperature of ${temperature.toFixed(2)}: off by ${percent(ece.scaled)} points (log loss ${logLoss.scaled.toFixed(3)})`,
      ],
      ['Measured on', many(items, 'label')],
    ]),
  )
}

function live({ live: one }: CardRecord): Child {
  if (!one) return null
  return section(
    'live',
    'The champion since it went live',
    element(
      'p',
      {},
      element('a', { href: cardAddress(one.job) }, shortJob(one.job)),
      ` on ${many(one.scores.items, 'label')} given after ${dateInWords(one.after)}, up to ${dateInWords(one.through)}:`,
    ),
    facts([
      ['Macro-F1', scoreWithInterval(one.scores.macroF1, one.scores.macroF1Interval)],
      ['Accuracy', scoreWithInterval(one.scores.accuracy, one.scores.accuracyInterval)],
      ['Confidence', one.ece === null ? 'not measured' : `off by ${percent(one.ece)} points`],
    ]),
  )
}

function training({ training: ran, tuning, seed, cost }: CardRecord): HTMLElement {
  const usd = (value: number | null) => (value === null ? 'not known' : dollarsInWords(value))
  const options = (of: Record<string, string>) =>
    Object.entries(of)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')
  return section(
    'training',
    'How it was trained, and what it cost',
    facts([
      ['Engine', ran.engine],
      ['Trainer', `${ran.trainer}${ran.instanceType ? ` on ${ran.instanceType}${ran.spot ? ' spot' : ''}` : ''}`],
      ['Time', `${count(ran.trainSeconds)} s of training, ${count(ran.billableSeconds)} s billed`],
      ['Hyperparameters', options(ran.hyperparameters)],
      ['Seed', seed === null ? 'none, or not known' : String(seed)],
      ['Cost', `labels ${usd(cost.labelsUsd)}, posts ${usd(cost.readsUsd)}, this training ${usd(cost.trainingUsd)}`],
      ...(cost.millionPosts
        ? [['A million posts', `${usd(cost.millionPosts.usd)}: ${cost.millionPosts.how}`] as [string, string]]
        : []),
    ]),
    tuning
      ? behind({
          name: 'bellwether-tuning',
          caption: `${many(tuning.tried.length, 'setting')} tried on ${many(tuning.rows, 'example')} in ${count(tuning.seconds)} s`,
          columns: [...numberColumns(tuning.goal, 'standard error'), ...textColumns('hyperparameters')],
          rows: [...tuning.tried]
            .sort((a, b) => (b.score ?? -1) - (a.score ?? -1))
            .map(({ hyperparameters, score: found, spread }) => [found, spread, options(hyperparameters)]),
          say: (cell) => (typeof cell === 'number' ? cell.toFixed(3) : (cell ?? '–')),
        })
      : paragraph('Its hyperparameters are those of the configuration; nothing was tuned.', 'small'),
  )
}

const STATUS = {
  ok: 'ok: people agree well enough',
  unreliable: 'unreliable: people disagree too often',
  unmeasured: 'unmeasured: too few posts were judged twice',
}

function data({ dataset, labelStatus }: CardRecord): HTMLElement {
  const { rows, classes: byClass, refused, textVersion, schemaVersion, latestDate } = dataset
  const left = Object.entries(refused).map(([reason, lines]) => `${lines} ${reason}`)
  return section(
    'data',
    'What it was trained on',
    facts([
      ['Labels', STATUS[labelStatus]],
      [
        'Rows',
        `${count(rows.train)} to train, ${count(rows.validation)} to validate, ${count(rows.evaluation)} kept apart for evaluation`,
      ],
      ['Up to', dateInWords(latestDate)],
      ['Versions', `label definitions ${schemaVersion}, text function ${textVersion}`],
      ['Left out', left.join(', ') || 'nothing'],
    ]),
    plainTable(
      'labels in the dataset',
      [...textColumns('label'), ...numberColumns('train', 'validation', 'evaluation')],
      Object.entries(byClass).map(([label, of]) => [
        label,
        count(of.train),
        count(of.validation),
        count(of.evaluation),
      ]),
    ),
  )
}

function lineage({ lineage: { inputs, labels }, artefact, evaluation, dataset }: CardRecord): HTMLElement {
  const rows: Cell[][] = [
    [artefact.uri, artefact.sha256],
    [evaluation.key, evaluation.sha256],
    ...(labels ? [[labels.key, labels.sha256]] : []),
    ...inputs.map(({ key, sha256 }) => [key, sha256]),
  ]
  return section(
    'lineage',
    'Where it comes from',
    paragraph(
      `Dataset ${dataset.datasetId}, from ${many(dataset.manifests.length, 'batch', 'batches')} of labels${labels ? `; the ids of all ${count(labels.count)} labels are listed in ${labels.key}` : ''}. Every input has its SHA-256.`,
    ),
    behind({
      name: 'bellwether-lineage',
      caption: `${many(rows.length, 'object')} and their hashes`,
      columns: textColumns('object', 'SHA-256'),
      rows,
    }),
  )
}

const titled = (heading: string, body: HTMLElement): HTMLElement => element('div', {}, element('h3', {}, heading), body)

const scrolling = (name: string, table: HTMLElement): HTMLElement =>
  element('div', { class: 'scrolling', tabindex: '0', role: 'region', 'aria-label': name }, table)

function plainTable(caption: string, columns: readonly CsvColumn[], rows: readonly string[][]): HTMLElement {
  return scrolling(
    caption,
    element(
      'table',
      {},
      element('caption', { class: 'aside' }, caption),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          ...columns.map(({ heading, numeric }) =>
            element('th', { scope: 'col', class: numeric ? 'number' : undefined }, heading),
          ),
        ),
      ),
      element(
        'tbody',
        {},
        ...rows.map((row) =>
          element(
            'tr',
            {},
            ...row.map((cell, i) =>
              columns[i]?.numeric
                ? element('td', { class: 'number' }, cell)
                : element('td', {}, element('bdi', {}, cell)),
            ),
          ),
        ),
      ),
    ),
  )
}
