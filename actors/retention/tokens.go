package retention

import (
	"context"
	"fmt"

	"partyline/actors/ledger"
	"partyline/actors/rules/access"
	"partyline/persistence"
)

// compactTokens has the tokens that have not ended written down in one fact when most records of
// their stream are of tokens that have, and trims what came before the newest such fact.
func (f *folder) compactTokens() error {
	records, _, err := f.tokenRecords()
	if err != nil || records == 0 {
		return err
	}
	c := access.Compact{Records: records, Before: min(f.Env.Clock.Read().Earlier(), f.clock.now(f.ctx))}
	if err := f.send(c, f.Tokens); err != nil {
		return fmt.Errorf("tokens: %w", err)
	}
	_, compacted, err := f.tokenRecords()
	if err != nil || compacted == 0 {
		return err
	}
	return f.Env.Journal.Trim(f.ctx, accessStream, compacted-1)
}

// accessStream is the stream of the tokens.
const accessStream = "access"

// tokenRecords counts the records since the newest fact that holds all tokens, and returns its
// number, 0 for none.
func (f *folder) tokenRecords() (n int64, compacted persistence.Seq, err error) {
	ctx, cancel := context.WithTimeout(f.ctx, ledger.ReadTimeout)
	defer cancel()
	for rec, err := range f.Env.Journal.Read(ctx, accessStream, 0) {
		if err != nil {
			return 0, 0, err
		}
		b, _, err := ledger.SplitRecord(rec.Data)
		if err != nil {
			return 0, 0, err
		}
		if access.IsCompacted(b) {
			n, compacted = 0, rec.Seq
		}
		n++
	}
	return n, compacted, nil
}
