import { Tracer } from '@aws-lambda-powertools/tracer'
import { correlation } from './correlation'

/** Run work inside a subsegment of the invocation's X-Ray trace, which carries the service and the correlation id. */
export type TraceWork = <T>(work: () => Promise<T>) => Promise<T>

export function tracing(service: string): TraceWork {
  const tracer = new Tracer({ serviceName: service, captureHTTPsRequests: false })
  // An invocation without tracing has no segment, which is not an error.
  tracer.provider.setContextMissingStrategy('IGNORE_ERROR')

  return async (work) => {
    const parent = tracer.getSegment()
    if (!parent) return work()
    const subsegment = parent.addNewSubsegment(`## ${service}`)
    tracer.setSegment(subsegment)
    tracer.annotateColdStart()
    tracer.addServiceNameAnnotation()
    try {
      return await work()
    } catch (error) {
      // Only the flag: the message is in the log, whose retention applies to it.
      subsegment.addErrorFlag()
      throw error
    } finally {
      const id = correlation()
      if (id !== undefined) tracer.putAnnotation('correlation_id', id)
      subsegment.close()
      tracer.setSegment(parent)
    }
  }
}
