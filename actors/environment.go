package actors

import (
	"time"

	"github.com/rs/zerolog"

	"partyline/persistence"
)

// environment is what every actor of a hub shares.
type environment struct {
	journal persistence.Journal
	now     func() time.Time
	log     zerolog.Logger
	gauges  *gauges
	keep    func(persistence.Snapshot)
}
