/** What cannot be seen, worst first. */
import type { Tally, Unseen } from '@/api/schema'

export interface Blindness {
  losses: Tally[]
  silent: number
  sensors: number
  unanswered: number
}

/** Only what is there: a loss of nothing is no loss. */
export function blindness(unseen: Unseen): Blindness {
  return {
    losses: unseen.tallies.filter((tally) => tally.loss && tally.number > 0).sort((a, b) => b.number - a.number),
    silent: unseen.sensors.filter((sensor) => sensor.silent).length,
    sensors: unseen.sensors.length,
    unanswered: unseen.unanswered.reduce((sum, each) => sum + each.requests, 0),
  }
}
