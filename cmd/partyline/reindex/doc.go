// Package reindex verifies and drops the index of the vote history in the folder of a stopped hub.
// It must not change anything else: what the index was made from stays as it is.
package reindex
