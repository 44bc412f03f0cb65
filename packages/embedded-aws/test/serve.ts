import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createAccessKeys } from '../src/access-keys'
import { type CloudClock, createClock } from '../src/clock'
import { listen } from '../src/http'
import type { Destinations } from '../src/s3/call'
import type { AwsService, BusEvent, CloudContext } from '../src/service'

type Emitted = Pick<BusEvent, 'source' | 'detail-type' | 'resources' | 'detail'>

/** The services under test behind the real HTTP server, with a manual clock and without permissions or faults. */
export interface Served<T> {
  endpoint: string
  clock: CloudClock
  dataDir: string
  /** The events that were sent to the default bus. */
  emitted: Emitted[]
  services: T
  /** Restarts on the same folder. */
  restart(): Promise<Served<T>>
  close(): Promise<void>
}

/** For an S3 service without notification targets. */
export const noDestinations: Destinations = { permits: () => false, deliver: () => undefined }

const ACCOUNT = '000000000000'
const REGION = 'eu-west-1'

/** Serves the services that `make` creates. The folder is removed on close. */
export async function serve<T extends Record<string, AwsService>>(
  make: (context: CloudContext) => T,
  dataDir = mkdtempSync(path.join(tmpdir(), 'bellwether-test-')),
): Promise<Served<T>> {
  const clock = createClock()
  const emitted: Emitted[] = []
  let endpoint = ''
  const services = make({
    account: ACCOUNT,
    region: REGION,
    clock,
    dataDir,
    endpoint: () => endpoint,
    emit: (event) => void emitted.push(event),
  })
  const byName = new Map(Object.values(services).map((service) => [service.name, service]))
  const server = await listen(0, {
    keys: createAccessKeys(ACCOUNT),
    clock,
    async signed(request) {
      const service = byName.get(request.service)
      if (!service) return { status: 501, body: `no service ${request.service}` }
      return service.open(request).run()
    },
    plain: async () => ({ status: 404 }),
  })
  endpoint = server.endpoint

  const stop = async () => {
    clock.close()
    await server.close()
    for (const service of byName.values()) await service.close?.()
  }
  return {
    endpoint,
    clock,
    dataDir,
    emitted,
    services,
    async restart() {
      await stop()
      return serve(make, dataDir)
    },
    async close() {
      await stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** What an SDK client needs to speak to it. */
export const clientOf = ({ endpoint }: { endpoint: string }) => ({
  endpoint,
  region: REGION,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
})
