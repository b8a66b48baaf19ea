package protocol

// ImportMode is what an import does with the games that are there already.
type ImportMode string

// The modes: add to them and change those that the file names too, or take away those
// that it does not name.
const (
	ImportAppend  ImportMode = "append"
	ImportReplace ImportMode = "replace"
)

// ImportGames brings games as CSV: games.import. It is all or nothing.
type ImportGames struct {
	CSVData string `json:"csvData"`
	// Mode is ImportAppend when it is empty.
	Mode ImportMode `json:"mode"`
	// Rows are read from the CSV by the hub, in the goroutine of who asks: a large file
	// must not keep the catalogue from answering others.
	Rows []GameFields `json:"-"`
	// Ignored are the columns of the CSV that no game has, found beside the rows.
	IgnoredColumns []string `json:"-"`
}

// Check implements Command. What the CSV holds is looked at when it is read.
func (c ImportGames) Check() *Error {
	switch {
	case c.CSVData == "":
		return Invalid("csvData is required")
	case c.Mode != "" && c.Mode != ImportAppend && c.Mode != ImportReplace:
		return Invalid(`mode must be "append" or "replace"`)
	}
	return nil
}

// GamesImported is the answer of games.import: how many games were read, and how many
// of them were new or not as they were, and how many others were taken away.
type GamesImported struct {
	Message string     `json:"message"`
	Count   int        `json:"count"`
	Mode    ImportMode `json:"mode"`
	Added   int        `json:"added"`
	Updated int        `json:"updated"`
	Removed int        `json:"removed"`
	// IgnoredColumns are the first 50 columns that were not read; never nil.
	IgnoredColumns []string `json:"ignoredColumns"`
}
