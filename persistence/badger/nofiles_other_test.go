//go:build !unix

package badger_test

// Nothing here takes descriptors or rights from a process.
const limitedDir, limitedBy = "JOURNAL_POOR_DIR", "JOURNAL_POOR_IN"

func runLimited(string, string) {}
