import type { Differences } from './fact'

const notRefused = (does: string) => ({ does, failing: 'the call was not refused' })

/** The known differences between moto 5.2.5 and AWS. */
export const MOTO_DIFFERENCES: Differences = {
  'refuses bytes that do not match their checksum': notRefused('moto verifies no checksum'),
  'refuses parts out of order': notRefused('moto accepts parts in any order'),
  'refuses a pattern with an unknown matcher': notRefused('moto parses a pattern only when an event arrives'),
  'refuses more than 256 KB': notRefused('moto does not limit the size of events'),
  'encodes a space as a plus sign': { does: 'moto writes %20, which SDKs read as well', failing: 'spaced/a%20b' },
  'answers 405 for a delete marker': { does: 'moto answers 404', failing: 'Received: 404' },
  expire: { does: 'moto ignores the expiry of a URL', failing: 'Received: 200' },
  'names the source queue of a dead letter': { does: 'moto does not', failing: 'Received: undefined' },
  'states the account of an event': { does: 'moto omits the account', failing: '"account": StringMatching' },
  'does not deliver through a disabled rule until it is enabled': {
    does: 'moto delivers anyway',
    failing: '"switch": "it"',
  },
  'delivers a constant instead of the event to a target': {
    does: 'moto sends a queue the event whatever Input says',
    failing: '"constant": true',
  },
  'delivers a part of the event instead of the event to a target': {
    does: 'moto sends a queue the event whatever InputPath says',
    failing: '"detail-type": "Contract.v1"',
  },
  'delivers a template instead of the event to a target': {
    does: 'moto fails on a template that is JSON',
    failing: 'is not valid JSON',
  },
  'refuses a detail that is not an object': { does: 'moto accepts any JSON', failing: 'Received: undefined' },
  'refuses a source in the name of AWS': { does: 'moto accepts any source', failing: 'Received: undefined' },
  'objects of an array: {"a":[{"b":"x","c":"n"},{"b":"x","c":"y"}]} matches {"a":{"b":["x"],"c":["y"]}}': {
    does: 'moto does not match objects in an array',
    failing: 'Received: false',
  },
  'matches a test pattern without an event': { does: 'moto answers nothing', failing: 'Received: undefined' },
  'names the operation and its result in an object event': {
    does: 'moto writes eTag, and another reason',
    failing: '"reason": "ObjectCreated"',
  },
  'sends one object event per write': { does: 'moto sends it twice', failing: 'Received length: 2' },
  'sends an event for a delete': { does: 'moto does not', failing: 'Array []' },
  'returns only the requested attributes of an object': {
    does: 'moto returns only the ETag',
    failing: '"ObjectSize": 12',
  },
  'refuses to notify a queue that does not admit the bucket': notRefused('moto checks no queue policy'),
  'refuses overlapping prefixes and suffixes': notRefused('moto accepts overlapping entries'),
  'refuses to copy a range beyond the end': notRefused('moto copies the available bytes'),
  'refuses to copy a range without an end': notRefused('moto parses the range like one of GetObject'),
  'copies a part only while its source is unchanged': notRefused('moto ignores the condition'),
  'copies a part only into an existing upload': { does: 'moto fails', failing: '"status": 500' },
  'continues after a marker': { does: 'moto returns a token instead of a key', failing: 'undefined' },
  'groups keys into common prefixes, and says where to continue': {
    does: 'moto fills the page with keys before prefixes',
    failing: '"Key": "first/b"',
  },
  'refuses an eleventh attribute': notRefused('moto does not count attributes'),
  'refuses an attribute with an empty value': notRefused('moto accepts it'),
  'refuses an attribute without a value': notRefused('moto accepts it'),
  'refuses an invalid number': notRefused('moto does not validate numbers'),
  'refuses an attribute in the name of AWS': notRefused('moto reserves no prefix'),
  'refuses an attribute in the name of Amazon': notRefused('moto reserves no prefix'),
  'refuses an attribute whose name begins with a period': notRefused('moto accepts it'),
  'refuses an attribute whose name has a space': {
    does: 'moto refuses it only after accepting the message',
    failing: '"Body": "x"',
  },
  'refuses a redrive policy to a missing queue': {
    does: 'moto returns another error; AWS was observed to return this one',
    failing: '"name": "QueueDoesNotExist"',
  },
  'answers 400 for a missing secret': { does: 'moto answers 404', failing: 'Received: 404' },
  'accept a subject of 99 characters and refuse one of 100': notRefused('moto accepts 100'),
  'refuse a subject with a line break': notRefused('moto accepts it'),
  'refuse a subject that is not ASCII': notRefused('moto accepts it'),
  'refuse an empty message': notRefused('moto accepts it'),
  'is pending until its owner confirms it': {
    does: 'moto confirms every address at once',
    failing: 'Expected: "pending confirmation"',
  },
  'is not confirmed by an unknown token': notRefused('moto accepts any token'),
}
