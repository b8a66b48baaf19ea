// Package committer is the half that all journals share: the one goroutine through
// which every append of every stream goes to the store.
//
// It takes all appends that are queued, checks each against the sequence its writer
// expects, puts those it accepts into one batch, gives the records their places in
// the global order, has the store write the batch whole, and then calls every append's
// Done with its outcome. Batches form by themselves: what arrives while one is written is
// the next. At some thousand appends a second, where that would be one or two, the next batch
// waits a moment for more (gather.go); an append that comes alone never waits. A record too large for a batch is written
// part by part ahead of its batch, and other batches are written in between.
//
// The package must not know how a store keeps its bytes, and a store must not know
// who waits for them.
package committer
