import type { TermSection } from "./term.ts"

/** Sets of acceptors, and what is wanted of them. */
export const quorumTerms: TermSection = {
  title: "Quorums",
  terms: [
    {
      name: "quorum",
      meaning:
        "A set of acceptors that suffices: whose promises end phase 1, or whose acceptances decide. " +
        "Any set that contains a quorum is one; the minimal quorums, of which no proper subset is a quorum, describe them all.",
      thesis:
        "§3.11: any set of acceptors named as one; majorities in chapter 2. Revision B lets the empty set be a phase-1 quorum.",
      lamport: "Quorum: a majority, or any set from a collection of which every two meet.",
      raft: "A majority of the voting members; during a change of membership, a majority of the old and of the new ones.",
      cassandra:
        "QUORUM is the consistency level of ⌊RF/2⌋ + 1 replicas; in general, as many replicas as the level blocks for.",
      see: ["quorum system", "minimal quorum"],
    },
    {
      name: "quorum system",
      also: ["quorum set"],
      meaning:
        "Which sets of acceptors are quorums, in phase 1 and in phase 2. " +
        "It is safe in every epoch when each phase-1 quorum meets each phase-2 quorum; whether it does is what `quorate check` answers, with a witness when it does not.",
      thesis: "Quorum set: 𝒬 (§3.11), 𝒬₁ and 𝒬₂ (§4.1), 𝒬₁ᵉ and 𝒬₂ᵉ where they depend on the epoch (§4.2).",
      lamport: "The set Quorum of the TLA+ specifications, of which every two members are assumed to meet.",
      raft: "The configuration: all majorities of it are quorums.",
      cassandra:
        "The replication strategy with a pair of consistency levels, one for reads and one for writes.",
      see: ["quorum", "phase-1 quorum", "phase-2 quorum"],
    },
    {
      name: "phase-1 quorum",
      also: ["read quorum", "leader-election quorum"],
      meaning:
        "A set of acceptors whose promises let a proposer go on to phase 2. " +
        "It has to meet every phase-2 quorum in which an earlier epoch may have decided, so that somebody tells of the decision.",
      thesis:
        "A member of 𝒬₁ (§4.1). Revision A asks that it meet every phase-2 quorum (4.4); two phase-1 quorums need not meet.",
      lamport: "The quorum of phase 1a and 1b; in his papers the same sets as in phase 2.",
      raft: "The voters that elect a leader. Two of the same term must meet, because a vote is what makes a term belong to one leader.",
      cassandra: "The replicas that answer the prepare round; for plain operations, those a read waits for.",
      see: ["phase-2 quorum", "transversal"],
    },
    {
      name: "phase-2 quorum",
      also: ["write quorum", "replication quorum"],
      meaning:
        "A set of acceptors whose acceptances of one proposal decide it. " +
        "Steady operation waits for nothing else, which is why making these small pays.",
      thesis: "A member of 𝒬₂ (§4.1), or of 𝒬₂ᵉ for epoch e (§4.2).",
      lamport:
        "The quorum of phase 2a and 2b; in Fast Paxos a fast or a classic quorum, by the kind of round.",
      raft: "The servers that have stored an entry when the leader commits it.",
      cassandra: "The replicas that answer the propose round; for plain operations, those a write waits for.",
      see: ["phase-1 quorum", "decided"],
    },
    {
      name: "transversal",
      also: ["hitting set", "blocking set"],
      meaning:
        "A set that meets every quorum of a phase. " +
        "The crash of a transversal stops that phase; the transversals of phase 2 are exactly the sets that phase 1 may safely end with. " +
        "They can be smaller than quorums: of four acceptors with majorities of three, every two are a transversal.",
      thesis:
        "No word for it; the alternative conditions of table 4.2 wait for one: Q_P meets every Q in 𝒬₂.",
      lamport: "No word for it.",
      raft: "The servers whose loss stops the cluster: half of them, rounded up.",
      cassandra: "The replicas whose loss makes a consistency level unavailable.",
      see: ["resilience", "dual"],
    },
    {
      name: "majority",
      meaning:
        "More than half: ⌊n/2⌋ + 1 of n. Every two majorities meet, which is all that classic Paxos uses of them.",
      thesis: "§2.2; strict majority quorums in §3.11.",
      lamport: "The usual quorum.",
      raft: "The only quorum.",
      cassandra:
        "QUORUM and SERIAL: ⌊RF/2⌋ + 1 replicas of all data centres together; LOCAL_QUORUM and LOCAL_SERIAL of one.",
      see: ["quorum", "quorum system"],
    },
    {
      name: "coterie",
      also: ["non-dominated", "non-dominated coterie", "dominated"],
      meaning:
        "A set of quorums of which every two meet and none contains another. " +
        "It is dominated if another coterie has a subset for each of its quorums, which is then at least as available; non-dominated if none has.",
      thesis: "No word for it; a quorum set that satisfies requirement 3.1.",
      lamport: "No word for it; the notion is Garcia-Molina and Barbara's (1985).",
      raft: "Majorities of an odd number of servers are a non-dominated coterie, those of an even number a dominated one.",
      cassandra: "No word for it.",
      see: ["quorum system", "dual"],
    },
    {
      name: "intersection requirement",
      also: ["quorum intersection", "requirement"],
      meaning:
        "Which quorums must share an acceptor, by its number in the thesis: 3.1 all, 4.4 those of different phases, 4.6 those of phase 1 with those of phase 2 in smaller epochs, 7.1 and 7.2 where epochs are shared. " +
        "What intersects is sets of acceptors; the sets of epochs that proposers own are to be disjoint.",
      thesis: "3.1, 4.1 to 4.7, 5.1, 7.1, 7.2.",
      lamport: "Condition B2: the quorums of every two ballots have a member in common.",
      raft: "Every two majorities meet, joint ones included.",
      cassandra:
        "R + W > RF between plain reads and writes; LOCAL_SERIAL in one data centre and SERIAL or LOCAL_SERIAL in another do not meet.",
      see: ["quorum system", "witness"],
    },
    {
      name: "witness",
      also: ["counterexample"],
      meaning:
        "What shows that a requirement is violated: two quorums, or three, without a common acceptor; in a run, the moment and the reason; in an exploration, the steps.",
      thesis: "No word for it.",
      lamport:
        "A behaviour that violates the property; TLC prints it as an error trace. (Witness replicas are another thing.)",
      raft: "No word for it.",
      cassandra: "No word for it. (Its witnesses are transient replicas.)",
      see: ["intersection requirement"],
    },
    {
      name: "minimal quorum",
      meaning:
        "A quorum of which no proper subset is a quorum. The minimal quorums of a phase describe it completely.",
      thesis: "No word for it; quorum sets are listed by their minimal members.",
      lamport: "No word for it.",
      raft: "A bare majority.",
      cassandra: "Exactly as many replicas as the level blocks for.",
      see: ["quorum"],
    },
    {
      name: "dual",
      meaning:
        "The phase whose quorums are exactly the transversals of the other phase. " +
        "A system whose second phase is the dual of its first is safe, and no smaller set could be added to either phase without losing that. " +
        "In formulas, and and or change places; k of n becomes n − k + 1 of n.",
      thesis: "No word for it; table 4.2 uses it.",
      lamport: "No word for it.",
      raft: "Majorities of an odd number of servers are their own dual.",
      cassandra: "A read level and a write level with R + W = RF + 1 are duals.",
      see: ["transversal", "quorum system"],
    },
  ],
}
