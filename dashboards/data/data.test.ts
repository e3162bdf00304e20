import { describe, expect, it } from 'vitest'
import { maps } from './maps'
import { vendors } from './oui'
import { regions } from './regions'

describe('the reference data', () => {
  it('names a vendor without its postal address', () => {
    const names = vendors()
    expect(names['0080F4']).toMatch(/telemecanique/i)
    expect(Object.keys(names).length).toBeGreaterThan(30_000)
    expect(Object.values(names).filter((name) => name.includes('\n'))).toEqual([])
  })

  it('names provinces, cities and districts', () => {
    const names = regions()
    expect([names['210000'], names['210100'], names['210102']]).toEqual(['辽宁省', '沈阳市', '和平区'])
  })

  it('has an outline of every province, whose cities are named as the regions are', () => {
    const outlines = maps()
    const names = regions()
    expect(outlines.size).toBe(34)
    const liaoning = JSON.parse(outlines.get('210000')!) as { features: { id: string; properties: { name: string } }[] }
    expect(liaoning.features).toHaveLength(14)
    expect(liaoning.features.filter(({ id, properties }) => names[id] !== properties.name)).toEqual([])
  })
})
