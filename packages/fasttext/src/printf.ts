/** A number as C prints it with %.<digits>f: a tie rounds to the even digit. */
export function fixed(value: number, digits: number): string {
  const shown = value.toFixed(digits)
  const [, decimals = ''] = value.toFixed(Math.min(100, digits + 60)).split('.')
  const isTie = /^50*$/.test(decimals.slice(digits))
  // JavaScript rounds a tie up; the decimal below ends in an even digit where this one ends in an odd one.
  if (!isTie || Number(shown.at(-1)) % 2 === 0) return shown
  return (Number(shown) - 10 ** -digits).toFixed(digits)
}

/** A number as C prints it with %.<digits>g, which is also what C++ streams do: no trailing zeros, 1e-05 for 0.00001. */
export function general(value: number, digits: number): string {
  if (value === 0) return '0'
  const exponent = Number(value.toExponential(digits - 1).split('e')[1])
  if (exponent >= -4 && exponent < digits) return withoutZeros(value.toPrecision(digits))
  const [mantissa, power] = value.toExponential(digits - 1).split('e') as [string, string]
  return `${withoutZeros(mantissa)}e${power[0]}${power.slice(1).padStart(2, '0')}`
}

const withoutZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
