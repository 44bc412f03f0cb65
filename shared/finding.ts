/** The answer to a question about the account, or why there is none. */
export type Asked<T> = { known: T } | { unknown: string }

/** A check of the doctor. */
export interface Finding {
  check: string
  verdict: 'ok' | 'missing' | 'warning' | 'not needed' | 'could not be checked'
  found: string
  remedy?: string
}

/** A finding about a fact, once it is known. */
export const findingOf = <T>(check: string, fact: Asked<T>, judge: (known: T) => Finding): Finding =>
  'known' in fact ? judge(fact.known) : { check, verdict: 'could not be checked', found: fact.unknown }
