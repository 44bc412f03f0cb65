import { MOTO_DIFFERENCES } from './moto-differences'
import { testCloud } from './test-cloud'

// Run by `test/contract/run-moto.sh`, which says where the server is.
const endpoint = process.env.MOTO_ENDPOINT
if (!endpoint) throw new Error('MOTO_ENDPOINT does not say where moto_server listens; use test/contract/run-moto.sh')

testCloud(() => ({ endpoint }), MOTO_DIFFERENCES)
