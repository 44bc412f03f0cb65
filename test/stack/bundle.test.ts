import path from 'node:path'
import { expect, it } from '@jest/globals'
import { root } from './packaged'

const bundle: (entry: string) => Promise<unknown> = require(path.join(root, 'stack/bundle.cjs'))

/** The framework resolves variables side by side: a second bundling would write the file that the first one loads. */
it('a module that two ask for at once is bundled once, and whole', async () => {
  const [one, other] = [bundle('shared/streams.ts'), bundle('shared/streams.ts')]

  expect(one).toBe(other)
  expect(await one).toMatchObject({ networksOf: expect.any(Function), watchedStreams: expect.any(Function) })
})
