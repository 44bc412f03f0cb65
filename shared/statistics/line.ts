/** The least-squares line through points, as a function of x: through their means, with slope cov(x,y)/var(x), zero where x does not vary. */
export function lineOf(points: readonly { x: number; y: number }[]): (x: number) => number {
  const mean = (of: (point: { x: number; y: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)]
  const variance = mean((point) => (point.x - x) ** 2)
  const slope = variance > 0 ? mean((point) => (point.x - x) * (point.y - y)) / variance : 0
  return (at) => y + slope * (at - x)
}
