// Package standings is the projection over all sessions: the list of sessions, how often each
// game was played and voted for, and the numbers of the statistics page.
//
// It applies the facts of all sessions, in the journal's order, and decides nothing. It is
// pure: no actor, no disk, no clock, no network. Its position in the journal is kept by its
// owner, beside the snapshot.
//
// A deleted session leaves the lists and the counts of sessions, and its votes leave the
// history. Its effect on games stays: plays and votes in a game's totals are never taken back,
// neither by deleting a session nor by removing a game from one.
package standings
