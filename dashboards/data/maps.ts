/** Outlines of each province's cities, out of the map data that ECharts 4.9.0 carried (Apache-2.0). */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const folder = join(dirname(createRequire(import.meta.url).resolve('echarts-map/package.json')), 'map', 'json', 'province')

/** File of each province in that package, by its code (GB/T 2260). */
export const files: Record<string, string> = {
  '110000': 'beijing', '120000': 'tianjin', '130000': 'hebei', '140000': 'shanxi', '150000': 'neimenggu',
  '210000': 'liaoning', '220000': 'jilin', '230000': 'heilongjiang', '310000': 'shanghai', '320000': 'jiangsu',
  '330000': 'zhejiang', '340000': 'anhui', '350000': 'fujian', '360000': 'jiangxi', '370000': 'shandong',
  '410000': 'henan', '420000': 'hubei', '430000': 'hunan', '440000': 'guangdong', '450000': 'guangxi',
  '460000': 'hainan', '500000': 'chongqing', '510000': 'sichuan', '520000': 'guizhou', '530000': 'yunnan',
  '540000': 'xizang', '610000': 'shanxi1', '620000': 'gansu', '630000': 'qinghai', '640000': 'ningxia',
  '650000': 'xinjiang', '710000': 'taiwan', '810000': 'xianggang', '820000': 'aomen',
}

/** The text of each map, by code of the province; in the compressed coordinates that ECharts reads. */
export function maps(): Map<string, string> {
  return new Map(Object.entries(files).map(([code, file]) => [code, readFileSync(join(folder, `${file}.json`), 'utf8')]))
}
