// Package scenario runs the k6 scripts of loadtest/k6: it starts the real program on a
// temporary folder, sets the stage that a script wants, lets k6 put its load on it, and
// holds what k6 counted against what the server has recorded.
//
// k6 is a program that is called, never a library: it lives in a module of its own. What
// a script does, how much, and which thresholds it must keep stands in the script. Here
// stands only what k6 cannot know: what the server used, what it says was recorded, what
// the endpoints of webhooks saw.
package scenario
