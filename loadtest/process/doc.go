// Package process builds, starts, kills, stops and measures the real program, as an
// operator would: by its command line, its signals and /proc.
//
// It ends only what it started, by process id.
package process
