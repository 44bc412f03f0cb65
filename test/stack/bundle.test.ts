import path from 'node:path'
import { expect, it } from '@jest/globals'
import { root } from './packaged'

const bundle: (entry: string) => Promise<unknown> = require(path.join(root, 'stack/bundle.cjs'))

/** The framework resolves variables concurrently: a second bundling would overwrite the file that the first one loads. */
it('bundles a module completely and only once when two callers ask for it at the same time', async () => {
  const [one, other] = [bundle('shared/streams.ts'), bundle('shared/streams.ts')]

  expect(one).toBe(other)
  expect(await one).toMatchObject({ networksOf: expect.any(Function), watchedStreams: expect.any(Function) })
})
