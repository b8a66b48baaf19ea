// Package api is the few REST calls that set a stage for a run and read back what
// became of it: log in, make games and sessions, read votes and totals. It also
// writes the JSON of a vote, the one request that there are millions of.
//
// It is no client library: it knows what the load tests need and nothing more.
package api
