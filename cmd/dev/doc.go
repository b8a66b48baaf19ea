// Command dev is the task runner: go run ./cmd/dev TASK, from anywhere in the checkout. Its
// tasks are what a change must pass before others see it: check, test, peers, browser, fuzz,
// bench. Load, crashes, faults and attacks are the program loadtest/cmd.
//
// A task runs the ordinary tools with the flags that the project agreed on, and reports how
// long each step took. It must not contain settings that the tools' own files could hold, and
// nothing of the product: that is tested where it is written.
package main
