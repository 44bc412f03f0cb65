import type { Invocation } from '../../shared/door'
import { type Exported, exportLabels, type ExportPorts } from './export'
import { type Imported, importLabels, type ImportPorts } from './import'
import type { LabelsRequest } from './request'

/** Requests to the service by a person. */
export const answerLabels =
  (ports: ImportPorts & ExportPorts) =>
  async (request: LabelsRequest, invocation: Invocation): Promise<Imported | Exported> =>
    'import' in request ? importLabels(ports)(request.import, invocation) : exportLabels(ports)(request.export)
