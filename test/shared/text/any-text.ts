import fc from 'fast-check'

const MARKS = [
  ..."<url>|<user>|<|#|##|'|’|don|’t|É|ﬁ|½|٣|_| |🚀|𝒳|𐐀|@ana|@ana@x.org|@ana@x_y|http://x.y/z|www.a.b|HTTPS://|&amp;".split(
    '|',
  ),
  ...'ſ|K|İ|日本|__label__|…|xwww.|ſwww.a|éwww.b|é@ana'.split('|'),
  ...'RT @ana: |RT @ana@x.org: |rt @user:|RT |RT  @a :|@|＠|﹫b|.|-|:|@user|@uſer|&lt;|&amp;lt;|&#64;|&eacute|;'.split(
    '|',
  ),
]
const CODES = ['\u00a0', '\n', '\u2028', '\u0007', '\u0085', '\ud83d', '\ude80', '\u0345', '\u200d', '#\ufe0f\u20e3']
const piece = fc.constantFrom(...MARKS, ...CODES, '\ufeff', '\u202e', 'ﬀ', '™', '\u1d2c')

/** Arbitrary strings, and random sequences of what the text functions look for. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 3 }))).map((parts) => parts.join('')),
)
