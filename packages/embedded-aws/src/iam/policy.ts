import type { Access } from '../service'
import { conditionsHold, fillIn, type Conditions, type Context } from './conditions'
import { matchesPattern } from './pattern'

/** A statement of a policy in JSON. */
export interface Statement {
  Sid?: string
  Effect: 'Allow' | 'Deny'
  Principal?: unknown
  Action?: string | string[]
  NotAction?: string | string[]
  Resource?: string | string[]
  NotResource?: string | string[]
  Condition?: Conditions
}

export interface PolicyDocument {
  Statement: Statement | Statement[]
}

export type Verdict = 'allowed' | 'explicitly denied' | 'not allowed'

/** Evaluates statements for one access. A Deny wins over every Allow; without either the access is denied. */
export function evaluate(statements: readonly Statement[], access: Access, context: Context): Verdict {
  const concerning = statements.filter((statement) => concerns(statement, access, context))
  if (concerning.some(({ Effect }) => Effect === 'Deny')) return 'explicitly denied'
  return concerning.some(({ Effect }) => Effect === 'Allow') ? 'allowed' : 'not allowed'
}

function concerns(statement: Statement, { action, resource }: Access, context: Context): boolean {
  const { Action, NotAction, Resource, NotResource, Condition = {} } = statement
  const isAction = (pattern: string) => matchesPattern(pattern, action, true)
  const isResource = (pattern: string) => matchesPattern(fillIn(pattern, context), resource)

  if (Action !== undefined && !list(Action).some(isAction)) return false
  if (NotAction !== undefined && list(NotAction).some(isAction)) return false
  if (Resource !== undefined && !list(Resource).some(isResource)) return false
  if (NotResource !== undefined && list(NotResource).some(isResource)) return false
  return conditionsHold(Condition, context)
}

/** Does a statement's `Principal` name this AWS service, or everyone? */
export function names(given: unknown, service: string): boolean {
  if (given === '*') return true
  if (typeof given !== 'object' || given === null) return false
  if ('AWS' in given && given.AWS === '*') return true
  return 'Service' in given && list(given.Service).includes(service)
}

/** IAM writes a list of one element without brackets. */
export const list = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T])
