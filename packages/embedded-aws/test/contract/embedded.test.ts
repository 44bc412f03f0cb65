import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll } from '@jest/globals'
import { type Cloud, createCloud } from '../../src/cloud'
import { testCloud } from './test-cloud'

const dataDir = mkdtempSync(path.join(tmpdir(), 'bellwether-contract-'))
let cloud: Cloud

beforeAll(async () => {
  cloud = await createCloud({ dataDir })
})
afterAll(async () => {
  await cloud.close()
  rmSync(dataDir, { recursive: true })
})

testCloud(() => cloud)
