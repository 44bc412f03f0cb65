// The objects that S3 expires.

/**
 * Noncurrent versions expire after a week, because posts are personal data. The versions of champion.json are the
 * history of promotions and stay. Earlier versions of reports stay too, because they may have been quoted and contain no posts.
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

/** Objects that hold texts, or are useless without them: they expire after `retention.days`. */
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
      // A query can be run again.
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
