import { EventEmitter } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { expect, it, jest } from '@jest/globals'
import { askUnseen } from '../../../local/live/ask'
import { provideSecrets } from '../../../local/live/secrets'
import { asOwner, resourceOf } from '../../../local/owner'
import { settings } from '../../../shared/settings'
import { useCloud } from '../../../packages/embedded-aws/test/running-cloud'

const { start, cloud, file } = useCloud()
const SOURCES = settings.shape.sources.parse({ x: { type: 'x' }, hn: { type: 'hacker-news' } })
const RESOURCES = { XToken: { Type: 'AWS::SecretsManager::Secret', Properties: { Description: 'a token' } } }

const valueOf = async (id: string) =>
  (
    await new SecretsManagerClient(asOwner(cloud())).send(
      new GetSecretValueCommand({ SecretId: resourceOf(cloud(), id) }),
    )
  ).SecretString
const asking = (...answers: string[]) => jest.fn(async () => answers.shift() ?? '')

it('asks once for a missing secret, and stores it with access for its user only', async () => {
  await start(RESOURCES)
  const ask = asking(' token \n')

  await provideSecrets({ cloud: cloud(), ask }, SOURCES, {})
  await provideSecrets({ cloud: cloud(), ask }, SOURCES, {})

  expect(ask.mock.calls).toEqual([['bearer token of the X API, not shown: ']])
  expect(await valueOf('XToken')).toBe('token')
  expect(statSync(file('secretsmanager/secrets.json')).mode & 0o777).toBe(0o600)
})

it('replaces a secret by the one in the given file', async () => {
  await start(RESOURCES)
  writeFileSync(file('token'), 'first\n')
  await provideSecrets({ cloud: cloud(), ask: undefined }, SOURCES, { x: file('token') })
  writeFileSync(file('token'), 'second\n')

  await provideSecrets({ cloud: cloud(), ask: undefined }, SOURCES, { x: file('token') })

  expect(await valueOf('XToken')).toBe('second')
})

it('says what to do without a terminal, without input, and for a secret that nothing uses', async () => {
  await start(RESOURCES)
  const provide = (files: Record<string, string> = {}, ask?: () => Promise<string>) =>
    provideSecrets({ cloud: cloud(), ask }, SOURCES, files)

  await expect(provide()).rejects.toThrow('or name a file that holds it: --secret x=FILE')
  await expect(provide({}, asking(''))).rejects.toThrow('it is missing')
  await expect(provide({ bluesky: 'f' })).rejects.toThrow('--secret bluesky: no configured source needs it')
  await expect(provide({ x: file('nowhere') })).rejects.toThrow(`there is no file ${file('nowhere')}`)
  await start()
  await expect(provide()).rejects.toThrow('put the source into bellwether.yml, from which it is packaged')
})

it('does not echo the secret', async () => {
  const input = Object.assign(new EventEmitter(), {
    setRawMode: () => {},
    setEncoding: () => {},
    resume: () => {},
    pause: () => {},
  })
  const written: string[] = []
  const output = { write: (text: string) => written.push(text) > 0 }
  const typed = (...keys: string[]) => {
    // A real terminal has more members, which are not used.
    const line = askUnseen(input as unknown as NodeJS.ReadStream, output as unknown as NodeJS.WriteStream, 'secret: ')
    for (const key of keys) input.emit('data', key)
    return line
  }

  expect(await typed('hunt', 'eR', '\u007f', 'r2', '\r')).toBe('hunter2')
  expect(await typed('hunter2', '\u0003')).toBe('')
  expect(written).toEqual(['secret: ', '\n', 'secret: ', '\n'])
})
