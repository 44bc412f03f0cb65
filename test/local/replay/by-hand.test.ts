import { expect, it } from '@jest/globals'
import { byHand } from '../../../local/replay/by-hand'

it('prints all links before the first day, and waits on a day with a batch', async () => {
  const said: string[] = []
  const screen = {
    say: (text: string) => void said.push(text),
    progress: (text: string) => void said.push(text),
    clear: () => {},
  }
  const invoke = async (_: string, request: unknown) => {
    const [role = ''] = Object.keys(Object(request))
    return { payload: JSON.stringify({ url: `http://127.0.0.1:1/${role}` }) }
  }
  const stopped = AbortSignal.abort()

  const wait = await byHand({ invoke }, screen, stopped)

  expect(said).toEqual([
    'You are the annotator, the owner and a reader. These links work from now on; later days appear there by themselves.\n' +
      '  The desk:   http://127.0.0.1:1/annotator\n' +
      '  The labels: http://127.0.0.1:1/owner\n' +
      '  The report: http://127.0.0.1:1/reader',
  ])
  await wait('2026-01-01', () => [])
  expect(said).toHaveLength(1)
})
