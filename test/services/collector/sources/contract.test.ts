import { testSource } from './contract'
import { NETWORKS } from './networks'

for (const [name, start] of Object.entries(NETWORKS)) testSource(name, start)
