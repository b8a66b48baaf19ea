// Package verify verifies a whole journal: tables, epoch, global order, streams, snapshots
// and memos. It reports every fault it finds and writes nothing.
package verify
