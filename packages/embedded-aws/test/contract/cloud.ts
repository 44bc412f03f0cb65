/** A cloud to hold against AWS's contract: an endpoint, and nothing else. */
export interface CloudUnderTest {
  endpoint: string
}

/** What an SDK client needs to speak to it. */
export const clientOf = ({ endpoint }: CloudUnderTest) => ({
  endpoint,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'contract', secretAccessKey: 'contract' },
  // With an IP address the client does so by itself; a name like localhost needs it said.
  forcePathStyle: true,
  maxAttempts: 1,
})
