import type { LabellerTerms } from './terms'

/** The label desk of this stack: the owner's annotators answer in their browsers. */
export const deskTerms: LabellerTerms = {
  title: 'the label desk',
  kind: 'human',
  // Annotators take what they can until the deadline; the rest carries over.
  itemsPerDay: () => Infinity,
  judgementsAsked: ({ evaluationJudgements: evaluation, trainingJudgements: training }) => ({
    evaluation,
    training,
    measuring: 1,
  }),
  /** A fixed price for a judgement, and the wage for the time that it takes. */
  judgementUsd: ({ pricePerJudgementUsd, hourlyWageUsd, secondsPerJudgement }) =>
    pricePerJudgementUsd + (hourlyWageUsd * secondsPerJudgement) / 3600,
}
