import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs'
import path from 'node:path'
import { failureOf, FastTextError } from './error'
import { GZIP } from './model-file'

// Every file is checked before work on any of them starts.

/** Refuses an `-output` that no model can be written to. Throws FILE_UNREADABLE. */
export function checkOutput(output: string): void {
  const file = `${output}.bin`
  const folder = path.dirname(file)
  const refuse = (what: string, found: string, expected: string, cause?: unknown) => {
    throw new FastTextError('FILE_UNREADABLE', { file: `-output: ${what}`, found, expected, cause })
  }
  if (/[\\/]$/.test(output)) refuse(output, 'a folder', `a file in it, as ${output}model`)
  const about = statSync(folder, { throwIfNoEntry: false })
  if (!about) refuse(folder, 'no such folder', 'one that is there: make it first')
  if (!about?.isDirectory()) refuse(folder, 'a file', 'a folder')
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) refuse(file, 'a folder', 'a file, or nothing')
  try {
    accessSync(folder, constants.W_OK)
  } catch (cause) {
    refuse(folder, 'a folder that you cannot write to', 'another one', cause)
  }
}

/** Refuses a missing file, a folder and a gzip file. Standard input and pipes are not checked. Throws FILE_UNREADABLE. */
export function checkText(file: string, expected = 'a file of lines'): void {
  if (file === '-') return
  const refuse = (found: string, instead: string, cause?: unknown) => {
    throw new FastTextError('FILE_UNREADABLE', { file, found, expected: instead, cause })
  }
  try {
    accessSync(file, constants.R_OK)
  } catch (cause) {
    refuse(failureOf(cause), 'a readable file', cause)
  }
  const about = statSync(file)
  if (about.isDirectory()) refuse('a folder', expected)
  if (about.isFile() && beginsAsGzip(file)) refuse('a gzip file', 'text itself: unpack the file first (gunzip)')
}

function beginsAsGzip(file: string): boolean {
  const descriptor = openSync(file, 'r')
  try {
    const start = Buffer.alloc(2)
    return readSync(descriptor, start) === 2 && start.readUInt16BE(0) === GZIP
  } finally {
    closeSync(descriptor)
  }
}
