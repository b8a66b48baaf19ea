// Package history answers pages of the vote history from the index of package voteindex, and
// exports sessions from the journal; it must not change or cache anything.
package history
