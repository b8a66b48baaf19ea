//go:build !unix

package target

import "errors"

// Freeze is for systems with signals.
func (s *Server) Freeze() error { return errors.ErrUnsupported }

// Thaw is for systems with signals.
func (s *Server) Thaw() error { return errors.ErrUnsupported }
