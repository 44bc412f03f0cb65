import type { DetailOf, modelPromoted, modelRejected } from '../../events'
import type { ModelPlace } from '../../shared/engines/load'
import { keys } from '../../shared/keys'
import type { CardRecord, ChampionRecord } from '../../shared/records'

/** The bytes of a card. Deterministic, so that a second evaluation changes nothing. */
export const cardBytes = (card: CardRecord): string => `${JSON.stringify(card, null, 2)}\n`

/** The content of `champion.json` when the model of this card is live. */
export const championOf = (card: CardRecord, promotedAt: Date): ChampionRecord => ({
  ...modelOf(card),
  schemaVersion: card.dataset.schemaVersion,
  labelStatus: card.labelStatus,
  latestDate: card.dataset.latestDate,
  provisional: card.provisional,
  promotedAt: promotedAt.toISOString(),
})

/** The detail of ModelPromoted and, apart from its time, of ModelRolledBack. */
export const promotionOf = (card: CardRecord): Omit<DetailOf<typeof modelPromoted>, 'id' | 'version'> => ({
  ...modelOf(card),
  cardKey: keys.card({ job: card.job }),
  ...headlineOf(card),
})

export const rejectionOf = (card: CardRecord): Omit<DetailOf<typeof modelRejected>, 'id' | 'version'> => ({
  job: card.job,
  datasetId: card.dataset.datasetId,
  engine: card.training.engine,
  champion: card.champion,
  reasons: card.reasons,
  cardKey: keys.card({ job: card.job }),
  ...headlineOf(card),
})

/** Where the model of a card is. */
export const modelPlaceOf = ({ artefact, dataset, training }: CardRecord): ModelPlace => ({
  artefact: artefact.uri,
  sha256: artefact.sha256,
  textVersion: dataset.textVersion,
  prior: training.prior,
})

const modelOf = ({ job, dataset, training, artefact, labels, champion, calibration }: CardRecord) => ({
  job,
  datasetId: dataset.datasetId,
  engine: training.engine,
  artefact: artefact.uri,
  versionId: artefact.versionId,
  // Only an artefact that was read is promoted.
  sha256: artefact.sha256 ?? '',
  labels,
  textVersion: dataset.textVersion,
  temperature: calibration?.temperature ?? 1,
  prior: training.prior,
  replaces: champion,
})

const headlineOf = ({ scores: { challenger }, provisional, labelStatus }: CardRecord) => ({
  macroF1: challenger?.macroF1 ?? null,
  accuracy: challenger?.accuracy ?? null,
  provisional,
  labelStatus,
})
