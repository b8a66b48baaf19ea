package ledger

import (
	"encoding/binary"
	"errors"
)

// A record of the journal holds a fact and the event that was made from it, so that live
// screens, replays and webhooks get the same bytes for ever:
//
//	uvarint length of the fact | fact | event (JSON; empty where the fact has none)

var errRecord = errors.New("record: fact longer than the record")

// NewRecord joins fact and event; it returns the record and the event's bytes within it.
func NewRecord(fact, event []byte) (record, stored []byte) {
	record = make([]byte, 0, binary.MaxVarintLen32+len(fact)+len(event))
	record = binary.AppendUvarint(record, uint64(len(fact)))
	record = append(record, fact...)
	start := len(record)
	record = append(record, event...)
	return record, record[start:]
}

// SplitRecord splits a record into fact and event, both parts of data.
func SplitRecord(data []byte) (fact, event []byte, err error) {
	n, size := binary.Uvarint(data)
	if size <= 0 || n > uint64(len(data)-size) {
		return nil, nil, errRecord
	}
	rest := data[size:]
	return rest[:n], rest[n:], nil
}
