/** When a schedule fires. Pure: times are milliseconds since the epoch. */
export interface Expression {
  /** The first time after `after`; undefined when there is none. `created` is when the schedule was created. */
  next(after: number, created: number): number | undefined
}

const MINUTE_MS = 60_000
const UNITS_MS: Record<string, number> = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: 24 * 60 * MINUTE_MS }
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']
/** How far ahead a cron expression is searched before it counts as having no next time. */
const HORIZON_DAYS = 5 * 366

/** Parse `rate(…)`, `at(…)` or `cron(…)`. Refuses `L`, `W` and `#` by name. */
export function parseExpression(text: string, timeZone = 'UTC'): Expression {
  const [, kind, inner = ''] = /^(rate|at|cron)\(([^)]*)\)$/.exec(text.trim()) ?? []
  if (kind === 'rate') return rate(inner, text)
  if (kind === 'at') return once(inner, timeZone, text)
  if (kind === 'cron') return cron(inner, timeZone, text)
  throw new Error(`not a schedule expression: ${text}`)
}

/** A rate counts from the creation of the schedule, and fires then for the first time. */
function rate(inner: string, text: string): Expression {
  const [, count, unit = ''] = /^(\d+) (minute|hour|day)s?$/.exec(inner) ?? []
  const everyMs = Number(count) * (UNITS_MS[unit] ?? 0)
  if (!everyMs) throw new Error(`not a rate: ${text}`)
  return {
    next: (after, created) =>
      after < created ? created : created + (Math.floor((after - created) / everyMs) + 1) * everyMs,
  }
}

function once(inner: string, timeZone: string, text: string): Expression {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/.exec(inner)
  if (!match) throw new Error(`not a time (yyyy-mm-ddThh:mm:ss): ${text}`)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number)
  const at = instantOf({ year, month, day, hour, minute }, timeZone)
  if (at === undefined) throw new Error(`${text} does not exist in ${timeZone}`)
  return { next: (after) => (after < at + second * 1000 ? at + second * 1000 : undefined) }
}

/** Minutes, hours, day of month, month, day of week, year; in the schedule's time zone. */
function cron(inner: string, timeZone: string, text: string): Expression {
  const fields = inner.trim().split(/\s+/)
  if (fields.length !== 6) throw new Error(`cron needs six fields: ${text}`)
  const [minuteField = '', hourField = '', dayField = '', monthField = '', weekdayField = '', yearField = ''] = fields
  if ((dayField === '?') === (weekdayField === '?')) {
    throw new Error(`either the day of the month or the day of the week must be ?: ${text}`)
  }
  const minutes = valuesOf(minuteField, 0, 59)
  const hours = valuesOf(hourField, 0, 23)
  const days = dayField === '?' ? undefined : new Set(valuesOf(dayField, 1, 31))
  const months = new Set(valuesOf(monthField, 1, 12, MONTHS, 1))
  const weekdays = weekdayField === '?' ? undefined : new Set(valuesOf(weekdayField, 1, 7, DAYS, 1))
  const years = new Set(valuesOf(yearField, 1970, 2199))

  const runsOn = (date: Date) =>
    years.has(date.getUTCFullYear()) &&
    months.has(date.getUTCMonth() + 1) &&
    (days?.has(date.getUTCDate()) ?? true) &&
    (weekdays?.has(date.getUTCDay() + 1) ?? true)

  return {
    next(after) {
      const { year, month, day } = wallClock(after, timeZone)
      for (let ahead = 0; ahead < HORIZON_DAYS; ahead++) {
        const date = new Date(Date.UTC(year, month - 1, day + ahead))
        if (!runsOn(date)) continue
        const wall = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
        // A time that the change to summer time skips does not fire; a time that occurs twice fires once.
        const times = hours.flatMap((hour) => minutes.map((minute) => instantOf({ ...wall, hour, minute }, timeZone)))
        const next = times.find((time) => time !== undefined && time > after)
        if (next !== undefined) return next
      }
      return undefined
    },
  }
}

/** The values of a field in order: `*`, `5`, `1,3`, `MON-FRI`, or with steps as `0/15`. */
function valuesOf(field: string, first: number, last: number, names: string[] = [], base = 0): number[] {
  const numberOf = (word: string) => {
    const named = names.indexOf(word.toUpperCase())
    const value = named < 0 ? Number(word) : named + base
    if (!/^\w+$/.test(word) || !Number.isInteger(value) || value < first || value > last) {
      throw new Error(`cron field ${field}: ${word} is not known here, or not from ${first} to ${last}`)
    }
    return value
  }
  const values = field.split(',').flatMap((part) => {
    const [range = '', step] = part.split('/')
    const [from = '', to] = range.split('-')
    const start = from === '*' ? first : numberOf(from)
    const end = to === undefined ? (from === '*' || step !== undefined ? last : start) : numberOf(to)
    const every = step === undefined ? 1 : Number(step)
    if (!(every >= 1)) throw new Error(`cron field ${field}: not a step`)
    return Array.from(
      { length: Math.max(0, Math.floor((end - start) / every) + 1) },
      (_, index) => start + index * every,
    )
  })
  return [...new Set(values)].sort((a, b) => a - b)
}

interface WallClock {
  year: number
  month: number
  day: number
  hour: number
  minute: number
}

/** The local time of a zone at an instant. */
function wallClock(at: number, timeZone: string): WallClock {
  const parts = formatFor(timeZone).formatToParts(at)
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value)
  return { year: part('year'), month: part('month'), day: part('day'), hour: part('hour'), minute: part('minute') }
}

/** The first instant with this local time in a zone; undefined if the zone skips it. */
function instantOf({ year, month, day, hour, minute }: WallClock, timeZone: string): number | undefined {
  const asUtc = Date.UTC(year, month - 1, day, hour, minute)
  const offsets = [asUtc - DAY_MS, asUtc + DAY_MS].map((near) => offsetAt(near, timeZone))
  const candidates = offsets.map((offset) => asUtc - offset).sort((a, b) => a - b)
  return candidates.find((instant) => instant + offsetAt(instant, timeZone) === asUtc)
}

function offsetAt(at: number, timeZone: string): number {
  const { year, month, day, hour, minute } = wallClock(at, timeZone)
  return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(at / MINUTE_MS) * MINUTE_MS
}

const DAY_MS = 24 * 60 * MINUTE_MS

const formats = new Map<string, Intl.DateTimeFormat>()

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  formats.set(timeZone, made)
  return made
}
