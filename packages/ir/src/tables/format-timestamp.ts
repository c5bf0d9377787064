/** A local time as `YYYY-MM-DD HH:MM:SS.ffffff`, the way tables carry it; the last three digits are zero. */
export function formatTimestamp(date: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  return `${day} ${time}.${String(date.getMilliseconds()).padStart(3, '0')}000`
}
