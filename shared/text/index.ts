import { BellwetherError } from '../errors'
import { normalised } from './normalised'
import { formOfVersion1, type PostText, type ShownText } from './shown'
import { tokensIn } from './tokens'
import { tokeniseVersion1 } from './version-1'

export { type LineBreaks, lineBreaksOf, withLineBreaks } from './line-breaks'
export { plainText, type PostText, type ShownText, shownText, textOfShown, withMark } from './shown'

/** Raised whenever `shownText` or `tokenise` changes its output for some text. Every dataset and model records it. */
export const TEXT_VERSION = '2'

/** For a text in lower case. */
const URL = /https?:\/\/\S+|\bwww\.\S+/g
const MENTION = /(?<![\p{L}\p{N}_])@[\p{L}\p{N}_]+/gu
/** The same for an ASCII text in lower case. */
const ASCII_MENTION = /(?<![a-z0-9_])@[a-z0-9_]+/g

/**
 * A shown text as the tokens that a model reads, in training, evaluation and prediction. Letters are lower-cased, URLs
 * become `<url>` and mentions `<user>`; a hashtag stays and its bare word follows it; punctuation stands alone. No token
 * holds white space, and none can be read as a label.
 */
export const tokenise = (shown: ShownText): string[] => tokensIn(plain(shown))

/** The text in its plain form. A step that most posts do not need runs only where its mark occurs. */
function plain(shown: ShownText): string {
  let form: string = shown
  if (/[^\x20-\x7e]/.test(form)) form = normalised(form, 'NFKC')
  form = form.toLowerCase()
  if (form.includes('://') || form.includes('www.')) form = form.replaceAll(URL, ' <url> ')
  if (!form.includes('@')) return form
  return form.replaceAll(/[^\x20-\x7e]/.test(form) ? MENTION : ASCII_MENTION, ' <user> ')
}

/** How a version of the text function reads a post. */
export interface TextFunction {
  /** The form that models of the version read. */
  formOf: (text: PostText) => ShownText
  tokenise: (form: ShownText) => string[]
}

const VERSIONS: Readonly<Record<string, TextFunction>> = {
  1: { formOf: formOfVersion1, tokenise: tokeniseVersion1 },
  [TEXT_VERSION]: { formOf: ({ shown }) => shown, tokenise },
}

export const knowsTextVersion = (version: string): boolean => Object.hasOwn(VERSIONS, version)

/**
 * The text function that a model was trained with. MODEL_UNREADABLE for a version that this release does not know.
 */
export function textFunction(version: string): TextFunction {
  const known = knowsTextVersion(version) ? VERSIONS[version] : undefined
  if (known) return known
  throw new BellwetherError(
    'MODEL_UNREADABLE',
    `text version ${version} is unknown: this release has versions 1 and ${TEXT_VERSION}; deploy the release that trained the model`,
  )
}
