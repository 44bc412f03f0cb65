import { AwsError, notImplemented } from '../protocol/aws-error'
import { jsonAnswer, restService } from '../protocol/rest'
import type { AwsResponse, AwsService } from '../service'
import type { Made } from './schedule'

const LIST = /^\/schedules\/?$/
const ONE = /^\/schedules\/([^/]+)$/
const FILTERS = new Set(['NamePrefix', 'ScheduleGroup', 'State', 'MaxResults'])

/** The part of EventBridge Scheduler's REST API that lists the template's schedules. */
export const schedulerService = (made: ReadonlyMap<string, Made>): AwsService =>
  restService('scheduler', ['GetSchedule', 'ListSchedules'], ({ method, path, query }) => {
    if (method === 'GET' && LIST.test(path)) {
      return { operation: 'ListSchedules', accesses: access('ListSchedules'), work: () => listSchedules(made, query) }
    }
    const one = method === 'GET' ? ONE.exec(path) : null
    if (!one) return { operation: `${method} ${path}`, accesses: access(`${method} ${path}`) }
    const name = decodeURIComponent(one[1] ?? '')
    const group = query.get('groupName') ?? 'default'
    const arn = [...made.keys()].find((each) => each.endsWith(`:schedule/${group}/${name}`))
    return {
      operation: 'GetSchedule',
      accesses: access('GetSchedule', arn),
      work: () => getSchedule(made, name, group),
    }
  })

const access = (operation: string, resource = '*') => [{ action: `scheduler:${operation}`, resource }]

function listSchedules(made: ReadonlyMap<string, Made>, query: URLSearchParams): AwsResponse {
  for (const name of query.keys()) if (!FILTERS.has(name)) throw notImplemented(`${name} in ListSchedules`)
  const is = (filter: string, value: string) => (query.get(filter) ?? value) === value
  const all = [...made.values()]
    .map(described)
    .filter(({ Name, GroupName, State }) => {
      return Name.startsWith(query.get('NamePrefix') ?? '') && is('ScheduleGroup', GroupName) && is('State', State)
    })
    .sort((a, b) => (a.Name < b.Name ? -1 : 1))
  const most = Number(query.get('MaxResults') ?? 100)
  if (all.length > most) throw notImplemented(`pages in ListSchedules: there are ${all.length}`)
  return jsonAnswer(200, {
    Schedules: all.map(({ Arn, Name, GroupName, State, CreationDate, LastModificationDate, Target }) => {
      return { Arn, Name, GroupName, State, CreationDate, LastModificationDate, Target: { Arn: Target.Arn } }
    }),
  })
}

function getSchedule(made: ReadonlyMap<string, Made>, name: string, group: string): AwsResponse {
  const found = [...made.values()].map(described).find((one) => one.Name === name && one.GroupName === group)
  if (!found) throw new AwsError(404, 'ResourceNotFoundException', `Schedule ${name} does not exist.`)
  return jsonAnswer(200, found)
}

/** As GetSchedule answers: instants in seconds since the epoch. */
function described({ schedule: { arn, StartDate, EndDate, ...schedule }, created }: Made) {
  const [GroupName = '', Name = ''] = arn.split(':schedule/')[1]?.split('/') ?? []
  return {
    ...schedule,
    Arn: arn,
    Name,
    GroupName,
    CreationDate: created / 1000,
    LastModificationDate: created / 1000,
    ...(StartDate === undefined ? {} : { StartDate: Date.parse(StartDate) / 1000 }),
    ...(EndDate === undefined ? {} : { EndDate: Date.parse(EndDate) / 1000 }),
  }
}
