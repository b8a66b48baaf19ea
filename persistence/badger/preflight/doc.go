// Package preflight is what is checked and repaired in a folder before Badger opens it,
// because Badger itself would lose or refuse what is there:
//
//   - the folder is locked against other processes (LockFolder);
//   - log files that a kill has left empty are removed: Badger would refuse the folder
//     because of them (RemoveEmptyLogs);
//   - every table is verified: Badger would go on without a damaged one, or crash
//     (CheckTables);
//   - every write-ahead log is read up to the watermark, a file of our own that says how far
//     the journal was written: Badger would cut a log off where it is damaged (CheckLogs).
//
// It knows the private format of Badger's logs and tables, as of the version in go.mod. It
// must not open the database.
package preflight
