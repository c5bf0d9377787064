/** One line for a mutant: where it is, what changed. */
export function describe({ path, line, column, kind, before, after }) {
  const short = (text) => (text.length > 60 ? `${text.slice(0, 57)}...` : text).replaceAll(/\s+/g, ' ')
  return `${path}:${line}:${column} ${kind}: ${short(before)} → ${after === '' ? 'nothing' : short(after)}`
}

/** Counts per area: made, refused by the compiler, tried, noticed, and the share. */
export function summarize(results, counts) {
  return Object.entries(counts).map(([area, { made, refused }]) => {
    const tried = results.filter((one) => one.area === area)
    const killed = tried.filter((one) => one.outcome !== 'survived').length
    return { area, made, refused, tried: tried.length, killed, percent: tried.length === 0 ? 100 : (100 * killed) / tried.length }
  })
}

/** The summary as a table of text. */
export function table(rows) {
  const total = rows.reduce((sum, row) => ({ tried: sum.tried + row.tried, killed: sum.killed + row.killed }), { tried: 0, killed: 0 })
  const all = { area: 'all', made: '', refused: '', ...total, percent: total.tried === 0 ? 100 : (100 * total.killed) / total.tried }
  const cells = (row) => [row.area, row.made, row.refused, row.tried, row.killed, `${row.percent.toFixed(1)} %`].map(String)
  const lines = [['area', 'made', 'refused', 'tried', 'killed', 'share'], ...[...rows, all].map(cells)]
  return lines.map((line) => line.map((cell, index) => (index === 0 ? cell.padEnd(16) : cell.padStart(8))).join('')).join('\n')
}
