import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { parseSettings, readSettings } from '../../shared/settings'

const shipped = readFileSync('bellwether.yml', 'utf8')
const edited = (from: string | RegExp, to: string) => {
  const text = shipped.replace(from, to)
  if (text === shipped) throw new Error(`bellwether.yml has no ${from}`)
  return text
}

it('reads the shipped file', () => {
  expect(readSettings('.').hashtags).toEqual([
    { tag: 'aws', source: 'sample' },
    { tag: 'azure', source: 'sample' },
  ])
})

it('accepts a hashtag as X does, in lower case', () => {
  expect(parseSettings(edited('{ tag: aws,', '{ tag: AWS_Été2,')).hashtags[0]?.tag).toBe('aws_été2')
})

it('accepts several sources of a hashtag, each on its own network', () => {
  const two = edited('{ tag: aws, source: sample }', '{ tag: aws, sources: [sample, x], unnamedNetwork: x }')

  expect(parseSettings(two).hashtags[0]).toEqual({ tag: 'aws', sources: ['sample', 'x'], unnamedNetwork: 'x' })
})

describe('an error in the settings', () => {
  it.each([
    [
      'a hashtag with its number sign',
      edited('tag: aws', "tag: '#aws'"),
      /^SETTINGS_INVALID: bellwether\.yml:5: hashtags\.0\.tag: a hashtag is letters/,
    ],
    [
      'a hashtag with neither source nor sources',
      edited('{ tag: aws, source: sample }', '{ tag: aws }'),
      /:5: hashtags\.0\.source: a hashtag needs either source, .* or sources/,
    ],
    [
      'two sources of one network',
      edited('{ tag: aws, source: sample }', '{ tag: aws, sources: [sample, again] }').replace(
        'sources:\n',
        'sources:\n  again: { type: file, file: again.jsonl }\n',
      ),
      /:5: hashtags\.0\.sources\.1: "sample" and "again" both read file, whose posts would be collected twice/,
    ],
    [
      'one source twice',
      edited('{ tag: aws, source: sample }', '{ tag: aws, sources: [x, x] }'),
      /hashtags\.0\.sources\.1: "x" and "x" both read x/,
    ],
    [
      'a network name that no key can contain',
      edited('sample: { type: file,', 'sample: { type: file, network: My Forum,'),
      /sources\.sample\.network: a network is lower-case letters/,
    ],
    ['a hashtag of digits alone', edited('tag: aws', "tag: '2026'"), /hashtags\.0\.tag/],
    [
      'a hashtag that JSON readers would drop',
      edited('tag: aws', 'tag: __proto__'),
      /hashtags\.0\.tag: __proto__ cannot be/,
    ],
    [
      'a category that JSON readers would drop',
      edited('name: technical', 'name: __proto__'),
      /labels\.categories\.0\.name: __proto__ cannot be a name/,
    ],
    [
      'a thousand aliases',
      `${edited('version: 1', 'version: &one 1')}\nmany: [${'*one, '.repeat(1000)}]\n`,
      /there are more than 100 aliases/,
    ],
    [
      'a category with a control character',
      edited('name: technical', 'name: "tech\\e]0;"'),
      /labels\.categories\.0\.name: a category cannot have a control character/,
    ],
    [
      'a duplicate hashtag',
      edited('tag: azure', 'tag: AWS'),
      /bellwether\.yml:6: hashtags\.1\.tag: #aws is listed twice/,
    ],
    [
      'a gate that no model can pass',
      edited('window: 400', 'window: 90'),
      /gate\.window: is less than gate\.minimumEvaluation, 100: nothing could pass/,
    ],
    [
      'more items for a provisional champion than for a regular one',
      edited('window: 400', 'minimumProvisional: 101'),
      /gate\.minimumProvisional: is more than gate\.minimumEvaluation, 100/,
    ],
    [
      'an unknown source',
      edited('tag: azure, source: sample', 'tag: azure, source: y'),
      /bellwether\.yml:6: hashtags\.1\.source: there is no source "y"/,
    ],
    [
      'a source named like a property of JavaScript objects',
      edited('tag: azure, source: sample', 'tag: azure, source: toString'),
      /hashtags\.1\.source: there is no source "toString"/,
    ],
    [
      'an unknown field',
      edited('perDay: 2000', 'perWeek: 2000'),
      /bellwether\.yml:40: caps\.posts\.perWeek: unknown option/,
    ],
    ['an unknown section', `${shipped}\nlabeling: {}\n`, /bellwether\.yml:74: labeling: unknown option/],
    [
      'a language by its English name',
      edited('[en]', '[English]'),
      /bellwether\.yml:19: languages\.0: .*ISO 639 code, as in en/,
    ],
    ['a cap that is not a number', edited('perDay: 2000', 'perDay: many'), /bellwether\.yml:\d+: caps\.posts\.perDay/],
    [
      'a file outside sources/',
      edited('file: sample.jsonl', 'file: ../sample.jsonl'),
      /sources\.sample\.file: the name of a/,
    ],
    ['a malformed schedule', edited('cron(10 0 * * ? *)', 'daily'), /schedule\.collect: write it as cron/],
    [
      'a schedule that EventBridge Scheduler refuses',
      edited('cron(10 0 * * ? *)', 'cron(10 0 * * * *)'),
      /bellwether\.yml:35: schedule\.collect: .*takes \? in one of day and weekday/,
    ],
    [
      'a schedule without an hour of the day',
      edited('cron(0 1 * * ? *)', 'cron(0 25 * * ? *)'),
      /bellwether\.yml:36: schedule\.label: .*hours to 23/,
    ],
    ['a single label', edited(/ {4}- name: marketing[\s\S]*?\n\n/, '\n'), /labels\.categories/],
    [
      'duplicate labels',
      edited('name: marketing', 'name: technical'),
      /labels\.categories: two labels have the same name/,
    ],
    [
      "a label that still has fastText's prefix after it was removed once",
      edited('name: marketing', 'name: __label____label__marketing'),
      /labels\.categories\.1\.name: a category cannot begin with __label__/,
    ],
    [
      "labels that are equal without fastText's prefix",
      edited('name: marketing', 'name: __label__technical'),
      /labels\.categories: two labels have the same name/,
    ],
    [
      'Ground Truth without a work team',
      edited('labeller: desk', 'labeller: ground-truth'),
      /labelling\.labeller: ground-truth needs/,
    ],
    [
      'the public workforce of Ground Truth',
      edited(
        'labeller: desk',
        'labeller: ground-truth\n  groundTruth: { workteamArn: arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default }',
      ),
      /bellwether\.yml:48: labelling\.groundTruth\.workteamArn: .*public crowd/,
    ],
    [
      'an unknown hyperparameter of BlazingText',
      edited('epochs: 20', 'epoch: 20'),
      /bellwether\.yml:\d+: training\.hyperparameters\.epoch: .*expected one of mode, buckets/,
    ],
    [
      'an invalid value of a hyperparameter',
      edited('learning_rate: 0.3', 'learning_rate: high'),
      /training\.hyperparameters\.learning_rate: .*expected a positive number/,
    ],
    [
      'an unknown engine',
      edited('[blazingtext, linear]', '[blazingtext, oracle]'),
      /bellwether\.yml:\d+: training\.engines\.1: .*blazingtext/,
    ],
    [
      'a duplicate engine',
      edited('[blazingtext, linear]', '[blazingtext, fasttext]'),
      /training\.engines\.1: names fasttext a second time/,
    ],
    [
      '`engine` beside `engines`',
      edited('engines: [blazingtext, linear]', 'engine: linear\n  engines: [naive-bayes, linear]'),
      /training\.engine: conflicts with training\.engines/,
    ],
    [
      'a mapping of labels from a later version',
      edited(/version: 1.*/, 'version: 2\n  from: { 2: { ad: marketing } }'),
      /labels\.from\.2: is not a version before labels\.version, 2/,
    ],
    [
      'a mapping of labels to an unknown category',
      edited(/version: 1.*/, 'version: 2\n  from: { 1: { ad: advertising } }'),
      /labels\.from\.1\.ad: there is no category "advertising"/,
    ],
    [
      'a text that YAML reads as an alias',
      edited(/definition: The post sells.*/, 'definition: *best*'),
      /^SETTINGS_INVALID: bellwether\.yml:29: a text that begins as \*best\* does needs quotes/,
    ],
    ['a file that is not YAML', edited('hashtags:', 'hashtags: ['), /^SETTINGS_INVALID: bellwether\.yml:\d+: /],
    ['an empty file', '', /bellwether\.yml:1: the file/],
  ])('is reported with file, line and field: %s', (_, text, message) => {
    expect(() => parseSettings(text)).toThrow(message)
  })

  it('is reported together with all others', () => {
    const text = edited('perDay: 2000', 'perDay: many').replace('labeller: desk', 'labeller: nobody')

    expect(() => parseSettings(text)).toThrow(/caps\.posts\.perDay[\s\S]*labelling\.labeller/)
  })
})
