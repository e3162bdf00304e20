import { describe, expect, it } from 'vitest'
import { dark } from '@/theme/palette'
import { cities, HOME, province } from './map'
import { mapOption } from './mapOption'

const region = (code: string, alerts: number, name = code) => ({ organization: name, name, region: code, alerts, demo: false })
const names = { '210100': '沈阳市', '210200': '大连市' }

describe('the map', () => {
  it('shows the province of most enterprises', () => expect(province([region('370100', 9), region('210100', 0), region('210200', 0)])).toBe('210000'))
  it('shows Liaoning where nobody says where they are', () => expect(province([region('', 3)])).toBe(HOME))
  it('counts a district with its city', () => {
    const found = cities([region('210102', 2, '甲'), region('210100', 3, '乙'), region('210200', 1, '丙'), region('110000', 7)], '210000', names)
    expect(found).toEqual([
      { code: '210100', name: '沈阳市', alerts: 5, enterprises: ['甲', '乙'] },
      { code: '210200', name: '大连市', alerts: 1, enterprises: ['丙'] },
    ])
  })
  it('shows names out of the data as text', () => {
    const city = { code: '210100', name: '<b>', alerts: 1, enterprises: ['<img>'] }
    const { tooltip } = mapOption('x', [city], dark, (n) => `${n}`) as { tooltip: { formatter: (item: unknown) => string } }
    expect(tooltip.formatter({ name: '<b>' })).not.toContain('<img>')
  })
})
