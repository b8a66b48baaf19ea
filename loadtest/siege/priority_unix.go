//go:build unix

package siege

import "syscall"

// lowest is the priority of those who take only what nobody else wants.
const lowest = 19

// stepBack gives this process the lowest priority.
func stepBack() error { return syscall.Setpriority(syscall.PRIO_PROCESS, 0, lowest) }
