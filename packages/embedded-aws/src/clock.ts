import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Time of the embedded cloud: real time plus an offset, so that tests and the replay can advance it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Run `work` when the clock reaches `at` (milliseconds since the epoch); returns a function that cancels it. */
  at(at: number, work: () => void): () => void
  /** Move the clock forward to `to` and run everything that falls due, in order of time. Never moves back. */
  advanceTo(to: number): Promise<void>
  /**
   * Move the clock forward to `to` as if the machine had slept until then: work that fell due in between runs at `to`, once.
   * Never moves back.
   */
  skipTo(to: number): Promise<void>
  close(): void
}

/** The cloud's own view of the clock: workers read its offset from shared memory, and advancing waits for work to settle. */
export interface CloudClock extends Clock {
  /** One BigInt64: milliseconds ahead of real time. */
  offset: SharedArrayBuffer
  /** `advanceTo` awaits this before and after each piece of work that falls due. */
  settleBy(idle: () => Promise<void>): void
}

interface Options {
  /** The file that keeps the offset, so that a restart continues at the same time. */
  file?: string
  /** The first `now` if no offset is kept yet; real time by default. */
  start?: number
}

interface Timer {
  at: number
  order: number
  work: () => void
}

/** Node's timers stop while the machine sleeps. After it wakes, due work runs within this time. */
const LOOK_MS = 60_000

/** A clock that starts at real time, at `start`, or where its file left it. */
export function createClock({ file, start }: Options = {}): CloudClock {
  const memory = new SharedArrayBuffer(8)
  const offset = new BigInt64Array(memory)
  const timers = new Set<Timer>()
  let settle: () => Promise<void> = async () => {}
  let order = 0
  let alarm: NodeJS.Timeout | undefined
  let advancing = Promise.resolve()
  let closed = false

  const now = () => Date.now() + Number(Atomics.load(offset, 0))
  const shiftTo = (to: number) => {
    Atomics.store(offset, 0, BigInt(Math.round(to - Date.now())))
    if (file) keepOffset(file, offset)
  }

  if (file && existsSync(file)) Atomics.store(offset, 0, BigInt(readFileSync(file, 'utf8').trim()))
  else if (start !== undefined) shiftTo(start)

  const arm = () => {
    clearTimeout(alarm)
    const first = earliest(timers)
    if (!first || closed) return
    alarm = setTimeout(runDue, Math.min(Math.max(first.at - now(), 0), LOOK_MS))
    alarm.unref()
  }
  const runDue = () => {
    for (let timer = earliest(timers); timer && timer.at <= now(); timer = earliest(timers)) {
      timers.delete(timer)
      timer.work()
    }
    arm()
  }
  const advance = async (to: number) => {
    await settle()
    // Real time passes meanwhile: work that fell due while the rest settled runs too, even later than `to`.
    const due = (timer: Timer | undefined): timer is Timer => timer !== undefined && timer.at <= Math.max(to, now())
    for (let timer = earliest(timers); due(timer) && !closed; timer = earliest(timers)) {
      if (timer.at > now()) shiftTo(timer.at)
      timers.delete(timer)
      timer.work()
      await settle()
    }
    if (to > now()) shiftTo(to)
    arm()
  }

  /** One move at a time: with two, one could skip work that the other has yet to run. */
  const inTurn = (move: () => Promise<void>): Promise<void> => {
    const mine = advancing.then(move)
    advancing = mine.catch(() => {})
    return mine
  }

  return {
    now,
    offset: memory,
    settleBy: (idle) => void (settle = idle),
    at(at, work) {
      const timer = { at, order: order++, work }
      timers.add(timer)
      arm()
      return () => void timers.delete(timer)
    },
    advanceTo: (to) => inTurn(() => advance(to)),
    skipTo: (to) =>
      inTurn(async () => {
        await settle()
        if (to > now()) shiftTo(to)
        await advance(to)
      }),
    close() {
      closed = true
      timers.clear()
      clearTimeout(alarm)
    },
  }
}

function earliest(timers: Set<Timer>): Timer | undefined {
  let first: Timer | undefined
  for (const timer of timers) {
    if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer
  }
  return first
}

function keepOffset(file: string, offset: BigInt64Array): void {
  writeFileSync(`${file}.new`, `${Atomics.load(offset, 0)}\n`)
  renameSync(`${file}.new`, file)
}
