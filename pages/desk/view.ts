import type { AnsweredItem, ShownItem } from '../../services/desk/shown'
import type { Given } from '../../shared/state/desk-item'
import { flagName, FLAG_NAMES, isFlag } from '../flags'
import { isolated, withVisibleDirections } from '../../shared/words'

export interface DeskCategory {
  name: string
  definition: string
  examples: string[]
}

export interface Progress {
  done: number
  items: number
}

/** What an annotator can do. */
export interface Actions {
  give(given: Given): void
  skip(): void
  back(): void
  forward(): void
  /** Keep a note with the answer to the post on the screen. */
  note(text: string): void
  /** The annotator asks for the answers of the day. */
  list(): void
  /** Show the post of one of these answers, to be answered again. */
  lookAt(place: string): void
  /** Take the answer back, so that it no longer counts, and show the post. */
  undo(place: string): void
}

export interface DeskView {
  /** Show a post; one of the past is shown with the answer that was given to it. */
  post(shown: ShownItem | AnsweredItem, categories: readonly DeskCategory[], canGoBack: boolean): void
  /** Show a message in place of a post. */
  say(title: string, text: string, canGoBack?: boolean): void
  /** Show a line until the next call; an empty text removes it. */
  notice(text: string): void
  progress(batch: Progress | undefined, today: number): void
  /** Open the definitions, as the annotator can at any time. */
  explain(isFirst: boolean): void
  /** Whose link it is. */
  whose(name: string): void
  /** The note of the post on the screen. */
  noted(text: string): void
  /** The answers of the day, the latest first; `hint` says what is not among them. */
  answers(list: readonly AnsweredItem[], hint: string): void
}

const KEYS = 9
/** A click within this time after a new post appears is the second click of a double click. */
const DOUBLE_CLICK_MS = 350

