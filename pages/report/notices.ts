import type { ReportOverview } from '../../services/report/overview'
import { count, dateInWords, isolated, many } from '../../shared/words'
import { monthOf, shortDate } from '../words'
import { daysBetween, dollarsInWords, schedule, scoreWithInterval } from './words'

/** What a reader must know before a number is believed. */
export interface Notice {
  level: 'info' | 'warn' | 'bad'
  title: string
  text: string
  /** Further lines: what to do, or which. */
  points?: string[]
}

/** Yesterday's posts are collected after midnight: until they are there, the newest day is two days ago. */
const LATE_AFTER_DAYS = 2

/** One day without posts is normal; two in a row are worth a look. */
const SILENT_AFTER_DAYS = 2

/** Whether days have gone by without a report: then the newest answer is not today's. */
export function isStopped({ days, now }: Pick<ReportOverview, 'days' | 'now'>): boolean {
  const newest = days.at(-1)?.date
  return newest !== undefined && daysBetween(newest, now.slice(0, 10)) > LATE_AFTER_DAYS
}

/** The notices about the state of a stack, the worst first. A healthy stack has none. */
export function noticesOf(overview: ReportOverview): Notice[] {
  const notices = [
    ...unreadable(overview),
    ...collection(overview),
    ...labels(overview),
    ...disagreement(overview),
    ...decline(overview),
    ...caps(overview),
    ...model(overview),
  ]
  const order = { bad: 0, warn: 1, info: 2 }
  return notices.sort((a, b) => order[a.level] - order[b.level])
}

function unreadable({ unreadable: points }: ReportOverview): Notice[] {
  if (points.length === 0) return []
  const title = `${many(points.length, 'file')} of this report cannot be read`
  return [
    {
      level: 'bad',
      title,
      text: 'What is in them is missing below; the rest is as it should be. Whoever runs this stack should look at these files.',
      points,
    },
  ]
}

function collection(overview: ReportOverview): Notice[] {
  const { days, now, streams, collects } = overview
  const newest = days.at(-1)?.date
  if (newest === undefined) {
    const watched = watchedIn(streams)
      .map(({ topic }) => `#${isolated(topic)}`)
      .join(' and ')
    return [
      {
        level: 'info',
        title: 'Nothing has been reported yet',
        text: `Posts about ${watched} are collected ${schedule(collects)}. The first answer follows when people have labelled some of them; it is shown here, with how sure it is.`,
      },
    ]
  }
  if (isStopped({ days, now })) {
    const age = daysBetween(newest, now.slice(0, 10))
    return [
      {
        level: 'bad',
        title: `Nothing new for ${age} days`,
        text: `The newest report is of ${dateInWords(newest)}. What is below is not today's answer. Whoever runs this stack should look at its alarms and dead letters.`,
      },
    ]
  }
  return [...behind(overview, newest), ...silence(overview), ...unlabelled(overview)]
}

const watchedIn = (streams: ReportOverview['streams']) => streams.filter(({ watched }) => watched)

function behind({ days, streams }: ReportOverview, newest: string): Notice[] {
  const points = watchedIn(streams).flatMap(({ topic }) => {
    const last = days.filter((day) => day.topic === topic).at(-1)?.date
    if (last !== undefined && daysBetween(last, newest) < 1) return []
    return [
      last === undefined
        ? `#${isolated(topic)} has no report yet.`
        : `#${isolated(topic)}: the newest report is of ${dateInWords(last)}.`,
    ]
  })
  if (points.length === 0) return []
  return [{ level: 'warn', title: 'Not every hashtag is up to date', text: '', points }]
}

/** Reports without a post in them: nobody talks, or the source gives nothing and says nothing. */
function silence({ days, streams }: ReportOverview): Notice[] {
  const silent = watchedIn(streams).flatMap(({ topic }) => {
    const own = days.filter((day) => day.topic === topic)
    const last = own.findLastIndex(({ day }) => day.posts > 0)
    const since = own.length - 1 - last
    return since >= SILENT_AFTER_DAYS ? [{ topic, since, last: own[last]?.date }] : []
  })
  if (silent.length === 0) return []
  const longest = Math.max(...silent.map(({ since }) => since))
  return [
    {
      level: 'warn',
      title: `No posts for ${longest} days`,
      text: 'The source was asked, and it gave none. Whoever runs this stack should look whether the source still works.',
      points: silent.map(({ topic, last }) =>
        last === undefined
          ? `#${isolated(topic)}: none on any day that is shown.`
          : `#${isolated(topic)}: the newest are of ${dateInWords(last)}.`,
      ),
    },
  ]
}

