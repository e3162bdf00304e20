import { ref } from 'vue'

const query = window.matchMedia('(max-width: 700px)')

/** Whether the window is as narrow as a phone; the same width as in the style sheets. */
export const small = ref(query.matches)
query.addEventListener('change', ({ matches }) => (small.value = matches))
