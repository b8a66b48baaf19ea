package layout

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	"partyline/persistence"
)

// CurrentFormat is the first byte of the format key: what there is in a folder beside
// streams. 1 was that of commit ffa9881, whose key says nothing more. From 2 on JSON
// follows, which a version also reads that does not know the format. So an older version
// can name the writer of the folder, and ffa9881 refuses it.
const CurrentFormat = 2

// FolderFormat is what the format key says.
type FolderFormat struct {
	// Format is the first byte, not a part of the JSON.
	Format byte `json:"-"`
	// Schema numbers the format of records and snapshots; see badger.Options.
	Schema int `json:"schema"`
	// Writer is the program that last raised the format or the schema, for people.
	Writer string `json:"writer,omitempty"`
}

// FirstSchema is that of a folder which does not name one.
const FirstSchema = 1

// NewerError refuses a folder or a backup that a newer version has written. Nothing is
// wrong with it.
type NewerError struct {
	// Format and Schema are those of the folder, the others the highest that this
	// program knows. Schema is 0 where it is not known.
	Format, KnownFormat int
	Schema, KnownSchema int
	// Writer is the program that wrote it, "" when that is not known.
	Writer string
}

// Error names the writer, and what is too new.
func (e *NewerError) Error() string {
	writer := "a newer version"
	if e.Writer != "" {
		writer = e.Writer
	}
	return fmt.Sprintf("written by %s in format %d, schema %d; this version knows them up to format %d, schema %d",
		writer, e.Format, e.Schema, e.KnownFormat, e.KnownSchema)
}

// Encode is the value of the format key.
func (f *FolderFormat) Encode() []byte {
	b, err := json.Marshal(f)
	if err != nil {
		panic("badger: a format that has no JSON: " + err.Error()) // it holds a number and a text
	}
	return AppendChecksum(append([]byte{f.Format}, b...), 0, []byte(FormatKey))
}

// ParseFolderFormat parses the value of the format key, also one of a later format.
func ParseFolderFormat(value []byte) (FolderFormat, error) {
	end := len(value) - ChecksumSize
	if end < 1 || binary.BigEndian.Uint32(value[end:]) != checksum([]byte(FormatKey), value[:end]) {
		return FolderFormat{}, fmt.Errorf("%w: key %q: checksum", persistence.ErrCorrupt, FormatKey)
	}
	f := FolderFormat{Format: value[0], Schema: FirstSchema}
	if f.Format < CurrentFormat {
		return f, nil
	}
	err := json.Unmarshal(value[1:end], &f)
	if err == nil && f.Schema < FirstSchema {
		err = fmt.Errorf("schema %d", f.Schema)
	}
	if err != nil && f.Format == CurrentFormat {
		return FolderFormat{}, fmt.Errorf("%w: key %q: %w", persistence.ErrCorrupt, FormatKey, err)
	}
	if !printable(f.Writer) {
		f.Writer = ""
	}
	return f, nil
}

// maxWriterLength is longer than the name of any version.
const maxWriterLength = 100

// printable says whether a text can be shown on a terminal: a backup may come from
// anybody.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) <= maxWriterLength
}

// CheckReadable is nil when a program of the schema can read the folder, else *NewerError.
func (f *FolderFormat) CheckReadable(schema int) error {
	if f.Format <= CurrentFormat && (schema == 0 || f.Schema <= schema) {
		return nil
	}
	return &NewerError{int(f.Format), CurrentFormat, f.Schema, schema, f.Writer}
}

// Upgraded is what the folder says once a program of the schema has written to it; ok is
// false when it says so already.
func (f *FolderFormat) Upgraded(schema int, writer string) (FolderFormat, bool) {
	if f.Format == CurrentFormat && f.Schema >= schema {
		return *f, false
	}
	return FolderFormat{CurrentFormat, max(f.Schema, schema), writer}, true
}
