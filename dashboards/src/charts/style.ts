/** What all charts share: type, axes and tips in the colours of the theme. */
import type { Palette } from '@/theme/palette'

export const FONT = "-apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"

export function textStyle(palette: Palette) {
  return { fontFamily: FONT, fontSize: 11, color: palette.muted }
}

export function tip(palette: Palette) {
  return {
    backgroundColor: palette.raised,
    borderColor: palette.line,
    padding: [6, 10] as [number, number],
    textStyle: { ...textStyle(palette), fontSize: 12, color: palette.text },
    confine: true,
    transitionDuration: 0,
    extraCssText: 'box-shadow: none; border-radius: 5px;',
  }
}

export function axis(palette: Palette) {
  return {
    axisLine: { lineStyle: { color: palette.line } },
    axisTick: { show: false },
    axisLabel: { ...textStyle(palette), hideOverlap: true },
    splitLine: { lineStyle: { color: palette.line, opacity: 0.6 } },
  }
}

/** Labels of a time axis: clock within a day, day and month beyond. */
export const TIME_LABELS = {
  year: '{yyyy}',
  month: '{yyyy}-{MM}',
  day: '{MM}-{dd}',
  hour: '{HH}:{mm}',
  minute: '{HH}:{mm}',
  second: '{HH}:{mm}:{ss}',
  millisecond: '{HH}:{mm}:{ss}.{SSS}',
}

/** Text from the wire is shown as text: tips are HTML. */
export function plain(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
