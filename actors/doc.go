// Package actors is the hub: it turns commands into facts, facts into records of
// the journal, and committed records into answers and events.
//
// Each session, the catalogue and the access tokens are an actor around a pure
// state. The state decides; the ledger around it hands the facts to the journal
// and goes on without waiting; answers and events leave only after the commit
// that holds them, in order. So nobody ever hears of something that is not on
// disk, and one session takes as many votes as one group commit can carry.
//
// The package knows the journal's contract and the protocol. It must not know the
// network: who asks and who listens meet it through Hub and feed.Feed. It is the
// one room that imports protoactor.
package actors
