// The function that asks a language model, with its queue, its schedule and the secret of its server's key: deployed only if
// bellwether.yml has the section `llm` with `sendsPosts: true`.
const bundle = require('./bundle.cjs')
const { putEvent } = require('./rule-event.cjs')

module.exports = async ({ resolveVariable }) => {
  const settings = await resolveVariable('file(./stack/settings.cjs)')
  const stage = await resolveVariable('sls:stage')
  return {
    function: predictorOf(settings),
    secretNames: needsKey(settings) ? ['LlmKey'] : [],
    // In addition to those in permissions.yml.
    statements: isOn(settings) ? await bedrockStatements(settings) : {},
    template: isOn(settings) ? template(settings, stage) : {},
  }
}

const isOn = ({ llm }) => llm?.sendsPosts === true
const needsKey = (settings) => isOn(settings) && settings.llm.needsKey

const att = (resource, attribute) => ({ 'Fn::GetAtt': [resource, attribute] })
const deadLetters = att('PredictorDeadLetters', 'Arn')

const predictorOf = (settings) => (isOn(settings) ? predictor(settings) : null)
module.exports.predictor = predictorOf

const predictor = (settings) => ({
  handler: 'services/predictor/handler.handler',
  description: 'Asks a language model about messages',
  role: 'PredictorRole',
  timeout: 900,
  memorySize: 1024,
  environment: {
    PREDICTOR_QUEUE_URL: { Ref: 'PredictorQueue' },
    LLM_SECRET: needsKey(settings) ? { Ref: 'LlmKey' } : '',
  },
  destinations: { onFailure: { type: 'sqs', arn: deadLetters } },
  events: [
    putEvent('cascades/*/date=*/run=*.csv', deadLetters),
    {
      sqs: {
        arn: att('PredictorQueue', 'Arn'),
        batchSize: 1,
        maximumConcurrency: 2,
        functionResponseType: 'ReportBatchItemFailures',
      },
    },
  ],
})

const allow = (Action, Resource, Condition) => ({ Effect: 'Allow', Action, Resource, ...(Condition && { Condition }) })
const sub = (text) => ({ 'Fn::Sub': text })

/**
 * Permissions on Amazon Bedrock. The predictor may invoke the profile, and its foundation model in every region that it
 * routes to, but the model only through the profile. The doctor may read their descriptions.
 */
async function bedrockStatements({ llm }) {
  if (llm.provider !== 'bedrock') return {}
  const { bedrockResources } = await bundle('shared/second-opinions/options.ts')
  const { profile, foundationModels } = bedrockResources(llm)
  const models = foundationModels.map(sub)
  const described = [
    // This action has no resource.
    allow('bedrock:GetFoundationModelAvailability', '*'),
    allow('bedrock:GetFoundationModel', models),
  ]
  if (profile === undefined) return { predictor: [allow('bedrock:InvokeModel', models)], doctor: described }
  return {
    predictor: [
      allow('bedrock:InvokeModel', sub(profile)),
      allow('bedrock:InvokeModel', models, { StringEquals: { 'bedrock:InferenceProfileArn': sub(profile) } }),
    ],
    doctor: [...described, allow('bedrock:GetInferenceProfile', sub(profile))],
  }
}

const template = (settings, stage) => ({
  Resources: {
    PredictorQueue: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: `bellwether-${stage}-predictor`,
        VisibilityTimeout: 5400,
        SqsManagedSseEnabled: true,
        RedrivePolicy: { deadLetterTargetArn: deadLetters, maxReceiveCount: 5 },
      },
    },
    PredictorSchedule: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        Name: `bellwether-${stage}-predictor`,
        Description: 'Look for days that a language model was not asked about',
        ScheduleExpression: 'rate(1 hour)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: att('PredictorLambdaFunction', 'Arn'),
          RoleArn: att('PredictorSchedulerRole', 'Arn'),
          Input: '{"unattended":true}',
          // The next hour retries.
          RetryPolicy: { MaximumEventAgeInSeconds: 1800, MaximumRetryAttempts: 5 },
          DeadLetterConfig: { Arn: deadLetters },
        },
      },
    },
    PredictorSchedulerRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'scheduler.amazonaws.com' },
              Action: 'sts:AssumeRole',
              Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
            },
          ],
        },
        Policies: [
          {
            PolicyName: 'schedule',
            PolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                allow('lambda:InvokeFunction', att('PredictorLambdaFunction', 'Arn')),
                allow('sqs:SendMessage', deadLetters),
              ],
            },
          },
        ],
      },
    },
    ...(needsKey(settings) && {
      LlmKey: {
        Type: 'AWS::SecretsManager::Secret',
        Properties: { Description: `Bellwether (${stage}): key of the language model's server` },
      },
    }),
  },
})
