import type { Differences } from './fact'

const notRefused = (does: string) => ({ does, failing: 'the call was not refused' })

/** Where moto 5.2.5 is known not to do as AWS does. */
export const MOTO_DIFFERENCES: Differences = {
  'refuses bytes that are not those that were summed': notRefused('moto checks no checksum'),
  'refuses parts in another order than their numbers': notRefused('moto takes parts in any order'),
  'refuses a pattern with an unknown matcher': notRefused('moto reads a pattern only when an event comes'),
  'takes no more than 256 KB': notRefused('moto does not measure events'),
  'encodes a space as a form does': { does: 'moto writes %20, which SDKs read as well', failing: 'spaced/a%20b' },
  'does not get a delete marker': { does: 'moto answers 404', failing: 'Received: 404' },
  expire: { does: 'moto looks at no time in a URL', failing: 'Received: 200' },
  'says which queue gave a message up': { does: 'moto does not', failing: 'Received: undefined' },
  'says whose event it is': { does: 'moto leaves the account out', failing: '"account": StringMatching' },
  'stops at a disabled rule until it is enabled': { does: 'moto delivers all the same', failing: '"switch": "it"' },
  'gives a target a constant in place of the event': {
    does: 'moto sends a queue the event whatever Input says',
    failing: '"constant": true',
  },
  'gives a target a part of the event in place of the event': {
    does: 'moto sends a queue the event whatever InputPath says',
    failing: '"detail-type": "Contract.v1"',
  },
  'gives a target a template in place of the event': {
    does: 'moto breaks on a template that is JSON',
    failing: 'is not valid JSON',
  },
  'takes no event that is not an object': { does: 'moto takes any JSON', failing: 'Received: undefined' },
  'takes no event in the name of AWS': { does: 'moto takes any source', failing: 'Received: undefined' },
  'objects of an array: {"a":[{"b":"x","c":"n"},{"b":"x","c":"y"}]} fits {"a":{"b":["x"],"c":["y"]}}': {
    does: 'moto does not look into the objects of an array',
    failing: 'Received: false',
  },
  'can be tried without an event': { does: 'moto answers nothing', failing: 'Received: undefined' },
  'say what was done, and what came of it': {
    does: 'moto writes eTag, and a reason of its own',
    failing: '"reason": "ObjectCreated"',
  },
  'come once for each write': { does: 'moto sends them twice', failing: 'Received length: 2' },
  'tell of a delete': { does: 'moto does not', failing: 'Array []' },
  'tells those that were asked for': { does: 'moto answers the ETag alone', failing: '"ObjectSize": 12' },
  'go nowhere that lets the bucket not in': notRefused('moto asks no policy of a queue'),
  'are told apart by prefix or suffix': notRefused('moto takes entries that overlap'),
  'have no range behind the end': notRefused('moto copies what there is'),
  'have no range without an end': notRefused('moto reads the range as a reader would'),
  'are copied only while their source is as it was': notRefused('moto looks at no condition of a part'),
  'go into an upload that is there': { does: 'moto breaks', failing: '"status": 500' },
  'goes on behind a marker': { does: 'moto gives a token in place of a key', failing: 'undefined' },
  'rolls keys up, and says where to go on': {
    does: 'moto fills the page with keys before prefixes',
    failing: '"Key": "first/b"',
  },
  'refuses an eleventh attribute': notRefused('moto does not count attributes'),
  'refuses an attribute with an empty value': notRefused('moto takes it'),
  'refuses an attribute without a value': notRefused('moto takes it'),
  'refuses a number that is none': notRefused('moto does not read numbers'),
  'refuses an attribute in the name of AWS': notRefused('moto reserves no name'),
  'refuses an attribute in the name of Amazon': notRefused('moto reserves no name'),
  'refuses an attribute whose name begins with a period': notRefused('moto takes it'),
  'refuses an attribute whose name has a space': {
    does: 'moto refuses it after it has taken the message',
    failing: '"Body": "x"',
  },
  'refuses a queue whose dead letters would go to one that is not there': {
    does: 'moto names another error; AWS has been seen to answer this one',
    failing: '"name": "QueueDoesNotExist"',
  },
  'answers 400 for a secret that is not there': { does: 'moto answers 404', failing: 'Received: 404' },
  'take no subject of a hundred characters, and one of 99': notRefused('moto takes one of a hundred'),
  'take no subject with a line break': notRefused('moto takes it'),
  'take no subject that is not ASCII': notRefused('moto takes it'),
  'take no empty message': notRefused('moto takes it'),
  'is pending until its owner confirms it': {
    does: 'moto confirms every address at once',
    failing: 'Expected: "pending confirmation"',
  },
  "is not confirmed by a token that is nobody's": notRefused('moto takes any token'),
}
