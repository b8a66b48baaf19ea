package preflight

import (
	"os"
	"path/filepath"
)

// RemoveEmptyLogs removes log files without a byte in them. Badger makes and removes its
// logs in two steps, and a kill between them leaves such a file: nothing was ever written
// to it, or all of it is in tables by now. Badger would refuse to open the folder ever
// again because of it.
func RemoveEmptyLogs(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if ext := filepath.Ext(e.Name()); ext != LogExt && ext != ".vlog" {
			continue
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if info.Size() > 0 {
			continue
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}
