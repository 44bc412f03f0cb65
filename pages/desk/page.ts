import { ask } from '../api'
import { enter } from '../enter'

interface Next {
  items: { batch: string; item: string; text: string }[]
  categories: Record<string, { name: string; definition: string; examples: string[] }[]>
}

const page = document.getElementById('page')!

void start()

async function start(): Promise<void> {
  const entered = await enter('/desk/session')
  if (!entered.ok) return say(entered.problem.message)
  const next = await ask<Next>('GET', '/desk/batch/next?count=20')
  if (!next.ok) return say(next.problem.message)
  show(next.body)
}

function show({ items, categories }: Next): void {
  const [first, ...rest] = items
  if (!first) return say('Nothing waits for you.')
  const post = element('p', first.text)
  post.className = 'post'
  const buttons = (categories[first.batch] ?? []).map(({ name }) => {
    const button = element('button', name)
    button.addEventListener('click', () => {
      const { batch, item } = first
      void ask('POST', '/desk/answers', { answers: [{ batch, item, revision: 1, label: name }] })
      show({ items: rest, categories })
    })
    return button
  })
  page.replaceChildren(post, ...buttons)
}

const say = (message: string): void => page.replaceChildren(element('h1', message))

function element<K extends keyof HTMLElementTagNameMap>(name: K, text: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(name)
  made.textContent = text
  return made
}
