import { createHash } from 'node:crypto'

/** One person's answer to one object. */
export interface Answer {
  worker: string
  label: string
}

/** `annotations/worker-response/<iteration>/<object>/<timestamp>.json`, as Ground Truth documents it for a private team. */
export function workerResponse(answers: readonly Answer[], at: number, region: string): string {
  return JSON.stringify({
    answers: answers.map(({ worker, label }, i) => {
      const spent = 4 + (digest(worker, label, String(i))[0] ?? 0) / 10
      return {
        acceptanceTime: second(at - spent * 1000),
        answerContent: { 'crowd-classifier': { label } },
        submissionTime: second(at),
        timeSpentInSeconds: spent,
        workerId: workerIdOf(worker, region),
        workerMetadata: {
          identityData: {
            identityProviderType: 'Cognito',
            issuer: `https://cognito-idp.${region}.amazonaws.com/${region}_annotators`,
            sub: digest(worker).toString('hex').slice(0, 32),
          },
        },
      }
    }),
  })
}

/** A worker's pseudonymous id. */
const workerIdOf = (worker: string, region: string): string =>
  `private.${region}.${digest(worker).toString('hex').slice(0, 16)}`

/** The file name of a response. */
export const responseFile = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', '_')}.json`

const second = (ms: number): string => new Date(Math.round(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z')
const digest = (...parts: string[]): Buffer => createHash('sha256').update(parts.join('\n')).digest()
