import { type ApiResult, ask, type Problem } from '../api'
import { enter } from '../enter'
import { createOutbox, type Keeper } from './outbox'
import { keepShell } from './shell'
import { createSender, passes, refusedInWords } from './sender'
import { type DeskCategory, createView, type Progress } from './view'
import {
  add,
  agree,
  back,
  current,
  forget,
  forward,
  give,
  hear,
  lookAt,
  NO_WORK,
  deskPlaceOf,
  recall,
  renew,
  type Sent,
  type DeskWork,
} from './work'
import type { AnsweredItem, Receipt, ShownItem } from '../../services/desk/shown'
import type { Given } from '../../shared/state/desk-item'

interface Handed<T> {
  items: T[]
  categories: Record<string, DeskCategory[]>
}
interface Standing {
  today: number
  batches: (Progress & { batch: string })[]
}

const AHEAD = 20
const FETCH_BELOW = 10
/** The desk reserves a post for an annotator for twenty minutes. */
const RENEW_AFTER_MS = 15 * 60_000
const LOOK_AGAIN_MS = 15_000

const keeper = storage()
const KEYS_OFF = 'bellwether-desk:keys-off'

let work: DeskWork = NO_WORK
let categories: Record<string, DeskCategory[]> = {}
let standing: Standing = { today: 0, batches: [] }
let denied = false
let fetchedAt = 0
/** Whether the desk had nothing new at the last request. */
let exhausted = false
/** Notes that wait for the answer to their post, by its place. */
const drafts = new Map<string, string>()
let notices = { passing: '', connection: '' }
let fetching: Promise<void> | undefined
let wake: () => void = () => undefined

const view = createView(
  {
    give: answer,
    skip: () => answer({ skip: true }),
    back: () => show(back(work)),
    forward: () => show(forward(work)),
    note,
    list: () => void list(),
    lookAt: (place) => show(lookAt(work, place)),
    undo: (place) => {
      const found = lookAt(work, place)
      if (found.at === undefined) return
      show(found)
      const text = noteNow()
      answer({ skip: true })
      // The note waits for the next answer to this post.
      if (text !== '') drafts.set(place, text)
      show(lookAt(work, place))
    },
  },
  {
    get: () => keeper?.getItem(KEYS_OFF) !== 'yes',
    set: (on) => (on ? keeper?.removeItem(KEYS_OFF) : keeper?.setItem(KEYS_OFF, 'yes')),
  },
)

let name = ''
let outbox = createOutbox(keeper, name)
let flush = async (): Promise<void> => undefined

void start()
void keepShell()

async function start(): Promise<void> {
  const person = await untilAnswered(() => enter('/desk/session'))
  if (!person.ok) return refuse(person.problem)
  name = person.body.name
  view.whose(name)
  outbox = createOutbox(keeper, name)
  flush = createSender({
    outbox,
    send: (answers) => ask<Receipt>('POST', as('/desk/answers'), { answers }),
    pause,
    onReceipt: receive,
    onWaiting: (count) => notice({ connection: count === 0 ? '' : offline(count) }),
    onDenied: refuse,
  })
  addEventListener('online', () => wake())
  addEventListener('storage', ({ key, newValue }) => {
    const sent = outbox.heard(key, newValue)
    if (!sent || denied) return
    if (sent.revision === 1) advance(sent.batch)
    show(hear(work, sent))
  })
  addEventListener('pagehide', () => void flush())
  document.addEventListener('visibilitychange', () => {
    wake()
    if (!document.hidden) void refill()
  })
  setInterval(() => {
    if (!document.hidden && !current({ ...work, at: undefined })) void refill()
  }, LOOK_AGAIN_MS)

  await flush()
  await refill()
  const lately = await ask<Handed<AnsweredItem>>('GET', as(`/desk/answered?count=${AHEAD}`))
  if (lately.ok) {
    categories = { ...lately.body.categories, ...categories }
    show(recall(work, lately.body.items))
  }
}

/** Keep the answer in the outbox, show the next post, and send the answer in the background. */
function answer(given: Given): void {
  const shown = current(work)
  const step = give(work, given, noteNow())
  if (shown) drafts.delete(deskPlaceOf(shown))
  if (step.sent) {
    outbox.put(step.sent)
    if (step.sent.revision === 1) advance(step.sent.batch)
    void flush()
  }
  show(step.work)
  if (work.ahead.length === 0 || (work.ahead.length < FETCH_BELOW && !exhausted)) void refill()
}

