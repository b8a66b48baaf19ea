package released

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Load reads what Record has written beside folder and backup.
func Load(folder string) (*Evening, error) {
	b, err := os.ReadFile(filepath.Join(folder, AnswersFile))
	if err != nil {
		return nil, err
	}
	e := new(Evening)
	if err := json.Unmarshal(b, e); err != nil {
		return nil, fmt.Errorf("%s: %w", AnswersFile, err)
	}
	return e, nil
}
