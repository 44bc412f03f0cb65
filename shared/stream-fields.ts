import { z } from 'zod'

/** The fields that name a stream in a request of an operator or of another function. */
export const streamFields = {
  hashtag: z.string().regex(/^[^#/\s]+$/, 'a hashtag without #'),
  stream: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'the name of a network')
    .optional(),
}

/** The same in requests over HTTP, where their length is limited. */
export const boundedStreamFields = {
  hashtag: z.string().regex(/^[^#/\s]{1,100}$/, 'a hashtag without #'),
  stream: z
    .string()
    .regex(/^[a-z0-9-]{1,100}$/, 'the name of a network')
    .optional(),
}
