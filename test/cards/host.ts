// Owns how Teams draws a card, closely enough to judge one: its colours, sizes and spacing, light and dark.
import type { JsonObject } from '../../src/core/values.ts'

export interface Theme {
  readonly page: string
  readonly card: string
  readonly line: string
  readonly accent: string
  readonly config: JsonObject
}

interface Palette {
  readonly text: string
  readonly subtle: string
  readonly accent: string
  readonly good: string
  readonly warning: string
  readonly attention: string
  readonly tints: { readonly [style in 'default' | 'emphasis' | 'accent' | 'good' | 'warning' | 'attention']: string }
}

const light: Palette = {
  text: '#242424',
  subtle: '#616161',
  accent: '#5b5fc7',
  good: '#237b4b',
  warning: '#835c00',
  attention: '#c4314b',
  tints: {
    default: '#ffffff',
    emphasis: '#f5f5f5',
    accent: '#e8ebfa',
    good: '#e7f2da',
    warning: '#fbf6d9',
    attention: '#fcf4f6',
  },
}
const dark: Palette = {
  text: '#ffffff',
  subtle: '#adadad',
  accent: '#9ea2ff',
  good: '#92c353',
  warning: '#f8d22a',
  attention: '#f9526b',
  tints: {
    default: '#292929',
    emphasis: '#1f1f1f',
    accent: '#2f2f4a',
    good: '#1e2f14',
    warning: '#3a2f05',
    attention: '#3b1219',
  },
}

const style = (palette: Palette, tint: keyof Palette['tints']): JsonObject => {
  const color = (value: string) => ({ default: value, subtle: value })
  return {
    backgroundColor: palette.tints[tint],
    foregroundColors: {
      default: { default: palette.text, subtle: palette.subtle },
      accent: color(palette.accent),
      good: color(palette.good),
      warning: color(palette.warning),
      attention: color(palette.attention),
    },
  }
}

const config = (palette: Palette): JsonObject => ({
  supportsInteractivity: true,
  fontFamily: '"Segoe UI", "Noto Sans", sans-serif',
  fontTypes: {
    default: {
      fontFamily: '"Segoe UI", "Noto Sans", sans-serif',
      fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 },
      fontWeights: { lighter: 200, default: 400, bolder: 600 },
    },
    monospace: {
      fontFamily: '"Cascadia Mono", "Noto Sans Mono", "DejaVu Sans Mono", monospace',
      fontSizes: { small: 12, default: 13, medium: 14, large: 18, extraLarge: 24 },
      fontWeights: { lighter: 200, default: 400, bolder: 600 },
    },
  },
  fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 },
  fontWeights: { lighter: 200, default: 400, bolder: 600 },
  lineHeights: { small: 16, default: 20, medium: 22, large: 24, extraLarge: 32 },
  spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
  separator: { lineThickness: 1, lineColor: palette.tints.emphasis === '#1f1f1f' ? '#3d3d3d' : '#e1e1e1' },
  containerStyles: Object.fromEntries(
    (Object.keys(palette.tints) as (keyof Palette['tints'])[]).map((tint) => [tint, style(palette, tint)]),
  ),
  actions: {
    maxActions: 6,
    spacing: 'default',
    buttonSpacing: 8,
    actionsOrientation: 'horizontal',
    actionAlignment: 'left',
  },
})

export const themes: { readonly light: Theme; readonly dark: Theme } = {
  light: { page: '#f0f0f0', card: '#ffffff', line: '#d1d1d1', accent: '#5b5fc7', config: config(light) },
  dark: { page: '#141414', card: '#292929', line: '#3d3d3d', accent: '#9ea2ff', config: config(dark) },
}
