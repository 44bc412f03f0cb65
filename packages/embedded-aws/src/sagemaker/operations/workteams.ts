import { z } from 'zod'
import { jsonOperation } from '../../protocol/json'
import { pageFrom } from '../listing'
import { arnOf, entityName, notFound } from '../names'
import type { SageMaker, Workteam } from '../sagemaker'

export const listWorkteams = ({ workteams }: SageMaker) =>
  jsonOperation({
    input: z.strictObject({
      NameContains: z.string().default(''),
      SortBy: z.enum(['Name', 'CreateDate']).optional(),
      SortOrder: z.enum(['Ascending', 'Descending']).optional(),
      MaxResults: z.int().min(1).max(100).default(10),
      NextToken: z.string().optional(),
    }),
    access: () => [{ action: 'sagemaker:ListWorkteams', resource: '*' }],
    run: (filters) => {
      const { page, ...more } = pageFrom(
        workteams.filter(({ name }) => name.includes(filters.NameContains)),
        filters,
      )
      return { Workteams: page.map(describe), ...more }
    },
  })

export const describeWorkteam = ({ site, workteams }: SageMaker) =>
  jsonOperation({
    input: z.strictObject({ WorkteamName: entityName }),
    access: ({ WorkteamName: name }) => [
      { action: 'sagemaker:DescribeWorkteam', resource: arnOf(site, 'workteam/private-crowd', name) },
    ],
    run: ({ WorkteamName: wanted }) => {
      const team = workteams.find(({ name }) => name === wanted)
      if (!team) throw notFound(`work team ${wanted}`)
      return { Workteam: describe(team) }
    },
  })

const describe = ({ name, arn }: Workteam) => ({
  WorkteamName: name,
  WorkteamArn: arn,
  Description: 'Simulated annotators',
  MemberDefinitions: [{ CognitoMemberDefinition: { UserPool: 'pool', UserGroup: name, ClientId: 'client' } }],
  SubDomain: `${name}.labeling.sagemaker.aws`,
})