/** The note of the post on the screen: the draft, or else the note that was sent with its answer. */
function noteNow(): string {
  const shown = current(work)
  if (!shown) return ''
  return drafts.get(deskPlaceOf(shown)) ?? ('note' in shown ? (shown.note ?? '') : '')
}

/** Keep a note until the post is answered. Where it is answered already, send the answer again with the note. */
function note(text: string): void {
  const shown = current(work)
  if (!shown) return
  drafts.set(deskPlaceOf(shown), text)
  if (!('given' in shown)) return view.noted(text)
  const { at } = work
  answer(shown.given)
  if (at !== undefined) show({ ...work, at })
}

/** Show the answers of the day as the desk has them; without a connection, those of this page. */
async function list(): Promise<void> {
  const told = await ask<Handed<AnsweredItem> & { today: number }>('GET', as('/desk/answered?count=500'))
  if (denied) return
  if (told.ok) {
    categories = { ...told.body.categories, ...categories }
    show(recall(work, told.body.items))
  } else if (!passes(told.problem)) return refuse(told.problem)
  const known = new Set(told.ok ? told.body.items.map(deskPlaceOf) : [])
  const latest = work.past.toReversed().filter((one) => !told.ok || known.has(deskPlaceOf(one)) || isWaiting(one))
  const settled = Math.max(0, standing.today - latest.length)
  const others =
    settled === 0 ? '' : ` ${settled} more cannot be changed: their batch is closed, or they are not at hand.`
  view.answers(latest, `The latest first.${told.ok ? '' : ' There is no connection.'}${others}`)
}

const isWaiting = (one: AnsweredItem): boolean =>
  outbox.waiting().some((sent) => deskPlaceOf(sent) === deskPlaceOf(one))

/** Another tab sent an answer of the same revision first: show the desk's answer, and say so. */
async function agreeWithDesk(): Promise<void> {
  const told = await ask<Handed<AnsweredItem>>('GET', as('/desk/answered?count=500'))
  if (told.ok) show(agree(work, told.body.items))
  pass('You answered this post in another tab first: that answer counts. The list of today shows it.')
}

/** Count an answer at once; the desk's own count comes with its receipt. */
function advance(batch: string): void {
  standing = {
    today: standing.today + 1,
    batches: standing.batches.map((one) => (one.batch === batch ? { ...one, done: one.done + 1 } : one)),
  }
}

function receive(sent: readonly Sent[], { answers, today }: Receipt): void {
  if (today !== undefined) standing = { ...standing, today: today + firstsWaiting().length }
  const refused = sent.flatMap((one, i) => {
    const taken = answers[i]
    const isRefused = taken?.result === 'refused' && taken.reason !== 'older'
    return isRefused ? [{ place: deskPlaceOf(one), revision: one.revision, ...taken }] : []
  })
  const isDisputed = sent.some((one, i) => {
    const taken = answers[i]
    const known = work.past.find((past) => deskPlaceOf(past) === deskPlaceOf(one))
    return taken?.result === 'refused' && taken.reason === 'older' && known?.revision === one.revision
  })
  if (isDisputed) void agreeWithDesk()
  for (const { place } of refused) work = forget(work, place)
  if (refused.length > 0) pass(refusedInWords(refused))
  show(work)
}

/** Say something for a few seconds. */
function pass(passing: string): void {
  notice({ passing })
  setTimeout(() => notice({ passing: '' }), 6000)
}

/** Fetch posts ahead, unless that is being done. */
function refill(): Promise<void> {
  return (fetching ??= fetchAhead().finally(() => (fetching = undefined)))
}

