import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'

/** The annotator's key presses in order: the text of the post and the label of the key. */
export type Pressed = readonly { text: string; label: string }[]

/**
 * Answers posts by key, one every `everyMs`, whatever the connection does. Waits only when the page has no post.
 * `labels` are those of the keys 1 and 2.
 */
export async function answerByKey(
  page: Page,
  { count, everyMs, labels }: { count: number; everyMs: number; labels: readonly [string, string] },
): Promise<Pressed> {
  const pressed: { text: string; label: string }[] = []
  let due = performance.now()
  while (pressed.length < count) {
    await page.locator('#work').waitFor()
    const text = (await page.locator('#post').textContent()) ?? ''
    const second = pressed.length % 3 === 0
    await page.keyboard.press(second ? '2' : '1')
    pressed.push({ text, label: labels[second ? 1 : 0] })
    due = Math.max(due + everyMs, performance.now())
    await pause(Math.max(0, due - performance.now()))
  }
  return pressed
}

/** One in five requests to the desk fails, and one in five that send answers arrives twice. */
export async function beLossy(page: Page): Promise<void> {
  let requests = 0
  await page.route('**/desk/**', async (route) => {
    requests++
    if (requests % 5 === 0) return route.abort()
    if (requests % 5 === 2 && route.request().method() === 'POST') await route.fetch().catch(() => undefined)
    await route.continue()
  })
}

/** Waits until every answer is acknowledged. The page's policy forbids `waitForFunction` of a string. */
export async function allSent(page: Page, timeoutMs = 60_000): Promise<void> {
  const until = performance.now() + timeoutMs
  while (await page.evaluate(`Object.keys(localStorage).some((key) => key.includes(':answer:'))`)) {
    if (performance.now() > until) throw new Error(`answers still wait in the page after ${timeoutMs} ms`)
    await pause(50)
  }
}