function unlabelled({ days, batches }: ReportOverview): Notice[] {
  const told = days.some(({ day, week }) => day.byPosts.shares.length + week.byPosts.shares.length > 0)
  if (told || batches.length > 0) return []
  const text = 'Posts were collected. The first answer follows when people have labelled some of them.'
  return [{ level: 'info', title: 'There is no number yet', text }]
}

function labels({ batches, champion }: ReportOverview): Notice[] {
  const [latest] = batches
  if (!latest) return []
  if (latest.status === 'unreliable') {
    return [
      {
        level: 'bad',
        title: 'The labels are unreliable',
        text: 'People disagree about them too often. A share of what people cannot tell apart means little, however narrow its interval.',
        points: latest.reasons,
      },
    ]
  }
  if (latest.status === 'unmeasured' && !champion) return []
  if (latest.status === 'unmeasured') {
    const text = 'Too few posts were judged by two people to tell how far they agree.'
    return [{ level: 'info', title: 'Nobody has checked the labels yet', text, points: latest.reasons }]
  }
  return []
}

function disagreement({ latest }: ReportOverview): Notice[] {
  const points = latest.flatMap(({ topic, day }) => {
    const { state, z7, words } = day.byPosts.tight
    return state === 'withheld' && z7 !== null && Math.abs(z7) >= 2
      ? [`#${isolated(topic)}: ${words.replace(/^Withheld: /, '')}`]
      : []
  })
  if (points.length === 0) return []
  return [
    {
      level: 'warn',
      title: 'The model has begun to miss something',
      text: 'Over seven days it disagrees with the labels that people gave. The shares below rest on those labels and stand; more of them are asked for.',
      points,
    },
  ]
}

const OF_KIND = {
  posts: 'posts read',
  collectUsd: 'dollars for posts',
  judgements: 'judgements',
  labelUsd: 'dollars for labels',
}

function caps({ spending }: ReportOverview): Notice[] {
  const points = spending.flatMap(({ kind, source, of, day, month, perDay, perMonth }) => {
    const say = (value: number) => (kind.endsWith('Usd') ? dollarsInWords(value) : count(value))
    const what = `${OF_KIND[kind]}${source ? ` from ${source}` : ''}`
    if (perMonth > 0 && month >= perMonth) return [`${what}: ${say(month)} of ${say(perMonth)} in ${monthOf(of)}`]
    return perDay > 0 && day >= perDay ? [`${what}: ${say(day)} of ${say(perDay)} for ${shortDate(of)}`] : []
  })
  if (points.length === 0) return []
  return [
    {
      level: 'warn',
      title: 'A cap is reached',
      text: 'What it limits stops until the next day or month. The owner can raise a cap in bellwether.yml.',
      points,
    },
  ]
}

/** The model is surely worse on labels given since its promotion than at the gate: posts changed, or the gate was lucky. */
function decline({ champion, models, live }: ReportOverview): Notice[] {
  const gate = models.find(({ job }) => job === champion?.job)?.scores?.macroF1 ?? null
  const high = live?.macroF1Interval?.high
  if (!live || gate === null || high === undefined || high >= gate) return []
  return [
    {
      level: 'warn',
      title: 'The live model is worse than it was at the gate',
      text: `Its macro-F1 on ${many(live.items, 'label')} given since is ${scoreWithInterval(live.macroF1, live.macroF1Interval)}; at the gate it was ${gate.toFixed(2)}. The shares stand: labels of the day put them right, with wider intervals. A challenger that learns the new posts takes its place; more training labels bring it sooner.`,
    },
  ]
}

function model({ champion, batches, days, models }: ReportOverview): Notice[] {
  if (days.length === 0) return []
  if (!champion) {
    if (batches.length === 0 && models.length === 0) return []
    const tried =
      models.length > 0 ? ` ${many(models.length, 'model was', 'models were')} trained; none was good enough yet.` : ''
    const text = `The shares rest on people's labels alone; their intervals narrow when a model helps.${tried}`
    return [{ level: 'info', title: 'No model is live yet', text }]
  }
  const notices: Notice[] = []
  if (champion.provisional) {
    notices.push({
      level: 'info',
      title: 'The live model is provisional',
      text: 'It went live on few labels, or without a champion to compare with. The shares do not lean on its being right: they are corrected by labels of the day.',
    })
  }
  if (champion.readsEarlierText) {
    notices.push({
      level: 'info',
      title: 'The live model reads posts as an earlier release did',
      text: 'It is asked about posts, and measured, with that release’s text function. The shares do not lean on its being right: they are corrected by labels. The next model that goes live reads posts as they are shown to annotators.',
    })
  }
  return notices
}
