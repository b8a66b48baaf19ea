package memory

import (
	"context"
	"fmt"

	"partyline/persistence"
)

// Trim deletes the stream's records up to a sequence; their bytes go, their positions
// stay.
func (j *Journal) Trim(ctx context.Context, stream string, through persistence.Seq) error {
	if err := j.checkTrim(ctx, stream); err != nil {
		return fmt.Errorf("trim %s: %w", stream, err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	places := j.streams[stream]
	through = min(through, persistence.Seq(len(places)))
	for begun := j.trimmed[stream]; begun < through; begun++ {
		j.records[places[begun]-1].Data = nil
		j.trimmed[stream] = begun + 1
	}
	return nil
}

func (j *Journal) checkTrim(ctx context.Context, stream string) error {
	if err := persistence.CheckStream(stream); err != nil {
		return err
	}
	if err := j.checkOpen(ctx); err != nil {
		return err
	}
	return j.controls.refusalErr()
}
