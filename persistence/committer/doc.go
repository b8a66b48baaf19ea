// Package committer is the half that all journals share: the one goroutine through
// which every append of every stream goes to the store.
//
// It takes all appends that wait, holds each against the sequence its writer
// expects, puts what it accepts into one batch, gives the records their places in
// the global order, has the store write the batch whole, and then tells everybody
// the outcome. Batches form by themselves: what arrives while one is written is the
// next. There is no timer and no linger. A record that no batch could hold is staged
// part by part ahead of its batch, and others are written in between.
//
// The package must not know how a store keeps its bytes, and a store must not know
// who waits for them.
package committer
