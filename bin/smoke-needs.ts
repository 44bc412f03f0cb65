import type { Finding } from '../shared/finding'

/** Checks of the doctor's about where posts and labels come from: smoke brings labels of its own. */
const NOT_NEEDED = ['X token', 'files of posts', 'Ground Truth']

/** What is missing of that which a training job and a page need. */
export const missingForSmoke = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ check, verdict }) => verdict === 'missing' && !NOT_NEEDED.includes(check))
