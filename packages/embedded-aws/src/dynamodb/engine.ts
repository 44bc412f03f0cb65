import { AwsError } from '../protocol/aws-error'

/** The operations of dynalite. Every other operation of DynamoDB is refused by name. */
export const DYNAMODB_OPERATIONS = [
  'BatchGetItem',
  'BatchWriteItem',
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'GetItem',
  'ListTables',
  'PutItem',
  'Query',
  'Scan',
  'UpdateItem',
  'UpdateTable',
] as const

export type Operation = (typeof DYNAMODB_OPERATIONS)[number]
type Data = Record<string, unknown>
type Failure = (Error & { statusCode?: number; body?: { __type?: string; message?: string; Message?: string } }) | null

interface Store {
  db: { compactRange(start: string, end: string): Promise<void> }
  tableDb: { awsAccountId: string; awsRegion: string }
  lifecycleManager: { gracefulClose(done: (error: Failure) => void): void }
}
interface Validation {
  types: Data
  custom?: unknown
}
interface Validations {
  checkTypes(data: Data, types: Data): Data
  checkValidations(data: Data, types: Data, custom: unknown, store: Store): void
}
interface Database {
  create(options: { path: string; createTableMs: number; deleteTableMs: number; updateTableMs: number }): Store
  checkConditional(data: Data, existing: Data | undefined): Failure | undefined
}
type Action = (store: Store, data: Data, done: (error: Failure, output: Data) => void) => void

/** dynalite without its HTTP server: internals of the package, which have no types. Loaded when the first table is used. */
interface Inside {
  database: Database
  validations: Validations
  actions: Record<string, Action>
  rules: Record<string, Validation>
}

export interface Engine {
  /** Members of an operation's input that dynalite does not know. */
  unknownMembers(operation: Operation, input: Data): string[]
  run(operation: Operation, input: Data): Promise<Data>
  close(): Promise<void>
}

/** A failed condition that tells the item which it failed on. */
export class ConditionFailed extends AwsError {
  constructor(
    message: string,
    readonly item: unknown,
  ) {
    super(400, 'ConditionalCheckFailedException', message)
  }
}

export const isOperation = (name: string): name is Operation =>
  DYNAMODB_OPERATIONS.some((operation) => operation === name)

/** Open the tables kept in `folder`. */
export function openEngine(folder: string, account: string, region: string): Engine {
  const { database, validations, actions, rules } = inside()
  const store = database.create({ path: folder, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  store.tableDb.awsAccountId = account
  store.tableDb.awsRegion = region

  const act = (operation: Operation, data: Data) =>
    new Promise<Data>((resolve, reject) => {
      actions[operation]?.(store, data, (error, output) => (error ? reject(error) : resolve(output)))
    })
  const old = oldValues(store)
  return {
    unknownMembers: (operation, input) =>
      Object.keys(input).filter(
        (member) => member !== RETURN_ON_FAILURE && !(member in (rules[operation]?.types ?? {})),
      ),
    async run(operation, input) {
      const { types = {}, custom } = rules[operation] ?? {}
      try {
        const data = validations.checkTypes({ ...input }, types)
        validations.checkValidations(data, types, custom, store)
        if (REPLACING.has(operation)) old.mayExist()
        return await act(operation, { ...data, [RETURN_ON_FAILURE]: input[RETURN_ON_FAILURE] })
      } catch (error) {
        throw refusal(error)
      }
    },
    close: async () => {
      await old.drop()
      return new Promise((resolve) => store.lifecycleManager.gracefulClose(() => resolve()))
    },
  }
}

const REPLACING: ReadonlySet<Operation> = new Set(['BatchWriteItem', 'DeleteItem', 'PutItem', 'UpdateItem'])
/** Milliseconds without a write. */
const QUIET_MS = 2000

/**
 * LevelDB keeps what was overwritten or deleted in its files until it compacts them by itself, which may be never. A deleted
 * post has to be gone from the disk: the files are compacted when nothing has been written for a while, and at the end.
 */
function oldValues({ db }: Pick<Store, 'db'>) {
  let exist = false
  let quiet: NodeJS.Timeout | undefined
  const drop = async () => {
    clearTimeout(quiet)
    if (!exist) return
    exist = false
    await db.compactRange('', '\uffff')
  }
  return {
    mayExist: () => {
      exist = true
      clearTimeout(quiet)
      quiet = setTimeout(() => void drop().catch(() => (exist = true)), QUIET_MS).unref()
    },
    drop,
  }
}

const RETURN_ON_FAILURE = 'ReturnValuesOnConditionCheckFailure'

let loaded: Inside | undefined

function inside(): Inside {
  loaded ??= load()
  return loaded
}

function load(): Inside {
  const database: Database = require('dynalite/db')
  const validations: Validations = require('dynalite/validations')
  const actions: [string, Action][] = DYNAMODB_OPERATIONS.map((name) => [
    name,
    require(`dynalite/actions/${lowerFirst(name)}`),
  ])
  const rules: [string, Validation][] = DYNAMODB_OPERATIONS.map((name) => [
    name,
    require(`dynalite/validations/${lowerFirst(name)}`),
  ])
  returnItemOnFailure(database)
  return { database, validations, actions: Object.fromEntries(actions), rules: Object.fromEntries(rules) }
}

/**
 * dynalite does not know ReturnValuesOnConditionCheckFailure. It checks conditions while it holds the item's lock,
 * so the item is attached to the failure there. A later read could return another version.
 */
function returnItemOnFailure(database: Database): void {
  const check = database.checkConditional.bind(database)
  database.checkConditional = (data, existing) => {
    const failure = check(data, existing)
    return failure && existing && data[RETURN_ON_FAILURE] === 'ALL_OLD'
      ? Object.assign(failure, { item: existing })
      : failure
  }
}

function refusal(error: unknown): unknown {
  if (!isFailure(error) || !error.statusCode || !error.body) return error
  const code = error.body.__type?.split('#').at(-1) ?? 'InternalServerError'
  const message = error.body.message ?? error.body.Message ?? ''
  return 'item' in error ? new ConditionFailed(message, error.item) : new AwsError(error.statusCode, code, message)
}

const isFailure = (error: unknown): error is NonNullable<Failure> => error instanceof Error

const lowerFirst = (name: string): string => name[0]?.toLowerCase() + name.slice(1)
