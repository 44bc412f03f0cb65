/** A cloud to check against AWS's contract: only an endpoint. */
export interface CloudUnderTest {
  endpoint: string
}

/** What an SDK client needs to speak to it. */
export const clientOf = ({ endpoint }: CloudUnderTest) => ({
  endpoint,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'contract', secretAccessKey: 'contract' },
  // The client does so by itself for an IP address; a name like localhost needs the option.
  forcePathStyle: true,
  maxAttempts: 1,
})
