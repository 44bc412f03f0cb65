// An example to copy: a team that uses the model. It depends only on the event and two npm packages. Deploy it beside
// the stack: cd services/subscriber && npx sls deploy --stage dev --region eu-west-1
import { S3Client } from '@aws-sdk/client-s3'
import type { EventBridgeEvent } from 'aws-lambda'
import { fetchModel, announcedModel } from './fetch-model'

const client = new S3Client()

/**
 * A model went live. The event may arrive twice: install by `sha256`, so that a second time changes nothing. It may
 * arrive after that of a newer model: store the event's `time`, and ignore an older one.
 */
export const handler = async ({ time, detail }: EventBridgeEvent<'ModelPromoted' | 'ModelRolledBack', unknown>) => {
  const model = announcedModel.parse(detail)
  const archive = await fetchModel(client, model)

  // Here the model would be installed: `archive` is a model.tar.gz with fastText's model.bin inside, for texts that
  // went through the text function of version `textVersion` first.
  console.log(
    JSON.stringify({
      message: `would install ${model.job}`,
      time,
      bytes: archive.length,
      sha256: model.sha256,
      labels: model.labels,
      textVersion: model.textVersion,
    }),
  )
}
