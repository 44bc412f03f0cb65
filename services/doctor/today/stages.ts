import { dollars } from '../../../shared/cost'
import type { Asked } from '../../../shared/finding'
import { sum } from '../../../shared/statistics/numbers'
import { streamNameOf } from '../../../shared/streams'
import { DAY_MS, dayOf } from '../../../shared/utc-day'
import { type Collection, type TodayFacts, type Open, reportName, type Run, type TrainingToday } from './facts'

/** The state of a stage of the day. */
export interface Stage {
  stage:
    'collected' | 'planned' | 'labelled' | 'trained' | 'judged' | 'reported' | 'live model' | 'spent' | 'dead letters'
  hashtag?: string
  /** Of a training job, where it is known. */
  engine?: string
  state: 'done' | 'under way' | 'not due' | 'skipped' | 'waits for people' | 'late' | 'failed' | 'could not be checked'
  found: string
  /** A command, or an instruction. */
  help?: string
}

type Judged = Omit<Stage, 'stage' | 'hashtag' | 'engine'>

/**
 * How long a stage may take after it is due: the reconciler looks every hour, at work that is at least half an hour
 * old.
 */
const GRACE_MS = 2 * 3_600_000

/** Every stage of the day in the order of the flow. Pure. `stage` names the stack in commands. */
export function stagesOf(facts: TodayFacts, stack: string): Stage[] {
  const say = commandsOf(stack)
  const each = (stage: 'collected' | 'reported', judge: (one: Collection) => Judged): Stage[] =>
    'known' in facts.collections
      ? facts.collections.known.map((one) => ({ stage, hashtag: one.topic, ...judge(one) }))
      : [{ stage, ...unknown(facts.collections.unknown) }]
  return [
    ...each('collected', (one) => collected(facts, one, say)),
    { stage: 'planned', ...planned(facts, say) },
    { stage: 'labelled', ...labelled(facts, say) },
    ...ofEachJob(facts, { stage: 'trained', judge: (job) => trained(facts, job, say), without: untrained(facts, say) }),
    ...ofEachJob(facts, { stage: 'judged', judge: (job) => judged(facts, job, say), without: unjudged(facts) }),
    ...each('reported', (one) => reported(facts, one, say)),
    { stage: 'live model', ...live(facts) },
    { stage: 'spent', ...spent(facts) },
    { stage: 'dead letters', ...deadLetters(facts, say) },
  ]
}

/** False where a stage is late or failed; null where none is, and some facts could not be read. */
export function isWell(stages: readonly Stage[], facts: TodayFacts): boolean | null {
  if (stages.some(({ state }) => state === 'late' || state === 'failed')) return false
  return Object.values(facts).some((fact) => typeof fact === 'object' && 'unknown' in fact) ? null : true
}

type Say = ReturnType<typeof commandsOf>

const commandsOf = (stack: string) => ({
  invoke: (name: string, request: object) =>
    `npx sls invoke -f ${name} --stage ${stack} --data '${JSON.stringify(request)}'`,
  invite: `npx sls invoke -f desk-invite --stage ${stack} --path samples/requests/desk-invite.json`,
  logs: (name: string) => `npx sls logs -f ${name} --stage ${stack}`,
})

const unknown = (why: string): Judged => ({ state: 'could not be checked', found: why })

/** The verdict on a fact, once the fact is known. */
const about = <T>(fact: Asked<T>, judge: (known: T) => Judged): Judged =>
  'known' in fact ? judge(fact.known) : unknown(fact.unknown)

function collected({ now, day, due }: TodayFacts, { topic, cursor, runs, ...name }: Collection, say: Say): Judged {
  if (runs.length > 0) return howMuch(runs)
  const help = say.invoke('collector', streamNameOf(name))
  if (!cursor) {
    return { state: 'not due', found: `#${topic} was never collected: the schedule begins with ${day}`, help }
  }
  if (cursor.running && cursor.leaseUntil > now) return { state: 'under way', found: 'a run is under way' }
  if (due.collect === undefined || now < due.collect + GRACE_MS) {
    return {
      state: 'not due',
      found: due.collect === undefined ? 'the schedule is not daily' : `due since ${timeOf(due.collect)}`,
    }
  }
  return {
    state: 'late',
    found: cursor.running
      ? 'a run was left half-way: its invocation ended, and its lease has run out'
      : `no run of ${day}: collected up to ${dayOf(cursor.through)}`,
    help,
  }
}