async function fetchAhead(): Promise<void> {
  if (denied) return
  const before = standing
  const isQuiet = firstsWaiting().length === 0
  const [next, progress] = await Promise.all([
    ask<Handed<ShownItem>>('GET', as(`/desk/batch/next?count=${AHEAD}`)),
    ask<Standing>('GET', as('/desk/progress')),
  ])
  if (!next.ok) {
    if (!passes(next.problem)) return refuse(next.problem)
    if (!current(work)) view.say('There is no connection.', 'The page tries again by itself. Nothing is lost.')
    return
  }
  const { items } = next.body
  categories = { ...categories, ...next.body.categories }
  const away = Date.now() - fetchedAt > RENEW_AFTER_MS
  fetchedAt = Date.now()
  const waiting = new Set(outbox.waiting().map(deskPlaceOf))
  // The desk may or may not have counted an answer that was on its way meanwhile; the receipt of that answer says.
  const isExact = isQuiet && standing === before
  if (progress.ok && (isExact || before.batches.length === 0)) standing = counted(progress.body)
  const kept = away ? renew(work, items) : work
  const more = add(kept, items, waiting)
  exhausted = more === kept
  show(more)
  explainOnce()
}

/** First answers to a post that the desk has not confirmed. */
const firstsWaiting = (): Sent[] => outbox.waiting().filter(({ revision }) => revision === 1)

/** The desk's counts, with the answers that it has not received yet. */
function counted(told: Standing): Standing {
  const unsent = firstsWaiting()
  return {
    today: told.today + unsent.length,
    batches: told.batches.map((one) => ({
      ...one,
      done: Math.min(one.items, one.done + unsent.filter(({ batch }) => batch === one.batch).length),
    })),
  }
}

function show(next: DeskWork): void {
  work = next
  if (denied) return
  const shown = current(work)
  const about = shown?.batch ?? standing.batches.find(({ done, items }) => done < items)?.batch
  view.progress(
    standing.batches.find(({ batch }) => batch === about),
    standing.today,
  )
  const canGoBack = work.at === undefined ? work.past.length > 0 : work.at > 0
  if (shown) {
    view.post(shown, categories[shown.batch] ?? [], canGoBack)
    return view.noted(noteNow())
  }
  if (!exhausted) return view.say('One moment …', '')
  if (standing.today === 0) return view.say('Nothing waits for you.', 'New posts appear here by themselves.')
  view.say(
    'That was all for now. Thank you.',
    `You answered ${standing.today} ${standing.today === 1 ? 'post' : 'posts'} today. New ones appear here by themselves.`,
    canGoBack,
  )
}

/** Show the definitions before the first post, and again after the owner changed them. */
function explainOnce(): void {
  const shown = current(work)
  const about = shown && categories[shown.batch]
  if (!about) return
  const key = `bellwether-desk:${name}:read`
  const text = JSON.stringify(about)
  if (keeper?.getItem(key) === text) return
  const isFirst = keeper?.getItem(key) == null
  keeper?.setItem(key, text)
  view.explain(isFirst)
}

/** Stop the page: show the desk's reason, and nothing else. */
function refuse({ message }: Problem): void {
  denied = true
  work = NO_WORK
  drafts.clear()
  view.whose('')
  view.noted('')
  const [, first = message, rest = ''] = /^(.*?[.!?])\s+(.*)/s.exec(message) ?? []
  view.progress(undefined, 0)
  notice({ passing: '', connection: '' })
  const waiting = outbox.waiting().length
  const kept =
    waiting > 0 ? ` ${waiting} of your answers are kept in this browser and are sent when you open a valid link.` : ''
  view.say(first, rest + kept)
}

const offline = (count: number): string =>
  `No connection. ${count === 1 ? 'One answer is' : `${count} answers are`} kept here and sent when it is back.`

/** Show one line at the top: a passing message, or else the state of the connection. */
function notice(change: Partial<typeof notices>): void {
  notices = { ...notices, ...change }
  view.notice(notices.passing || notices.connection)
}

async function untilAnswered<T>(work: () => Promise<ApiResult<T>>): Promise<ApiResult<T>> {
  for (let failures = 0; ; failures++) {
    const answered = await work()
    if (answered.ok || !passes(answered.problem)) return answered
    view.say('There is no connection.', 'The page tries again by itself. Nothing is lost.')
    await pause(Math.min(30_000, 1000 * 2 ** failures))
  }
}

/** Wait for so many milliseconds, or until the connection may be back. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    wake = () => {
      clearTimeout(timer)
      resolve()
    }
  })
}

/** A path with the name of this page's annotator: somebody else may have opened their link in this browser since. */
const as = (path: string): string => `${path}${path.includes('?') ? '&' : '?'}as=${name}`

function storage(): Keeper | undefined {
  try {
    localStorage.setItem('bellwether-desk', '1')
    return localStorage
  } catch {
    return undefined
  }
}
