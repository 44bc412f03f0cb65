import { stripVTControlCharacters } from 'node:util'
import { expect, it } from '@jest/globals'
import { z } from 'zod'

/** A statement about AWS, checked by real SDK calls. */
export type Fact = (name: string, check: () => Promise<void>) => void

/** The known differences between a cloud and AWS, by the fact's name: what the cloud does, and how the fact then fails. */
export type Differences = Record<string, { does: string; failing: string }>

/**
 * Runs facts as tests. A known difference is a test, too: its fact must fail in the known way, so that a fix is
 * noticed. `checkAllUsed` fails on a difference without a fact.
 */
export function facts(differences: Differences): { fact: Fact; checkAllUsed: () => void } {
  const unused = new Set(Object.keys(differences))
  return {
    fact(name, check) {
      const difference = differences[name]
      // oxlint-disable-next-line jest/valid-title -- each fact names itself
      if (difference === undefined) return it(name, check)
      unused.delete(name)
      it(`differs: ${name} (${difference.does})`, async () => {
        expect(await failureOf(check())).toContain(difference.failing)
      })
    },
    checkAllUsed() {
      it('has a fact for every known difference', () => expect([...unused]).toEqual([]))
    },
  }
}

const failureOf = (check: Promise<void>): Promise<string> =>
  check.then(
    () => 'the fact holds',
    (error: unknown) => stripVTControlCharacters(String(error)),
  )

const refused = z.object({ name: z.string(), $metadata: z.object({ httpStatusCode: z.number() }) })

/** The name and status of the error of an SDK call. */
export async function refusalOf(call: Promise<unknown>): Promise<{ name: string; status: number }> {
  const error: unknown = await call.then(
    () => new Error('the call was not refused'),
    (thrown: unknown) => thrown,
  )
  const { success, data } = refused.safeParse(error)
  if (!success) throw error
  return { name: data.name, status: data.$metadata.httpStatusCode }
}

/** A name that no earlier run used. */
export const unique = (prefix: string): string =>
  `${prefix}-${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`
