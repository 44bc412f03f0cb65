/** Regions where Ground Truth has its functions for text classification. */
export const groundTruthRegions: readonly string[] = `
  us-east-1 us-east-2 us-west-2 ca-central-1 eu-west-1 eu-west-2 eu-central-1 ap-northeast-1 ap-northeast-2 ap-
  south-1 ap-southeast-1 ap-southeast-2
`
  .trim()
  .split(/\s+/)