/** The page of `index.html`. It shows every text of a post or label as text, never as markup. */
export function createView(actions: Actions, keysOn: { get(): boolean; set(on: boolean): void }): DeskView {
  const work = byId('work', HTMLElement)
  const message = byId('message', HTMLElement)
  const title = byId('title', HTMLElement)
  const post = byId('post', HTMLElement)
  const labels = byId('labels', HTMLElement)
  const again = byId('again', HTMLElement)
  const backButton = byId('back', HTMLButtonElement)
  const flagButton = byId('flag', HTMLButtonElement)
  const change = byId('change', HTMLButtonElement)
  const definitions = byId('definitions', HTMLDialogElement)
  const flags = byId('flags', HTMLDialogElement)
  const notes = byId('notes', HTMLDialogElement)
  const noteText = byId('note-text', HTMLTextAreaElement)
  const noteButton = byId('note', HTMLButtonElement)
  const answers = byId('answers', HTMLDialogElement)
  const today = byId('today', HTMLButtonElement)
  const keysBox = byId('keys', HTMLInputElement)
  const notice = byId('notice', HTMLElement)

  /** Say in words how many labels are below the edge of their box. */
  const showMore = () => {
    const edge = labels.getBoundingClientRect().bottom
    const below = [...labels.children].filter((one) => one.getBoundingClientRect().bottom > edge + 1).length
    const more = byId('more', HTMLElement)
    more.hidden = below === 0
    more.textContent = below === 0 ? '' : `${below} more ${below === 1 ? 'label' : 'labels'} below`
  }
  labels.addEventListener('scroll', showMore, { passive: true })
  new ResizeObserver(showMore).observe(labels)

  let names: string[] = []
  let isPast = false
  let place = ''
  let shownAt = 0

  const skip = () => (isPast ? actions.forward() : actions.skip())
  /** A double click is one answer. Keys have no such guard: a fast annotator loses no answer. */
  const onClick = (button: HTMLElement, act: () => void) =>
    button.addEventListener('click', ({ detail }) => {
      if (detail < 2 || performance.now() - shownAt >= DOUBLE_CLICK_MS) act()
    })
  const open = (dialog: HTMLDialogElement) => {
    if (!work.hidden && !dialog.open) dialog.showModal()
  }
  const flag = (name: string | undefined) => {
    flags.close()
    if (isFlag(name)) actions.give({ flag: name })
  }

  backButton.addEventListener('click', actions.back)
  change.addEventListener('click', actions.back)
  onClick(byId('skip', HTMLButtonElement), skip)
  flagButton.addEventListener('click', () => open(flags))
  byId('help', HTMLButtonElement).addEventListener('click', () => open(definitions))
  noteButton.addEventListener('click', () => open(notes))
  byId('note-form', HTMLFormElement).addEventListener('submit', () => actions.note(noteText.value.trim()))
  today.addEventListener('click', actions.list)
  answers.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('button') : null
    const { undo, look } = button?.dataset ?? {}
    if (undo === undefined && look === undefined) return
    answers.close()
    if (undo !== undefined) actions.undo(undo)
    if (look !== undefined) actions.lookAt(look)
  })
  for (const dialog of [definitions, flags, notes, answers]) {
    dialog.addEventListener('click', ({ target }) => {
      if (!(target instanceof Element)) return
      // Its backdrop is the dialog itself.
      if (target === dialog || target.closest('[data-close]')) dialog.close()
      else flag(target.closest<HTMLElement>('[data-flag]')?.dataset.flag)
    })
  }
  keysBox.checked = keysOn.get()
  keysBox.addEventListener('change', () => keysOn.set(keysBox.checked))

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !keysOn.get()) return
    const nth = /^[1-9]$/.test(event.key) ? Number(event.key) - 1 : undefined
    if (flags.open) {
      if (nth !== undefined && nth < FLAG_NAMES.length) flag(FLAG_NAMES[nth])
      else if (event.key === 'f') flags.close()
      else return
    } else if (notes.open) {
      return
    } else if (answers.open) {
      if (event.key !== 'l') return
      answers.close()
    } else if (event.key === 'l' && !today.hidden) {
      actions.list()
    } else if (definitions.open) {
      if (event.key !== '?' && event.key !== 'd') return
      definitions.close()
    } else if (work.hidden) {
      if (event.key !== 'b' || change.hidden) return
      actions.back()
    } else if (nth !== undefined) {
      const name = names[nth]
      if (name === undefined) return
      actions.give({ label: name })
    } else {
      const action = KEYBOARD[event.key]
      if (!action) return
      action()
    }
    event.preventDefault()
  })
  const KEYBOARD: Record<string, () => void> = {
    s: skip,
    b: actions.back,
    ArrowLeft: actions.back,
    ArrowRight: () => isPast && actions.forward(),
    f: () => open(flags),
    n: () => open(notes),
    '?': () => open(definitions),
    d: () => open(definitions),
  }

  const showLabels = (categories: readonly DeskCategory[]) => {
    const wanted = categories.map(({ name }) => name)
    if (JSON.stringify(wanted) === JSON.stringify(names)) return
    names = wanted
    labels.replaceChildren(
      ...wanted.map((name, i) => {
        const button = element('button', '')
        button.type = 'button'
        if (i < KEYS) {
          const key = element('kbd', String(i + 1))
          key.ariaHidden = 'true'
          button.append(key)
          button.setAttribute('aria-keyshortcuts', String(i + 1))
        }
        button.append(element('span', name))
        onClick(button, () => actions.give({ label: name }))
        return button
      }),
    )
    showMore()
    byId('meanings', HTMLElement).replaceChildren(
      ...categories.flatMap(({ name, definition, examples }) => {
        const list = element('ul', '')
        list.append(...examples.map((example) => element('li', example)))
        return [element('h3', name), element('p', definition), ...(examples.length > 0 ? [list] : [])]
      }),
    )
  }

  return {
    post(shown, categories, canGoBack) {
      const given = 'given' in shown ? shown.given : undefined
      isPast = given !== undefined
      const changed = place !== `${shown.batch}/${shown.item}`
      place = `${shown.batch}/${shown.item}`
      showLabels(categories)
      const wasMessage = work.hidden
      work.hidden = false
      message.hidden = true
      if (changed || wasMessage) {
        post.textContent = withVisibleDirections(shown.text)
        shownAt = performance.now()
        // The next post is read from its beginning, wherever the reader was in the one before.
        post.scrollTop = 0
        scrollTo(0, 0)
      }
      again.hidden = given === undefined
      again.textContent = given === undefined ? '' : `You answered this before: ${wordsFor(given)}.`
      for (const [i, button] of [...labels.children].entries()) {
        const pressed = given !== undefined && 'label' in given && given.label === names[i]
        button.setAttribute('aria-pressed', String(pressed))
      }
      byId('skip-name', HTMLElement).textContent = isPast ? 'Keep' : 'Skip'
      if (!canGoBack && document.activeElement === backButton) post.focus()
      backButton.disabled = !canGoBack
      if (wasMessage) post.focus()
    },
    say(heading, text, canGoBack = false) {
      const changed = title.textContent !== heading || message.hidden
      // An open list stays open: the same message comes again each time that nothing is new.
      if (changed) for (const dialog of [definitions, flags, notes, answers]) dialog.close()
      work.hidden = true
      // The page keeps nothing of the last post, nor of a list that is closed.
      post.textContent = ''
      if (!answers.open) byId('answers-list', HTMLElement).replaceChildren()
      place = ''
      message.hidden = false
      title.textContent = heading
      byId('text', HTMLElement).textContent = text
      change.hidden = !canGoBack
      if (changed) title.focus()
    },
    notice(text) {
      if (notice.textContent !== text) notice.textContent = text
    },
    progress(batch, count) {
      const bar = byId('progress', HTMLProgressElement)
      byId('bar', HTMLElement).hidden = batch === undefined
      today.hidden = count === 0
      today.textContent = count > 0 ? `${count} today` : ''
      if (!batch) return
      bar.max = Math.max(1, batch.items)
      bar.value = batch.done
      byId('done', HTMLElement).textContent = `${batch.done} of ${batch.items}`
    },
    explain(isFirst) {
      byId('first', HTMLElement).hidden = !isFirst
      open(definitions)
    },
    whose(name) {
      byId('whose', HTMLElement).textContent = name === '' ? '' : ` · ${name}`
    },
    noted(text) {
      noteText.value = text
      const shown = byId('note-shown', HTMLElement)
      shown.hidden = text === ''
      shown.textContent = text === '' ? '' : `Your note: ${withVisibleDirections(text)}`
    },
    answers(list, hint) {
      byId('answers-hint', HTMLElement).textContent = hint
      byId('answers-list', HTMLElement).replaceChildren(...list.map(answerRow))
      if (!answers.open) answers.showModal()
    },
  }
}

