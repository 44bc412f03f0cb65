export { bedrockResources, foundationModelOf, llmOptions, type LlmOptions } from './options'
export { partsOf, readAnswers, readAsked, readSecondOpinions, type SecondOpinions } from './opinions'
export { configured, modelPart, type Predictor, predictorOf, predictorParts } from './predictor'
export { ANSWER_NAME, exampleIds, postAsSent, type Prompt, promptOf } from './prompt'
