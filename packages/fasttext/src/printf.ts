/** A number as C prints it with %.<digits>g, which is also what C++ streams do: no trailing zeros, 1e-05 for 0.00001. */
export function general(value: number, digits: number): string {
  if (value === 0) return '0'
  const exponent = Number(value.toExponential(digits - 1).split('e')[1])
  if (exponent >= -4 && exponent < digits) return withoutZeros(value.toPrecision(digits))
  const [mantissa, power] = value.toExponential(digits - 1).split('e') as [string, string]
  return `${withoutZeros(mantissa)}e${power[0]}${power.slice(1).padStart(2, '0')}`
}

const withoutZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text)
