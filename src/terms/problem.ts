import type { TermSection } from "./term.ts"

/** What consensus is, and what is asked of an algorithm that solves it. */
export const problemTerms: TermSection = {
  title: "The problem",
  terms: [
    {
      name: "consensus",
      also: ["distributed consensus", "agreement problem"],
      meaning:
        "To decide one value among processes that may fail and messages that may be late: non-triviality, safety and safe learning always, progress and eventual learning under stated conditions.",
      thesis: "Definition 1 (§2.1).",
      lamport: "Consensus; the Synod's single decree.",
      raft: "Agreement on each entry of a replicated log.",
      cassandra: "What a lightweight transaction needs to compare and set.",
      see: ["safety", "progress", "decided"],
    },
    {
      name: "decided",
      also: ["chosen", "committed"],
      meaning:
        "A proposal (e, v) is decided once every member of some phase-2 quorum of epoch e has accepted it, durably. " +
        "It stays decided even if those acceptors accept something else later. " +
        "A value is decided when a proposal with it is. " +
        "This is a fact about the acceptors; nobody need know it yet.",
      thesis:
        "Definition 4 (§2.2.2): accepted by a majority of acceptors, whether or not it is still their last accepted proposal; with general quorums, by a phase-2 quorum of its epoch.",
      lamport: "Chosen. A value is chosen when a majority of acceptors have voted for it in one ballot.",
      raft: "Committed, which is more: stored by a majority and in the current term of the leader, or before an entry that is. An entry of an older term on a majority is not committed yet.",
      cassandra:
        "Accepted by a quorum of replicas in the propose round of a lightweight transaction. Its commit is one more round, which makes the value visible to plain reads; the decision came before.",
      see: ["commit point", "learned", "accepted"],
    },
    {
      name: "learned",
      also: ["returned", "applied"],
      meaning:
        "A process has learned a value when it knows that the value is decided. " +
        "Learning is never earlier than the decision, usually one message delay later.",
      thesis:
        "A proposer learns when it returns from the algorithm: after accepts from a quorum (property 3).",
      lamport: "Learned by a learner, a role of its own.",
      raft: "The commit index has reached the entry; a follower hears of it with the next message from the leader. It is applied to the state machine after that.",
      cassandra: "The coordinator has had a quorum of accepts, and tells the client.",
      see: ["decided", "safe learning"],
    },
    {
      name: "safety",
      also: ["agreement"],
      meaning:
        "Once a value is decided, no other value is ever decided. " +
        "It holds whatever is late, lost, repeated or down, and never depends on time. " +
        "In a looser sense, all that must never happen: non-triviality and safe learning are safety properties too.",
      thesis: "Definition 1 (§2.1) and theorem 14: if v is decided in e and w is decided in f, then v = w.",
      lamport: "Consistency, or safety: only a single value is chosen.",
      raft: "State machine safety: no two servers apply different entries at the same index.",
      cassandra:
        "Of two competing lightweight transactions on one partition, at most one takes effect at a time.",
      see: ["progress", "non-triviality", "safe learning"],
    },
    {
      name: "non-triviality",
      also: ["validity"],
      meaning:
        "Only a value that some participant proposed is decided. It rules out the algorithm that always decides 42.",
      thesis: "Definition 1 (§2.1); theorems 4 and 5.",
      lamport: "Nontriviality: only a value that has been proposed may be chosen.",
      raft: "Only commands of clients, and the empty entries of new leaders, are in the log.",
      cassandra: "Only updates of clients, and the empty update of a serial read, are accepted.",
      see: ["safety"],
    },
    {
      name: "safe learning",
      meaning: "Whatever a process learns has been decided before.",
      thesis: "Definition 1 (§2.1); lemma 15.",
      lamport: "A process never learns that a value has been chosen unless it actually has been.",
      raft: "Only committed entries are applied.",
      cassandra: "A client is told of success only after a quorum has accepted.",
      see: ["learned", "safety"],
    },
    {
      name: "progress",
      meaning:
        "If a value has been proposed, some value is eventually decided, provided that the liveness conditions hold for long enough. " +
        "A statement of progress without its conditions means nothing.",
      thesis: "Definition 1 (§2.1); proved for classic Paxos as theorem 16, under the conditions of §2.7.",
      lamport: "Liveness, or the progress requirement.",
      raft: "Availability, in Raft's words: a leader is elected and entries are committed while a majority can talk and timing is right: broadcast time ≪ election timeout ≪ time between failures.",
      cassandra:
        "No guarantee; competing coordinators back off for random times until one gets through or the request times out.",
      see: ["liveness conditions", "eventual learning", "duelling proposers"],
    },
    {
      name: "eventual learning",
      meaning: "If a value is decided, some process eventually learns it, under stated liveness conditions.",
      thesis: "Definition 1 (§2.1).",
      lamport: "Part of liveness: if a value has been chosen, then a process can eventually learn it.",
      raft: "The leader's messages carry its commit index, so every server that stays connected learns it.",
      cassandra: "The commit round, and repair, bring every replica up to date.",
      see: ["progress", "learned"],
    },
    {
      name: "liveness conditions",
      meaning:
        "The assumptions under which an algorithm promises progress: who is up, how fast they are, how late messages may be, how many propose. " +
        "They are stated with every claim of progress, because without any no algorithm can promise it.",
      thesis:
        "For classic Paxos (§2.7), from the global stabilisation time on: a majority of acceptors reply within δa, exactly one fixed proposer is live and its clock is at most δd fast, messages take at most δm.",
      lamport:
        "A majority of acceptors and one distinguished proposer are non-faulty and communicate in time.",
      raft: "A majority of servers up, and the timing requirement: broadcast time ≪ election timeout ≪ mean time between failures.",
      cassandra: "A quorum of replicas answers within the request timeouts, and contention ends.",
      see: ["progress", "partial synchrony"],
    },
    {
      name: "liveness",
      meaning:
        "In theory, that something good eventually happens: progress and eventual learning. " +
        "The thesis says liveness conditions for the assumptions under which they are promised; we do the same, and say progress for the promise.",
      thesis: "Only in liveness conditions; the promise is called progress.",
      lamport: "His terms, safety and liveness (1977): nothing bad happens, and something good does.",
      raft: "Availability.",
      cassandra: "Availability; also whether a node is believed to be up.",
      see: ["progress", "liveness conditions", "safety"],
    },
    {
      name: "FLP",
      also: ["FLP impossibility"],
      meaning:
        "No deterministic algorithm solves consensus in an asynchronous system in which even one process may crash: some run goes on for ever (Fischer, Lynch and Paterson 1985). " +
        "It forbids promising progress without conditions; it says nothing against safety.",
      thesis: "§1.1 and §2.7: the reason why progress has liveness conditions.",
      lamport: "Cited for why a leader cannot be elected reliably without real time or randomness.",
      raft: "Random timeouts make endless runs improbable.",
      cassandra: "Random waits do the same.",
      see: ["progress", "synchrony"],
    },
    {
      name: "partial synchrony",
      also: ["global stabilisation time", "GST"],
      meaning:
        "The model in which anything may be late until some unknown time, the global stabilisation time, and delays are bounded from then on.",
      thesis:
        "§2.7, after Dwork, Lynch and Stockmeyer 1988: the system may be in any reachable state at that time.",
      lamport:
        "Asynchronous for safety; for liveness, processes that are fast and timely from some point on.",
      raft: "The timing requirement has to hold for the length of an election, not always.",
      cassandra: "Timeouts are configured; what is late counts as failed.",
      see: ["liveness conditions"],
    },
  ],
}
