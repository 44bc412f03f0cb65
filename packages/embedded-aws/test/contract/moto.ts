import { MOTO_DIFFERENCES } from './moto-differences'
import { testCloud } from './test-cloud'

// Run by `run-moto.sh` beside this file, which says where the server is.
const endpoint = process.env.MOTO_ENDPOINT
if (!endpoint)
  throw new Error(
    'MOTO_ENDPOINT does not say where moto_server listens; use packages/embedded-aws/test/contract/run-moto.sh',
  )

testCloud(() => ({ endpoint }), MOTO_DIFFERENCES)
