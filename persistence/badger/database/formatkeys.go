package database

import (
	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence/badger/layout"
)

// ReadEpochs reads the folder's epochs; found is false where a version without epochs has
// written it.
func ReadEpochs(txn *badgerdb.Txn) (e layout.Epochs, found bool, err error) {
	value, found, err := Get(txn, []byte(layout.EpochKey))
	if !found || err != nil {
		return layout.Epochs{}, false, err
	}
	e, err = layout.ParseEpochs(value)
	return e, err == nil, err
}

// WriteEpochs writes the folder's epochs.
func WriteEpochs(txn setter, e layout.Epochs) error {
	return txn.Set([]byte(layout.EpochKey), e.Encode())
}

// ReadFolderFormat reads what the folder says about its format; found is false in a new
// folder.
func ReadFolderFormat(txn *badgerdb.Txn) (f layout.FolderFormat, found bool, err error) {
	value, found, err := Get(txn, []byte(layout.FormatKey))
	if !found || err != nil {
		return layout.FolderFormat{}, false, err
	}
	f, err = layout.ParseFolderFormat(value)
	return f, err == nil, err
}

// WriteFolderFormat writes what the folder says about its format.
func WriteFolderFormat(txn setter, f layout.FolderFormat) error {
	return txn.Set([]byte(layout.FormatKey), f.Encode())
}
