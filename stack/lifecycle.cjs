// Which objects S3 removes by itself.

/**
 * What a delete or an overwrite left behind goes in a week, posts being personal data. The versions of champion.json are the
 * history of promotions and stay; a report that labels or a model changed stays as it was quoted: nobody's posts are in it.
 */
const FORGOTTEN = [
  'sources',
  'imports',
  'exports',
  'raw',
  'cascades',
  'labeling',
  'labeled',
  'labels',
  'datasets',
  'models',
  'predictions',
  'answers',
  'facts',
  'evidence',
  'tuning',
  'privacy',
  'tables',
]

/** What holds texts, or what only texts give a meaning, and is of no use after `retention.days`. */
const EXPIRING = [
  'sources',
  'imports',
  'exports',
  'raw',
  'cascades',
  'predictions',
  'evidence',
  'tables',
  'query-results',
]

const forget = (Id, Prefix) => ({
  Id,
  Prefix,
  Status: 'Enabled',
  NoncurrentVersionExpiration: { NoncurrentDays: 7 },
  ExpiredObjectDeleteMarker: true,
})

module.exports = async ({ resolveVariable }) => {
  const { retention, tables } = await resolveVariable('file(./stack/settings.cjs)')
  const expire = (prefix) => ({
    Id: `texts-${prefix}`,
    Prefix: `${prefix}/`,
    Status: 'Enabled',
    ExpirationInDays: retention.days,
  })
  return {
    Rules: [
      { Id: 'unfinished-uploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
      ...FORGOTTEN.map((prefix) => forget(prefix, `${prefix}/`)),
      forget('report-index', 'reports/index.json'),
      // A query can be asked again.
      {
        Id: 'query-results',
        Prefix: 'query-results/',
        Status: 'Enabled',
        ExpirationInDays: tables.resultDays,
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      },
      { Id: 'query-results-markers', Prefix: 'query-results/', Status: 'Enabled', ExpiredObjectDeleteMarker: true },
      ...(retention.days === undefined ? [] : EXPIRING.map(expire)),
    ],
  }
}
