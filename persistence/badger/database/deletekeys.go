package database

import (
	"bytes"
	"fmt"

	"partyline/persistence"
)

// DeletesPerTxn bounds the keys removed in one transaction.
const DeletesPerTxn = 1000

// DeleteKeys removes the keys that find returns, one transaction of them at a time, until
// find returns none. A key whose version has rotted can come back however often it is
// deleted: that is ErrCorrupt, and not tried for ever.
func DeleteKeys(find func() ([][]byte, error), update func(func(*WriteTxn) error) error) error {
	var before []byte
	for {
		old, err := find()
		if len(old) == 0 || err != nil {
			return err
		}
		if bytes.Equal(old[0], before) {
			return fmt.Errorf("%w: key %q comes back", persistence.ErrCorrupt, before)
		}
		before = old[0]
		err = update(func(c *WriteTxn) error {
			for _, key := range old {
				if err := c.Delete(key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}
