import type { CorpusReport, EpochReport } from '../../packages/fasttext/src'

/** The log of a BlazingText job, line by line as its container prints it. */
export interface BlazingTextLog {
  corpus(report: CorpusReport): void
  epoch(report: EpochReport): void
  end(accuracies: { train: Score; validation?: Score }, seconds: number): void
  text(): string
}

export interface Score {
  examples: number
  accuracy: number
}

/** `threads` is what the container would have used: one for each processor. */
export function blazingTextLog(threads: number): BlazingTextLog {
  const lines = ['Arguments: train']
  let words = 0
  return {
    corpus: (report) => void lines.push(`Number of words:  ${report.words}`),
    epoch({ epoch, tokens, validationAccuracy, improved, stopped }) {
      words = tokens
      if (validationAccuracy === undefined) return
      lines.push(`-------------- End of epoch: ${epoch}`, `Using ${threads} threads for prediction!`)
      lines.push(`Validation accuracy: ${validationAccuracy.toFixed(6)}`)
      if (improved) lines.push('Validation accuracy improved! Storing best weights...')
      else lines.push('Validation accuracy has not improved.')
      if (stopped) lines.push('Reached early stopping criterion.')
    },
    end({ train, validation }, seconds) {
      const speed = (words / Math.max(seconds, 1e-3) / 1e6).toFixed(2)
      lines.push(
        `##### Alpha: 0.0000  Progress: 100.00%  Million Words/sec: ${speed} #####`,
        'Training finished.',
        `Average throughput in Million words/sec: ${speed}`,
        `Total training time in seconds: ${seconds.toFixed(2)}`,
        '',
        `#train_accuracy: ${train.accuracy.toFixed(4)}`,
        `Number of train examples: ${train.examples}`,
      )
      if (!validation) return
      lines.push(
        '',
        `#validation_accuracy: ${validation.accuracy.toFixed(4)}`,
        `Number of validation examples: ${validation.examples}`,
      )
    },
    text: () => `${lines.join('\n')}\n`,
  }
}
