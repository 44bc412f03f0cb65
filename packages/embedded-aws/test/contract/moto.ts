import { MOTO_DIFFERENCES } from './moto-differences'
import { testCloud } from './test-cloud'

// Run by `run-moto.sh`, which passes the server's endpoint.
const endpoint = process.env.MOTO_ENDPOINT
if (!endpoint)
  throw new Error(
    'MOTO_ENDPOINT does not say where moto_server listens; use packages/embedded-aws/test/contract/run-moto.sh',
  )

testCloud(() => ({ endpoint }), MOTO_DIFFERENCES)
