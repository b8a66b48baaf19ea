package database

import (
	"fmt"
	"strings"

	"github.com/rs/zerolog"
)

// logger gives Badger's warnings and errors to zerolog; what Badger logs below that is of
// no use to an operator.
type logger struct{ log zerolog.Logger }

func (l logger) Errorf(format string, args ...any) {
	l.log.Error().Str("detail", formatDetail(format, args)).Msg("badger error")
}

func (l logger) Warningf(format string, args ...any) {
	l.log.Warn().Str("detail", formatDetail(format, args)).Msg("badger warning")
}

func (l logger) Infof(string, ...any)  {}
func (l logger) Debugf(string, ...any) {}

// maxDetailBytes bounds a line, in bytes: a merge that fails names all its tables.
const maxDetailBytes = 1000

func formatDetail(format string, args []any) string {
	return strings.TrimSpace(fmt.Sprintf("%.*s", maxDetailBytes, fmt.Sprintf(format, args...)))
}
