import type { Abstention } from '../../../shared/records'

/** A language model's answer, or why there is no usable one. */
export interface ModelReply {
  /** A category, or the reason without one. */
  said: { label: string } | { abstained: Abstention }
  inputTokens: number
  outputTokens: number
  requestId: string
  /** In the provider's terms. */
  stopReason: string
}

/**
 * Why there is no reply. `throttled` and `unreached`: the model did not see the post, and can be asked later. `refused`: it
 * cannot be asked before an operator changes something. `rejected`: it does not take this request, and may take others.
 * `no-answer`: it may have seen the post, and may have charged for it.
 */
export interface Failure {
  failed: 'throttled' | 'unreached' | 'refused' | 'rejected' | 'no-answer'
  /** What failed, for people. It is stored and reported, so it contains nothing of the post. */
  why: string
}

/** Codes of a connection that was never established: an unknown name, or no server. */
const UNREACHED = ['ENOTFOUND', 'ECONNREFUSED', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']

/** How a request failed, by the code of its connection's error. */
export const failedBy = (code: string | undefined): 'unreached' | 'no-answer' =>
  code !== undefined && UNREACHED.includes(code) ? 'unreached' : 'no-answer'

/**
 * A language model with its prompt. It receives only the user message, neither the id of the message nor whether it is
 * labelled, so that its answers cannot depend on that.
 */
export type AskModel = (post: string) => Promise<ModelReply | Failure>

/** The label in an answer, which is parsed JSON, checked against the choices of the prompt. */
export function saidIn(
  answer: unknown,
  { choices, abstention }: { choices: readonly string[]; abstention: string },
): ModelReply['said'] {
  if (typeof answer !== 'object' || answer === null || !('label' in answer) || typeof answer.label !== 'string')
    return { abstained: 'malformed' }
  const { label } = answer
  if (label === abstention) return { abstained: 'unsure' }
  return choices.includes(label) ? { label } : { abstained: 'outside' }
}
