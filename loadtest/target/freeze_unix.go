//go:build unix

package target

import "syscall"

// Freeze stops the process where it is, as a laptop's lid or a busy host does. Thaw it.
func (s *Server) Freeze() error { return s.cmd.Process.Signal(syscall.SIGSTOP) }

// Thaw lets it go on.
func (s *Server) Thaw() error { return s.cmd.Process.Signal(syscall.SIGCONT) }
