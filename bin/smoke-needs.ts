import type { Finding } from '../shared/finding'
import { LABELLERS } from '../shared/labellers'
import { SOURCES } from '../shared/sources'

/** The doctor's checks of sources and labellers, which smoke skips: it collects no posts and brings its own labels. */
const NOT_NEEDED = [
  ...SOURCES.map(({ check }) => check.name),
  ...Object.values(LABELLERS).flatMap(({ doctor }) => doctor?.check ?? []),
]

const needed = (findings: readonly Finding[], wanted: Finding['verdict']): Finding[] =>
  findings.filter(({ check, verdict }) => verdict === wanted && !NOT_NEEDED.includes(check))

/** Missing requirements of a training job and of a page. */
export const missingForSmoke = (findings: readonly Finding[]): Finding[] => needed(findings, 'missing')

/** Requirements that the doctor could not check: smoke continues, and says so. */
export const uncheckedForSmoke = (findings: readonly Finding[]): Finding[] => needed(findings, 'could not be checked')
