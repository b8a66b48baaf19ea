// Package latency counts durations in a histogram of fixed size: recording is a few
// nanoseconds, from any goroutine, and a quantile is at most one percent off.
//
// It must not be fed with durations from the moment of sending where arrivals follow
// a schedule: a server that stalls delays the sending too. Measure from the moment
// the schedule named.
package latency
