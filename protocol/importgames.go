package protocol

// ImportMode is what an import does with the games that are in the catalogue already.
type ImportMode string

// The modes. ImportAppend adds the games of the file and updates those that exist;
// ImportReplace also removes the games that the file does not name.
const (
	ImportAppend  ImportMode = "append"
	ImportReplace ImportMode = "replace"
)

// ImportGames imports games from CSV: games.import. It imports all of them or none.
type ImportGames struct {
	CSVData string `json:"csvData"`
	// Mode empty means ImportAppend.
	Mode ImportMode `json:"mode"`
	// Rows are read from the CSV by the hub in the caller's goroutine: a large file must not
	// keep the catalogue from answering others.
	Rows []GameFields `json:"-"`
	// IgnoredColumns are the columns of the CSV that games do not have.
	IgnoredColumns []string `json:"-"`
}

// Check implements Command. The content of the CSV is checked when it is read.
func (c ImportGames) Check() *Error {
	switch {
	case c.CSVData == "":
		return Invalid("csvData is required")
	case c.Mode != "" && c.Mode != ImportAppend && c.Mode != ImportReplace:
		return Invalid(`mode must be "append" or "replace"`)
	}
	return nil
}

// GamesImported is the answer of games.import. Count is the number of games in the file, of
// which Added were new and Updated changed; Removed is the number of other games removed.
type GamesImported struct {
	Message string     `json:"message"`
	Count   int        `json:"count"`
	Mode    ImportMode `json:"mode"`
	Added   int        `json:"added"`
	Updated int        `json:"updated"`
	Removed int        `json:"removed"`
	// IgnoredColumns are the first 50 columns that were ignored; never nil.
	IgnoredColumns []string `json:"ignoredColumns"`
}