function answerRow({ batch, item, text, given, note }: AnsweredItem): HTMLElement {
  const row = element('li', '')
  const words = element('p', withVisibleDirections(text))
  words.className = 'post-text'
  words.dir = 'auto'
  const said = element('p', wordsFor(given) + (note === undefined ? '' : `. Your note: ${withVisibleDirections(note)}`))
  said.className = 'hint'
  const tools = element('div', '')
  tools.className = 'tools'
  const short = text.slice(0, 40)
  const look = element('button', 'Change')
  look.dataset.look = `${batch}/${item}`
  look.ariaLabel = `Change the answer to: ${short}`
  tools.append(look)
  if (!('skip' in given)) {
    const undo = element('button', 'Undo')
    undo.dataset.undo = `${batch}/${item}`
    undo.ariaLabel = `Undo the answer to: ${short}`
    tools.append(undo)
  }
  for (const button of tools.querySelectorAll('button')) button.type = 'button'
  row.append(words, said, tools)
  return row
}

function wordsFor(given: Given): string {
  if ('label' in given) return isolated(given.label)
  return 'flag' in given ? `flagged, ${flagName(given.flag)}` : 'skipped'
}

function element<K extends keyof HTMLElementTagNameMap>(name: K, text: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  made.textContent = text
  return made
}

function byId<T extends HTMLElement>(id: string, type: { new (): T }): T {
  const found = document.getElementById(id)
  if (!(found instanceof type)) throw new Error(`the page has no ${id}`)
  return found
}
