import type { Registry } from '../../../services/evaluator/registry'

type Version = Parameters<Registry['add']>[0] & { status: string; why: string }

export interface MemoryRegistry extends Registry {
  versions: Version[]
  /** The status of each version, in order. */
  statuses(): string[]
}

/** The part of SageMaker's model registry that the evaluator uses. */
export function memoryRegistry(): MemoryRegistry {
  const versions: Version[] = []
  const find = (arn: string): Version => {
    const version = versions[Number(arn.split('/').at(-1)) - 1]
    if (!version) throw new Error(`there is no ${arn}`)
    return version
  }
  return {
    versions,
    statuses: () => versions.map(({ status }) => status),
    add: async (version) => {
      const same = versions.findIndex(({ ClientToken }) => ClientToken === version.ClientToken)
      if (same < 0) versions.push({ ...version, status: String(version.ModelApprovalStatus), why: '' })
      return `arn:aws:sagemaker:eu-west-1:111122223333:model-package/bellwether-test/${same < 0 ? versions.length : same + 1}`
    },
    statusOf: async (arn) => find(arn).status,
    decide: async (arn, approval, why) => {
      Object.assign(find(arn), { status: approval, why })
    },
  }
}
