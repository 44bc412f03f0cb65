import { jsonOrNothing } from './json'

/** The answer to an ad-hoc request that its sender has to correct. */
export interface RequestRefused {
  requestRefused: string
}

/** Why a function refused a request; undefined where its answer is no refusal. */
export function refusalIn(payload: string): string | undefined {
  const answer = jsonOrNothing(payload)
  return typeof answer === 'object' && answer !== null && 'requestRefused' in answer
    ? String(answer.requestRefused)
    : undefined
}
