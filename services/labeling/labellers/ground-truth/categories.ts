import type { Category } from '../../../../shared/settings'

/** Ground Truth's label category file: a class index is a position in this list. */
export const categoryFile = (categories: readonly Category[]): string =>
  JSON.stringify({ 'document-version': '2018-11-28', labels: categories.map(({ name }) => ({ label: name })) })
