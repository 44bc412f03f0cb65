import { z } from 'zod'
import { invalid } from './names'

const time = z.number().describe('Seconds since the epoch.')

/** The filters that SageMaker's lists of jobs have in common. */
export const jobFilters = z.strictObject({
  NameContains: z.string().max(63).optional(),
  StatusEquals: z.string().optional(),
  CreationTimeAfter: time.optional(),
  CreationTimeBefore: time.optional(),
  LastModifiedTimeAfter: time.optional(),
  LastModifiedTimeBefore: time.optional(),
  SortBy: z.enum(['Name', 'CreationTime', 'Status']).default('CreationTime'),
  SortOrder: z.enum(['Ascending', 'Descending']).optional(),
  MaxResults: z.int().min(1).max(100).default(10),
  NextToken: z.string().optional(),
})
type JobFilters = z.output<typeof jobFilters>

interface Listed {
  name: string
  status: string
  created: number
  modified: number
}

/** One page of the jobs that pass the filters, by default the newest first. */
export function pageOf<T extends Listed>(jobs: readonly T[], filters: JobFilters): { page: T[]; NextToken?: string } {
  const order = filters.SortOrder ?? (filters.SortBy === 'CreationTime' ? 'Descending' : 'Ascending')
  const by = { Name: 'name', CreationTime: 'created', Status: 'status' } as const
  const field = by[filters.SortBy]
  const sorted = jobs
    .filter((job) => passes(job, filters))
    .sort((a, b) => (a[field] < b[field] ? -1 : a[field] > b[field] ? 1 : 0))
  if (order === 'Descending') sorted.reverse()
  return pageFrom(sorted, filters)
}

/** One page of a sorted list. The token is the start of the next page. */
export function pageFrom<T>(
  list: readonly T[],
  { MaxResults: size, NextToken: token = '0' }: { MaxResults: number; NextToken?: string | undefined },
): { page: T[]; NextToken?: string } {
  if (!/^\d+$/.test(token)) throw invalid(`Invalid NextToken ${token}`)
  const from = Number(token)
  const page = list.slice(from, from + size)
  return from + size < list.length ? { page, NextToken: String(from + size) } : { page }
}

function passes({ name, status, created, modified }: Listed, filters: JobFilters): boolean {
  const { NameContains, StatusEquals, CreationTimeAfter, CreationTimeBefore } = filters
  const { LastModifiedTimeAfter, LastModifiedTimeBefore } = filters
  return (
    (NameContains === undefined || name.toLowerCase().includes(NameContains.toLowerCase())) &&
    (StatusEquals === undefined || status === StatusEquals) &&
    created > (CreationTimeAfter ?? -1) * 1000 &&
    created < (CreationTimeBefore ?? Infinity) * 1000 &&
    modified > (LastModifiedTimeAfter ?? -1) * 1000 &&
    modified < (LastModifiedTimeBefore ?? Infinity) * 1000
  )
}