function howMuch(runs: readonly Run[]): Judged {
  const posts = sum(runs.map((run) => run.posts))
  const refused = sum(runs.map(({ refusedRows }) => refusedRows))
  const rows = refused > 0 ? `, ${refused} rows refused` : ''
  const stopped = runs.findLast(({ complete }) => !complete)
  if (!stopped) return { state: 'done', found: `${posts} posts${rows}` }
  return {
    state: 'done',
    found: `${posts} posts${rows}, ${percent(coveredOf(runs))} of the day: ${stopped.stoppedBy ?? 'the source no longer had the rest'}`,
    help: 'the share counts what was read; docs/runbook.md#a-cap-is-reached',
  }
}

function planned({ now, day, due, open, settled, planned: plan, collections }: TodayFacts, say: Say): Judged {
  return about(open, (batches) => {
    const batch = batches.find(({ date }) => date === day)
    const start = say.invoke('labeling', { start: 'scheduled' })
    if (batch?.started)
      return { state: 'done', found: `batch ${batch.batch}, to be answered by ${timeOf(batch.deadline)}` }
    if (batch && now < batch.claimedAt + GRACE_MS)
      return { state: 'under way', found: `batch ${batch.batch} is being made` }
    if (batch) return { state: 'late', found: `batch ${batch.batch} was claimed and never started`, help: start }
    return about(settled, (done) => {
      const was = done.find(({ date }) => date === day)
      if (was) return { state: 'done', found: `batch ${was.batch}` }
      return about(plan, (items) => {
        if (items === 0)
          return { state: 'skipped', found: 'no item: the caps leave no room, or nothing was left to ask' }
        if (items !== undefined) return { state: 'done', found: `${items} items` }
        return about(collections, (streams) => unplanned(streams))
      })
    })

    function unplanned(streams: readonly Collection[]): Judged {
      const missing = streams.filter(({ runs }) => runs.length === 0).map(({ topic }) => `#${topic}`)
      if (missing.length === streams.length) return { state: 'not due', found: `no run of ${day} is in` }
      if (streams.every(({ runs }) => sum(runs.map(({ posts }) => posts)) === 0))
        return { state: 'skipped', found: 'no posts were collected' }
      const since = Math.max(due.label ?? 0, ...streams.flatMap(({ runs }) => runs.map(({ at }) => at)))
      if (now < since + GRACE_MS) {
        return {
          state: 'not due',
          found: missing.length > 0 ? `waits for ${missing.join(', ')}` : 'the runs came just now',
        }
      }
      return { state: 'late', found: 'the runs are in, and no batch was made of them', help: start }
    }
  })
}

function labelled({ now, open, settled }: TodayFacts, say: Say): Judged {
  return about(open, (batches) => {
    const waiting = batches.filter(({ started }) => started)
    const overdue = waiting.find(({ deadline }) => now >= deadline + GRACE_MS)
    if (overdue) {
      return {
        state: 'late',
        found: `the deadline of batch ${overdue.batch} passed at ${timeOf(overdue.deadline)} (${answered(overdue)}), and it is not settled`,
        help: say.invoke('labeling', { settle: overdue.batch }),
      }
    }
    const [first] = waiting
    if (first) return toAnswer(first, say, now)
    return about(settled, (done) => {
      const last = done.at(-1)
      if (!last) return { state: 'not due', found: 'no batch yet' }
      const why = last.status === 'unreliable' ? `: ${last.reasons.join('; ')}` : ''
      return {
        state: 'done',
        found: `batch ${last.batch}: ${last.labelled} labels of ${last.judgements} judgements, ${last.status}${why}`,
        ...(last.status === 'unreliable' && { help: 'docs/runbook.md#labels-are-unreliable' }),
      }
    })
  })
}

function toAnswer(batch: Open, say: Say, now: number): Judged {
  if (now >= batch.deadline)
    return {
      state: 'under way',
      found: `the deadline of batch ${batch.batch} has passed: it is settled within the hour`,
    }
  return {
    state: 'waits for people',
    found: `batch ${batch.batch}: ${answered(batch)}; at ${timeOf(batch.deadline)} it is settled with what is there`,
    help: say.invite,
  }
}

const answered = ({ progress }: Open): string =>
  progress ? `${progress.complete} of ${progress.items} items answered` : 'at the labeller'

/** A stage for each training job of the day; one stage where there is no job. */
function ofEachJob(
  { training }: TodayFacts,
  { stage, judge, without }: { stage: 'trained' | 'judged'; judge: (job: TrainingToday) => Judged; without: Judged },
): Stage[] {
  const jobs = 'known' in training ? (training.known?.jobs ?? []) : []
  if (jobs.length === 0) return [{ stage, ...without }]
  return jobs.map((job) => ({ stage, ...(job.engine === undefined ? {} : { engine: job.engine }), ...judge(job) }))
}

