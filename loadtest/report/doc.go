// Package report is how runs tell what they came to: a histogram of durations of fixed
// size, in which recording is a few nanoseconds, from any goroutine, and a quantile is at
// most one percent off; medians and ratios; and the text and JSON of a report.
//
// A histogram must not be fed with durations from the moment of sending where arrivals
// follow a schedule: a server that stalls delays the sending too. Measure from the moment
// the schedule named.
package report
