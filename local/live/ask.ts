/** Ask for a line at a terminal without showing it. Empty where Ctrl-C ended the input. */
export function askUnseen(input: NodeJS.ReadStream, output: NodeJS.WriteStream, question: string): Promise<string> {
  output.write(question)
  input.setRawMode(true)
  input.setEncoding('utf8')
  input.resume()
  return new Promise((resolve) => {
    let line = ''
    const end = (answer: string) => {
      input.off('data', take)
      input.setRawMode(false)
      input.pause()
      output.write('\n')
      resolve(answer)
    }
    const take = (typed: string) => {
      for (const key of typed) {
        if (key === '\r' || key === '\n') return end(line)
        // Ctrl-C and Ctrl-D.
        if (key === '\u0003' || key === '\u0004') return end('')
        line = key === '\u007f' || key === '\b' ? line.slice(0, -1) : line + key
      }
    }
    input.on('data', take)
  })
}
