import type { Ref } from 'vue'
import type { Facet } from '@/api/schema'
import { protocolName } from '@/i18n/protocols'
import type { Option } from './completion'
import { quoted } from './search'
import { useCommands } from './vocabulary'

/** Known values of a field for the query box: every class of message, else the commonest that were found. */
export function useValues(facets: Ref<Facet[]>) {
  const { commands, commandName } = useCommands()
  return (field: string): Option[] => {
    if (field === 'ot.command') return commands.value.map(({ name }) => ({ text: name, label: name, meaning: commandName(name) }))
    const meaning = (value: string) => (field === 'network.protocol' ? protocolName(value) : '')
    const found = facets.value.find((facet) => facet.field === field)?.values ?? []
    return found.map(({ value }) => ({ text: quoted(value), label: value, meaning: meaning(value) }))
  }
}
