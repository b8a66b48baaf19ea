package badger

import (
	"fmt"
	"strings"
	"sync"

	"github.com/rs/zerolog"
)

// logger gives Badger's warnings and errors to zerolog; what it tells below that
// is of no use to an operator.
//
// It also listens: Badger goes on without a table whose checksum does not fit, and
// says so only here.
type logger struct {
	log zerolog.Logger

	mu      sync.Mutex
	ignored string
}

// ignoringTable begins Badger's line about a table it leaves out.
const ignoringTable = "Ignoring table "

func (l *logger) Errorf(format string, args ...any) {
	text := strings.TrimSpace(fmt.Sprintf(format, args...))
	l.log.Error().Str("detail", text).Msg("badger error")
	if name, ok := strings.CutPrefix(text, ignoringTable); ok {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.ignored = name
	}
}

func (l *logger) Warningf(format string, args ...any) {
	l.log.Warn().Str("detail", strings.TrimSpace(fmt.Sprintf(format, args...))).Msg("badger warning")
}

func (l *logger) Infof(string, ...any)  {}
func (l *logger) Debugf(string, ...any) {}

// damaged names a table that Badger left out, or is empty.
func (l *logger) damaged() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ignored
}
