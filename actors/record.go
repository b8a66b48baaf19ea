package actors

import (
	"encoding/binary"
	"errors"
)

// A record of the journal holds a fact and the event that was made from it, so the
// live screen, the late one and the webhook get the same bytes for ever:
//
//	uvarint length of the fact | fact | event (JSON; empty where nothing is told)

var errRecord = errors.New("record: fact longer than the record")

// newRecord joins fact and event; it returns the record and the event's bytes within it.
func newRecord(fact, event []byte) (record, stored []byte) {
	record = make([]byte, 0, binary.MaxVarintLen32+len(fact)+len(event))
	record = binary.AppendUvarint(record, uint64(len(fact)))
	record = append(record, fact...)
	start := len(record)
	record = append(record, event...)
	return record, record[start:]
}

// splitRecord is the reverse; both results are parts of data.
func splitRecord(data []byte) (fact, event []byte, err error) {
	n, size := binary.Uvarint(data)
	if size <= 0 || n > uint64(len(data)-size) {
		return nil, nil, errRecord
	}
	rest := data[size:]
	return rest[:n], rest[n:], nil
}
