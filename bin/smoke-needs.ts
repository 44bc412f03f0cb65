import type { Finding } from '../shared/finding'
import { LABELLERS } from '../shared/labellers'
import { SOURCES } from '../shared/sources'

/** The doctor's checks of where posts and labels come from: smoke collects no posts and brings its own labels. */
const NOT_NEEDED = [
  ...SOURCES.map(({ check }) => check.name),
  ...Object.values(LABELLERS).flatMap(({ doctor }) => doctor?.check ?? []),
]

/** What is missing of that which a training job and a page need. */
export const missingForSmoke = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ check, verdict }) => verdict === 'missing' && !NOT_NEEDED.includes(check))
