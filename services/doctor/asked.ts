import type { Asked } from '../../shared/finding'

/** A question that AWS refuses or does not know is a finding, not a failure. */
export async function asked<T>(question: Promise<T>): Promise<Asked<T>> {
  try {
    return { known: await question }
  } catch (error) {
    return { unknown: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
  }
}
