import type { Micros } from "../src/protocol/actor.ts"

/**
 * The limit that the log is measured against: the same workload as one hand-written loop over typed
 * arrays, with nothing that makes it anything else. Five replicas with a fixed leader, a phase-2 quorum of
 * two and all replicas contacted; groups of closed-loop clients, each beside a replica; constant latencies.
 * Without elections, faults, disks, timers, observers or checks: not a protocol of quorate, only a bound on
 * what a JavaScript loop can do.
 *
 * Entries that wait lie on a timing wheel of one microsecond per slot.
 */
export interface TypedLoop {
  readonly replicas: number
  readonly leader: number
  readonly clientsPerGroup: number
  readonly keys: number
  readonly horizon: Micros
  /** One way, between addresses: replicas, then the groups of clients. */
  readonly delay: (from: number, to: number) => Micros
}

/** What the loop did: how many commands were answered, how many entries were taken, and the sum of latencies. */
export interface TypedLoopRun {
  readonly commands: number
  readonly events: number
  readonly meanMs: number
}

const [request, propose, accept, reply] = [0, 1, 2, 3]
/** A little more than half a second, in slots of a microsecond. */
const wheelSlots = 1 << 19
/** What is still to be executed anywhere is less than this many slots of the log. */
const logSlots = 1 << 16
const fields = 6

/** Runs the loop to its horizon. */
export function typedLoop({
  replicas: n,
  leader,
  clientsPerGroup,
  keys,
  horizon,
  delay,
}: TypedLoop): TypedLoopRun {
  const clients = n * clientsPerGroup
  const delays = Int32Array.from({ length: 4 * n * n }, (_, i) => delay(Math.floor(i / (2 * n)), i % (2 * n)))
  const heads = new Int32Array(wheelSlots)
  const tails = new Int32Array(wheelSlots)
  const occupied = new Int32Array(wheelSlots / 32)
  const pool = new Int32Array(fields * 65_536)
  let [free, used, now] = [0, 0, 0]
  const logClient = new Int32Array(logSlots)
  const logRequest = new Int32Array(logSlots)
  const logKey = new Int32Array(logSlots)
  const acknowledged = new Uint8Array(logSlots)
  const acceptedEpoch = new Int32Array(n * logSlots)
  const executedUpTo = new Int32Array(n)
  const data = new Int32Array(n * keys)
  const table = new Int32Array(n * clients)
  const asked = new Int32Array(n * clients)
  const askedBy = new Int32Array(n * clients)
  const calledAt = new Float64Array(clients)
  const requests = new Int32Array(clients)
  const latencies = new Int32Array(4 * 1024)
  let [nextSlot, decidedUpTo, commands, events, latencySum] = [0, 0, 0, 0, 0]

  const add = (from: number, to: number, kind: number, a: number, b: number): void => {
    let entry = free
    if (entry === 0) entry = ++used
    else free = pool[entry * fields]!
    const i = entry * fields
    pool[i] = 0
    pool[i + 1] = to * 4 + kind
    pool[i + 2] = a
    pool[i + 3] = b
    pool[i + 4] = from
    const slot = (now + delays[from * 2 * n + to]!) & (wheelSlots - 1)
    const tail = tails[slot]!
    if (tail === 0) {
      heads[slot] = entry
      occupied[slot >> 5]! |= 1 << (slot & 31)
    } else pool[tail * fields] = entry
    tails[slot] = entry
  }

  const ask = (client: number): void => {
    const number = ++requests[client]!
    calledAt[client] = now
    const group = Math.floor(client / clientsPerGroup)
    add(n + group, group, request, client, number)
  }

  const execute = (replica: number, upTo: number): void => {
    for (let slot = executedUpTo[replica]!; slot < upTo; slot++) {
      const place = slot & (logSlots - 1)
      const client = logClient[place]!
      const number = logRequest[place]!
      if (table[replica * clients + client]! < number) {
        data[replica * keys + logKey[place]!] = client ^ number
        table[replica * clients + client] = number
      }
      if (replica === leader && asked[replica * clients + client] === number) {
        asked[replica * clients + client] = 0
        add(replica, askedBy[replica * clients + client]!, reply, client, number)
      }
    }
    if (upTo > executedUpTo[replica]!) executedUpTo[replica] = upTo
  }

  const onRequest = (replica: number, from: number, client: number, number: number): void => {
    asked[replica * clients + client] = number
    askedBy[replica * clients + client] = from
    if (replica !== leader) return add(replica, leader, request, client, number)
    const slot = nextSlot++
    const place = slot & (logSlots - 1)
    logClient[place] = client
    logRequest[place] = number
    logKey[place] = keyOf(client, number, keys)
    acknowledged[place] = 1
    acceptedEpoch[leader * logSlots + place] = 1
    for (let to = 0; to < n; to++) if (to !== leader) add(leader, to, propose, slot, decidedUpTo)
  }

  const onAccept = (slot: number): void => {
    const place = slot & (logSlots - 1)
    if (slot < decidedUpTo || ++acknowledged[place]! < 2) return
    while (decidedUpTo < nextSlot && acknowledged[decidedUpTo & (logSlots - 1)]! >= 2) decidedUpTo++
    execute(leader, decidedUpTo)
  }

  const onReply = (client: number): void => {
    const latency = now - calledAt[client]!
    commands++
    latencySum += latency
    latencies[Math.min(latencies.length - 1, latency >> 8)]!++
    ask(client)
  }

  for (let client = 0; client < clients; client++) ask(client)
  for (;;) {
    let slot = now & (wheelSlots - 1)
    while (heads[slot] === 0) {
      let word = slot >> 5
      let bits = occupied[word]! & (-1 << (slot & 31))
      while (bits === 0) {
        word = (word + 1) & (wheelSlots / 32 - 1)
        bits = occupied[word]!
      }
      const next = word * 32 + 31 - Math.clz32(bits & -bits)
      now += (next - slot) & (wheelSlots - 1)
      slot = next
    }
    if (now > horizon) return { commands, events, meanMs: latencySum / commands / 1000 }
    const entry = heads[slot]!
    const i = entry * fields
    const next = pool[i]!
    heads[slot] = next
    if (next === 0) {
      tails[slot] = 0
      occupied[slot >> 5]! &= ~(1 << (slot & 31))
    }
    const target = pool[i + 1]!
    const [a, b, from] = [pool[i + 2]!, pool[i + 3]!, pool[i + 4]!]
    pool[i] = free
    free = entry
    events++
    const to = target >> 2
    switch (target & 3) {
      case request:
        onRequest(to, from, a, b)
        break
      case propose:
        acceptedEpoch[to * logSlots + (a & (logSlots - 1))] = 1
        add(to, leader, accept, a, 0)
        execute(to, b)
        break
      case accept:
        onAccept(a)
        break
      default:
        if (to >= n) onReply(a)
        else {
          asked[to * clients + a] = 0
          add(to, askedBy[to * clients + a]!, reply, a, b)
        }
    }
  }
}

/** The key of a request: MurmurHash3's mixer, as the workload of the log has it. */
function keyOf(client: number, number: number, keys: number): number {
  let h = Math.imul(client ^ 0x9e3779b9, 0xcc9e2d51) ^ number
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return ((h ^ (h >>> 16)) >>> 0) % keys
}
