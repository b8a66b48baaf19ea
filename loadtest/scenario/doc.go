// Package scenario runs the k6 scripts of loadtest/k6: it starts the server on a temporary folder,
// makes what a script needs, runs k6, and compares what k6 counted with what the server recorded.
//
// k6 is a program that is called, never a library: it has a module of its own. What a script does,
// how much, and its thresholds are in the script. Here is only what k6 cannot know: what the
// server used and recorded, and what the endpoints of webhooks received.
package scenario
