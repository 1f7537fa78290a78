/**
 * What `make` gives: made at the first call, and the same one from then on. For what takes time and is
 * always the same, such as a solver to load.
 *
 * This file is the only one that keeps anything between calls outside of a value (a test sees to it). It
 * changes no answer, since `make` is a function of nothing.
 */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/**
 * What `make` gives for each key, made once for each: `make` is a function of the key and keys never change,
 * so that remembering changes no answer.
 *
 * An object is known by its identity and forgotten with it; two equal ones cost twice and give equal answers.
 * Answers for texts and numbers are kept for good: only for keys that somebody writes, such as the names of
 * systems.
 */
export function oncePer<K, V>(make: (key: K) => V): (key: K) => V {
  const byIdentity = new WeakMap<object, { readonly value: V }>()
  const byText = new Map<K, { readonly value: V }>()
  return (key) => {
    const known = isObject(key) ? byIdentity.get(key) : byText.get(key)
    if (known !== undefined) return known.value
    const value = make(key)
    if (isObject(key)) byIdentity.set(key, { value })
    else byText.set(key, { value })
    return value
  }
}

const isObject = (key: unknown): key is object => typeof key === "object" && key !== null
