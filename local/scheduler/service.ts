import { AwsError, notImplemented } from '../protocol/aws-error'
import { jsonAnswer, restService } from '../protocol/rest'
import type { AwsRequest, AwsResponse, AwsService } from '../service'
import type { Made } from './schedule'

const LIST = /^\/schedules\/?$/
const ONE = /^\/schedules\/([^/]+)$/
const FILTERS = new Set(['NamePrefix', 'ScheduleGroup', 'State', 'MaxResults'])

/** EventBridge Scheduler's REST API, as far as it tells what the template has planned. */
export function schedulerService(made: ReadonlyMap<string, Made>): AwsService {
  const operationOf = ({ method, path }: AwsRequest) => {
    if (method === 'GET' && LIST.test(path)) return 'ListSchedules'
    if (method === 'GET' && ONE.test(path)) return 'GetSchedule'
    return `${method} ${path}`
  }
  const nameIn = ({ path }: AwsRequest) => decodeURIComponent(ONE.exec(path)?.[1] ?? '')
  const operations: Record<string, (request: AwsRequest) => AwsResponse> = {
    ListSchedules: ({ query }) => {
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
    },
    GetSchedule: (request) => {
      const [name, group] = [nameIn(request), request.query.get('groupName') ?? 'default']
      const found = [...made.values()].map(described).find((one) => one.Name === name && one.GroupName === group)
      if (!found) throw new AwsError(404, 'ResourceNotFoundException', `Schedule ${name} does not exist.`)
      return jsonAnswer(200, found)
    },
  }

  return restService({
    name: 'scheduler',
    operations,
    operationOf,
    accessOf(request) {
      const operation = operationOf(request)
      const group = request.query.get('groupName') ?? 'default'
      const arn = [...made.keys()].find((one) => one.endsWith(`:schedule/${group}/${nameIn(request)}`))
      return [{ action: `scheduler:${operation}`, resource: arn ?? '*' }]
    },
  })
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
