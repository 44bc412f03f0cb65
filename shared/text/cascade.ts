import { hash } from 'node:crypto'
import { normalised } from './normalised'
import { decodeVersion1 } from './version-1'

/**
 * The normal form of a message: what its retweets and re-posts have in common. NFKC, entities decoded as version 1 did,
 * lower case, without a leading `rt @user:`, URLs and @mentions; every run of anything but letters, digits and `_` is
 * one space. It takes the text as its source wrote it and never changes: roles and labels depend on the ids made from it.
 */
export const normalForm = (text: string): string =>
  decodeVersion1(normalised(text, 'NFKC'))
    .toLowerCase()
    .replace(/^\s*rt @[\p{L}\p{N}_]+:/u, ' ')
    .replaceAll(/https?:\/\/\S+/gu, ' ')
    .replaceAll(/@[\p{L}\p{N}_]+/gu, ' ')
    .replaceAll(/[^\p{L}\p{N}_]+/gu, ' ')
    .trim()

/** Cascade id of a message by its exact normal form: 16 hex digits of SHA-256; of the raw text where nothing is left. */
export const cascadeId = (text: string): string => sha256(normalForm(text) || text).slice(0, 16)

/** The permanent random number of a cascade in (0, 1): 52 bits of a salted SHA-256. It never changes. */
export const permanentRandom = (cascade: string, salt = 'split-v1'): number =>
  (Number.parseInt(sha256(`${salt}:${cascade}`).slice(0, 13), 16) + 0.5) / 2 ** 52

const sha256 = (text: string): string => hash('sha256', text)
