const SVG = 'http://www.w3.org/2000/svg'
const POINTS = 30
const [WIDTH, HEIGHT] = [100, 24]

/** A line of the last values, as high as they differ. It says nothing to a screen reader that the table does not. */
export function createSparkline() {
  const values: number[] = []
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`)
  svg.setAttribute('preserveAspectRatio', 'none')
  svg.setAttribute('class', 'sparkline')
  svg.ariaHidden = 'true'
  const line = document.createElementNS(SVG, 'polyline')
  svg.append(line)

  return {
    element: svg,
    add(value: number): void {
      values.push(value)
      if (values.length > POINTS) values.shift()
      const [lowest, highest] = [Math.min(...values), Math.max(...values)]
      const range = highest - lowest || 1
      // The newest is at the right, also while there are few
      const points = values.map((each, i) => [
        WIDTH - (values.length - 1 - i) * WIDTH / (POINTS - 1),
        HEIGHT - 2 - (each - lowest) / range * (HEIGHT - 4),
      ])
      line.setAttribute('points', points.map(([x = 0, y = 0]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' '))
    },
  }
}
