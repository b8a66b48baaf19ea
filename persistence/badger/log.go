package badger

import (
	"fmt"
	"strings"

	"github.com/rs/zerolog"
)

// logger gives Badger's warnings and errors to zerolog; what it tells below that
// is of no use to an operator.
type logger struct{ log zerolog.Logger }

func (l logger) Errorf(format string, args ...any) {
	l.log.Error().Str("detail", text(format, args)).Msg("badger error")
}

func (l logger) Warningf(format string, args ...any) {
	l.log.Warn().Str("detail", text(format, args)).Msg("badger warning")
}

func (l logger) Infof(string, ...any)  {}
func (l logger) Debugf(string, ...any) {}

// maxDetail bounds a line, in bytes: a merge that fails tells of all its tables.
const maxDetail = 1000

func text(format string, args []any) string {
	return strings.TrimSpace(fmt.Sprintf("%.*s", maxDetail, fmt.Sprintf(format, args...)))
}
