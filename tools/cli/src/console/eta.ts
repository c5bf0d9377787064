/** Seconds still to go at the average pace so far, or `undefined` before anything was done. */
export function secondsLeft(startedMs: number, nowMs: number, done: number, total: number): number | undefined {
  if (done <= 0 || total <= 0) return undefined
  return ((nowMs - startedMs) / 1000 / done) * (total - done)
}

/** `7 s`, `3 min 05 s`, `2 h 10 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`
}
