import { retrainSkipped } from '../../events'
import { keys } from '../../shared/keys'
import { latestDataset } from '../../shared/latest'
import type { Objects } from '../../shared/objects'
import type { Settings } from '../../shared/settings'
import type { Cloud } from '../cloud'
import type { BusEvent } from '../../packages/embedded-aws/src/service'

interface Ports {
  cloud: Pick<Cloud, 'invoke'>
  objects: Pick<Objects, 'exists' | 'list' | 'readJson'>
  settings: Pick<Settings, 'gate'>
}

/**
 * There is one training job a day, and the first labels of a sitting have used it. Where no model is live, another job
 * is requested once there are enough newer evaluation labels.
 */
export function makeFirstModel({ cloud, objects, settings }: Ports) {
  const asked = new Set<string>()
  return async (event: BusEvent): Promise<void> => {
    if (event['detail-type'] !== retrainSkipped.name) return
    const { reason } = retrainSkipped.detail.parse(event.detail)
    if (!reason.startsWith('one training job a day')) return
    if (await objects.exists(keys.champion({}))) return
    const dataset = await latestDataset(objects)
    if (!dataset || asked.has(dataset.datasetId) || dataset.rows.evaluation < settings.gate.minimumProvisional) return
    asked.add(dataset.datasetId)
    await cloud.invoke('trainer', { datasetId: dataset.datasetId, force: true })
  }
}
