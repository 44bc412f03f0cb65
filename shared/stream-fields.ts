import { z } from 'zod'

/** A stream in what an operator, or a function of ours, asks for. */
export const streamFields = {
  hashtag: z.string().regex(/^[^#/\s]+$/, 'a hashtag without #'),
  stream: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'the name of a network')
    .optional(),
}

/** The same in what comes over HTTP, where its length has a bound. */
export const boundedStreamFields = {
  hashtag: z.string().regex(/^[^#/\s]{1,100}$/, 'a hashtag without #'),
  stream: z
    .string()
    .regex(/^[a-z0-9-]{1,100}$/, 'the name of a network')
    .optional(),
}
