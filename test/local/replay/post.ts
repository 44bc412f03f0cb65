import type { FilePost } from '../../../local/replay/posts'

/** A post of a hashtag, with its label. */
export const post = (hashtag: string, label?: string): FilePost => ({
  id: '1',
  createdAt: '2026-01-01T00:00:00Z',
  text: 'x',
  hashtag,
  author: '',
  ...(label ? { label } : {}),
})
