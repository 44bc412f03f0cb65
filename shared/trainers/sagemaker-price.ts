/**
 * US dollars an hour of SageMaker training in us-east-1, on demand. Other regions differ by up to a half, so a cost is an
 * estimate; an instance type that is not here has none.
 */
const USD_PER_HOUR: Record<string, number> = {
  'ml.c4.4xlarge': 0.955,
  'ml.c5.xlarge': 0.204,
  'ml.c5.2xlarge': 0.408,
  'ml.c5.4xlarge': 0.816,
  'ml.c5.9xlarge': 1.836,
  'ml.m4.xlarge': 0.24,
  'ml.m5.large': 0.115,
  'ml.m5.xlarge': 0.23,
  'ml.m5.2xlarge': 0.461,
  'ml.m5.4xlarge': 0.922,
}

/** What SageMaker bills for a job, estimated. With spot the billed seconds are already the reduced ones. */
export function trainingCostUsd(instanceType: string | undefined, billableSeconds: number): number | null {
  const hourly = USD_PER_HOUR[instanceType ?? '']
  return hourly === undefined ? null : Math.round(((hourly * billableSeconds) / 3600) * 1e6) / 1e6
}
