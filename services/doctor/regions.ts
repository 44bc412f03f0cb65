/** Regions where AWS keeps an image of BlazingText. */
export const blazingTextRegions: readonly string[] = `
  af-south-1 ap-east-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1 ap-
  southeast-2 ap-southeast-3 ap-southeast-4 ca-central-1 ca-west-1 cn-north-1 cn-northwest-1 eu-central-1 eu-
  central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1
  sa-east-1 us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 us-west-1 us-west-2
`
  .trim()
  .split(/\s+/)

/** Regions where Ground Truth has its functions for text classification. */
export const groundTruthRegions: readonly string[] = `
  us-east-1 us-east-2 us-west-2 ca-central-1 eu-west-1 eu-west-2 eu-central-1 ap-northeast-1 ap-northeast-2 ap-
  south-1 ap-southeast-1 ap-southeast-2
`
  .trim()
  .split(/\s+/)
