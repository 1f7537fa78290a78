/** The names of a replica's timers. */
export const timers = {
  /** No heartbeat for too long, or no phase-1 quorum for too long. */
  election: "election",
  heartbeat: "heartbeat",
  overdue: "overdue",
  batch: "batch",
  rejoin: "rejoin",
} as const

/** Followed by a number: the end of the time for which a follower makes no promise to anyone but the leader. */
export const grantPrefix = "grant "
/** The end of a leader's term where leaders take turns. */
export const handOver = "hand-over"
/** Followed by a round of heartbeats: the end of the lease that its answers may have renewed. */
export const leasePrefix = "lease "
