import type { OwnerOverview } from '../../services/owner/shown'
import { element } from '../element'
import { enter } from '../enter'
import { api, openFor } from './api'
import { batches } from './batches'
import { correction } from './correction'
import { decide } from './decide'
import { flagged } from './flagged'
import { invitationForm, people } from './people'
import { spendingMeters } from './spending'
import { trust } from './trust'

const REFRESH_MS = 20_000
/** After closing a batch, the page looks this often and this many times whether it is settled. */
const LOOK_MS = 1_000
const LOOKS = 30

const page = byId('page')
const notice = byId('notice')

void start()

async function start(): Promise<void> {
  const entered = await enter('/desk/owner/session')
  if (!entered.ok) return lockOut(entered.problem.message)
  openFor(entered.body.name)
  const first = await api.overview()
  if (!first.ok) return lockOut(first.problem.message)
  show(first.body)
}

function show(first: OwnerOverview): void {
  const { categories } = first
  const parts = {
    trust: element('div'),
    batches: element('div'),
    people: element('div'),
    spending: element('div'),
  }
  const deciding = decide({ categories, say, decided: () => void refresh() })
  const flags = flagged({ categories, say, decided: () => void refresh() })
  const surroundings = { say, changed: () => void refresh(), closing: (batch: string) => void untilSettled(batch) }
  let shown: OwnerOverview | undefined

  const draw = (overview: OwnerOverview) => {
    const before = shown
    shown = overview
    const same = (...names: (keyof OwnerOverview)[]) =>
      before !== undefined && names.every((name) => JSON.stringify(before[name]) === JSON.stringify(overview[name]))
    // Parts that did not change stay, with the focus that may be in them.
    if (!same('agreement')) replace(parts.trust, trust(overview.agreement))
    if (!same('open', 'settled', 'counts')) replace(parts.batches, batches(overview, surroundings))
    if (!same('annotators', 'people')) replace(parts.people, people(overview, surroundings))
    if (!same('spending')) replace(parts.spending, spendingMeters(overview.spending))
    if (before?.counts.disputes !== overview.counts.disputes && !deciding.root.contains(document.activeElement)) {
      void deciding.load()
    }
    if (before?.counts.flags !== overview.counts.flags && !flags.root.contains(document.activeElement))
      void flags.load()
  }

  const refresh = async (): Promise<OwnerOverview | undefined> => {
    const answer = await api.overview()
    if (answer.ok) draw(answer.body)
    else if (answer.problem.status === 401 || answer.problem.error === 'other') lockOut(answer.problem.message)
    else say(answer.problem.message)
    return answer.ok ? answer.body : undefined
  }

  const untilSettled = async (batch: string) => {
    for (let look = 0; look < LOOKS; look++) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
      const overview = await refresh()
      if (overview && !overview.open.some((one) => one.batch === batch)) return say(`Batch ${batch} is settled.`)
    }
  }

  page.replaceChildren(
    section('trust', 'Can the labels be trusted?', parts.trust),
    section('decide', 'To decide', deciding.root),
    section('flagged', 'Flagged', flags.root),
    section('batches', 'Batches', parts.batches),
    section('people', 'People', parts.people, invitationForm(surroundings)),
    section('spending', 'Spending', parts.spending),
    section('correct', 'Correct a label', correction({ categories, ...surroundings })),
  )
  byId('nav').hidden = false
  draw(first)
  setInterval(() => {
    if (document.visibilityState === 'visible') void refresh()
  }, REFRESH_MS)
}

function section(id: string, heading: string, ...children: Node[]): HTMLElement {
  return element(
    'section',
    { id, 'aria-labelledby': `${id}-heading` },
    element('h2', { id: `${id}-heading` }, heading),
    ...children,
  )
}

/** Replace the content of a part. The focus goes to the new element with the same id. */
function replace(part: HTMLElement, children: readonly Node[]): void {
  const focused = part.contains(document.activeElement) ? document.activeElement?.id : undefined
  part.replaceChildren(...children)
  if (focused) document.getElementById(focused)?.focus()
}

/** Show only the reason why the visitor may not see the page. */
function lockOut(message: string): void {
  byId('nav').hidden = true
  page.replaceChildren(element('p', { class: 'lead', role: 'alert' }, message))
}

let silence: ReturnType<typeof setTimeout> | undefined
function say(text: string): void {
  notice.textContent = text
  clearTimeout(silence)
  silence = setTimeout(() => (notice.textContent = ''), 8_000)
}

function byId(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (!found) throw new Error(`the page has no #${id}`)
  return found
}