function untrained({ now, training, settled }: TodayFacts, say: Say): Judged {
  const again = say.invoke('trainer', { datasetId: 'latest' })
  return about(training, (today) => {
    if (today)
      return { state: 'late', found: `dataset ${today.dataset} has the day, and no job was noted for it`, help: again }
    return about(settled, (done) => {
      const last = done.at(-1)
      if (!last || dayOf(last.at) !== dayOf(now)) return { state: 'not due', found: 'no new labels today' }
      if (now < last.at + GRACE_MS)
        return { state: 'under way', found: `the labels of batch ${last.batch} came just now` }
      return {
        state: 'skipped',
        found: `labels came and no job started: the trainer's answer says why`,
        help: again,
      }
    })
  })
}

function trained({ now }: TodayFacts, job: TrainingToday, say: Say): Judged {
  if (job.trainedAt !== undefined) return { state: 'done', found: job.job }
  if (job.state === 'ended')
    return {
      state: 'failed',
      found: `${job.job} ended without a model`,
      help: `${say.logs('trainer')}; docs/runbook.md#training-failed`,
    }
  const since = job.startedAt === undefined ? '' : ` since ${timeOf(job.startedAt)}`
  if (job.state === 'parked')
    return {
      state: 'waits for people',
      found: `${job.job} waits for a quota${since}`,
      help: `${say.invoke('doctor', {})}; docs/runbook.md#training-failed`,
    }
  // A job on spot capacity may wait an hour before it trains.
  if (job.startedAt !== undefined && now >= job.startedAt + 2 * GRACE_MS)
    return {
      state: 'late',
      found: `${job.job} is under way${since}`,
      help: say.invoke('trainer', { finish: job.job }),
    }
  return { state: 'under way', found: `${job.job}${since}` }
}

const NO_MODEL: Judged = { state: 'not due', found: 'no model of today' }

const unjudged = ({ training }: TodayFacts): Judged => about(training, () => NO_MODEL)

function judged({ now }: TodayFacts, { job, trainedAt, card }: TrainingToday, say: Say): Judged {
  if (trainedAt === undefined) return NO_MODEL
  if (card) {
    const { verdict, reasons } = card
    return {
      state: 'done',
      found: `${verdict === 'promoted' ? 'promoted' : 'refused by the gate'}: ${reasons.join('; ')}`,
    }
  }
  if (now < trainedAt + GRACE_MS) return { state: 'under way', found: `${job} was trained just now` }
  return { state: 'late', found: `${job} has no card`, help: say.invoke('evaluator', { job }) }
}

function reported({ now, day, reported: days }: TodayFacts, { runs, ...name }: Collection, say: Say): Judged {
  return about(days, (reports) => {
    if (reports.has(reportName(name, day))) return { state: 'done', found: `the report of ${day} is there` }
    if (runs.length === 0) return { state: 'not due', found: 'nothing is collected to report on' }
    if (now < Math.max(...runs.map(({ at }) => at)) + GRACE_MS)
      return { state: 'under way', found: 'the runs came just now' }
    return {
      state: 'late',
      found: `${day} has runs and no report`,
      help: say.invoke('analyzer', { ...streamNameOf(name), date: day }),
    }
  })
}

function live({ now, champion }: TodayFacts): Judged {
  return about(champion, (model) => {
    if (!model) return { state: 'not due', found: 'none yet' }
    const days = Math.floor(Math.max(0, now - model.promotedAt) / DAY_MS)
    const score = model.macroF1 === null ? 'not measured' : `macro-F1 ${model.macroF1.toFixed(2)}`
    return { state: 'done', found: `${model.job}, promoted ${days} days ago, ${score}` }
  })
}

const spent = ({ spent: usd }: TodayFacts): Judged =>
  about(usd, ({ collect, label, train }) => ({
    state: 'done',
    found: `this month: posts ${dollars(collect)}, labels ${dollars(label)}, training jobs ${dollars(train)}`,
  }))

function deadLetters({ deadLetters: queues }: TodayFacts, say: Say): Judged {
  return about(queues, (counts) => {
    const full = Object.entries(counts).filter(([, count]) => count > 0)
    if (full.length === 0) return { state: 'done', found: 'none' }
    return {
      state: 'failed',
      found: full.map(([name, count]) => `${name} ${count}`).join(', '),
      help: `${say.logs(full[0]?.[0] ?? '')}; docs/runbook.md#dead-letters`,
    }
  })
}

/** The part of the day that its runs read, from 0 to 1. */
export const coveredOf = (runs: readonly Run[]): number => Math.min(1, sum(runs.map(({ covered }) => covered)))

const percent = (part: number): string => `${Math.floor(part * 100)} %`
const timeOf = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** Days between the end of a UTC day and an instant. */
export const daysSince = (day: string, now: number): number => Math.max(0, (now - Date.parse(day) - DAY_MS) / DAY_MS)
