import { element, listen } from '../element'

interface Question {
  title: string
  text: string
  /** What the two buttons say. */
  keep: string
  act: string
}

/** Ask once more, in a dialog that Escape leaves. */
export function confirm({ title, text, keep, act }: Question, then: () => unknown): void {
  const leave = element('button', { type: 'button' }, keep)
  const go = element('button', { type: 'button', class: 'accent' }, act)
  const dialog = element(
    'dialog',
    { 'aria-labelledby': 'question' },
    element('h2', { id: 'question' }, title),
    element('p', {}, text),
    element('div', { class: 'row' }, leave, go),
  )
  listen(leave, 'click', () => dialog.close())
  listen(go, 'click', () => {
    dialog.close()
    void then()
  })
  listen(dialog, 'close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}
