import { paginateListServiceQuotas, type ServiceQuotasClient } from '@aws-sdk/client-service-quotas'

/** The quotas of an AWS service that an account lists, by name. */
export async function serviceQuotas(client: ServiceQuotasClient, service: string): Promise<Map<string, number>> {
  const found = new Map<string, number>()
  for await (const { Quotas } of paginateListServiceQuotas({ client, pageSize: 100 }, { ServiceCode: service })) {
    for (const { QuotaName, Value } of Quotas ?? []) if (QuotaName && Value !== undefined) found.set(QuotaName, Value)
  }
  return found
}
