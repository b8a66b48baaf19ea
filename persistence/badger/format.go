package badger

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"

	badgerdb "github.com/dgraph-io/badger/v4"

	"partyline/persistence"
)

// folderFormat is the first byte of the format key: what there is in a folder beside
// streams. 1 was that of commit ffa9881, whose key says nothing more. From 2 on JSON
// follows, which also a version reads that does not know the format. So an older one can
// tell who wrote the folder, and ffa9881 refuses it.
const folderFormat = 2

// folder is what the format key says.
type folder struct {
	format byte
	// Schema numbers what the records and snapshots hold; see Options.
	Schema int `json:"schema"`
	// Writer is the program that has raised the format or the schema, for people.
	Writer string `json:"writer,omitempty"`
}

// firstSchema is that of a folder which does not say.
const firstSchema = 1

// NewerError refuses a folder or a backup that a newer version has written. There is
// nothing wrong with it.
type NewerError struct {
	// Format and Schema are those of the folder, the others the highest that this
	// program knows. Schema is 0 where it is not known.
	Format, KnownFormat int
	Schema, KnownSchema int
	// Writer is who wrote it, "" when that is not known.
	Writer string
}

// Error says who wrote it, and what is too new.
func (e *NewerError) Error() string {
	writer := "a newer version"
	if e.Writer != "" {
		writer = e.Writer
	}
	return fmt.Sprintf("written by %s in format %d, schema %d; this version knows them up to format %d, schema %d",
		writer, e.Format, e.Schema, e.KnownFormat, e.KnownSchema)
}

func (f *folder) encode() []byte {
	b, err := json.Marshal(f)
	if err != nil {
		panic("badger: a format that has no JSON: " + err.Error()) // it holds a number and a text
	}
	return appendSeal(append([]byte{f.format}, b...), 0, []byte(formatKey))
}

// parseFolder reads the format key, also one of a later format.
func parseFolder(value []byte) (folder, error) {
	end := len(value) - sealSize
	if end < 1 || binary.BigEndian.Uint32(value[end:]) != checksum([]byte(formatKey), value[:end]) {
		return folder{}, fmt.Errorf("%w: key %q: checksum", persistence.ErrCorrupt, formatKey)
	}
	f := folder{format: value[0], Schema: firstSchema}
	if f.format < folderFormat {
		return f, nil
	}
	err := json.Unmarshal(value[1:end], &f)
	if err == nil && f.Schema < firstSchema {
		err = fmt.Errorf("schema %d", f.Schema)
	}
	if err != nil && f.format == folderFormat {
		return folder{}, fmt.Errorf("%w: key %q: %w", persistence.ErrCorrupt, formatKey, err)
	}
	if !legible(f.Writer) {
		f.Writer = ""
	}
	return f, nil
}

// maxWriter is longer than any version is called.
const maxWriter = 100

// legible says whether a text can be shown on a terminal: a backup may be anybody's.
func legible(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) <= maxWriter
}

// known is nil when this program can read what is in the folder, else *NewerError.
func (f *folder) known(o *Options) error {
	if f.format <= folderFormat && (o.Schema == 0 || f.Schema <= o.Schema) {
		return nil
	}
	return &NewerError{int(f.format), folderFormat, f.Schema, o.Schema, f.Writer}
}

// raised is what the folder says once this program has written to it; ok is false when
// it says so already.
func (f *folder) raised(o *Options) (folder, bool) {
	if f.format == folderFormat && f.Schema >= o.Schema {
		return *f, false
	}
	return folder{folderFormat, max(f.Schema, o.Schema), o.Writer}, true
}

func readFolder(txn *badgerdb.Txn) (f folder, found bool, err error) {
	value, found, err := get(txn, []byte(formatKey))
	if !found || err != nil {
		return folder{}, false, err
	}
	f, err = parseFolder(value)
	return f, err == nil, err
}

func setFolder(txn setter, f folder) error {
	return txn.Set([]byte(formatKey), f.encode())
}

// checkFormat signs a new database. It refuses one that somebody else wrote, or a later
// version.
func checkFormat(db *database, o *Options) error {
	var f folder
	signed := false
	err := look(db, func(txn *badgerdb.Txn) (err error) {
		f, signed, err = readFolder(txn)
		return err
	})
	switch {
	case err != nil:
		return err
	case !signed:
		return sign(db, o)
	}
	return f.known(o)
}

// sign marks a new database as ours, and gives it its epoch.
func sign(db *database, o *Options) error {
	return db.update(context.Background(), func(txn *change) error {
		it := newIterator(txn.Txn, nil, false)
		defer it.Close()
		if it.Rewind(); it.Valid() {
			return fmt.Errorf("%w: the folder holds a database without Partyline's mark", persistence.ErrCorrupt)
		}
		f, _ := (&folder{Schema: firstSchema}).raised(o)
		if err := setFolder(txn, f); err != nil {
			return err
		}
		return setEpochs(txn, epochs{current: persistence.NewEpoch()})
	})
}
