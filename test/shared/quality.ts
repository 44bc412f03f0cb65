import type { QualityRecord } from '../../shared/records'

/** Reliable label quality, measured over two batches and three annotators. */
export const qualityExample: QualityRecord = {
  batch: '2026-11-22',
  date: '2026-11-22',
  schemaVersion: 1,
  categories: ['technical', 'marketing'],
  items: 60,
  labelled: 58,
  failed: { disputed: 1, flagged: 1 },
  refused: {},
  judgements: 96,
  costUsd: 0,
  batches: ['2026-11-21', '2026-11-22'],
  alpha: { value: 0.72, low: 0.58, high: 0.84, items: 96 },
  selfAgreement: null,
  annotators: {
    ana: {
      judgements: 80,
      reliability: 0.93,
      confusion: [
        [38, 2],
        [3, 27],
      ],
      gold: { items: 4, right: 4 },
      repeats: { items: 0, same: 0 },
    },
    ben: {
      judgements: 70,
      reliability: 0.9,
      confusion: [
        [35, 4],
        [3, 25],
      ],
      gold: { items: 3, right: 3 },
      repeats: { items: 0, same: 0 },
    },
    cyd: {
      judgements: 33,
      reliability: 0.74,
      confusion: [
        [12, 5],
        [4, 12],
      ],
      gold: { items: 2, right: 1 },
      repeats: { items: 0, same: 0 },
    },
  },
  confused: [{ labels: ['technical', 'marketing'], items: 13, of: 96 }],
  status: 'ok',
  reasons: [
    'two people differ on 13 of 96 items that both judged: about 7 % of judgements are wrong, probably not more than 12 %; shares are reported up to 25 %',
  ],
}

const NOBODY = { gold: { items: 0, right: 0 }, repeats: { items: 0, same: 0 } }

/** The same batch, with agreement little better than chance. */
export const unreliableExample: QualityRecord = {
  ...qualityExample,
  alpha: { value: 0.14, low: -0.05, high: 0.33, items: 96 },
  annotators: {
    ana: {
      judgements: 96,
      reliability: 0.6,
      confusion: [
        [36, 14],
        [23, 23],
      ],
      ...NOBODY,
    },
    ben: {
      judgements: 96,
      reliability: 0.55,
      confusion: [
        [30, 20],
        [22, 24],
      ],
      ...NOBODY,
    },
  },
  confused: [{ labels: ['technical', 'marketing'], items: 40, of: 96 }],
  status: 'unreliable',
  reasons: [
    'two people differ on 40 of 96 items that both judged: about 28 % of judgements are wrong, probably not more than 40 %; above 25 % no share can be estimated',
    'technical and marketing are confused: one of two judges said the one and the other the other in 40 of 96 items; write into their definitions what decides between them',
  ],
}

/** A single annotator: only self-agreement is known. */
export const unmeasuredExample: QualityRecord = {
  ...qualityExample,
  batches: ['2026-11-22'],
  alpha: { value: null, low: null, high: null, items: 0 },
  selfAgreement: { value: 0.8, low: 0.4, high: 1, items: 6 },
  annotators: {
    me: {
      judgements: 66,
      reliability: null,
      confusion: [
        [0, 0],
        [0, 0],
      ],
      gold: { items: 0, right: 0 },
      repeats: { items: 6, same: 5 },
    },
  },
  confused: [],
  status: 'unmeasured',
  reasons: ['one annotator judged all: ask a second person, so that agreement can be measured'],
}
