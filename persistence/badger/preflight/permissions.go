package preflight

import (
	"os"
	"path/filepath"

	"github.com/rs/zerolog"
)

// fileMode is that of all files of a journal: they hold the names of voters and the
// secrets of webhooks.
const fileMode = 0o600

// RestrictPermissions makes the files of the folder readable for their owner only. Badger
// makes them as the process's umask has it, and versions before this one left that as it
// was. A file that cannot be changed is logged, and is no reason not to serve.
func RestrictPermissions(dir string, log zerolog.Logger) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() || info.Mode().Perm()&^fileMode == 0 {
			continue
		}
		if err := os.Chmod(filepath.Join(dir, e.Name()), fileMode); err != nil {
			log.Warn().Err(err).Msg("a file of the journal can be read by others")
		}
	}
	return nil
}
